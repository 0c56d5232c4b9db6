"""The slides, the handout and the notebook of the third course, with what makes such files awkward."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from evaluation.third_course.blocks import Block

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
A14 = "http://schemas.microsoft.com/office/drawing/2010/main"


def _run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _sub(base: str, below: str) -> str:
    return f"<m:sSub><m:e>{_run(base)}</m:e><m:sub>{_run(below)}</m:sub></m:sSub>"


def _square(base: str) -> str:
    return f"<m:sSup><m:e>{base}</m:e><m:sup>{_run('2')}</m:sup></m:sSup>"


def _in_brackets(inner: str) -> str:
    return f"<m:d><m:e>{inner}</m:e></m:d>"


def _fraction(above: str, below: str) -> str:
    return f"<m:f><m:num>{above}</m:num><m:den>{below}</m:den></m:f>"


EQUATIONS = {
    "P = E + Q + ΔS": _run("P=E+Q+ΔS"),
    "ET0 = 0.0023 (T + 17.8) √(Tmax − Tmin) Ra": _sub("ET", "0")
    + _run("=0.0023")
    + _in_brackets(_run("T+17.8"))
    + f"<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/><m:e>{_sub('T', 'max')}{_run('−')}{_sub('T', 'min')}"
    "</m:e></m:rad>" + _sub("R", "a"),
    "ETc = Kc ET0": _sub("ET", "c") + _run("=") + _sub("K", "c") + _sub("ET", "0"),
    "Q = (P − 0.2 S)² / (P + 0.8 S)": _run("Q=")
    + _fraction(_square(_in_brackets(_run("P−0.2S"))), _run("P+0.8S")),
}  # fmt: skip
"""The handout's equations as Word writes them (OMML)."""
LATEX = {
    "f(t) = fc + (f0 − fc) exp(−k t)": r"f(t) = f_c + (f_0 - f_c) \exp(-k t)",
    "Q = K A Δh / L": r"Q = K A \frac{\Delta h}{L}",
}
"""The notebook's equations."""


def write_handout(path: Path, blocks: list[Block]) -> None:
    """A Word file with equations, a table in whose first column cells are merged, a box, a tracked change, hidden text,
    a comment and a running head."""
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Field methods – handout 4"
    document.sections[0].footer.paragraphs[0].text = "Printed for the practical"
    for place, block in enumerate(blocks):
        match block.kind:
            case "heading":
                document.add_heading(block.text, 0 if block.level == 1 else block.level - 1)
            case "equation":
                paragraph = document.add_paragraph()
                equation = f"<m:oMathPara {M}><m:oMath>{EQUATIONS[block.text]}</m:oMath></m:oMathPara>"
                paragraph._p.append(parse_xml(equation))
            case "table":
                document.add_paragraph(block.text, style="Caption")
                _word_table(document, block)
            case _ if place == 1:
                paragraph = document.add_paragraph(style="Intense Quote")
                paragraph._p.append(parse_xml(_word_box(block.text)))
            case _ if block.text.startswith("The class A pan"):
                _with_changes(document.add_paragraph(), block.text)
            case _:
                paragraph = document.add_paragraph(block.text)
                if block.text.startswith("Howard Penman"):
                    document.add_comment(
                        paragraph.runs, text="Check the year against the paper.", author="A", initials="A"
                    )
    document.save(str(path))


def _word_box(text: str) -> str:
    """A text box as Word writes it: twice, for programs that know its shapes and for those that do not."""
    inner = f"<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"
    return (
        f'<w:r {W} xmlns:mc="{MC}" xmlns:wps="{WPS}" xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent>'
        f'<mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{inner}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def _with_changes(paragraph: Any, text: str) -> None:
    """The paragraph with a number that was corrected, and with a false sentence that is hidden."""
    from docx.oxml import parse_xml

    before, number, after = text.partition("120.7")
    paragraph.add_run(before)
    for kind, tag, said in (("del", "delText", "102.7"), ("ins", "t", number)):
        run = f"<w:r><w:{tag}>{said}</w:{tag}></w:r>"
        paragraph._p.append(parse_xml(f'<w:{kind} {W} w:id="1" w:author="A">{run}</w:{kind}>'))
    paragraph.add_run(after)
    paragraph.add_run(" Its pan coefficient is exactly 1.3 in every climate.").font.hidden = True


def _word_table(document: Any, block: Block) -> None:
    """A table; cells of a column below one another that hold the same are one merged cell."""
    rows = block.rows
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            if y and x and rows[y - 1][x] == text:
                table.cell(y - 1, x).merge(table.cell(y, x))
            else:
                table.cell(y, x).text = text


def write_slides(path: Path, blocks: list[Block]) -> None:
    """A deck with notes, boxes that were drawn in another order than they are read in, a table with a merged head, a
    formula in AlternateContent, a chart, and a hidden slide whose text is false."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide: Any = None
    for block in blocks:
        match block.kind:
            case "heading" if block.level == 1:
                slide = deck.slides.add_slide(deck.slide_layouts[0])
                slide.shapes.title.text = block.text
            case "heading":
                slide = deck.slides.add_slide(deck.slide_layouts[5])
                slide.shapes.title.text = block.text
            case "text":
                slide.placeholders[1].text = block.text
            case "list" if slide.shapes.title.text == "The profile":
                for place in reversed(range(len(block.items))):
                    _slide_box(slide, block.items[place], 1.8 + 0.7 * place)
            case "list":
                frame = slide.shapes.add_textbox(Inches(0.5), Inches(1.8), Inches(8), Inches(3)).text_frame
                frame.text = block.items[0]
                for item in block.items[1:]:
                    frame.add_paragraph().text = item
                if slide.shapes.title.text == "Pores and density":
                    _in_alternate(slide.shapes[-1]._element)
            case "table":
                _slide_table(slide, block)
            case _:
                slide.notes_slide.notes_text_frame.text = block.text
    hidden = deck.slides.add_slide(deck.slide_layouts[5])
    hidden.shapes.title.text = "Old version"
    _slide_box(hidden, "The wilting point lies at 3000 kilopascals.", 2)
    hidden._element.set("show", "0")
    deck.save(str(path))


def _slide_box(slide: Any, text: str, top: float) -> None:
    from pptx.util import Inches

    slide.shapes.add_textbox(Inches(0.5), Inches(top), Inches(8), Inches(0.6)).text_frame.text = text


def _in_alternate(element: Any) -> None:
    """Put a shape into AlternateContent, as PowerPoint does with whatever holds a formula."""
    from lxml import etree

    parent = element.getparent()
    outer = etree.SubElement(parent, f"{{{MC}}}AlternateContent")
    choice = etree.SubElement(outer, f"{{{MC}}}Choice", nsmap={"a14": A14})
    choice.set("Requires", "a14")
    choice.append(element)


def _slide_table(slide: Any, block: Block) -> None:
    """The table below its caption, which is a cell over all columns."""
    from pptx.util import Inches

    rows = block.rows
    shape = slide.shapes.add_table(len(rows) + 1, len(rows[0]), Inches(0.5), Inches(4), Inches(8), Inches(2.5))
    table = shape.table
    table.cell(0, 0).merge(table.cell(0, len(rows[0]) - 1))
    table.cell(0, 0).text = re.sub(r"^Table: ", "", block.text)
    for y, row in enumerate(rows, 1):
        for x, text in enumerate(row):
            table.cell(y, x).text = text


def write_notebook(path: Path, blocks: list[Block]) -> None:
    """A notebook with a byte-order mark, formulas, code with its output, a data frame's table, and a picture."""
    cells: list[dict[str, Any]] = []
    for block in blocks:
        match block.kind:
            case "heading":
                cells.append(_markdown(f"{'#' * block.level} {block.text}"))
            case "equation":
                cells.append(_markdown(f"$$ {LATEX[block.text]} $$"))
            case "code":
                cells.append({"cell_type": "code", "metadata": {}, "execution_count": 4, "outputs": [],
                              "source": block.text.splitlines(keepends=True)})  # fmt: skip
            case "output":
                cells[-1]["outputs"] = [
                    {"output_type": "stream", "name": "stdout", "text": [f"{block.text}\n"]},
                    _PICTURE,
                ]
            case "table":
                cells.append(_frame(block))
            case _:
                cells.append(_markdown(block.text))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8-sig")


_DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
_PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": _DOT, "text/plain": ["<Figure>"]}}


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _frame(block: Block) -> dict[str, Any]:
    """A cell that shows a data frame, as text and as HTML."""
    head, *body = block.rows
    plain = [f"   {'  '.join(head)}", *(f"{n}  {'  '.join(row)}" for n, row in enumerate(body))]
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in body]
    heads = "".join(f"<th>{cell}</th>" for cell in head)
    lines = "".join(f"<tr><th>{n}</th>{row}</tr>" for n, row in enumerate(cells))
    html = f'<table border="1" class="dataframe"><thead><tr><th></th>{heads}</tr></thead><tbody>{lines}</tbody></table>'
    output = {"output_type": "execute_result", "execution_count": 3, "metadata": {},
              "data": {"text/html": [html], "text/plain": ["\n".join(plain)]}}  # fmt: skip
    return {"cell_type": "code", "metadata": {}, "execution_count": 3, "source": ["readings"], "outputs": [output]}
