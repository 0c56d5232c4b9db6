"""The runs of text that a reader of a PDF page sees, with their places, as PDFium finds them.

Coordinates are points from the page's upper left corner, after the page is turned so that its text is upright.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.documents.characters import clean
from knowledge.documents.formats.annotations import annotations_on
from knowledge.documents.layout.runs import Box, Run

NAMELESS = "\ufffd"
"""What stands in a word for a sign that has a shape and no name: without it the word would be another one."""
TINY = 3.0
"""Points; smaller type is read by no one."""
CONTRAST = 8
"""Steps of grey (of 255) by which what is drawn must differ within a word, else it is not to be seen."""
_GAP = 0.17
"""Widths of an em between two letters of different words: TeX's narrowest space is 0.22, its widest kern 0.08."""
_SAME = 0.12
"""Two copies of a letter nearer than this many ems are one letter, drawn twice to look bold."""
_HYPHEN = 2
"""What PDFium calls a hyphen at the end of a line."""
_ACCENTS = {
    "`": "\u0300", "´": "\u0301", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "¨": "\u0308", "˚": "\u030a",
    "ˇ": "\u030c", "¸": "\u0327", "¯": "\u0304", "˘": "\u0306", "˙": "\u0307", "˝": "\u030b", "˛": "\u0328",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}


@dataclass(slots=True)
class Seen:
    """What is on a page: its runs, its size, rules, pictures and what a reader does not see or PDFium cannot name.

    `comments` counts notes that are shown only when they are opened, `boxes` are texts that were put on the page later;
    `is_drawn` says that there is more on it than text, `quarter` in which direction it is written.
    """

    runs: list[Run] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0
    rules: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    hidden: int = 0
    nameless: int = 0
    comments: int = 0
    boxes: list[str] = field(default_factory=list)
    is_drawn: bool = False
    quarter: int = 0


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    quarter: int
    bold: bool


@dataclass(slots=True)
class _Glyph:
    text: str
    x0: float
    x1: float
    y: float
    style: _Style
    spaced: bool


def seen_on(page: pdfium.PdfPage) -> Seen:
    """Everything that a reader sees on the page."""
    textpage = page.get_textpage()
    try:
        glyphs, nameless = _glyphs(textpage)
    finally:
        textpage.close()
    left, bottom, right, top = page.get_mediabox() if not page.get_cropbox() else page.get_cropbox()
    turned = _Turned(_dominant(glyphs), Box(left, bottom, right, top))
    found = Seen(width=turned.width, height=turned.height, nameless=nameless, quarter=turned.quarter)
    runs = _runs([turned.glyph(glyph) for glyph in _once(glyphs) if glyph.style.quarter == turned.quarter])
    _look(page, turned, runs, found)
    _objects(page, turned, found)
    found.boxes, found.comments = annotations_on(page)
    return found


def _glyphs(textpage: pdfium.PdfTextPage) -> tuple[list[_Glyph], int]:
    """Every character with its place, in PDFium's order, which is that of reading within a line; and how many have a
    glyph and no name."""
    found: list[_Glyph] = []
    styles: dict[int, _Style] = {}
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    spaced, nameless, high = True, 0, 0
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        text_object = raw.FPDFText_GetTextObject(textpage, index)
        if not text_object or (code != _HYPHEN and raw.FPDFText_IsGenerated(textpage, index) == 1):
            continue  # PDFium's own guess of a space or a line's end
        if 0xD800 <= code < 0xDC00 and 0xDC00 <= raw.FPDFText_GetUnicode(textpage, index + 1) < 0xE000:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00 if high else 0xFFFD
        high = 0
        if code == _HYPHEN:
            code = ord("-")
        if (
            code in (0, 0xFFFD, 0xFFFE)
            or 0xD800 <= code < 0xE000
            or raw.FPDFText_HasUnicodeMapError(textpage, index) == 1
        ):
            nameless += 1
            code = ord(NAMELESS)
        char = chr(code)
        if char.isspace():
            spaced = True
            continue
        address = ctypes.cast(text_object, ctypes.c_void_p).value or 0
        style = styles.get(address)
        if style is None:
            style = styles[address] = _style(textpage, index)
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        raw.FPDFText_GetCharOrigin(textpage, index, x, y)
        if style.quarter % 2:
            found.append(_Glyph(char, box.bottom, box.top, x.value, style, spaced))
        else:
            found.append(_Glyph(char, box.left, box.right, y.value, style, spaced))
        spaced = False
    return found, nameless


def _style(textpage: pdfium.PdfTextPage, index: int) -> _Style:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, index, matrix)
    size = raw.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
    quarter = round(math.degrees(math.atan2(matrix.b, matrix.a)) / 90) % 4
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, index, buffer, 128, flags)
    bold = raw.FPDFText_GetFontWeight(textpage, index) >= 600 or _is_bold(buffer.value)
    return _Style(size or 1.0, quarter, bold)


@lru_cache(maxsize=256)
def _is_bold(font: bytes) -> bool:
    name = font.lower()
    return any(word in name for word in (b"bold", b"black", b"heavy", b"cmbx", b"demi"))


def _dominant(glyphs: list[_Glyph]) -> int:
    """The direction in quarters of a turn in which most of the page is written."""
    count = Counter(glyph.style.quarter for glyph in glyphs)
    return count.most_common(1)[0][0] if count else 0


class _Turned:
    """A page's coordinates turned upright, from its upper left corner."""

    def __init__(self, quarter: int, box: Box) -> None:
        self.quarter, self._box = quarter, box
        sides = (box.x1 - box.x0, box.y1 - box.y0)
        self.width, self.height = sides if quarter % 2 == 0 else (sides[1], sides[0])

    def glyph(self, glyph: _Glyph) -> _Glyph:
        """A glyph's place along the line and down the page."""
        page, found = self._box, glyph
        match self.quarter:
            case 0:
                found.x0, found.x1, found.y = glyph.x0 - page.x0, glyph.x1 - page.x0, page.y1 - glyph.y
            case 1:
                found.x0, found.x1, found.y = glyph.x0 - page.y0, glyph.x1 - page.y0, glyph.y - page.x0
            case 2:
                found.x0, found.x1, found.y = page.x1 - glyph.x1, page.x1 - glyph.x0, glyph.y - page.y0
            case _:
                found.x0, found.x1, found.y = page.y1 - glyph.x1, page.y1 - glyph.x0, page.x1 - glyph.y
        return found

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A box of the page, given by its left, bottom, right and upper side."""
        page = self._box
        match self.quarter:
            case 0:
                return Box(x0 - page.x0, page.y1 - y1, x1 - page.x0, page.y1 - y0)
            case 1:
                return Box(y0 - page.y0, x0 - page.x0, y1 - page.y0, x1 - page.x0)
            case 2:
                return Box(page.x1 - x1, y0 - page.y0, page.x1 - x0, y1 - page.y0)
            case _:
                return Box(page.y1 - y1, page.x1 - x1, page.y1 - y0, page.x1 - x0)

    def back(self, box: Box) -> Box:
        """A box of the upright page as left, upper, right and lower side on the page as it is stored."""
        width, height = self._box.x1 - self._box.x0, self._box.y1 - self._box.y0
        match self.quarter:
            case 0:
                return box
            case 1:
                return Box(box.y0, height - box.x1, box.y1, height - box.x0)
            case 2:
                return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
            case _:
                return Box(width - box.y1, box.x0, width - box.y0, box.x1)


def _once(glyphs: list[_Glyph]) -> Iterator[_Glyph]:
    """The glyphs without those that are drawn again nearly where they are."""
    placed: dict[tuple[str, int, int], list[_Glyph]] = {}
    for glyph in glyphs:
        near = _SAME * glyph.style.size
        column, row = int(glyph.x0 // 2), int(glyph.y // 2)
        cells = ((glyph.text, column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        if any(
            abs(other.x0 - glyph.x0) < near and abs(other.y - glyph.y) < near
            for cell in cells
            for other in placed.get(cell, ())
        ):
            continue
        placed.setdefault((glyph.text, column, row), []).append(glyph)
        yield glyph


def _runs(glyphs: list[_Glyph]) -> list[Run]:
    """Letters that follow one another without a gap, in one size and on one line."""
    found: list[Run] = []
    parts: list[str] = []
    last: _Glyph | None = None
    x0 = x1 = 0.0
    spaced = False

    def close() -> None:
        if last is not None and (text := clean("".join(parts))).strip(NAMELESS):
            found.append(Run(text, x0, x1, last.y, last.style.size, last.style.bold, spaced))

    for glyph in glyphs:
        if last is not None and (mark := _accent(last, glyph, parts)):
            parts[-1:] = [mark]
            x0, x1 = min(x0, glyph.x0), max(x1, glyph.x1)
            last = glyph if glyph.text not in _ACCENTS else last
        elif last is not None and not glyph.spaced and _goes_on(last, glyph):
            parts.append(glyph.text)
            x0, x1, last = min(x0, glyph.x0), max(x1, glyph.x1), glyph
        else:
            close()
            parts, x0, x1, last, spaced = [glyph.text], glyph.x0, glyph.x1, glyph, glyph.spaced
    close()
    return found


def _goes_on(last: _Glyph, glyph: _Glyph) -> bool:
    size = last.style.size
    if abs(glyph.y - last.y) > 0.05 * size or abs(glyph.style.size - size) > 0.08 * size:
        return False
    if glyph.style.bold != last.style.bold:
        return False
    gap = last.x0 - glyph.x1 if unicodedata.bidirectional(glyph.text) in ("R", "AL") else glyph.x0 - last.x1
    return -0.4 * size < gap < _GAP * size


def _accent(last: _Glyph, glyph: _Glyph, parts: list[str]) -> str:
    """The composed letter of an accent and a letter that are drawn over one another, "" where they are not."""
    for mark, letter in ((last, glyph), (glyph, last)):
        held = parts[-1] if letter is last else letter.text
        if mark.text not in _ACCENTS or (mark is last and parts[-1] != mark.text) or not held[-1:].isalpha():
            continue
        overlap = min(last.x1, glyph.x1) - max(last.x0, glyph.x0)
        if overlap < 0.5 * min(last.x1 - last.x0, glyph.x1 - glyph.x0) or abs(last.y - glyph.y) > letter.style.size:
            continue
        base = _DOTLESS.get(held, held)
        composed = unicodedata.normalize("NFC", base + _ACCENTS[mark.text])
        if len(composed) == len(base):
            return composed
    return ""


def _look(page: pdfium.PdfPage, turned: _Turned, runs: list[Run], found: Seen) -> None:
    """Keep the runs that can be seen: large enough, on the page, and unlike what is behind them."""
    if not runs:
        return
    bitmap = _drawn(page, turned)
    usual = sorted(run.size for run in runs)[len(runs) // 2]
    for run in runs:
        is_tiny = run.size < TINY and (run.size < usual / 2 or usual < TINY)
        middle = (run.x0 + run.x1) / 2
        is_off = not (0 <= middle <= turned.width and 0 <= run.y - 0.2 * run.size <= turned.height)
        if is_tiny or is_off or not _differs(bitmap, turned, run):
            found.hidden += 1
        else:
            found.runs.append(run)


def _drawn(page: pdfium.PdfPage, turned: _Turned) -> Any:
    """The page as it is stored (not turned), one pixel a point, in grey."""
    rotation = page.get_rotation()
    page.set_rotation(0)
    try:
        scale = min(1.0, 3000 / max(turned.width, turned.height, 1))
        return page.render(scale=scale, grayscale=True, may_draw_forms=False).to_numpy().squeeze(), scale
    finally:
        page.set_rotation(rotation)


def _differs(drawn: tuple[Any, float], turned: _Turned, run: Run) -> bool:
    bitmap, scale = drawn
    box = turned.back(Box(run.x0, run.y - 0.8 * run.size, run.x1, run.y + 0.2 * run.size))
    rows, columns = bitmap.shape[:2]
    top, bottom = max(0, math.floor(box.y0 * scale)), min(rows, math.ceil(box.y1 * scale) + 1)
    left, right = max(0, math.floor(box.x0 * scale)), min(columns, math.ceil(box.x1 * scale) + 1)
    patch = bitmap[top:bottom, left:right]
    return bool(patch.size) and int(np.ptp(patch)) >= CONTRAST


_MOST_OBJECTS = 4000
"""Lines and pictures of a page that are looked at: a drawn map has far more, and no table."""


def _objects(page: pdfium.PdfPage, turned: _Turned, found: Seen) -> None:
    kinds = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE)
    for number, item in enumerate(page.get_objects(filter=kinds, max_depth=4)):
        found.is_drawn = True
        if number >= _MOST_OBJECTS:
            break
        box = turned.box(*item.get_bounds())
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            found.pictures.append(box)
        elif min(box.width, box.height) <= 2 and max(box.width, box.height) >= 12:
            found.rules.append(box)
        elif box.width >= 12 and box.height >= 6 and box.width < 0.95 * turned.width:
            found.rules += box.sides()
