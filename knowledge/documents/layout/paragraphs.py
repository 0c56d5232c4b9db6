"""Lines of one column as paragraphs, headings and items of lists, by what a typesetter does: width, spacing and type.

A line goes on in the next one unless the next word would have found room in it; where it would have, the text decides:
lines without a full stop at their end are a list, lines of a paragraph that has one are sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Literal

from knowledge.documents.layout.runs import Line
from knowledge.documents.units import BULLET, ENDED, is_open

Kind = Literal["text", "heading", "item"]

_LEADING = 1.45
"""How many times the usual distance of two lines parts two paragraphs."""
_SPREAD = 2.1
"""Ems between two lines at most where too few of them show the usual distance."""
_HEADING_WORDS = 14
_LARGER = 1.12


@dataclass(slots=True)
class Paragraph:
    """Lines that are one piece of text; `level` is a heading's depth."""

    lines: list[Line]
    kind: Kind = "text"
    level: int = 0
    parts: list[tuple[int, str]] = field(default_factory=list)

    @property
    def size(self) -> float:
        return self.lines[0].size


def paragraphs(lines: Sequence[Line], body: float) -> list[Paragraph]:
    """The paragraphs of a column, top down; `body` is the size of the document's running text."""
    found: list[Paragraph] = []
    column = _Column(lines)
    for block in _blocks(lines):
        if _is_heading(block, body):
            found.append(Paragraph(block, "heading"))
        else:
            found += _divided(block, column)
    return found


class _Column:
    """What the lines of a column tell of those that tell too little by themselves: few lines at the end of a page."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        going_on = sum(line.text[:1].islower() for line in lines)
        self.flows = len(lines) > 3 and going_on >= 0.3 * len(lines)

    def right_of(self, block: Sequence[Line]) -> float:
        """How far lines reach that begin where those of a block do, in its type."""
        left, size = min(line.x0 for line in block), block[0].size
        alike = (line for line in self._lines if abs(line.x0 - left) < size and abs(line.size - size) < 0.12 * size)
        return max(line.x1 for line in (*alike, *block))


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines in the same type without a larger gap between them."""
    gaps = [below.y - above.y for above, below in pairwise(lines)]
    small = [gap / below.size for gap, below in zip(gaps, lines[1:], strict=False) if gap < 3 * below.size]
    most = max(_LEADING * median(small), 1.25) if len(small) >= 4 else _SPREAD
    found: list[list[Line]] = []
    for line in lines:
        if not found or _parts(found[-1][-1], line, most):
            found.append([])
        found[-1].append(line)
    return found


def _parts(above: Line, below: Line, most: float) -> bool:
    size = max(above.size, below.size)
    if below.y - above.y > most * size or below.y < above.y - 0.5 * size:
        return True
    if abs(above.size - below.size) > 0.12 * size:
        return True
    return above.bold != below.bold and (ENDED.search(above.text) is not None or not is_open(above.text))


def _is_heading(block: Sequence[Line], body: float) -> bool:
    text = " ".join(line.text for line in block)
    first = block[0]
    if len(block) > 3 or len(text.split()) > _HEADING_WORDS or (BULLET.match(text) and not _NUMBERED.match(text)):
        return False
    if not any(char.isalpha() for char in text) or text.rstrip().endswith((".", ",", ";", ":")):
        return False
    return first.size > _LARGER * body or (first.bold and first.size >= 0.95 * body)


_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2})*\.?\s+\S")


def _divided(block: list[Line], column: _Column) -> list[Paragraph]:
    """The paragraphs and items of lines that stand close together."""
    left, right = min(line.x0 for line in block), column.right_of(block)
    opens = openers([line.text for line in block])
    is_text, flows = _is_running(block), _flows(block) or column.flows
    found: list[Paragraph] = []
    for number, line in enumerate(block):
        if number in opens:
            found.append(Paragraph([line], "item"))
        elif not found or _ends(found[-1], line, (left, right), is_text=is_text, flows=flows):
            found.append(Paragraph([line], "text"))
        else:
            found[-1].lines.append(line)
    return found


def openers(texts: Sequence[str]) -> set[int]:
    """Which lines open an item of a list: with a bullet, or with numbers or letters that count up from the first."""
    found, counted = set(), list[tuple[int, str, int]]()
    for number, text in enumerate(texts):
        if not (match := BULLET.match(text)):
            continue
        sign = match[0].strip().strip("().")
        if sign.isdigit():
            counted.append((number, "1", int(sign)))
        elif sign.isalpha() and sign.isascii():
            style = "a" if sign.islower() else "A"
            counted.append((number, style, ord(sign[0].lower()) - ord("a") + 1))
        elif sign[:1] in "-–—*" and number and is_open(texts[number - 1]):
            continue  # a dash in mid-sentence
        else:
            found.add(number)
    for place, (number, style, value) in enumerate(counted):
        before = [(other, count) for other, kind, count in counted[:place] if kind == style]
        after = [count for _, kind, count in counted[place + 1 :] if kind == style]
        opens_list = value == 1 and style != "A" and (number == 0 or not is_open(texts[number - 1]))
        if opens_list or (before and before[-1][1] == value - 1) or (after and after[0] == value + 1):
            found.add(number)
    return found


def _is_running(block: Sequence[Line]) -> bool:
    """True for running text; False for lines that each stand alone, as on a slide or in a list without bullets."""
    return len(block) < 2 or ENDED.search(block[-1].text) is not None


_SENTENCES = re.compile(r"[.!?][\"'”’»)\]]*\s+[A-ZÁÉÍÓÚÑ¿¡]")


def _flows(block: Sequence[Line]) -> bool:
    """True where some line is seen to go on another, or sentences follow one another within one."""
    return any(line.text[:1].islower() for line in block[1:]) or any(_SENTENCES.search(line.text) for line in block)


def _ends(paragraph: Paragraph, line: Line, sides: tuple[float, float], *, is_text: bool, flows: bool) -> bool:
    """True where the paragraph is over before this line."""
    above, (left, right) = paragraph.lines[-1], sides
    is_full = has_no_room(above, line, right)
    if paragraph.kind == "item":
        hangs = abs(line.x0 - _text_of_item(paragraph.lines[0])) < 0.8 * line.size
        if ENDED.search(above.text):
            return not hangs
        return not (hangs or is_full or line.text[:1].islower() or is_open(above.text))
    if ENDED.search(above.text):
        return not is_full or line.x0 > left + 0.8 * line.size > above.x0
    if line.text[:1].islower() or is_open(above.text):
        return False
    if is_full:
        return not (is_text or flows)
    if not is_text:
        return True
    is_short = above.x1 - left < 0.45 * (right - left) and above.words <= 4
    return len(paragraph.lines) == 1 and is_short and line.text[:1].isupper()


def _text_of_item(line: Line) -> float:
    """Where the text of an item begins, after its sign."""
    first, *others = sorted(line.runs, key=lambda run: run.x0)
    opens = BULLET.match(f"{first.text} ")
    if opens and opens.end() >= len(first.text) and others:
        return others[0].x0
    return first.x0 + (1.0 if opens else 0.0) * line.size


def has_no_room(above: Line, below: Line, right: float) -> bool:
    """True where the next line's first word would not have fitted into this one: the line was broken for its width."""
    words = below.text.split()
    per_letter = (below.x1 - below.x0) / max(1, len(below.text))
    return above.x1 + (len(words[0]) + 1 if words else 1) * per_letter > right + 0.1 * per_letter
