"""Sets blocks as pages of a PDF, with what makes PDF pages awkward: columns, running heads, hyphens, footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from evaluation.third_course.blocks import MARK, Block

SIZE, LEADING = 10.0, 12.0
NOTE_SIZE, NOTE_LEADING = 8.0, 9.5
_BREAK = re.compile(r"(?<=[aeiouáéíóú][bcdfglmnprst])(?=[bcdfglmnprst][aeiouáéíóú])")
"""Between two consonants that stand between vowels: there both languages break a word."""
_ONE_SOUND = ("bl", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "pl", "pr", "th", "tr", "ph", "sh")


@dataclass(frozen=True, slots=True)
class Look:
    """How a document is set: its frames (left, width) side by side, the height of its pages, and what runs on them."""

    frames: tuple[tuple[float, float], ...]
    top: float
    bottom: float
    size: tuple[float, float]
    font: str
    bold: str
    running: Callable[[Canvas, int], None]
    justified: bool = True
    indent: float = 12.0


def break_places(word: str) -> list[int]:
    """Where a word may be broken, the last place first."""
    bare = MARK.sub("", word)
    found = [match.start() for match in _BREAK.finditer(bare) if 3 <= match.start() <= len(bare.rstrip(".,;:")) - 3]
    return [place for place in reversed(found) if bare[place - 1 : place + 1] not in _ONE_SOUND and bare.isalpha()]


def broken(text: str, font: str, size: float, widths: Sequence[float]) -> list[str]:
    """A paragraph in lines: the first is at most widths[0] wide, all others widths[-1]."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        room = widths[min(len(lines), len(widths) - 1)]
        if _width(f"{line} {word}".strip(), font, size) <= room:
            line = f"{line} {word}".strip()
            continue
        for place in break_places(word):
            if line and _width(f"{line} {word[:place]}-", font, size) <= room:
                line, word = f"{line} {word[:place]}-", word[place:]
                break
        lines.append(line)
        line = word
    return [*lines, line]


def _width(text: str, font: str, size: float) -> float:
    return float(stringWidth(MARK.sub("", text), font, size))


class Setter:
    """Puts blocks on pages, column after column."""

    def __init__(self, path: Path, look: Look, notes: Sequence[Block] = ()) -> None:
        self.canvas = Canvas(str(path), pagesize=look.size, invariant=1)
        self.look, self._notes = look, {note.level: note.text for note in notes}
        self._frame, self.page = 0, 1
        self.height, self._foot = look.top, look.bottom
        self._tops = [look.top] * len(look.frames)
        look.running(self.canvas, 1)

    @property
    def left(self) -> float:
        """The left edge of the column."""
        return self.look.frames[self._frame][0]

    @property
    def width(self) -> float:
        """The width of the column."""
        return self.look.frames[self._frame][1]

    def across(self, text: str, font: str, size: float, leading: float) -> None:
        """Text over all columns at the head of the first page."""
        left = self.look.frames[0][0]
        width = self.look.frames[-1][0] + self.look.frames[-1][1] - left
        for line in broken(text, font, size, [width]):
            self.canvas.setFont(font, size)
            self.canvas.drawCentredString(left + width / 2, self.height, line)
            self.height -= leading
        self._tops = [self.height - leading / 2] * len(self.look.frames)
        self.height = self._tops[0]

    def room(self, height: float) -> None:
        """Go on in the next column where less is left than this."""
        if self.height - height >= self._foot:
            return
        self._frame += 1
        if self._frame == len(self.look.frames):
            self.canvas.showPage()
            self.page += 1
            self._frame = 0
            self._tops = [self.look.top] * len(self.look.frames)
            self.look.running(self.canvas, self.page)
        self.height, self._foot = self._tops[self._frame], self.look.bottom

    def heading(self, text: str, size: float = 11.5) -> None:
        """A heading with room for two lines below it."""
        self.room(size + 3 * LEADING + 8)
        self.height -= 8
        for line in broken(text, self.look.bold, size, [self.width]):
            self.canvas.setFont(self.look.bold, size)
            self.canvas.drawString(self.left, self.height, line)
            self.height -= size + 2
        self.height -= 2

    def paragraph(self, text: str, size: float = SIZE, leading: float = LEADING) -> None:
        """A paragraph with an indented first line, justified where the look says so."""
        lines = broken(text, self.look.font, size, [self.width - self.look.indent, self.width])
        for number, line in enumerate(lines):
            note = MARK.search(line)
            self.room(leading + (self._note_height(int(note[1])) if note else 0))
            indent = 0.0 if number else self.look.indent
            self._line(line, indent, size, spread=self.look.justified and number < len(lines) - 1)
            self.height -= leading
            if note:
                self._note(int(note[1]))

    def _line(self, line: str, indent: float, size: float, *, spread: bool) -> None:
        """One line; a justified one word by word, as typesetting programs place them."""
        said = line.split()
        natural = _width(line, self.look.font, size)
        gap = float(stringWidth(" ", self.look.font, size))
        if spread and len(said) > 1:
            gap += (self.width - indent - natural) / (len(said) - 1)
        left = self.left + indent
        for word in said:
            plain = MARK.sub("", word)
            self.canvas.setFont(self.look.font, size)
            self.canvas.drawString(left, self.height, plain)
            left += _width(word, self.look.font, size)
            if mark := MARK.search(word):
                self.canvas.setFont(self.look.font, 0.6 * size)
                self.canvas.drawString(left, self.height + 0.35 * size, mark[1])
            left += gap

    def _note_lines(self, number: int) -> list[str]:
        return broken(self._notes[number], self.look.font, NOTE_SIZE, [self.width - 6, self.width])

    def _note_height(self, number: int) -> float:
        return len(self._note_lines(number)) * NOTE_LEADING + 8

    def _note(self, number: int) -> None:
        """A footnote at the foot of its column, under a short rule."""
        lines = self._note_lines(number)
        height = self._foot + (len(lines) - 1) * NOTE_LEADING
        self._foot += self._note_height(number)
        self.canvas.setLineWidth(0.4)
        self.canvas.line(self.left, height + NOTE_LEADING, self.left + 60, height + NOTE_LEADING)
        self.canvas.setFont(self.look.font, 0.6 * NOTE_SIZE)
        self.canvas.drawString(self.left, height + 3, str(number))
        for place, line in enumerate(lines):
            self.canvas.setFont(self.look.font, NOTE_SIZE)
            self.canvas.drawString(self.left + (0 if place else 6), height, line)
            height -= NOTE_LEADING

    def table(self, block: Block, widths: Sequence[float]) -> None:
        """A ruled table whose head stands again where a page ends."""
        head, *body = block.rows
        step = LEADING + 4
        self.room(3 * step + LEADING)
        if block.text:
            self.canvas.setFont(self.look.bold, SIZE)
            self.canvas.drawString(self.left, self.height, block.text)
            self.height -= step
        self._row(head, widths, self.look.bold, step)
        for row in body:
            page = self.page
            self.room(step)
            if self.page != page:
                self._row(head, widths, self.look.bold, step)
            self._row(row, widths, self.look.font, step)
        self.height -= LEADING

    def _row(self, cells: Sequence[str], widths: Sequence[float], font: str, step: float) -> None:
        left = self.left
        for cell, width in zip(cells, widths, strict=True):
            self.canvas.setLineWidth(0.5)
            self.canvas.rect(left, self.height - 5, width, step)
            self.canvas.setFont(font, SIZE)
            self.canvas.drawString(left + 3, self.height, cell)
            left += width
        self.height -= step

    def hidden(self, text: str) -> None:
        """White text between the columns of the page, which no reader sees."""
        self.canvas.saveState()
        self.canvas.setFillColorRGB(1, 1, 1)
        self.canvas.setFont(self.look.font, 6)
        self.canvas.drawString(self.left, self.look.bottom - 14, text)
        self.canvas.restoreState()

    def save(self) -> None:
        """Write the file."""
        self.canvas.save()
