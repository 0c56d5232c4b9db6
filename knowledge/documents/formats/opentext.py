"""The text of one paragraph of OpenDocument, by the styles that hide, raise and lower parts of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from knowledge.documents.characters import lowered, raised

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE = (_OASIS + name + ":1.0}" for name in ("office", "text", "table"))
STYLE, DRAW = (_OASIS + name + ":1.0}" for name in ("style", "drawing"))
_FO, _PRESENTATION = (_OASIS + name + ":1.0}" for name in ("xsl-fo-compatible", "presentation"))
XLINK = "{http://www.w3.org/1999/xlink}"
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Look:
    """What a style does to its text."""

    is_hidden: bool = False
    position: str = ""
    white: bool = False
    grounded: bool = False


class Looks:
    """The styles of a document by their names."""

    def __init__(self, *roots: Any) -> None:
        self._styles: dict[str, Any] = {}
        self._known: dict[str, Look] = {}
        for root in roots:
            for style in () if root is None else root.iter(STYLE + "style"):
                self._styles[style.get(STYLE + "name") or ""] = style

    def of(self, name: str | None) -> Look:
        """What a style does, with what it takes from the style that it is based on."""
        name = name or ""
        if name not in self._known:
            self._known[name] = self._look(name)
        return self._known[name]

    def _look(self, name: str) -> Look:
        held: dict[str, str] = {}
        for _ in range(_DEEPEST):
            style = self._styles.get(name)
            if style is None:
                break
            for properties in style:
                for key, text in properties.attrib.items():
                    held.setdefault(key, text)
            name = style.get(STYLE + "parent-style-name") or ""
        size = held.get(_FO + "font-size", "")
        is_tiny = size.endswith("pt") and size[:-2].replace(".", "", 1).isdigit() and float(size[:-2]) < 3
        return Look(
            held.get(TEXT + "display") == "none"
            or held.get(TABLE + "display") == "false"
            or held.get(_PRESENTATION + "visibility") == "hidden"
            or is_tiny,
            held.get(STYLE + "text-position", ""),
            held.get(_FO + "color", "").lower() == "#ffffff",
            held.get(_FO + "background-color", "transparent") != "transparent"
            or held.get(DRAW + "fill", "none") not in ("none", ""),
        )


class Paragraph:
    """The lines of a paragraph and what is anchored in it."""

    def __init__(self, looks: Looks, formula: Callable[[Any], str]) -> None:
        self.lines: list[str] = [""]
        self.frames: list[Any] = []
        self.notes: list[Any] = []
        self.hidden = self.comments = self.formulas = self.letters = 0
        self._looks, self._formula = looks, formula

    def read(self, element: Any, look: Look) -> None:
        """Add the text of an element, which is written in a style."""
        self._add(element.text, look)
        for child in element:
            if isinstance(child.tag, str):
                self._child(child, look)
            self._add(child.tail, look)

    def _child(self, child: Any, look: Look) -> None:
        tag = child.tag
        if tag == TEXT + "s" or tag == TEXT + "tab":
            self._add(" ", look)
        elif tag == TEXT + "line-break":
            self.lines.append("")
        elif tag == TEXT + "note":
            self.notes += child.findall(TEXT + "note-body")
        elif tag == OFFICE + "annotation":
            self.comments += 1
        elif tag == DRAW + "frame" and (said := self._formula(child)):
            self.lines[-1] += said
            self.formulas += 1
        elif tag.startswith(DRAW):
            self.frames.append(child)
        elif tag in (TEXT + "page-number", TEXT + "hidden-text", TEXT + "annotation-end", OFFICE + "annotation-end"):
            return
        elif tag == TEXT + "span":
            own = self._looks.of(child.get(TEXT + "style-name"))
            self.read(child, own if own != Look() else look)
        else:
            self.read(child, look)

    def _add(self, text: str | None, look: Look) -> None:
        if not text:
            return
        if look.is_hidden or (look.white and not look.grounded):
            self.hidden += int(bool(text.strip()))
            return
        self.letters += len(text.strip())
        raise_it = look.position.startswith("super") or look.position.partition("%")[0].isdigit()
        if raise_it and not look.position.startswith("0"):
            text = raised(text)
        elif look.position.startswith(("sub", "-")):
            text = lowered(text)
        self.lines[-1] += " ".join(text.split("\n"))
