"""Web pages: what a reader sees of them, paragraph by paragraph."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import html

from knowledge.documents.characters import declared_encoding, decode, flat, lowered, raised
from knowledge.documents.formats.formulas import mathml, written
from knowledge.documents.formats.grids import Grid
from knowledge.documents.formats.pictures import picture_units
from knowledge.documents.formats.styles import Hiding
from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import ENDED, Kind, Unit, heading, item, lines_joined, prose

_SKIPPED = frozenset(
    """script style template nav noscript head title select textarea button option datalist rp rt del s strike
    meta link base""".split()
)
_OBJECTS = frozenset("iframe object embed video audio canvas applet".split())
_INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data dfn em font i ins kbd label mark output q ruby rb samp small span
    strong time tt u var wbr input""".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = ("td", "th")
_BOLD_HEADING = 10
"""Words at most of a paragraph in bold type that is a heading."""


def read_html(path: Path, tell: Tell) -> Converted:
    """The units of one page."""
    data = path.read_bytes()
    ledger = Ledger(alive=lambda: tell(0, 1))
    found = html_units(decode(data, declared=declared_encoding(data)), ledger)
    return Converted((Page(tuple(found)),), ledger.gaps())


def html_units(source: str, ledger: Ledger, fetch: Callable[[str], bytes | None] | None = None) -> list[Unit]:
    """The units of HTML. `fetch` gives the bytes of a picture or a style sheet by its address, where they are at hand;
    nothing is ever fetched from elsewhere."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (ValueError, html.etree.ParserError):  # nothing but white space
        return []
    walker = _Walker(Hiding("\n".join(_sheets(root, fetch))), ledger, fetch)
    title = root.find(".//title")
    if title is not None and root.find(".//h1") is None:
        walker.units += heading(title.text or "")
    body = root.find("body")
    walker.block(root if body is None else body)
    walker.close()
    return walker.units


def _sheets(root: Any, fetch: Callable[[str], bytes | None] | None) -> Iterator[str]:
    for link in root.iter("link") if fetch else ():
        if "stylesheet" in (link.get("rel") or "") and fetch and (data := fetch(link.get("href") or "")):
            yield decode(data)
    yield from (style.text or "" for style in root.iter("style"))


class _Walker:
    """Goes through a page and keeps its units; `_line` is the paragraph that is being read, cut where it is broken."""

    def __init__(self, hiding: Hiding, ledger: Ledger, picture: Callable[[str], bytes | None] | None) -> None:
        self.units: list[Unit] = []
        self._hiding, self._ledger, self._picture = hiding, ledger, picture
        self._line: list[str] = [""]
        self._kind: Kind = "text"

    def close(self) -> None:
        """End the paragraph."""
        lines, self._line = self._line, [""]
        if any(flat(line) for line in lines):
            make = item if self._kind == "item" else prose
            self.units += [unit for line in lines_joined(lines) for unit in make(line)]

    def block(self, element: Any, kind: Kind = "text") -> None:
        """What stands in an element that is a paragraph of its own or holds some."""
        self.close()
        before, self._kind = self._kind, kind
        self._inside(element)
        self.close()
        self._kind = before

    def _inside(self, element: Any) -> None:
        self._line[-1] += element.text or ""
        for child in element:
            if isinstance(child.tag, str):
                self._element(child)
            self._line[-1] += child.tail or ""

    def _element(self, element: Any) -> None:
        tag = element.tag.lower().rpartition(":")[2]
        if tag in _SKIPPED and not (tag == "script" and "math/tex" in (element.get("type") or "")):
            return
        if self._hiding.hides(element):
            if any(text.strip() for text in element.itertext()):
                self._ledger.note("hidden")
            return
        if tag in ("p", "div") and self._is_heading(element):
            self.close()
            self.units += heading(self._text(element), 3)
        elif not self._phrase(tag, element) and not self._piece(tag, element):
            self.block(element, self._kind if tag in ("p", "div", "section") else "text")

    def _is_heading(self, element: Any) -> bool:
        """True for a short paragraph all in bold type without a full stop: a heading that is not marked as one."""
        text = flat("".join(element.itertext()))
        if not text or len(text.split()) > _BOLD_HEADING or ENDED.search(text):
            return False
        if any(child.tag not in _INLINE for child in element.iter() if child is not element):
            return False
        bold = [child for child in element.iter() if self._hiding.is_bold(child)]
        outer = [child for child in bold if child is element or self._hiding.is_bold(child.getparent()) is False]
        return flat("".join("".join(child.itertext()) for child in outer)) == text

    def _phrase(self, tag: str, element: Any) -> bool:
        """Read what stands within a line; False for what does not."""
        match tag:
            case "br":
                self._line.append("")
            case "sup" | "sub":
                self._line[-1] += _script(element, tag)
            case "span" if shift := self._hiding.shift(element):
                self._line[-1] += _script(element, "sup" if shift == "super" else "sub")
            case "math":
                self._line[-1] += f" {written(mathml(element))} "
            case "script":
                self._line[-1] += f" {written(element.text or '')} "
            case "img" | "svg" | "picture":
                self._image(element)
            case "q":
                self._line[-1] += "“"
                self._inside(element)
                self._line[-1] += "”"
            case _ if tag in _OBJECTS:
                self._ledger.note("object")
            case _ if tag in _INLINE:
                self._inside(element)
            case _:
                return False
        return True

    def _piece(self, tag: str, element: Any) -> bool:
        """Read what is a unit of its own kind; False for what is a paragraph."""
        if tag in _HEADINGS:
            self.close()
            self.units += heading(self._text(element), _HEADINGS[tag])
        elif tag == "table":
            self._table(element)
        elif tag == "pre":
            self.close()
            if code := "".join(element.itertext()).strip("\n"):
                self.units.append(Unit("code", code))
        elif tag in ("li", "summary"):
            self.block(element, "item")
        elif tag == "dl":
            self._terms(element)
        else:
            return False
        return True

    def _text(self, element: Any) -> str:
        """The text of an element, its paragraphs one after the other."""
        return " ".join(unit.text for unit in self._apart(element))

    def _apart(self, element: Any) -> list[Unit]:
        inner = _Walker(self._hiding, self._ledger, self._picture)
        inner._inside(element)
        lines, inner._line = inner._line, [""]
        if not inner.units:
            return [Unit("text", said)] if (said := flat(" ".join(lines))) else []
        inner._line = lines
        inner.close()
        return inner.units

    def _terms(self, element: Any) -> None:
        """A list of terms: each with what is said of it."""
        self.close()
        term = ""
        for child in element.iter("dt", "dd"):
            said = self._text(child)
            if child.tag == "dt":
                term = said
            elif said:
                self.units += item(f"{term.rstrip(':')}: {said}" if term else said)

    def _table(self, table: Any) -> None:
        """A table by its rows; one that only places things on the page is read as if it were none."""
        self.close()
        if table.get("role") == "presentation" or table.find(".//table") is not None or _places(table):
            for cell in table.iter(*_CELLS):
                if _of(cell, "table") is table:
                    self.block(cell)
            return
        grid = Grid()
        for row in table.iter("caption", "tr"):
            if row.tag == "caption":
                self.block(row)
            elif not self._hiding.hides(row):
                cells = [cell for cell in row if cell.tag in _CELLS and not self._hiding.hides(cell)]
                heads = bool(cells) and (all(cell.tag == "th" for cell in cells) or row.getparent().tag == "thead")
                spans = [(self._text(cell), _number(cell, "colspan"), _number(cell, "rowspan")) for cell in cells]
                grid.add(spans, head=heads)
        self.units += grid.units()

    def _image(self, element: Any) -> None:
        source = element.get("src") or ""
        data = _embedded(source) or (self._picture(source) if self._picture and source else None)
        if data is None:
            self._ledger.note("picture")
            return
        found = picture_units(data, self._ledger)
        if found:
            self.close()
            self.units += found


def _script(element: Any, tag: str) -> str:
    """A raised or lowered text; the mark of a footnote, which is a link, is none."""
    text = "".join(element.itertext()).strip()
    link = element if element.tag == "a" else element.find(".//a")
    is_note = link is not None and (link.get("href") or "").startswith("#")
    if is_note or "reference" in (element.get("class") or "") or re.fullmatch(r"\[[\d, ]+\]|[*†‡]+", text):
        return ""
    return raised(text) if tag == "sup" else lowered(text)


def _number(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return int(text) if text.isdigit() and len(text) < 6 else 1


def _of(element: Any, tag: str) -> Any:
    """The innermost element of a tag around this one."""
    return next(element.iterancestors(tag), None)


def _places(table: Any) -> bool:
    """True for a table of one column or with headings and lists in its cells: it places things."""
    rows = [[cell for cell in row if cell.tag in _CELLS] for row in table.iter("tr")]
    if any(
        cell.find(f".//{tag}") is not None for row in rows for cell in row for tag in ("h1", "h2", "h3", "ul", "ol")
    ):
        return True
    return max(map(len, rows), default=0) <= 1


def _embedded(source: str) -> bytes | None:
    """The bytes of a picture that stands in the page itself."""
    if not source.startswith("data:image/") or ";base64," not in source[:100]:
        return None
    try:
        return base64.b64decode(source.partition(";base64,")[2], validate=False)
    except (binascii.Error, ValueError):
        return None
