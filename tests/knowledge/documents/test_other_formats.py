"""Plain text, notebooks, workbooks, OpenDocument, rich text, books, captions and older files."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from knowledge.documents.archives import files_in
from knowledge.documents.formats import older
from knowledge.documents.sandbox import read_document
from knowledge.errors import KnowledgeError
from tests.knowledge.documents.making import box, column, deck, pdf, read, said, saved


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_plain_text_is_read_in_its_encoding(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("El ñandú corre a 60 km por hora.".encode(coding))
    assert said(path) == ["El ñandú corre a 60 km por hora."]


def test_plain_text_is_no_markdown_and_its_lines_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "The slope is w*x + b*2 and costs $5 to $9. It was found in\n1957. Then came the\n~~~ sign.\n\n"
        "- One thing\n- Another thing\n\f\nA second page.\n", encoding="utf-8",
    )  # fmt: skip
    passages = read(path).passages
    assert [(passage.page, passage.sentences) for passage in passages] == [
        (1, ("The slope is w*x + b*2 and costs $5 to $9.", "It was found in 1957.", "Then came the ~~~ sign.",
             "One thing.", "Another thing.")),
        (2, ("A second page.",)),
    ]  # fmt: skip


def _notebook(path: Path, data: dict[str, Any], head: bytes = b"") -> Path:
    path.write_bytes(head + json.dumps(data).encode())
    return path


def test_notebooks_of_both_formats_with_a_mark_of_byte_order(tmp_path: Path) -> None:
    fourth = {"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["It trains for\n", "30 epochs."]}]}
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Seas"},
        {"cell_type": "markdown", "source": "The sea is salty."},
        {"cell_type": "code", "input": "x = 1", "outputs": [{"output_type": "display_data", "png": "abc"}]},
    ]  # fmt: skip
    assert said(_notebook(tmp_path / "a.ipynb", fourth, b"\xef\xbb\xbf")) == ["It trains for 30 epochs."]
    third = read(_notebook(tmp_path / "b.ipynb", {"nbformat": 3, "worksheets": [{"cells": cells}]}))
    assert [(passage.title, passage.sentences) for passage in third.passages] == [("Seas", ("The sea is salty.",))]
    assert third.remarks == ("1 picture was not read",)


def test_what_the_cells_of_a_notebook_say_is_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    frame = (
        '<table class="dataframe"><thead><tr><th></th><th>year</th><th>rain</th></tr></thead><tbody>'
        "<tr><th>0</th><td>1990</td><td>812</td></tr><tr><th>1</th><td>1991</td><td>640</td></tr></tbody></table>"
    )
    outputs = [
        {
            "output_type": "stream",
            "name": "stdout",
            "text": ["3 %\r", "100 %\n", "The mean is \x1b[1m726\x1b[0m mm.\n"],
        },
        {"output_type": "execute_result", "data": {"text/html": [frame], "text/plain": ["   year  rain"]}},
        {"output_type": "execute_result", "data": {"text/plain": ["LinearRegression()"]}},
        {"output_type": "display_data", "data": {"image/png": "aGk=", "text/plain": ["<Figure size 640x480>"]}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["Traceback", "ValueError: no"]},
        {"output_type": "stream", "name": "stdout", "text": [f"step {n}\n" for n in range(100)]},
    ]
    cell = {"cell_type": "code", "metadata": {}, "source": ["rain.mean()"], "outputs": outputs}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    found = read(path)
    assert [text for passage in found.passages for text in passage.sentences] == [
        "100 %", "The mean is 726 mm.", "year 1990; rain 812.", "year 1991; rain 640.",
    ]  # fmt: skip
    assert found.remarks == (
        "1 picture was not read", "2 outputs of code, errors or long ones, were left out",
    )  # fmt: skip


@pytest.mark.parametrize(("coding", "sign"), [("utf-8", ","), ("latin-1", ";"), ("utf-16", "\t"), ("utf-8-sig", "|")])
def test_separated_values_by_whatever_parts_them(tmp_path: Path, coding: str, sign: str) -> None:
    path = tmp_path / "a.csv"
    lines = (("Ciudad", "Año"), ("Cali", "1536"), ("Bogotá", "1538"))
    path.write_bytes("\r\n".join(sign.join(line) for line in lines).encode(coding))
    assert said(path) == ["Ciudad Cali; Año 1536.", "Ciudad Bogotá; Año 1538."]


def test_a_workbook_shows_values_and_hides_what_is_hidden(tmp_path: Path) -> None:
    from datetime import date

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Rivers"
    for row in (("Measured in spring", None, None), (), ("River", "Length", "Share"), ("Cauca", 965, 0.25),
                ("Lento", date(2024, 5, 1), 0.5)):  # fmt: skip
        sheet.append(row)
    for cell in sheet["C"][3:]:
        cell.number_format = "0%"
    sheet.append(("Hidden row", 1, 1))
    sheet.row_dimensions[6].hidden = True
    secret = book.create_sheet("Secret")
    secret.append(("No", "one"))
    secret.sheet_state = "hidden"
    document = read(saved_book(book, tmp_path / "a.xlsx"))
    assert document.passages[0].title == "Rivers"
    assert document.passages[0].sentences == (
        "Measured in spring", "River Cauca; Length 965; Share 25%.", "River Lento; Length 2024-05-01; Share 50%.",
    )  # fmt: skip
    assert document.remarks == ("2 hidden sheets, rows or columns were left out",)


def saved_book(book: Any, path: Path) -> Path:
    """A workbook as a file."""
    book.save(path)
    return path


OPEN = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
        ("svg", "svg-compatible"), ("presentation", "presentation"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip


def _open_document(path: Path, body: str, styles: str = "", parts: dict[str, str] | None = None) -> Path:
    styles = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content = f"<office:document-content {OPEN}>{styles}<office:body>{body}</office:body></office:document-content>"
    with zipfile.ZipFile(path, "w") as held:
        held.writestr("content.xml", content)
        for name, text in (parts or {}).items():
            held.writestr(name, text)
    return path


def test_an_opendocument_text(tmp_path: Path) -> None:
    styles = (
        '<style:style style:name="up"><style:text-properties style:text-position="super 58%"/></style:style>'
        '<style:style style:name="no"><style:text-properties text:display="none"/></style:style>'
    )
    cells = "".join(f"<table:table-cell{span}><text:p>{text}</text:p></table:table-cell>" for span, text in (
        (' table:number-rows-spanned="2"', "South"), ("", "Maize"), ("", "12")))  # fmt: skip
    note = "<text:note-citation>1</text:note-citation><text:note-body><text:p>About.</text:p></text:note-body>"
    body = (
        '<office:text><text:h text:outline-level="1">Seas</text:h><text:p>The area is x'
        f'<text:span text:style-name="up">2</text:span><text:note>{note}</text:note> and <draw:frame><draw:object '
        'xlink:href="./Object 1"/></draw:frame>.</text:p><text:p text:style-name="no">Secret.</text:p>'
        "<text:list><text:list-item><text:p>Salt</text:p></text:list-item></text:list><table:table>"
        "<table:table-row><table:table-cell><text:p>Area</text:p></table:table-cell><table:table-cell><text:p>Crop</text:p>"
        "</table:table-cell><table:table-cell><text:p>Tons</text:p></table:table-cell></table:table-row>"
        f"<table:table-row>{cells}</table:table-row><table:table-row><table:covered-table-cell/><table:table-cell>"
        "<text:p>Rice</text:p></table:table-cell><table:table-cell><text:p>7</text:p></table:table-cell></table:table-row>"
        "</table:table></office:text>"
    )
    formula = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mi>a</mi><mi>b</mi></mfrac></math>'
    document = read(_open_document(tmp_path / "a.odt", body, styles, {"Object 1/content.xml": formula}))
    assert [(passage.title, passage.sentences) for passage in document.passages] == [
        ("Seas", (r"The area is x² and $\frac{a}{b}$.", "Salt.", "Area South; Crop Maize; Tons 12.",
                  "Area South; Crop Rice; Tons 7.", "About.")),
    ]  # fmt: skip
    assert document.remarks == ("hidden text was left out",)


def test_an_opendocument_presentation(tmp_path: Path) -> None:
    def frame(text: str, y: int, kind: str = "outline") -> str:
        return (
            f'<draw:frame presentation:class="{kind}" svg:x="1cm" svg:y="{y}cm"><draw:text-box><text:p>{text}</text:p>'
            "</draw:text-box></draw:frame>"
        )

    styles = (
        '<style:style style:name="no"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    notes = f"<presentation:notes>{frame('Say it slowly.', 1, 'notes')}</presentation:notes>"
    body = (
        f"<office:presentation><draw:page>{frame('Second', 5)}{frame('First', 2)}{frame('Rivers', 9, 'title')}{notes}"
        "</draw:page>"
        f'<draw:page draw:style-name="no">{frame("Secret", 1)}</draw:page></office:presentation>'
    )
    document = read(_open_document(tmp_path / "a.odp", body, styles))
    assert [(passage.slide, passage.title, passage.sentences) for passage in document.passages] == [
        (1, "Rivers", ("First.", "Second.", "Say it slowly.")),
    ]  # fmt: skip
    assert document.remarks == ("slide 2 is hidden and was left out",)


def test_rich_text(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(
        rb"{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}{\colortbl;\red255\green255\blue255;}\f0\fs24 The heart has x"
        rb"{\super 2} valves, "
        rb"not {\v secret one }{\cf1 secret two }three. Se\'f1al.\par\trowd\cellx1000\cellx2000 Adam\cell 12\cell\row}"
    )
    document = read(path)
    assert document.passages[0].sentences == ("The heart has x² valves, not three.", "Señal.", "Adam; 12.")
    assert document.remarks == ("hidden text was left out",)


def _book(path: Path, extra: dict[str, str] | None = None) -> Path:
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="in/b.opf"/></rootfiles></container>',
        "in/b.opf": '<package><manifest><item id="b" href="two.xhtml"/><item id="a" href="one%20a.xhtml"/>'
        '<item id="n" href="nav.xhtml" properties="nav"/></manifest><spine><itemref idref="n"/><itemref idref="a"/>'
        '<itemref idref="b"/></spine></package>',
        "in/one a.xhtml": "<html><head><link rel='stylesheet' href='s.css'/></head><body><h1>One</h1>"
        "<p>It rains.</p><p class='no'>Secret.</p></body></html>",
        "in/two.xhtml": "<html><body><h1>Two</h1><p>It snows.</p></body></html>",
        "in/nav.xhtml": "<html><body><p>Contents.</p></body></html>",
        "in/s.css": ".no { display: none }",
    }
    with zipfile.ZipFile(path, "w") as held:
        for name, text in {**parts, **(extra or {})}.items():
            held.writestr(name, text)
    return path


def test_a_book_is_read_in_the_order_of_its_spine(tmp_path: Path) -> None:
    document = read(_book(tmp_path / "a.epub"))
    assert [(passage.title, passage.text) for passage in document.passages] == [
        ("One", "It rains."),
        ("Two", "It snows."),
    ]
    assert document.remarks == ("hidden text was left out",)
    method = '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
    locked = f"<encryption><EncryptedData>{method}</EncryptedData></encryption>"
    with pytest.raises(KnowledgeError, match="locked"):
        read(_book(tmp_path / "b.epub", {"META-INF/encryption.xml": locked}))


@pytest.mark.parametrize(("ending", "head", "point"), [(".vtt", "WEBVTT\n\n", "."), (".srt", "", ",")])
def test_captions_are_sentences_under_their_minute(tmp_path: Path, ending: str, head: str, point: str) -> None:
    cues = ((1, "<v Ana>The bridge was made by Frank"), (4, "Rosen in 1957. It"), (125, "holds &amp; stands."))
    path = tmp_path / f"a{ending}"
    path.write_text(head + "\n".join(
        f"{n}\n00:{second // 60:02}:{second % 60:02}{point}000 --> 00:09:00{point}000\n{text}\n"
        for n, (second, text) in enumerate(cues, 1)), encoding="utf-8")  # fmt: skip
    assert [(passage.title, passage.sentences) for passage in read(path).passages] == [
        ("From 0:00", ("The bridge was made by Frank Rosen in 1957.", "It holds & stands.")),
    ]  # fmt: skip


def test_captions_that_scroll_are_said_once(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nThe sun is\n\n00:02.000 --> 00:03.000\nThe sun is\na star.\n",
        encoding="utf-8",
    )
    assert said(path) == ["The sun is a star."]


def test_a_file_is_what_is_in_it_whatever_it_is_called(tmp_path: Path) -> None:
    pdf(tmp_path / "a.docx", [column(["A PDF at heart."])])
    presentation, slide = deck()
    box(slide, "A deck at heart.")
    saved(presentation, tmp_path / "b.docx")
    (tmp_path / "c.doc").write_bytes(rb"{\rtf1\ansi Rich at heart.}")
    (tmp_path / "d.xls").write_text("<html><p>A page at heart.</html>")
    assert [read(tmp_path / name).passages[0].text for name in ("a.docx", "b.docx", "c.doc", "d.xls")] == [
        "A PDF at heart.", "A deck at heart.", "Rich at heart.", "A page at heart.",
    ]  # fmt: skip


def test_an_old_file_without_libreoffice_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older, "program", lambda: None)
    path = tmp_path / "a.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(KnowledgeError) as caught:
        read_document(path, "course")
    assert caught.value.code == "unsupported_format"
    assert ".docx" in caught.value.hint and "LibreOffice" in caught.value.hint


@pytest.mark.slow
@pytest.mark.skipif(older.program() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("newer", "old"), [(".docx", "doc"), (".pptx", "ppt")])
def test_old_files_are_read_where_libreoffice_is(tmp_path: Path, newer: str, old: str) -> None:
    import docx

    if newer == ".docx":
        document = docx.Document()
        document.add_paragraph("The old file tells of 1987.")
    else:
        document, slide = deck()
        box(slide, "The old file tells of 1987.")
    path = saved(document, tmp_path / f"a{newer}")
    command = [
        str(older.program()),
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        old,
    ]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True)
    found = read_document(tmp_path / f"a.{old}", "course")
    assert [sentence for passage in found.passages for sentence in passage.sentences] == ["The old file tells of 1987."]
    assert found.name == f"a.{old}"


@pytest.mark.parametrize("coding", ["utf-8", "cp850", "cp1252"])
def test_names_in_zips_of_other_programs_are_read(tmp_path: Path, coding: str) -> None:
    """Their makers write the bytes of their own encoding and do not say which it is."""
    path, wanted = tmp_path / "week.zip", "Lección año.txt"
    stand_in = "x" * (len(wanted.encode(coding)) - 4) + ".txt"
    with zipfile.ZipFile(path, "w") as held:
        held.writestr(stand_in, "The lesson has three parts.")
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), wanted.encode(coding)))
    with files_in([path]) as bundle:
        assert [name for name, _ in bundle.files] == [f"week {wanted}"]


def test_folders_and_links_in_zips_of_other_programs(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as held:
        held.writestr("one\\a.txt", "One.")
        held.writestr(link, "/etc/hostname")
    with files_in([path]) as bundle:
        assert [name for name, _ in bundle.files] == ["week one a.txt"]
        assert bundle.left_out == ["week link.txt"]
