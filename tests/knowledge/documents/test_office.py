"""Word and PowerPoint: everything that a reader sees is read or counted, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.knowledge.documents.making import M, W, box, deck, put, read, said, saved


def _document() -> Any:
    import docx

    return docx.Document()


def test_an_equation_stands_in_its_sentence(tmp_path: Path) -> None:
    document = _document()
    paragraph = document.add_paragraph("The error is ")
    put(paragraph, f"<m:oMath {M}><m:r><m:t>E=</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r>"
        "<m:t>n</m:t></m:r></m:den></m:f><m:sSup><m:e><m:r><m:t>d</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r>"
        "</m:sup></m:sSup></m:oMath>")  # fmt: skip
    paragraph.add_run(" for a batch.")
    put(document.add_paragraph(), f"<m:oMathPara {M}><m:oMath><m:r><m:t>x≤α</m:t></m:r></m:oMath></m:oMathPara>")
    assert said(saved(document, tmp_path / "a.docx")) == [r"The error is $E=\frac{1}{n}d^2$ for a batch. $$ x≤α $$"]


def test_a_box_is_read_once_and_after_its_paragraph(tmp_path: Path) -> None:
    document = _document()
    inner = f"<w:txbxContent {W}><w:p><w:r><w:t>The box says that rain is wet.</w:t></w:r></w:p></w:txbxContent>"
    shape = 'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    put(
        document.add_paragraph("Before it."),
        f'<w:r {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" {shape} '
        'xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp>'
        f"<wps:txbx>{inner}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{inner}"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    assert said(saved(document, tmp_path / "a.docx")) == ["Before it.", "The box says that rain is wet."]


def test_changes_are_taken_and_what_is_deleted_or_hidden_is_not_said(tmp_path: Path) -> None:
    document = _document()
    paragraph = document.add_paragraph("It was found in ")
    put(paragraph, f'<w:del {W} w:id="1" w:author="a"><w:r><w:delText>1856</w:delText></w:r></w:del>')
    put(paragraph, f'<w:ins {W} w:id="2" w:author="a"><w:r><w:t>1857</w:t></w:r></w:ins>')
    paragraph.add_run(" by Ada.")
    paragraph.add_run(" Not for readers.").font.hidden = True
    found = read(saved(document, tmp_path / "a.docx"))
    assert found.passages[0].sentences == ("It was found in 1857 by Ada.",)
    assert found.remarks == ("hidden text was left out",)


def test_a_table_of_word_repeats_what_spans_and_names_what_is_known(tmp_path: Path) -> None:
    document = _document()
    rows = (("Area", "Crop", "Tons"), ("South", "Maize", "12"), ("", "Rice", "7"))
    table = document.add_table(3, 3)
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    assert said(saved(document, tmp_path / "a.docx")) == [
        "Area South; Crop Maize; Tons 12.", "Area South; Crop Rice; Tons 7.",
    ]  # fmt: skip


def test_footnotes_come_after_the_text_without_their_marks_and_comments_are_counted(tmp_path: Path) -> None:
    document = _document()
    paragraph = document.add_paragraph("Salt was money")
    put(paragraph, f'<w:r {W}><w:footnoteReference w:id="2"/></w:r>')
    paragraph.add_run(" in Rome.")
    document.add_comment(paragraph.runs, text="Is this so?", author="Bob", initials="B")
    path = saved(document, tmp_path / "plain.docx")
    note = "<w:p><w:r><w:t>Soldiers were paid in it.</w:t></w:r></w:p>"
    notes = f'<w:footnotes {W}><w:footnote w:id="2">{note}</w:footnote></w:footnotes>'
    found = read(_with_part(path, tmp_path / "a.docx", "word/footnotes.xml", notes, "footnotes"))
    assert found.passages[0].sentences == ("Salt was money in Rome.", "Soldiers were paid in it.")
    assert found.remarks == ("1 comment was left out",)


def _with_part(source: Path, target: Path, name: str, text: str, kind: str) -> Path:
    """The file with one more part of a kind."""
    import zipfile

    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            data = old.read(member)
            if member == "word/_rels/document.xml.rels":
                base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
                link = f'<Relationship Id="added" Type="{base}/{kind}" Target="{name.rpartition("/")[2]}"/>'
                data = data.replace(b"</Relationships>", link.encode() + b"</Relationships>")
            new.writestr(member, data)
        new.writestr(name, text)
    return target


@pytest.mark.parametrize("ending", [".pptx", ".pptm", ".ppsx", ".potx"])
def test_a_shape_without_geometry_costs_nothing(tmp_path: Path, ending: str) -> None:
    presentation, slide = deck()
    element = box(slide, "The ear has three bones.")._element
    element.nvSpPr.cNvSpPr.attrib.pop("txBox", None)
    for part in list(element.spPr):
        if part.tag.endswith("prstGeom"):
            element.spPr.remove(part)
    assert said(saved(presentation, tmp_path / f"a{ending}")) == ["The ear has three bones."]


def test_a_box_with_an_equation_is_read(tmp_path: Path) -> None:
    from lxml import etree

    presentation, slide = deck()
    element = box(slide, "The speed is the way in a second: ")._element
    namespace = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    outer = etree.SubElement(element.getparent(), f"{{{namespace}}}AlternateContent")
    choice = etree.SubElement(outer, f"{{{namespace}}}Choice")
    choice.set("Requires", "a14")
    choice.append(element)
    math = etree.fromstring(
        f'<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" {M}><m:oMath><m:r><m:t>v=s/t</m:t>'
        "</m:r></m:oMath></a14:m>"
    )
    element.txBody.p_lst[0].append(math)
    assert said(saved(presentation, tmp_path / "a.pptx")) == ["The speed is the way in a second: v=s/t."]


def test_soft_breaks_are_spaces(tmp_path: Path) -> None:
    presentation, slide = deck("Rivers\vand lakes")
    box(slide, "The first\vflows to the sea.")
    document = read(saved(presentation, tmp_path / "a.pptx"))
    assert (document.passages[0].title, document.passages[0].sentences) == (
        "Rivers and lakes", ("The first flows to the sea.",),
    )  # fmt: skip


def test_a_chart_is_its_data(tmp_path: Path) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    presentation, slide = deck()
    data = CategoryChartData()
    data.categories = ["Monday", "Friday"]
    data.add_series("Visitors", (3, 90))
    data.add_series("Sales", (1.5, 44))
    slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, Inches(2), Inches(4), Inches(3), data)
    assert said(saved(presentation, tmp_path / "a.pptx")) == [
        "Monday; Visitors 3; Sales 1.5.", "Friday; Visitors 90; Sales 44.",
    ]  # fmt: skip


def test_merged_cells_of_a_slide_are_repeated(tmp_path: Path) -> None:
    from pptx.util import Inches

    presentation, slide = deck()
    table = slide.shapes.add_table(3, 2, 0, Inches(2), Inches(6), Inches(2)).table
    for y, row in enumerate((("Pilot", "Year"), ("Earhart", "1932"), ("", "1937"))):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    assert said(saved(presentation, tmp_path / "a.pptx")) == ["Pilot Earhart; Year 1932.", "Pilot Earhart; Year 1937."]


def test_a_cell_over_all_columns_is_the_title_of_each_row(tmp_path: Path) -> None:
    from pptx.util import Inches

    presentation, slide = deck()
    table = slide.shapes.add_table(3, 2, 0, Inches(2), Inches(6), Inches(2)).table
    table.cell(0, 0).merge(table.cell(0, 1))
    for place, text in enumerate(("Water in per cent", "", "Soil", "Held", "Sand", "10")):
        if text:
            table.cell(place // 2, place % 2).text = text
    assert said(saved(presentation, tmp_path / "a.pptx")) == ["Water in per cent: Soil Sand; Held 10."]


def test_shapes_are_read_from_above_and_groups_where_they_stand(tmp_path: Path) -> None:
    from pptx.util import Inches

    presentation, slide = deck()
    box(slide, "Fourth.", 5)
    group = slide.shapes.add_group_shape()
    inner = group.shapes.add_textbox(Inches(0), Inches(4), Inches(4), Inches(0.5))
    inner.text_frame.text = "Third."
    box(slide, "Second.", 3)
    box(slide, "First.", 2)
    assert said(saved(presentation, tmp_path / "a.pptx")) == ["First.", "Second.", "Third.", "Fourth."]


def test_what_is_hidden_on_slides_is_left_out_and_said(tmp_path: Path) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches, Pt

    presentation, slide = deck()
    box(slide, "The exam is on Monday.")
    white = box(slide, "White: secret.", 3).text_frame.paragraphs[0].runs[0]
    white.font.color.rgb = RGBColor(255, 255, 255)
    box(slide, "Tiny: secret.", 4).text_frame.paragraphs[0].runs[0].font.size = Pt(1)
    box(slide, "Beside the slide: secret.", 3, left=30)
    box(slide, "Switched off: secret.", 5)._element.nvSpPr.cNvPr.set("hidden", "1")
    dark = box(slide, "White on a dark ground.", 6)
    dark.fill.solid()
    dark.fill.fore_color.rgb = RGBColor(0, 0, 80)
    dark.text_frame.paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)
    dark.height = Inches(0.5)
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "Answers: secret."
    second._element.set("show", "0")
    document = read(saved(presentation, tmp_path / "a.pptx"))
    sentences = [sentence for passage in document.passages for sentence in passage.sentences]
    assert sentences == ["The exam is on Monday.", "White on a dark ground."]
    assert document.remarks == ("hidden text was left out (slide 1)", "slide 2 is hidden and was left out")


def test_smartart_is_read_in_its_order() -> None:
    from lxml import etree

    from knowledge.documents.formats.drawings import smartart_units

    base = "http://schemas.openxmlformats.org/drawingml/2006"
    names = f'xmlns:dgm="{base}/diagram" xmlns:a="{base}/main"'

    def point(name: str, text: str, kind: str = "node") -> str:
        return f'<dgm:pt modelId="{name}" type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'

    links = "".join(
        f'<dgm:cxn modelId="c{child}" srcId="{parent}" destId="{child}" srcOrd="{place}"/>'
        for parent, child, place in (("0", "2", 1), ("0", "1", 0), ("1", "3", 0))
    )
    points = point("0", "", "doc") + point("2", "Bake it") + point("3", "with salt") + point("1", "Mix flour")
    points += point("9", "not shown", "pres")
    root = etree.fromstring(
        f"<dgm:dataModel {names}><dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst></dgm:dataModel>"
    )
    assert [unit.text for unit in smartart_units(root)] == ["Mix flour.", "with salt.", "Bake it."]
