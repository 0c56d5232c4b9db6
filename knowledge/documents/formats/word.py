"""Word documents: paragraphs, tables, equations, boxes, charts and footnotes as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.documents.characters import flat
from knowledge.documents.formats.drawings import DGM, C, chart_units, smartart_units
from knowledge.documents.formats.grids import Grid
from knowledge.documents.formats.package import Package, R
from knowledge.documents.formats.pictures import picture_units
from knowledge.documents.formats.wordtext import Block, Styles, Text, W, on, value
from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import ENDED, Unit, heading, item, lines_joined, prose
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_BOLD_HEADING = 10
"""Words at most of a paragraph in bold type that is a heading, though its author did not mark it as one."""
_EMBED = R + "embed"


def read_word(path: Path, tell: Tell) -> Converted:
    """The units of a document; tracked changes are taken as accepted."""
    with Package(path) as package:
        name = next(package.related("", "officeDocument"), "word/document.xml")
        root = package.xml(name)
        body = None if root is None else root.find(W + "body")
        if body is None:
            raise KnowledgeError(say("it holds no Word document."), code="unreadable_document")
        reader = _Reader(package, name, tell)
        reader.blocks(body)
        reader.notes()
        return Converted((Page(tuple(reader.units)),), reader.ledger.gaps())


class _Reader:
    """Goes through a document and keeps its units."""

    def __init__(self, package: Package, name: str, tell: Tell) -> None:
        self.units: list[Unit] = []
        self.ledger = Ledger(alive=lambda: tell(0, 1))
        self._package, self._name = package, name
        styles = next(package.related(name, "styles"), "")
        self._text = Text(Styles(package.xml(styles) if styles else None), self.ledger)

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables, one after the other."""
        for element in self._text.shown(parent):
            match element.tag.removeprefix(W):
                case "p":
                    self._paragraph(element)
                case "tbl":
                    self._table(element)
                case _:
                    pass

    def notes(self) -> None:
        """Footnotes and endnotes, after the text; comments are counted."""
        for kind in ("footnotes", "endnotes"):
            for part in self._package.related(self._name, kind):
                root = self._package.xml(part)
                for note in () if root is None else root:
                    if note.get(W + "type", "normal") == "normal":
                        self.blocks(note)
        for part in self._package.related(self._name, "comments"):
            root = self._package.xml(part)
            self.ledger.note("comment", count=0 if root is None else len(root.findall(W + "comment")))

    def _paragraph(self, element: Any) -> None:
        block = self._text.read(element)
        self.units += self._units(block)
        for box in block.boxes:
            self.blocks(box)
        for drawing in block.drawings:
            self._drawing(drawing)

    def _units(self, block: Block) -> list[Unit]:
        text = flat(" ".join(block.lines))
        if not text:
            return []
        if block.is_contents:
            self.ledger.note("contents")
            return []
        if block.level:
            return heading(text, block.level)
        if block.is_item:
            return item(text)
        if block.is_formula:
            return [Unit("math", f"$${text.strip('$')}$$".replace("$$", "$$ ", 1).removesuffix("$$") + " $$")]
        if block.is_bold and len(text.split()) <= _BOLD_HEADING and not ENDED.search(text):
            return heading(text, 3)
        return [unit for line in lines_joined(block.lines) for unit in prose(line)]

    def _table(self, table: Any) -> None:
        rows = list(self._rows(table))
        if max((len(row) for row in rows), default=0) <= 1:  # a frame around text
            for row in rows:
                for cell in row:
                    self.blocks(cell)
            return
        grid, above = Grid(), dict[int, str]()
        for number, row in enumerate(rows):
            cells, column = [("", 1, 1)] * _before(row), _before(row)
            is_bold = True
            for cell in row:
                text, bold = self._cell(cell)
                is_bold = is_bold and (bold or not text)
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                if merge is not None and value(merge, "continue") == "continue":
                    text = text or above.get(column, "")
                across = int(value(cell.find(f"{W}tcPr/{W}gridSpan"), "1") or 1)
                above[column] = text
                cells.append((text, across, 1))
                column += across
            marked = on(row[0].getparent().find(f"{W}trPr/{W}tblHeader")) if row else False
            grid.add(cells, head=marked or (number == 0 and is_bold and len(rows) > 1))
        self.units += grid.units()

    def _rows(self, table: Any) -> Iterator[list[Any]]:
        for row in self._text.shown(table):
            if row.tag == W + "tr" and row.find(f"{W}trPr/{W}del") is None:
                yield [cell for cell in self._text.shown(row) if cell.tag == W + "tc"]

    def _cell(self, cell: Any) -> tuple[str, bool]:
        """The text of a cell, tables in it too; and whether all of it is bold."""
        parts: list[str] = []
        bold = True
        for element in self._text.shown(cell):
            if element.tag == W + "p":
                block = self._text.read(element)
                parts.append(" ".join(block.lines))
                bold = bold and (block.is_bold or not flat(parts[-1]))
                for drawing in block.drawings:
                    self._drawing(drawing)
                for box in block.boxes:
                    parts.append(self._cell(box)[0])
            elif element.tag == W + "tbl":
                parts += [self._cell(inner)[0] for row in self._rows(element) for inner in row]
        return flat(" ".join(parts)), bold

    def _drawing(self, drawing: Any) -> None:
        """A chart, a SmartArt, a picture or an embedded object."""
        target = self._package.target
        for chart in drawing.iter(C + "chart"):
            if (root := self._package.xml(target(self._name, chart.get(R + "id")))) is not None:
                self.units += chart_units(root)
        for relation in drawing.iter(DGM + "relIds"):
            if (root := self._package.xml(target(self._name, relation.get(R + "dm")))) is not None:
                self.units += smartart_units(root)
        blips = [element for element in drawing.iter("{*}blip") if not _in_box(element, drawing)]
        pictures = [element.get(_EMBED) for element in blips if element.get(_EMBED)]
        pictures += [element.get(R + "id") for element in drawing.iter("{urn:schemas-microsoft-com:vml}imagedata")]
        objects = list(drawing.iter("{urn:schemas-microsoft-com:office:office}OLEObject"))
        for found in objects:
            kind = (found.get("ProgID") or "").lower()
            self.ledger.note("equation" if "equation" in kind or "mathtype" in kind else "object")
        for picture in () if objects else pictures:
            data = self._package.data(target(self._name, picture) or "?")
            if data is None:
                self.ledger.note("picture")
            else:
                self.units += picture_units(data, self.ledger)


def _in_box(element: Any, drawing: Any) -> bool:
    """True for a picture in a text box of the drawing: it is read with the box."""
    for above in element.iterancestors():
        if above is drawing:
            return False
        if above.tag == W + "txbxContent":
            return True
    return False


def _before(row: list[Any]) -> int:
    """How many columns a row leaves empty at its head."""
    skipped = row[0].getparent().find(f"{W}trPr/{W}gridBefore") if row else None
    return int(value(skipped, "0") or 0) if skipped is not None else 0
