"""Small files of the kinds that readers of documents get wrong, and what Tiza says that they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from knowledge.documents.reading import Document, read_here

Placed = tuple[float, float, str]
"""Left, height above the page's foot, and the text that is drawn there."""


def read(path: Path) -> Document:
    """The file, read in this process."""
    return read_here(path, "course", path.name)


def said(path: Path) -> list[str]:
    """Every sentence of a file, in order."""
    return [sentence for passage in read(path).passages for sentence in passage.sentences]


def column(lines: Iterable[str], left: float = 72, top: float = 700, leading: float = 14) -> list[Placed]:
    """Lines below one another."""
    return [(left, top - leading * number, line) for number, line in enumerate(lines)]


def pdf(
    path: Path, pages: Sequence[Sequence[Placed]], *, draw: Callable[[Any], None] | None = None,
    size: tuple[float, float] = (595, 842), font: str = "Helvetica", points: float = 12,
) -> Path:  # fmt: skip
    """A PDF with texts at places; `draw` draws more on each page."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=size)
    for page in pages:
        canvas.setFont(font, points)
        for left, height, text in page:
            canvas.drawString(left, height, text)
        if draw is not None:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def deck(title: str = "A slide") -> tuple[Any, Any]:
    """A presentation and its first slide."""
    from pptx import Presentation

    found = Presentation()
    slide = found.slides.add_slide(found.slide_layouts[5])
    slide.shapes.title.text = title
    return found, slide


def box(slide: Any, text: str, top: float = 2, left: float = 0) -> Any:
    """A text box on a slide, by its inches from above and from the left."""
    from pptx.util import Inches

    shape = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(4), Inches(0.8))
    shape.text_frame.text = text
    return shape


def saved(document: Any, path: Path) -> Path:
    """A document of python-pptx or python-docx as a file."""
    document.save(str(path))
    return path


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def put(paragraph: Any, xml: str) -> None:
    """Add XML to a paragraph of Word."""
    from docx.oxml import parse_xml

    paragraph._p.append(parse_xml(xml))
