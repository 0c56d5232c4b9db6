"""Formats from outside: made here, read back with their pages, and bad ones refused in a sentence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from knowledge.courses.course import Course, open_course
from knowledge.documents.archives import files_in
from knowledge.documents.converters import convert
from knowledge.errors import KnowledgeError
from tests.knowledge.embedders import WordEmbedder


def make_pdf(path: Path, pages: int) -> Path:
    """A PDF with one fact a page."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"The planet number {number} is called Zarbon{number}.")
        canvas.drawString(72, 700, f"It was found by the astronomer Quill{number} in {1600 + number}.")
        canvas.showPage()
    canvas.save()
    return path


def make_pptx(path: Path) -> Path:
    """Two slides: title with bullets and notes, and a table."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    one = deck.slides.add_slide(deck.slide_layouts[1])
    one.shapes.title.text = "Volcanoes"
    one.placeholders[1].text = "Mount Ombra erupted in 1811\nLava cools to basalt"
    one.notes_slide.notes_text_frame.text = "Remind them that Ombra is extinct."
    two = deck.slides.add_slide(deck.slide_layouts[5])
    two.shapes.title.text = "Heights"
    table = two.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for row, cells in enumerate((("Name", "Height"), ("Ombra", "2310 m"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    deck.save(str(path))
    return path


def make_docx(path: Path) -> Path:
    from docx import Document

    document = Document()
    document.add_heading("Rivers", 1)
    document.add_paragraph("The river Lento flows for 400 km.")
    document.save(str(path))
    return path


def test_a_pdf_of_sixty_pages_keeps_its_page_numbers(tmp_path: Path) -> None:
    course = Course("planets", tmp_path / "home")
    document = course.add(make_pdf(tmp_path / "planets.pdf", 60))
    assert document.pages == 60
    passage = next(passage for passage in document.passages if "Zarbon37" in passage.text)
    assert passage.page == 37
    assert passage.place == "planets.pdf, page 37"
    assert "Quill37 in 1637" in passage.text
    embedder = WordEmbedder()
    index = open_course(course, embedder)
    found = index.sparse(["zarbon37"], 3)
    assert index.passages[max(found, key=lambda row: found[row])].page == 37


def test_a_pptx_gives_titles_bullets_tables_and_notes_with_slide_numbers(tmp_path: Path) -> None:
    document = Course("earth", tmp_path / "home").add(make_pptx(tmp_path / "earth.pptx"))
    text = {passage.slide: passage for passage in document.passages}
    assert text[1].title == "Volcanoes"
    assert "Mount Ombra erupted in 1811." in text[1].sentences
    assert "Remind them that Ombra is extinct." in text[1].sentences
    assert text[2].sentences == ("Name Ombra; Height 2310 m.",)
    assert text[2].place == "earth.pptx, slide 2"


def test_docx_html_and_notebooks(tmp_path: Path) -> None:
    html = tmp_path / "lakes.html"
    html.write_text(
        "<h1>Lakes</h1><script>evil()</script><p>Lake Azul is <b>deep</b>.</p><img src=x>", encoding="utf-8"
    )
    notebook = tmp_path / "sea.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ["# Sea\n", "The sea is salty."]},
        {"cell_type": "code", "source": "x=1"},
    ]
    notebook.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    course = Course("water", tmp_path / "home")
    said = {}
    for path in (make_docx(tmp_path / "rivers.docx"), html, notebook):
        document = course.add(path)
        said[path.suffix] = (document.passages[0].title, document.passages[0].sentences, document.remarks)
    assert said[".docx"] == ("Rivers", ("The river Lento flows for 400 km.",), ())
    assert said[".html"] == ("Lakes", ("Lake Azul is deep.",), ("1 picture was not read",))
    assert said[".ipynb"][:2] == ("Sea", ("The sea is salty.",))


@pytest.mark.parametrize("suffix", [".pdf", ".pptx", ".docx", ".ipynb"])
@pytest.mark.parametrize(
    "data",
    [b"", b"not what the name says", b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>", b"PK\x03\x04" + bytes(100)],
)
def test_a_damaged_file_is_a_sentence_and_the_course_is_untouched(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(data)
    course = Course("x", tmp_path / "home")
    with pytest.raises(KnowledgeError) as caught:
        course.add(path)
    assert caught.value.code == "unreadable_document"
    assert f"bad{suffix}" in str(caught.value)
    assert not course.sources()


def test_an_unknown_format_names_those_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x")
    with pytest.raises(KnowledgeError) as caught:
        convert(path, path.name)
    assert ".pdf" in caught.value.hint


@pytest.mark.parametrize(
    "name", ["../../evil.md", "/etc/evil.md", "..\\evil.md", "a\x00b.md", ".hidden.md", "x" * 400 + ".md"]
)
def test_no_name_leads_out_of_the_data_folder(tmp_path: Path, name: str) -> None:
    source = tmp_path / "source.md"
    source.write_text("A sentence about chalk.", encoding="utf-8")
    course = Course("safe", tmp_path / "home")
    course.add(source, name)
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert len([path for path in kept if path.parent == course.documents]) == 1
    assert all(path.is_relative_to(course.shelf.folder) for path in kept)
    assert not (tmp_path / "evil.md").exists()


def test_folders_and_zips_are_the_files_inside_them(tmp_path: Path) -> None:
    folder = tmp_path / "week"
    (folder / "one").mkdir(parents=True)
    (folder / "one" / "a.md").write_text("Text one.", encoding="utf-8")
    (folder / "b.txt").write_text("Text two.", encoding="utf-8")
    (folder / "c.mp4").write_bytes(b"x")
    (folder / "link.md").symlink_to("/etc/hostname")
    bundle = tmp_path / "more.zip"
    with zipfile.ZipFile(bundle, "w") as file:
        file.writestr("../../outside.md", "Evil.")
        file.writestr("inside/d.md", "Text three.")
    with files_in([folder, bundle]) as found:
        assert [name for name, _ in found.files] == ["b.txt", "one a.md", "more inside d.md"]
        assert all(path.exists() for _, path in found.files)
        assert found.left_out == ["c.mp4", "link.md"]
    assert not (tmp_path.parent / "outside.md").exists()


def test_a_zip_bomb_is_stopped(tmp_path: Path) -> None:
    bundle = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("big.txt", bytes(150_000_000))
    with files_in([bundle]) as found:
        assert found.files == []
        assert "unpacks to more" in str(found.refused[0][1])


def test_the_same_document_again_changes_nothing(tmp_path: Path) -> None:
    course, embedder = Course("again", tmp_path / "home"), WordEmbedder()
    path = make_pdf(tmp_path / "p.pdf", 3)
    course.add(path)
    before = open_course(course, embedder)
    course.add(path)
    said: list[str] = []
    after = open_course(course, embedder, lambda what, _done, _total: said.append(what))
    assert said == []
    assert [passage.id for passage in after.passages] == [passage.id for passage in before.passages]


LECTURE = Path(__file__).parents[4] / "shared" / "lecture" / "ai-introduction.txt"


@pytest.mark.skipif(not LECTURE.exists(), reason="the lecture's own file is not part of the project")
def test_the_lecture_file_itself_is_read(tmp_path: Path) -> None:
    document = Course("raw", tmp_path / "home").add(LECTURE)
    text = " ".join(passage.text for passage in document.passages)
    for fact in ("Frank Rosenblatt", "Neocognitron (1979)", "28.4 BLEU", "CRABRC", "7.27"):
        assert fact in text
    assert len(document.passages) > 30
