"""What holds of any text, however it is set: nothing is lost, nothing is joined wrongly, no sign is markup."""

from __future__ import annotations

import itertools
import json
import random
import string
import tempfile
import textwrap
import unicodedata
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.documents.characters import clean, decode
from knowledge.documents.formats.grids import Grid
from knowledge.documents.formats.marked import read_notebook
from knowledge.documents.formats.plain import text_pages
from knowledge.documents.formats.web import html_units
from knowledge.documents.gaps import Ledger
from knowledge.documents.layout.hyphens import Vocabulary
from knowledge.documents.units import prose, rows
from tests.knowledge.documents.making import Placed, column, pdf, read, said

SHORT = frozenset(
    """etc al fig vs dr prof mr ms st no approx cf resp sec ch vol pp eq
    jan feb mar apr jun jul aug sep oct nov dec""".split()
)
"""Words whose full stop ends no sentence."""
WORDS = st.text(string.ascii_lowercase, min_size=2, max_size=11).filter(lambda word: word not in SHORT)
NAMES = st.one_of(
    WORDS.map(str.title), st.integers(1000, 2999).map(str), st.sampled_from(["w*x", "_a_", "$5", "`b`", "#3"])
)
SENTENCES = st.tuples(WORDS, st.lists(st.one_of(WORDS, WORDS, WORDS, NAMES), min_size=6, max_size=22), WORDS).map(
    lambda parts: f"{parts[0].title()} {' '.join(parts[1])} {parts[2]}."
)
TEXTS = st.lists(SENTENCES, min_size=1, max_size=6)
FEW = settings(max_examples=25, deadline=None)


def _set(pages: list[list[Placed]]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return said(pdf(Path(folder) / "a.pdf", pages, font="Courier", points=10))


@FEW
@given(TEXTS, st.integers(28, 70), st.integers(1, 4))
def test_a_paragraph_is_its_sentences_whatever_its_width_and_pages(text: list[str], width: int, pages: int) -> None:
    """Set ragged, greedily, with running heads and numbers, and cut into pages anywhere."""
    lines = textwrap.wrap(" ".join(text), width, break_on_hyphens=False)
    size = -(-len(lines) // pages)
    parts = [lines[start : start + size] for start in range(0, len(lines), size)]
    cuts = itertools.pairwise(parts)
    if any(len(part) < 6 for part in parts) or not all(below[0][0].islower() for _, below in cuts):
        parts = [lines]  # few lines, or one that begins with a name, do not tell enough of the width of a page
    heads = len(parts) > 1
    assert _set([
        [*([(72, 810, "Notes on nothing"), (300, 30, str(n))] if heads else []), *column(part)]
        for n, part in enumerate(parts, 1)
    ]) == text  # fmt: skip


@FEW
@given(TEXTS, TEXTS, st.booleans(), st.sampled_from([0.0, 3.0, 6.0]))
def test_two_columns_are_two_texts_in_whatever_order_they_are_drawn(
    left: list[str], right: list[str], by_rows: bool, shift: float
) -> None:
    columns = [textwrap.wrap(" ".join(text), 34, break_on_hyphens=False) for text in (left, right)]
    drawn = [*column(columns[0], 60, 700, 13), *column(columns[1], 330, 700 - shift, 13)]
    if min(map(len, columns)) < 4 or not all(any(line[0].islower() for line in lines[1:]) for lines in columns):
        return  # too few lines to see columns in, or nothing that tells running text from the cells of a table
    if by_rows:
        drawn.sort(key=lambda item: -item[1])
    assert _set([drawn]) == [*left, *right]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(30, 90))
def test_typed_lines_are_joined_as_printed_ones(text: list[str], width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(" ".join(text), width, break_on_hyphens=False))
    assert [unit.text for page in text_pages(wrapped).pages for unit in page.units] == text


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=200))
def test_no_reader_gives_what_no_reader_sees(text: str) -> None:
    for unit in [*prose(text), *(unit for page in text_pages(text).pages for unit in page.units)]:
        assert all((char.isprintable() and not char.isspace()) or char == " " for char in unit.text), unit
        json.dumps(unit.text).encode("ascii")
        unit.text.encode("utf-8")
        assert unicodedata.is_normalized("NFC", unit.text)


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


LATIN = st.text(st.sampled_from(string.ascii_letters + " áéíóúñü¿¡.,0123456789"), min_size=12, max_size=80)


@given(LATIN, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
def test_text_survives_its_encoding(text: str, coding: str) -> None:
    assert decode(text.encode(coding)) == text


@given(LATIN, st.sampled_from(["latin-1", "cp1252"]))
def test_text_of_windows_survives_where_it_is_not_utf_8_by_chance(text: str, coding: str) -> None:
    data = text.encode(coding)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        assert decode(data) == text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_no_html_raises_and_its_hidden_parts_never_show(text: str) -> None:
    units = html_units(f"<p>Seen.</p>{text}", Ledger())
    assert all(unit.text for unit in units)
    held = text.replace("<", "").replace("&", "")
    hidden = html_units(f"<p>Seen.</p><div hidden>{held} qqzqq</div>", Ledger())
    assert "qqzqq" not in " ".join(unit.text for unit in hidden)


@given(st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_table_cut_into_spans_is_the_table(width: int, height: int, choose: random.Random) -> None:
    """Cells that are merged hold in each place what the merged cell holds."""
    table = [[""] * width for _ in range(height)]
    grid = Grid()
    for y in range(height):
        row = []
        for x in range(width):
            if table[y][x]:
                continue
            across, down = choose.randint(1, width - x), choose.randint(1, height - y)
            while any(table[y][other] for other in range(x, x + across)):
                across -= 1
            for below in range(y, y + down):
                for beside in range(x, x + across):
                    table[below][beside] = f"c{y}x{x}"
            row.append((f"c{y}x{x}", across, down))
        grid.add(row)
    assert grid.units(headed=False) == rows(table, headed=False)


@given(st.text(string.ascii_lowercase, min_size=4, max_size=14), st.data())
def test_a_word_that_the_document_knows_is_never_left_broken(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(2, len(word) - 2))
    vocabulary = Vocabulary()
    vocabulary.learn([f"here {word} stands"])
    assert vocabulary.join([f"a {word[:place]}-", f"{word[place:]} b"]) == f"a {word} b"


@FEW
@given(TEXTS, TEXTS, st.sampled_from(["white", "tiny", "off", "covered", "unpainted"]))
def test_what_no_reader_sees_never_shows(shown: list[str], hidden: list[str], how: str) -> None:
    secret = [f"{text[:-1]} qqzqq." for text in hidden]

    def draw(canvas: Any) -> None:
        canvas.setFillGray(1 if how == "white" else 0)
        canvas.setFont("Courier", 1 if how == "tiny" else 10)
        lines = textwrap.wrap(" ".join(secret), 60)
        place = canvas.beginText(-2000 if how == "off" else 72, 300)
        place.setTextRenderMode(3 if how == "unpainted" else 0)
        place.textLines(lines)
        canvas.drawText(place)
        if how == "covered":
            canvas.setFillGray(1)
            canvas.rect(60, 300 - 13 * len(lines), 480, 13 * len(lines) + 20, fill=1, stroke=0)

    with tempfile.TemporaryDirectory() as folder:
        lines = textwrap.wrap(" ".join(shown), 60, break_on_hyphens=False)
        path = pdf(Path(folder) / "a.pdf", [column(lines, top=780)], draw=draw, font="Courier", points=10)
        found = read(path)
    assert [text for passage in found.passages for text in passage.sentences] == shown
    assert found.remarks == ("hidden text was left out (page 1)",)


@FEW
@given(st.integers(2, 4), st.integers(2, 6), st.randoms(use_true_random=False))
def test_a_ruled_table_with_merged_cells_is_the_table(width: int, height: int, choose: random.Random) -> None:
    """Cells that go over several rows, drawn with a rule about each, hold in each row what they hold."""
    texts: list[Placed] = []
    boxes: list[tuple[float, float, float, float]] = []
    table = [[""] * width for _ in range(height)]
    for x in range(width):
        y = 0
        while y < height:
            down = 1 if y == 0 else choose.randint(1, height - y)
            cell = f"Head{x}" if y == 0 else f"c{y}x{x}"
            for below in range(y, y + down):
                table[below][x] = cell
            boxes.append((72 + 90 * x, 700 - 16.0 * (y + down), 90, 16.0 * down))
            texts.append((76 + 90 * x, 704 - 16.0 * (y + choose.randint(1, down)), cell))
            y += down
    levels = {box[1] for box in boxes}
    if len(levels) < height:
        return  # a row that no rule parts from the next one is none for a reader, either

    def draw(canvas: Any) -> None:
        for box in boxes:
            canvas.rect(*box)

    with tempfile.TemporaryDirectory() as folder:
        found = said(pdf(Path(folder) / "a.pdf", [texts], draw=draw, font="Courier", points=10))
    assert found in [[unit.text for unit in rows(table, headed=headed)] for headed in (True, False)]


HELD = st.dictionaries(st.sampled_from(["text/plain", "text/html", "image/png"]), st.text(max_size=60), max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=60), HELD), max_size=4))
def test_any_output_of_a_notebook_is_read_or_counted(outputs: list[str | dict[str, str]]) -> None:
    held = [
        {"output_type": "stream", "text": [output]} if isinstance(output, str)
        else {"output_type": "display_data", "data": output}
        for output in outputs
    ]  # fmt: skip
    cells = [{"cell_type": "code", "metadata": {}, "source": ["x"], "outputs": held}]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        found = read_notebook(path, lambda *_: None)
    pictures = sum("image/png" in output for output in outputs if isinstance(output, dict))
    assert sum(gap.count for gap in found.gaps if gap.kind == "picture") == pictures
    assert all(unit.text for page in found.pages for unit in page.units)
