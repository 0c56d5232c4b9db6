"""Prose that a typesetter set, in one to three columns and as a Word document, holds the sentences that were set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.knowledge.documents.making import said, saved

TEXTS = Path(__file__).parents[3] / "evaluation" / "second_course" / "documents"
MARKED = re.compile(r"^(?:\||\d+\. |[-*] |>|\$\$)", re.MULTILINE)
"""Lists and tables, which are set in other ways than prose."""


def _prose(source: str) -> list[tuple[int, str]]:
    """The headings, with their depth, and the paragraphs of a text in Markdown."""
    found = []
    for block in re.split(r"\n\s*\n", source.strip()):
        heading = re.match(r"(#+)\s+(.*)", block)
        if heading:
            found.append((len(heading[1]), heading[2]))
        elif not MARKED.search(block):
            found.append((0, re.sub(r"[*`]", "", " ".join(block.split()))))
    return found


def _sentences(blocks: list[tuple[int, str]], folder: Path) -> list[str]:
    path = folder / "plain.md"
    path.write_text("\n\n".join(f"{'#' * level} {text}".strip() for level, text in blocks), encoding="utf-8")
    return said(path)


def _set(path: Path, blocks: list[tuple[int, str]], columns: int, font: str, justified: int) -> Path:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    def head(canvas: Any, document: Any) -> None:
        canvas.setFont(font, 8)
        canvas.drawString(60, 812, "The school reader")
        canvas.drawRightString(535, 28, f"Page {document.page}")

    width = (475 - (columns - 1) * 18) / columns
    frames = [Frame(60 + n * (width + 18), 60, width, 340, leftPadding=0, rightPadding=0) for n in range(columns)]
    document = BaseDocTemplate(str(path))
    document.addPageTemplates(PageTemplate(frames=frames, onPage=head))
    body = ParagraphStyle("body", fontName=font, fontSize=10, leading=12, alignment=justified, spaceAfter=6)
    bold = font.replace("-Roman", "") + "-Bold"
    titles = ParagraphStyle("title", fontName=bold, fontSize=13, leading=16, spaceBefore=8, spaceAfter=4)
    document.build([Paragraph(escape(text), titles if level else body) for level, text in blocks])
    return path


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize(("font", "justified"), [("Times-Roman", 4), ("Helvetica", 0)])
def test_pages_hold_the_sentences_that_were_set(tmp_path: Path, columns: int, font: str, justified: int) -> None:
    """Pages are short, so that sentences run over columns and pages."""
    for path in sorted(TEXTS.glob("*.md")):
        blocks = _prose(path.read_text(encoding="utf-8"))
        found = said(_set(tmp_path / "a.pdf", blocks, columns, font, justified))
        assert found == _sentences(blocks, tmp_path), path.name


def test_a_word_document_holds_them_too(tmp_path: Path) -> None:
    import docx

    for path in sorted(TEXTS.glob("*.md")):
        blocks = _prose(path.read_text(encoding="utf-8"))
        document = docx.Document()
        for level, text in blocks:
            if level:
                document.add_heading(text, level)
            else:
                document.add_paragraph(text)
        assert said(saved(document, tmp_path / "a.docx")) == _sentences(blocks, tmp_path), path.name
