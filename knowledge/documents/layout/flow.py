"""The pieces of a document in the order of reading, joined over the ends of columns and pages, as units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from knowledge.documents.characters import flat
from knowledge.documents.layout.columns import Table, regions
from knowledge.documents.layout.hyphens import Vocabulary
from knowledge.documents.layout.paragraphs import Paragraph, has_no_room, paragraphs
from knowledge.documents.layout.running import Sheet, split_notes
from knowledge.documents.layout.runs import Line
from knowledge.documents.units import ENDED, Unit, heading, is_headed, is_open, item, rows, sentences_in

_PAGES = 3
"""Pages before one by which the width of its columns is known."""
_LEADER = re.compile(r"(?<![.…·_])(?<![.…·_]\s)(?:[.…·_]\s?){4,}\s*[\divxlc]+$")


@dataclass(slots=True)
class Piece:
    """A paragraph or a table of one page. `edge` marks the first one of a column: it may go on what came before."""

    page: int
    content: Paragraph | Table
    edge: bool = False
    is_wide: bool = False
    text: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Laid:
    """One page's pieces, its footnotes apart."""

    pieces: list[Piece]
    notes: list[Piece]
    contents: int = 0


def lay_out(sheet: Sheet, body: float) -> Laid:
    """The pieces of one page in the order of reading; `body` is the size of the document's running text."""
    laid, body = Laid([], []), sheet.body or body
    for number, region in enumerate(regions(sheet.runs, sheet.rules)):
        if isinstance(region, Table):
            kept = [row for row in region.rows if not _LEADER.search(" ".join(filter(None, row)).rstrip("."))]
            laid.contents += len(region.rows) - len(kept)
            region.rows = kept
            laid.pieces.append(Piece(sheet.number, region, edge=number == 0))
            continue
        lines = [line for line in region.lines if not _LEADER.search(line.text)]
        laid.contents += len(region.lines) - len(lines)
        main, notes = split_notes(lines, sheet.height, body)
        for place, paragraph in enumerate(paragraphs(main, body)):
            is_edge = place == 0 and not region.apart
            laid.pieces.append(Piece(sheet.number, paragraph, is_edge, sheet.width > sheet.height))
        laid.notes += [Piece(sheet.number, note) for note in _notes(notes)]
    return laid


def _notes(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Each footnote as a paragraph: it opens with its mark, which is raised or a number."""
    found: list[Paragraph] = []
    for line in lines:
        first = min(line.runs, key=lambda run: run.x0)
        opens = bool(re.match(r"^\[?(?:\d{1,3}|[*†‡§¶]+)\]?[.)]?$", first.text))
        if opens or not found:
            found.append(Paragraph([line]))
            line.text = line.text.removeprefix(first.text).strip() if opens and len(line.runs) > 1 else line.text
        else:
            found[-1].lines.append(line)
    yield from found


def read_units(pages: Sequence[Laid], vocabulary: Vocabulary) -> dict[int, list[Unit]]:
    """The units of each page by its number. A sentence that runs over a page's end stands where it begins."""
    found: dict[int, list[Unit]] = {}
    joined = _joined([piece for page in pages for piece in page.pieces], vocabulary)
    levels = _levels(joined)
    for piece in joined:
        for page, unit in _units(piece, vocabulary, levels):
            found.setdefault(page, []).append(unit)
    for note in (note for page in pages for note in page.notes):
        note.text = [(note.page, vocabulary.join([line.text for line in _lines(note)]))]
        found.setdefault(note.page, []).extend(unit for _, unit in _units(note, vocabulary, levels))
    return found


def _lines(piece: Piece) -> list[Line]:
    return piece.content.lines


def _joined(pieces: Sequence[Piece], vocabulary: Vocabulary) -> list[Piece]:
    """Pieces with their text, where a paragraph that goes on in the next column or page is one piece."""
    found: list[Piece] = []
    for piece in pieces:
        piece.text = [(piece.page, vocabulary.join([line.text for line in _lines(piece)]))]
        if found and piece.edge and piece.page == found[-1].page + 1:
            _go_on(found[-1].content, piece.content)
        before = _open_before(found, piece)
        if before is not None:
            before.text = [*before.text, *piece.text]
        else:
            found.append(piece)
    return found


def _go_on(above: Paragraph | Table, below: Paragraph | Table) -> None:
    """Give a table that goes on from the page before the heads of its columns. A first row that stands again on the
    next page is a row of heads."""
    if not isinstance(above, Table) or not isinstance(below, Table) or not above.rows or not below.rows:
        return
    if above.rows[0] == below.rows[0]:
        above.headed = below.headed = True
    elif len(above.rows[0]) == len(below.rows[0]) and not below.headed and _are_alike(above, below):
        if above.headed is None:
            above.headed = is_headed(above.rows)
        if above.headed:
            below.rows, below.headed = [above.rows[0], *below.rows], True


def _are_alike(above: Table, below: Table) -> bool:
    """True for tables whose sides stand at the same places of the page."""
    size = below.lines[0].size
    left, right = ([min(line.x0 for line in table.lines) for table in (above, below)],
                   [max(line.x1 for line in table.lines) for table in (above, below)])  # fmt: skip
    return abs(left[0] - left[1]) < size / 2 and abs(right[0] - right[1]) < 8 * size


def _open_before(found: Sequence[Piece], piece: Piece) -> Piece | None:
    """The piece that this one goes on, or None."""
    content = piece.content
    if not piece.edge or not found or isinstance(content, Table) or content.kind != "text":
        return None
    last = found[-1]
    if isinstance(last.content, Table) or last.content.kind == "heading":
        return None
    if abs(last.content.size - content.size) > 0.12 * content.size:
        return None
    above, below = last.text[-1][1], piece.text[0][1]
    if not above or not below or ENDED.search(above):
        return None
    if is_open(above) or below[:1].islower():
        return last
    line = last.content.lines[-1]
    goes_down = piece.page == last.page and content.lines[0].y > line.y
    is_full = has_no_room(line, content.lines[0], _right_side(found, piece, line))
    is_text = not piece.is_wide and last.content.kind == "text" and bool(ENDED.search(below))
    return last if is_full and is_text and not goes_down and line.words >= 4 else None


def _right_side(found: Sequence[Piece], piece: Piece, line: Line) -> float:
    """How far the lines of a line's column reach, by those that begin where it does on the pages about it."""
    near = takewhile(lambda other: other.page >= piece.page - _PAGES, reversed(found))
    lines = (other for around in (piece, *near) for other in _lines(around))
    return max((other.x1 for other in lines if abs(other.x0 - line.x0) < 2 * line.size), default=line.x1)


def _levels(pieces: Sequence[Piece]) -> dict[float, int]:
    """The depth of headings by the size of their type."""
    sizes = {
        round(piece.content.size, 1)
        for piece in pieces
        if isinstance(piece.content, Paragraph) and piece.content.kind == "heading"
    }
    return {size: min(depth, 4) for depth, size in enumerate(sorted(sizes, reverse=True), 1)}


def _units(piece: Piece, vocabulary: Vocabulary, levels: dict[float, int]) -> Iterator[tuple[int, Unit]]:
    content = piece.content
    if isinstance(content, Table):
        yield from ((piece.page, unit) for unit in rows(content.rows, headed=content.headed))
    elif content.kind == "heading":
        level = levels.get(round(content.size, 1), 2)
        yield from ((piece.page, unit) for unit in heading(piece.text[0][1], level))
    elif content.kind == "item":
        text = vocabulary.join([text for _, text in piece.text])
        yield from ((piece.page, unit) for unit in item(text, counted=True))
    else:
        yield from _sentences(piece.text, vocabulary)


def _sentences(parts: Sequence[tuple[int, str]], vocabulary: Vocabulary) -> Iterator[tuple[int, Unit]]:
    """The sentences of a paragraph, each with the page where it begins."""
    text, starts = "", list[tuple[int, int]]()
    for page, part in parts:
        text = vocabulary.joined(text, flat(part)) if text else flat(part)
        starts.append((len(text) - len(flat(part)), page))
    position = 0
    for place, sentence in enumerate(sentences_in(text)):
        position = max(position, text.find(sentence, position))
        page = next((page for start, page in reversed(starts) if start <= position), parts[0][0])
        yield page, Unit("text", sentence, first=place == 0)
        position += len(sentence)
