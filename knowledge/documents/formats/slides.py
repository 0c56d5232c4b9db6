"""PowerPoint: each slide's shapes in the order of reading, its tables, charts and notes; none that is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge.documents.characters import flat
from knowledge.documents.formats.drawings import DGM, A, C, chart_units, smartart_units
from knowledge.documents.formats.grids import Grid
from knowledge.documents.formats.package import Package, R
from knowledge.documents.formats.pictures import picture_units
from knowledge.documents.formats.shapes import Deck, P, Shape, in_order, shapes_of
from knowledge.documents.formats.slidetext import paragraphs_of
from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import MOST_PAGES, Converted, Page, Tell
from knowledge.documents.units import Unit, heading, item, lines_joined, prose
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_RUNNING = frozenset(("sldNum", "dt", "ftr", "hdr", "sldImg"))
_TITLES = frozenset(("title", "ctrTitle"))


def read_slides(path: Path, tell: Tell) -> Converted:
    """The units of each slide, its notes after it."""
    with Package(path) as package:
        name = next(package.related("", "officeDocument"), "ppt/presentation.xml")
        root = package.xml(name)
        listed = None if root is None else root.find(P + "sldIdLst")
        if root is None or (listed is None and root.tag != P + "presentation"):
            raise KnowledgeError(say("it holds no presentation."), code="unreadable_document")
        slides = [package.target(name, slide.get(R + "id")) for slide in (() if listed is None else listed)]
        if len(slides) > MOST_PAGES:
            raise KnowledgeError(
                say("it has more than {most} slides.", most=MOST_PAGES),
                code="document_too_large",
                hint=say("Split it."),
            )
        ledger, deck = Ledger("slide"), Deck.of(root)
        pages = []
        for number, slide in enumerate(slides, 1):
            pages.append(Page(tuple(_Slide(package, slide, number, ledger, deck).units()), number, "slide"))
            tell(number, len(slides))
        return Converted(tuple(pages), ledger.gaps())


class _Slide:
    """One slide."""

    def __init__(self, package: Package, name: str, number: int, ledger: Ledger, deck: Deck) -> None:
        self._package, self._name, self._number, self._ledger = package, name, number, ledger
        self._root = package.xml(name) if name else None
        self._deck = deck

    def units(self) -> list[Unit]:
        """What is on it, title first; nothing of a hidden one."""
        if self._root is None:
            self._ledger.note("unread_page", self._number)
            return []
        if self._root.get("show") in ("0", "false"):
            self._ledger.note("hidden_slide", self._number)
            return []
        shapes = shapes_of(self._package, self._name, self._root)
        titles = [shape for shape in shapes if shape.placeholder in _TITLES]
        found = [unit for shape in titles for unit in self._title(shape)]
        for shape in in_order([shape for shape in shapes if shape.placeholder not in _TITLES | _RUNNING]):
            if shape.is_seen(self._deck):
                found += self._shape(shape)
            elif any(text.text for text in shape.element.iter(A + "t")):
                self._ledger.note("hidden", self._number)
        for comments in self._package.related(self._name, "comments"):
            root = self._package.xml(comments)
            self._ledger.note("comment", self._number, 0 if root is None else len(root))
        return found + self._notes()

    def _title(self, shape: Shape) -> list[Unit]:
        body = shape.element.find(P + "txBody")
        parts = () if body is None else paragraphs_of(body, shape, self._ledger, self._number)
        return heading(" ".join(flat(" ".join(part.lines)) for part in parts))

    def _shape(self, shape: Shape) -> list[Unit]:
        match shape.element.tag.removeprefix(P):
            case "sp":
                body = shape.element.find(P + "txBody")
                return [] if body is None else self._text(body, shape)
            case "pic":
                return self._picture(shape.element)
            case "graphicFrame":
                return self._graphic(shape)
            case "contentPart":
                self._ledger.note("object", self._number)
        return []

    def _text(self, body: Any, shape: Shape) -> list[Unit]:
        found: list[Unit] = []
        for paragraph in paragraphs_of(body, shape, self._ledger, self._number):
            if paragraph.is_formula:
                latex = flat(paragraph.lines[0]).strip("$")
                found.append(Unit("math", f"$$ {latex} $$"))
            else:
                found += [unit for line in lines_joined(paragraph.lines) for unit in item(line)]
        return found

    def _graphic(self, shape: Shape) -> list[Unit]:
        frame, found = shape.element, list[Unit]()
        for table in frame.iter(A + "tbl"):
            found += self._table(table, shape)
        for chart in frame.iter(C + "chart"):
            root = self._package.xml(self._package.target(self._name, chart.get(R + "id")))
            found += [] if root is None else chart_units(root)
        for relation in frame.iter(DGM + "relIds"):
            root = self._package.xml(self._package.target(self._name, relation.get(R + "dm")))
            found += [] if root is None else smartart_units(root)
        for held in frame.iter(P + "oleObj"):
            kind = (held.get("progId") or "").lower()
            self._ledger.note("equation" if "equation" in kind or "mathtype" in kind else "object", self._number)
        if not found and frame.find(f"{A}graphic/{A}graphicData") is not None and not list(frame.iter(P + "oleObj")):
            kind = str(frame.find(f"{A}graphic/{A}graphicData").get("uri"))
            if not kind.endswith(("/table", "/chart", "/diagram")):
                self._ledger.note("object", self._number)  # a chart of a newer kind, a video, a model
        return found

    def _table(self, table: Any, shape: Shape) -> list[Unit]:
        look = table.find(A + "tblPr")
        headed = look is not None and look.get("firstRow") in ("1", "true")
        grid = Grid()
        above: dict[int, str] = {}
        for row in table.findall(A + "tr"):
            cells: list[tuple[str, int, int]] = []
            for column, cell in enumerate(row.findall(A + "tc")):
                body = cell.find(A + "txBody")
                parts = () if body is None else paragraphs_of(body, shape, self._ledger, self._number, in_table=True)
                text = flat(" ".join(line for part in parts for line in part.lines))
                if cell.get("vMerge") in ("1", "true"):
                    text = above.get(column, "")
                elif cell.get("hMerge") in ("1", "true") and cells:
                    text = cells[-1][0]
                above[column] = text
                cells.append((text, 1, 1))
            grid.add(cells)
        return grid.units(headed=True if headed else None)

    def _picture(self, element: Any) -> list[Unit]:
        blip = element.find(f"{P}blipFill/{A}blip")
        name = None if blip is None else blip.get(R + "embed")
        data = self._package.data(self._package.target(self._name, name) or "?")
        if data is None:
            self._ledger.note("picture", self._number)
            return []
        return picture_units(data, self._ledger, self._number)

    def _notes(self) -> list[Unit]:
        """What the speaker wrote below the slide."""
        found: list[Unit] = []
        for name in self._package.related(self._name, "notesSlide"):
            root = self._package.xml(name)
            shapes: Sequence[Shape] = [] if root is None else shapes_of(self._package, name, root)
            for shape in shapes:
                body = shape.element.find(P + "txBody")
                if shape.placeholder == "body" and body is not None:
                    for part in paragraphs_of(body, shape, self._ledger, self._number):
                        found += [unit for line in lines_joined(part.lines) for unit in prose(line)]
        return found
