"""A rectangle of terminal cells to draw on, and braille dots inside them. Nothing drawn can leave the rectangle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style

from tutor.sanitize import clean

__all__ = ["SHADES", "Colour", "Grid", "blend", "ink_on", "shade", "shorten", "stretch", "wrap"]

Colour = tuple[int, int, int]

SHADES = " .:-=+*#%@"
"""From dark to bright on a dark screen: what a picture is made of where there is no colour."""

FLAT = 1e-9

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille bit of the dot in row 0..3 and column 0..1 of a cell."""


@dataclass
class _Cell:
    char: str = " "
    ink: Colour | None = None
    paper: Colour | None = None
    bold: bool = False
    dim: bool = False
    underline: bool = False
    dots: int = 0
    level: float | None = None

    def plain(self) -> str:
        """What stands here where there is no colour: its shade, unless it holds a character of its own."""
        if self.char not in " ▀":
            return self.char
        return " " if self.level is None else shade(self.level)


@dataclass
class Grid:
    """`width` x `height` cells, (0, 0) at the top left. A part of a grid (`part`) is a grid that shares its cells.

    Without colour, because it is not `coloured` or because the terminal has none, levels are drawn as shades.
    """

    width: int
    height: int
    left: int = 0
    top: int = 0
    coloured: bool = True
    dark: bool = False
    """Whether it is drawn on a dark screen, where the paper of nothing is dark too."""
    _cells: dict[tuple[int, int], _Cell] = field(default_factory=dict)

    def part(self, x: int, y: int, width: int, height: int) -> Grid:
        """The cells from (x, y) on, as a grid of their own, cut to what lies inside this one."""
        width, height = min(width, self.width - x), min(height, self.height - y)
        return Grid(max(0, width), max(0, height), self.left + x, self.top + y, self.coloured, self.dark, self._cells)

    def put(
        self,
        x: int,
        y: int,
        text: str,
        ink: Colour | None = None,
        paper: Colour | None = None,
        *,
        bold: bool = False,
        dim: bool = False,
        underline: bool = False,
    ) -> int:
        """Write one line of text from (x, y) on, cut at the border; returns the column after it. Paper already there
        stays unless another is given."""
        for char in clean(text).replace("\n", " ").replace("\t", " "):
            wide = cell_len(char)
            if wide == 0 and 0 < x <= self.width and 0 <= y < self.height:
                self._at(x - 1, y).char += char  # an accent belongs to the letter before it
            if wide == 0 or x < 0:
                x += wide
                continue
            if x + wide > self.width or not 0 <= y < self.height:
                break
            for column in range(x, x + wide):
                cell = self._at(column, y)
                cell.char, cell.dots = (char if column == x else ""), 0
                cell.ink, cell.paper = ink, paper or cell.paper
                cell.bold, cell.dim, cell.underline = bold, dim, underline
            x += wide
        return x

    def is_free(self, x: int, y: int, width: int) -> bool:
        """Whether nothing is written in part of a row, all of which lies in the grid."""
        if not (x >= 0 and x + width <= self.width and 0 <= y < self.height):
            return False
        cells = (self._cells.get((self.left + column, self.top + y)) for column in range(x, x + width))
        return all(cell is None or cell.char == " " for cell in cells)

    def fill(self, x: int, y: int, width: int, paper: Colour) -> None:
        """Colour the background of part of a row."""
        if 0 <= y < self.height:
            for column in range(max(0, x), min(self.width, x + width)):
                self._at(column, y).paper = paper

    def tone(self, x: int, y: int, level: float, width: int = 1) -> None:
        """Give part of a row a brightness of 0 to 1, which is seen only where there is no colour."""
        if 0 <= y < self.height:
            for column in range(max(0, x), min(self.width, x + width)):
                self._at(column, y).level = level

    def dot(self, x: int, y: int, ink: Colour | None = None) -> None:
        """Set one braille dot; the grid has 2 x width columns and 4 x height rows of them."""
        if 0 <= x < 2 * self.width and 0 <= y < 4 * self.height:
            cell = self._at(x // 2, y // 4)
            if cell.char == " " or cell.dots:
                cell.dots |= DOTS[y % 4][x % 2]
                cell.char, cell.ink = chr(0x2800 + cell.dots), ink

    def line(self, x0: float, y0: float, x1: float, y1: float, ink: Colour | None = None) -> None:
        """A straight line of braille dots."""
        count = int(max(abs(x1 - x0), abs(y1 - y0))) or 1
        if count > 8 * (self.width + self.height):
            return
        for step in range(count + 1):
            part = step / count
            self.dot(round(x0 + (x1 - x0) * part), round(y0 + (y1 - y0) * part), ink)

    def _at(self, x: int, y: int) -> _Cell:
        return self._cells.setdefault((self.left + x, self.top + y), _Cell())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        blank = _Cell()
        plain = not self.coloured or console.no_color or console.color_system is None
        for y in range(self.top, self.top + self.height):
            run, style = "", Style.null()
            for x in range(self.left, self.left + self.width):
                cell = self._cells.get((x, y), blank)
                ink, paper = (None, None) if plain else (cell.ink, cell.paper)
                cells_style = _style(ink, paper, cell.bold, cell.dim, cell.underline)
                if cells_style is not style and run:
                    yield Segment(run, style)
                    run = ""
                run, style = run + (cell.plain() if plain else cell.char), cells_style
            yield Segment(run, style)
            yield Segment.line()


@lru_cache(maxsize=4096)
def _style(ink: Colour | None, paper: Colour | None, bold: bool, dim: bool, underline: bool) -> Style:
    return Style(
        color=_hex(ink) if ink else None,
        bgcolor=_hex(paper) if paper else None,
        bold=bold or None,
        dim=dim or None,
        underline=underline or None,
    )


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def shade(level: float) -> str:
    """The character for a brightness from 0 to 1."""
    return SHADES[min(len(SHADES) - 1, max(0, int(level * len(SHADES))))]


def stretch(values: Sequence[Sequence[float]], low: float, high: float) -> list[list[float]]:
    """The values on a scale from 0 (their least) to 1 (their greatest); where all are alike, from `low` to `high`."""
    every = [value for row in values for value in row]
    if every and max(every) - min(every) > FLAT * max(1.0, abs(high), abs(low)):
        low, high = min(every), max(every)
    length = (high - low) or 1.0
    return [[max(0.0, min(1.0, (value - low) / length)) for value in row] for row in values]


def blend(one: Colour, other: Colour, part: float) -> Colour:
    """From `one` (part 0) to `other` (part 1)."""
    part = max(0.0, min(1.0, part))
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def ink_on(paper: Colour) -> Colour:
    """Black or white, whichever reads better on this paper."""
    red, green, blue = paper
    return (0, 0, 0) if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else (255, 255, 255)


def shorten(text: str, width: int) -> str:
    """At most `width` cells, with an ellipsis where something was cut off."""
    text = " ".join(clean(text).split())
    if cell_len(text) <= width:
        return text
    kept = ""
    for char in text:
        if cell_len(kept + char) > width - 1:
            break
        kept += char
    return kept + "…" if width > 0 else ""


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces where that is possible."""
    if width < 1:
        return []
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        line = ""
        for word in paragraph.split() or [""]:
            if line and cell_len(line) + 1 + cell_len(word) <= width:
                line += f" {word}"
                continue
            if line:
                lines.append(line)
            line = word
            while cell_len(line) > width:
                head = line
                while cell_len(head) > width:
                    head = head[:-1]
                head = head or line[0]
                lines.append(head)
                line = line[len(head) :]
        lines.append(line)
    return lines
