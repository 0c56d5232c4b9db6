"""What is not among a file's passages is told: by its reader, in its report, and through the service."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from knowledge.courses.course import Course
from knowledge.documents import ocr
from knowledge.documents.gaps import Gap, Ledger, gaps_of
from knowledge.errors import KnowledgeError
from tests.knowledge.documents.making import column, deck, pdf, read, said, saved

needs_ocr = pytest.mark.skipif(not ocr.installed(), reason="Tesseract is not installed")


def picture(lines: list[str], size: tuple[int, int] = (1240, 400), *, accents: bool = False) -> bytes:
    """A picture (PNG) with lines of text; Pillow's own font has no accents."""
    import reportlab
    from PIL import Image, ImageDraw, ImageFont

    vera = Path(reportlab.__file__).with_name("fonts") / "Vera.ttf"
    font = ImageFont.truetype(vera, 44) if accents else ImageFont.load_default(44)
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((40, 40 + 60 * number), line, fill=0, font=font)
    found = io.BytesIO()
    image.save(found, "PNG")
    return found.getvalue()


def _scan(path: Path, lines: list[str], *, accents: bool = False) -> Path:
    """A page that is only a picture, and a page of text."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    canvas.drawImage(ImageReader(io.BytesIO(picture(lines, accents=accents))), 40, 500, 500, 161)
    canvas.showPage()
    canvas.drawString(72, 700, "Page two says that rain is wet.")
    canvas.save()
    return path


@needs_ocr
def test_scanned_lines_become_sentences_of_their_page(tmp_path: Path) -> None:
    document = read(_scan(tmp_path / "a.pdf", ["The kernel was measured by", "Gauss in 1809. It has", "25 weights."]))
    assert [(passage.page, passage.sentences) for passage in document.passages] == [
        (1, ("The kernel was measured by Gauss in 1809.", "It has 25 weights.")),
        (2, ("Page two says that rain is wet.",)),
    ]
    assert document.remarks == ("1 picture was read by Tesseract (page 1)",)
    assert document.missing == ()


@pytest.mark.skipif("spa" not in ocr.installed(), reason="Tesseract's Spanish is not installed")
def test_a_spanish_scan_keeps_its_accents(tmp_path: Path) -> None:
    lines = [
        "Los molinos de la sierra se levantaron",
        "cuando varias sequías dejaron sin fuerza",
        "a los molinos de agua. El más antiguo lo",
        "mandó construir el cura Tomás Robledo.",
    ]
    (tmp_path / "b.png").write_bytes(picture(lines, accents=True))
    wanted = "Los molinos de la sierra se levantaron cuando varias sequías dejaron sin fuerza a los molinos de agua."
    for path in (_scan(tmp_path / "a.pdf", lines, accents=True), tmp_path / "b.png"):
        assert said(path)[:2] == [wanted, "El más antiguo lo mandó construir el cura Tomás Robledo."]


@needs_ocr
def test_pictures_in_slides_documents_and_alone_are_read(tmp_path: Path) -> None:
    import docx
    from pptx.util import Inches

    data = picture(["The lens has 3 layers."])
    presentation, slide = deck()
    slide.shapes.add_picture(io.BytesIO(data), 0, Inches(2), Inches(6))
    document = docx.Document()
    document.add_picture(io.BytesIO(data), Inches(6))
    (tmp_path / "c.png").write_bytes(data)
    for path in (saved(presentation, tmp_path / "a.pptx"), saved(document, tmp_path / "b.docx"), tmp_path / "c.png"):
        assert said(path) == ["The lens has 3 layers."]


def test_without_tesseract_a_scanned_page_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", tuple)
    document = read(_scan(tmp_path / "a.pdf", ["Unread."]))
    assert document.remarks == (
        "1 picture that may hold text was not read (page 1): Tesseract, which would read it, is not installed",
    )
    assert [(gap.kind, gap.places) for gap in document.missing] == [("ocr_missing", (1,))]
    (tmp_path / "b.png").write_bytes(picture(["Unread."]))
    with pytest.raises(KnowledgeError, match="Tesseract"):
        read(tmp_path / "b.png")


@needs_ocr
def test_a_page_that_is_a_drawing_has_no_text_and_a_blank_one_is_no_gap(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        if canvas.getPageNumber() == 2:
            canvas.circle(300, 400, 150)

    document = read(pdf(tmp_path / "a.pdf", [column(["Words."]), [], []], draw=draw))
    assert document.remarks == ("page 2 has no text that can be read",)


def test_a_file_without_any_text_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", tuple)
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.circle(300, 400, 150)
    canvas.save()
    with pytest.raises(KnowledgeError, match=r"holds no text: page 1 has no text that can be read\."):
        read(tmp_path / "a.pdf")


def test_what_was_not_read_is_kept_with_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = Course("seas", tmp_path / "home")
    path = tmp_path / "a.html"
    path.write_text("<p>The sea is salty.</p><img src=x.png>", encoding="utf-8")
    added = course.add(path)
    monkeypatch.setattr("knowledge.documents.store.read_document", None)  # it is not read again
    assert course.shelf.read("a.html").gaps == added.gaps == (Gap("picture", 1, (), ""),)


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (Gap("unread_page", 2, (3, 7), "page"), "pages 3, 7 have no text that can be read"),
        (Gap("picture", 1, (3,), "page"), "1 picture was not read (page 3)"),
        (Gap("picture", 4, (3,), "slide"), "4 pictures were not read (slide 3)"),
        (Gap("equation", 2), "2 equations could not be read"),
        (Gap("hidden_slide", 1, (2,), "slide"), "slide 2 is hidden and was left out"),
        (Gap("unread_page", 15, tuple(range(1, 16)), "page"),
         "pages 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 3 more have no text that can be read"),
    ],
)  # fmt: skip
def test_a_gap_in_words(gap: Gap, words: str) -> None:
    assert gap.words == words


def test_a_ledger_counts_by_kind_and_place() -> None:
    ledger = Ledger("page")
    for place, count in ((2, 1), (5, 2), (2, 1), (9, 0)):
        ledger.note("picture", place, count)
    assert ledger.gaps() == (Gap("picture", 4, (2, 5), "page"),)
    assert gaps_of([{"kind": "picture", "count": 4, "places": [2, 5], "unit": "page"}]) == ledger.gaps()


@needs_ocr
def test_a_picture_on_every_slide_is_read_once_and_each_reading_is_told(tmp_path: Path) -> None:
    import docx
    from docx.shared import Inches

    from knowledge.documents.formats.word import read_word

    document = docx.Document()
    for lines in (["The lens has 3 layers."], ["The eye has a lens."], ["The lens has 3 layers."]):
        document.add_picture(io.BytesIO(picture(lines)), Inches(6))
    heard: list[tuple[int, int]] = []
    found = read_word(saved(document, tmp_path / "a.docx"), lambda done, total: heard.append((done, total)))
    assert [unit.text for page in found.pages for unit in page.units] == [
        "The lens has 3 layers.",
        "The eye has a lens.",
    ]
    assert len(heard) == 2
