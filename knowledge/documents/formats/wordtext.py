"""The text of one paragraph of Word: what is deleted, hidden or a field's code is not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from knowledge.documents.characters import lowered, raised
from knowledge.documents.formats.drawings import MC, alternatives
from knowledge.documents.formats.formulas import M, office_formula
from knowledge.documents.gaps import Ledger

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_THROUGH = frozenset(
    W + name
    for name in ("ins", "moveTo", "hyperlink", "smartTag", "fldSimple", "customXml", "dir", "bdo", "sdtContent")
)
"""What stands around a text and hides nothing of it."""
_GONE = frozenset(W + name for name in ("del", "moveFrom", "instrText", "delText", "delInstrText"))
_TINY = 5
"""Half points: smaller type is read by no one."""
_HEADING = re.compile(r"^heading (\d)$")
_DEEPEST = 12


def value(element: Any, default: str = "") -> str:
    """The `w:val` of an element, or the default where there is no element or no value."""
    return default if element is None else str(element.get(W + "val", default))


def on(element: Any) -> bool:
    """True for a switch that is there and not turned off."""
    return element is not None and value(element, "true") not in ("0", "false", "none", "off")


class Styles:
    """What paragraph and character styles say: headings, lists, hidden and bold type."""

    def __init__(self, root: Any) -> None:
        self._styles = {} if root is None else {style.get(W + "styleId"): style for style in root.iter(W + "style")}

    def _chain(self, name: str) -> Iterator[Any]:
        for _ in range(_DEEPEST):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = value(style.find(W + "basedOn"))

    def level(self, name: str) -> int:
        """A heading's depth, 0 for what is none."""
        for style in self._chain(name):
            named = value(style.find(W + "name")).lower()
            if match := _HEADING.match(named):
                return int(match[1])
            if named == "title":
                return 1
            outline = style.find(f"{W}pPr/{W}outlineLvl")
            if outline is not None and value(outline).isdigit() and int(value(outline)) < 9:
                return int(value(outline)) + 1
        return 0

    def is_list(self, name: str) -> bool:
        """True for a style of list items."""
        return any(style.find(f"{W}pPr/{W}numPr") is not None for style in self._chain(name))

    def is_contents(self, name: str) -> bool:
        """True for a line of a table of contents."""
        return any(value(style.find(W + "name")).lower().startswith("toc ") for style in self._chain(name))

    def has(self, name: str, switch: str) -> bool:
        """True where the style, or one that it is based on, turns a switch of its letters on."""
        for style in self._chain(name):
            found = style.find(f"{W}rPr/{W}{switch}")
            if found is not None:
                return on(found)
        return False


@dataclass(slots=True)
class Block:
    """A paragraph: its lines, what kind it is, and what is anchored in it."""

    lines: list[str] = field(default_factory=lambda: [""])
    level: int = 0
    is_item: bool = False
    is_bold: bool = False
    is_contents: bool = False
    boxes: list[Any] = field(default_factory=list)
    drawings: list[Any] = field(default_factory=list)
    formulas: int = 0
    letters: int = 0
    bold: int = 0

    @property
    def is_formula(self) -> bool:
        """True where it is one equation and nothing else."""
        return self.formulas == 1 and not self.letters


class Text:
    """Reads paragraphs."""

    def __init__(self, styles: Styles, ledger: Ledger) -> None:
        self._styles, self._ledger = styles, ledger

    def shown(self, parent: Any) -> Iterator[Any]:
        """The children that are shown, with those inside of what only stands around them."""
        for child in parent:
            if not isinstance(child.tag, str) or child.tag in _GONE:
                continue
            if child.tag in _THROUGH:
                yield from self.shown(child)
            elif child.tag == W + "sdt":
                content = child.find(W + "sdtContent")
                yield from () if content is None else self.shown(content)
            elif child.tag == MC + "AlternateContent":
                yield from alternatives(child)
            else:
                yield child

    def read(self, paragraph: Any) -> Block:
        """One paragraph."""
        style = value(paragraph.find(f"{W}pPr/{W}pStyle"))
        outline = value(paragraph.find(f"{W}pPr/{W}outlineLvl"))
        number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        block = Block(level=self._styles.level(style), is_contents=self._styles.is_contents(style))
        if outline.isdigit() and int(outline) < 9:
            block.level = int(outline) + 1
        block.is_item = value(number, "0") != "0" if number is not None else self._styles.is_list(style)
        ground = _is_shaded(paragraph)
        for element in self.shown(paragraph):
            self._part(element, block, style, ground)
        block.is_bold = block.bold > 0 and block.bold == block.letters
        return block

    def _part(self, element: Any, block: Block, style: str, ground: bool) -> None:
        if element.tag == W + "r":
            self._run(element, block, style, ground)
        elif element.tag.startswith(M):
            said = office_formula(element)
            if said:
                block.lines[-1] += said
                block.formulas += 1
            else:
                self._ledger.note("equation")
        elif element.tag.removeprefix(W) in ("drawing", "pict", "object"):
            self._anchored(element, block)

    def _run(self, run: Any, block: Block, style: str, ground: bool) -> None:
        look = run.find(W + "rPr")
        own = value(look.find(W + "rStyle")) if look is not None else ""
        text = ""
        for element in self.shown(run):
            match element.tag.removeprefix(W):
                case "t":
                    text += element.text or ""
                case "tab" | "ptab":
                    text += " "
                case "br" | "cr":
                    text += "\n"
                case "noBreakHyphen":
                    text += "-"
                case "sym":
                    code = element.get(W + "char", "")
                    text += chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code) else ""
                case _:
                    self._part(element, block, style, ground)
        if not text:
            return
        if self._is_hidden(look, (own, style), ground):
            self._ledger.note("hidden", count=int(bool(text.strip())))
            return
        for line, part in enumerate(_placed(look, text).split("\n")):
            if line:
                block.lines.append("")
            block.lines[-1] += part
        size = len(text.strip())
        block.letters += size
        bold = None if look is None else look.find(W + "b")
        is_bold = on(bold) if bold is not None else self._styles.has(own, "b") or self._styles.has(style, "b")
        block.bold += size if is_bold else 0

    def _is_hidden(self, look: Any, styles: tuple[str, str], ground: bool) -> bool:
        vanish = None if look is None else look.find(W + "vanish")
        if on(vanish) if vanish is not None else any(self._styles.has(name, "vanish") for name in styles if name):
            return True
        if look is None:
            return False
        size = value(look.find(W + "sz"))
        if size.isdigit() and int(size) <= _TINY:
            return True
        shade, mark = look.find(W + "shd"), look.find(W + "highlight")
        is_white = value(look.find(W + "color")).upper() in ("FFFFFF", "FEFEFE")
        return is_white and not ground and mark is None and not _is_dark(shade)

    def _anchored(self, element: Any, block: Block) -> None:
        """A text box, whose paragraphs are read on their own, or something drawn."""
        boxes = [box for box in element.iter(W + "txbxContent") if not _within(box, element)]
        block.boxes += boxes
        block.drawings.append(element)


def _within(box: Any, element: Any) -> bool:
    """True for a box in another box of the same drawing, or in what an older program shows in its place."""
    for above in box.iterancestors():
        if above is element:
            return False
        if above.tag in (W + "txbxContent", MC + "Fallback"):
            return True
    return False


def _placed(look: Any, text: str) -> str:
    align = value(look.find(W + "vertAlign")) if look is not None else ""
    if align == "superscript":
        return raised(text)
    return lowered(text) if align == "subscript" else text


def _is_dark(shade: Any) -> bool:
    fill = "" if shade is None else str(shade.get(W + "fill", "")).upper()
    return fill not in ("", "AUTO", "FFFFFF")


def _is_shaded(paragraph: Any) -> bool:
    """True where a paragraph, its cell, its table or its box has a ground of its own."""
    if _is_dark(paragraph.find(f"{W}pPr/{W}shd")):
        return True
    for above in paragraph.iterancestors():
        if above.tag in (W + "tc", W + "tbl") and any(
            _is_dark(above.find(f"{W}{kind}/{W}shd")) for kind in ("tcPr", "tblPr")
        ):
            return True
        if above.tag == W + "tbl" and above.find(f"{W}tblPr/{W}tblStyle") is not None:
            return True  # a style may shade its rows
        if above.tag == W + "txbxContent":
            return True
    return False
