"""OpenDocument texts, presentations and spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.documents.characters import flat
from knowledge.documents.formats.formulas import mathml, written
from knowledge.documents.formats.grids import Grid
from knowledge.documents.formats.opentext import DRAW, OFFICE, TABLE, TEXT, XLINK, Looks, Paragraph
from knowledge.documents.formats.package import Package
from knowledge.documents.formats.pictures import picture_units
from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import MOST_PAGES, Converted, Page, Tell
from knowledge.documents.units import Unit, heading, item, lines_joined, prose, rows
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_RUNNING = frozenset(("page-number", "date-time", "footer", "header", "page"))
_AROUND = frozenset(TEXT + name for name in ("section", "index-body", "list-header"))
_INDEXES = frozenset(
    TEXT + name
    for name in ("table-of-content", "alphabetical-index", "illustration-index", "table-index", "user-index")
)
_LENGTH = re.compile(r"^(-?[\d.]+)(cm|mm|in|pt|px)?")
_POINTS = {"cm": 28.35, "mm": 2.835, "in": 72.0, "pt": 1.0, "px": 0.75, None: 1.0}
_MOST_REPEATED = 50


def read_opendocument(path: Path, tell: Tell) -> Converted:
    """The units of a text, of each slide, or of each sheet."""
    with Package(path) as package:
        if (manifest := package.data("META-INF/manifest.xml")) and b"encryption-data" in manifest:
            raise KnowledgeError(
                say("it is protected by a password."), code="unreadable_document", hint=say("Save it without one.")
            )
        root = package.xml("content.xml")
        body = None if root is None else root.find(OFFICE + "body")
        if body is None or not len(body):
            raise KnowledgeError(say("it holds no document."), code="unreadable_document")
        looks = Looks(package.xml("styles.xml"), root)
        kind = body[0].tag
        if kind == OFFICE + "presentation":
            return _slides(package, looks, body[0], tell)
        reader = _Reader(package, looks, Ledger(alive=lambda: tell(0, 1)))
        if kind == OFFICE + "spreadsheet":
            reader.sheets(body[0])
        else:
            reader.blocks(body[0])
        return Converted((Page((*reader.units, *reader.notes)),), reader.ledger.gaps())


def _slides(package: Package, looks: Looks, body: Any, tell: Tell) -> Converted:
    ledger, pages = Ledger("slide"), list[Page]()
    slides = body.findall(DRAW + "page")
    if len(slides) > MOST_PAGES:
        raise KnowledgeError(
            say("it has more than {most} slides.", most=MOST_PAGES), code="document_too_large", hint=say("Split it.")
        )
    for number, slide in enumerate(slides, 1):
        if looks.of(slide.get(DRAW + "style-name")).is_hidden:
            ledger.note("hidden_slide", number)
            pages.append(Page((), number, "slide"))
        else:
            reader = _Reader(package, looks, ledger, number)
            reader.slide(slide)
            pages.append(Page((*reader.units, *reader.notes), number, "slide"))
        tell(number, len(slides))
    return Converted(tuple(pages), ledger.gaps())


class _Reader:
    """Goes through a document and keeps its units, its footnotes apart."""

    def __init__(self, package: Package, looks: Looks, ledger: Ledger, place: int = 0) -> None:
        self.units: list[Unit] = []
        self.notes: list[Unit] = []
        self.ledger = ledger
        self._package, self._looks, self._place = package, looks, place

    def blocks(self, parent: Any, *, in_list: bool = False) -> None:
        """Paragraphs, lists, tables and frames, one after the other."""
        for element in parent:
            tag = element.tag
            if tag == TEXT + "h":
                self._paragraph(element, int(element.get(TEXT + "outline-level") or 1), in_list=False)
            elif tag == TEXT + "p":
                self._paragraph(element, 0, in_list=in_list)
            elif tag == TEXT + "list":
                for part in element:
                    self.blocks(part, in_list=True)
            elif tag == TABLE + "table":
                self._table(element)
            elif tag in _AROUND:
                if element.get(TEXT + "display") == "none":
                    self.ledger.note("hidden", self._place)
                else:
                    self.blocks(element, in_list=in_list)
            elif tag in _INDEXES:
                self.ledger.note("contents", self._place, len(list(element.iter(TEXT + "p"))))
            elif tag in (DRAW + "frame", DRAW + "custom-shape", DRAW + "g", DRAW + "rect"):
                self._frame(element, in_list=False)

    def _paragraph(self, element: Any, level: int, *, in_list: bool) -> None:
        found = Paragraph(self._looks, self._formula)
        found.read(element, self._looks.of(element.get(TEXT + "style-name")))
        self.ledger.note("hidden", self._place, found.hidden)
        self.ledger.note("comment", self._place, found.comments)
        text = flat(" ".join(found.lines))
        if text and level:
            self.units += heading(text, level)
        elif text and in_list:
            self.units += item(text)
        elif text.startswith("$") and found.formulas == 1 and not found.letters:
            self.units.append(Unit("math", f"$$ {text.strip('$')} $$"))
        else:
            self.units += [unit for line in lines_joined(found.lines) for unit in prose(line)]
        for frame in found.frames:
            self._frame(frame, in_list=in_list)
        for note in found.notes:
            held, self.units = self.units, []
            self.blocks(note)
            self.notes += self.units
            self.units = held

    def _formula(self, frame: Any) -> str:
        """The equation that a frame holds, "" where it holds none."""
        for held in frame.findall(DRAW + "object"):
            inner = held.find("{http://www.w3.org/1998/Math/MathML}math")
            root = inner if inner is not None else self._package.xml(f"{_name(held)}/content.xml")
            if root is not None and root.tag.endswith("}math"):
                return written(mathml(root))
        return ""

    def _frame(self, frame: Any, *, in_list: bool) -> None:
        """What a frame shows: text, a table, an equation, a chart, or a picture."""
        if frame.tag in (DRAW + "custom-shape", DRAW + "g", DRAW + "rect"):
            self.blocks(frame, in_list=in_list)
            return
        for element in frame:
            tag = element.tag
            if tag == DRAW + "text-box":
                self.blocks(element)
            elif tag == TABLE + "table":
                self._table(element)
            elif tag == DRAW + "object":
                self._object(element, frame)
            elif tag == DRAW + "image" and frame.find(DRAW + "object") is None:
                if frame.find(TABLE + "table") is None and frame.find(DRAW + "object-ole") is None:
                    self._picture(element)
                return  # others are the same picture in other forms
            elif tag in (DRAW + "object-ole", DRAW + "plugin", DRAW + "floating-frame"):
                self.ledger.note("object", self._place)

    def _object(self, element: Any, frame: Any) -> None:
        if said := self._formula(frame):
            self.units.append(Unit("math", f"$$ {said.strip('$')} $$"))
            return
        root = self._package.xml(f"{_name(element)}/content.xml")
        tables = [] if root is None else list(root.iter(TABLE + "table"))
        if not tables:
            self.ledger.note("object", self._place)
        for table in tables:
            grid = [[text for text, _, _ in cells] for cells in self._cells(table)]
            self.units += rows(grid, headed=True if len(grid) > 1 else None)

    def _picture(self, element: Any) -> None:
        data = self._package.data(element.get(XLINK + "href") or "?")
        if data is None:
            self.ledger.note("picture", self._place)
        else:
            self.units += picture_units(data, self.ledger, self._place)

    def slide(self, slide: Any) -> None:
        """The frames of a slide, title first, then from the top down; its notes after it."""
        frames = [frame for frame in slide if frame.tag.startswith(DRAW)]
        titles = [frame for frame in frames if frame.get(_PRESENTATION + "class") == "title"]
        others = [frame for frame in frames if frame not in titles]
        for frame in titles:
            text = " ".join("".join(part.itertext()) for part in frame.iter(TEXT + "p"))
            self.units += heading(text)
        for frame in sorted(others, key=_corner):
            if frame.get(_PRESENTATION + "class") not in _RUNNING and not frame.get(_PRESENTATION + "placeholder"):
                for box in frame.findall(DRAW + "text-box"):
                    self.blocks(box, in_list=True)
                    frame.remove(box)
                self._frame(frame, in_list=True)
        for notes in slide.findall(_PRESENTATION + "notes"):
            for frame in notes.findall(DRAW + "frame"):
                if frame.get(_PRESENTATION + "class") == "notes":
                    self._frame(frame, in_list=False)

    def sheets(self, body: Any) -> None:
        """The tables of a spreadsheet, each under its name."""
        for table in body.findall(TABLE + "table"):
            if self._looks.of(table.get(TABLE + "style-name")).is_hidden:
                self.ledger.note("hidden_sheet")
                continue
            self.units += heading(table.get(TABLE + "name") or "")
            self._table(table)

    def _table(self, table: Any) -> None:
        grid = Grid()
        heads = {id(row) for held in table.iter(TABLE + "table-header-rows") for row in held.iter(TABLE + "table-row")}
        for row in self._rows(table):
            grid.add(self._row(row), head=id(row) in heads)
        self.units += grid.units()

    def _cells(self, table: Any) -> Iterator[list[tuple[str, int, int]]]:
        for row in self._rows(table):
            yield self._row(row)

    def _rows(self, table: Any) -> Iterator[Any]:
        for row in table.iter(TABLE + "table-row"):
            if next(row.iterancestors(TABLE + "table"), None) is not table:
                continue
            if row.get(TABLE + "visibility") in ("collapse", "filter"):
                self.ledger.note("hidden_sheet", self._place)
                continue
            yield row

    def _row(self, row: Any) -> list[tuple[str, int, int]]:
        """The cells of a row; what a spanning cell covers is not among them."""
        found = []
        for cell in row:
            if cell.tag != TABLE + "table-cell":
                continue
            times = min(int(cell.get(TABLE + "number-columns-repeated") or 1), _MOST_REPEATED)
            spans = [int(cell.get(TABLE + f"number-{kind}-spanned") or 1) for kind in ("columns", "rows")]
            found += [(self._cell(cell), spans[0], spans[1])] * times
        while found and not found[-1][0]:
            found.pop()
        return found

    def _cell(self, cell: Any) -> str:
        held, self.units = self.units, []
        self.blocks(cell)
        text = " ".join(unit.text for unit in self.units)
        self.units = held
        return flat(text)


def _name(element: Any) -> str:
    return (element.get(XLINK + "href") or "?").removeprefix("./").strip("/")


def _corner(frame: Any) -> tuple[float, float]:
    return _length(frame.get(_SVG + "y")), _length(frame.get(_SVG + "x"))


def _length(text: str | None) -> float:
    match = _LENGTH.match(text or "")
    return float(match[1]) * _POINTS[match[2]] if match else 0.0
