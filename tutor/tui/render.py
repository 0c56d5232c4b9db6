"""Frames and panels as Rich drawings that fit the cells they are given, on light and on dark terminals."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TypeVar

from rich.cells import cell_len
from rich.console import RenderableType

from demos.runtime.contract import (
    Bars,
    Board,
    Curve,
    Frame,
    Heatmap,
    Image,
    Network,
    Panel,
    Scatter,
    Table,
    Text,
    Tokens,
)  # fmt: skip
from tutor.formulas import readable
from tutor.tui.grid import Colour, Grid, blend, ink_on, shorten, stretch, wrap
from tutor.tui.plots import MIDDLE, NEGATIVE, POSITIVE, brief, draw_curve, draw_network, draw_scatter

__all__ = ["frame", "panel"]

LONGEST_CAPTION = 330
WIDE_BARS = 36
"""From so many cells on, names of bars may take half of the width; below, a third."""
LONGEST_HEADER = 8
"""Most rows that the names over the columns of a matrix may take."""
PALE: Colour = (240, 240, 236)
DUSK: Colour = (52, 66, 60)
"""The paper of what is nothing: on a light screen, or one that is not known, and on a dark one."""
GAP = 2
WIDEST, TALLEST = 12, 3
"""Columns and rows that a number of a matrix takes where there is room."""

_Pixel = TypeVar("_Pixel")


def frame(frame: Frame, width: int, height: int, *, captioned: bool = True) -> RenderableType:
    """Caption (unless it stands elsewhere), progress and metrics above the panels, which share the rest."""
    grid = Grid(width, height)
    rows = min(max(3, -(-LONGEST_CAPTION // max(1, width))), max(1, height // 3)) if captioned else 0
    lines = wrap(readable(frame.caption), width) if captioned else []
    if len(lines) > rows:
        lines = [*lines[: rows - 1], shorten(" ".join(lines[rows - 1 :]), width)]
    for y, line in enumerate(lines):
        grid.put(0, y, line)
    _status(grid, rows, frame)
    area = grid.part(0, rows + 1, width, height - rows - 1)
    for (x, y, wide, high), one in zip(_tiles(frame.panels, area.width, area.height), frame.panels, strict=False):
        _panel(area.part(x, y, wide, high), one, title=True)
    return grid


def panel(
    panel: Panel, width: int, height: int, *, title: bool = False, coloured: bool = True, dark: bool = False
) -> RenderableType:
    """One panel in exactly `width` x `height` cells; `title` puts its title on the first row. Where it is not to be
    `coloured`, shades of characters stand for the colours, as they do on a terminal that has none."""
    grid = Grid(width, height, coloured=coloured, dark=dark)
    _panel(grid, panel, title=title)
    return grid


def _panel(grid: Grid, panel: Panel, *, title: bool) -> None:
    if title and grid.height > 1:
        grid.put(0, 0, shorten(panel.title, grid.width), bold=True)
        grid = grid.part(0, 1, grid.width, grid.height - 1)
    if grid.width < 1 or grid.height < 1:
        return
    match panel:
        case Curve():
            draw_curve(grid, panel)
        case Scatter():
            draw_scatter(grid, panel)
        case Network():
            draw_network(grid, panel)
        case Heatmap():
            _heatmap(grid, panel)
        case Bars():
            _bars(grid, panel)
        case Table():
            _table(grid, panel)
        case Image():
            _image(grid, panel)
        case Tokens():
            _tokens(grid, panel)
        case Board():
            _board(grid, panel)
        case Text():
            _lines(grid, wrap(panel.text, grid.width))


def _tiles(panels: Sequence[Panel], width: int, height: int) -> list[tuple[int, int, int, int]]:
    """(x, y, width, height) of each panel: two side by side, three as one large and two small, more in a raster; three
    of one kind stand in columns."""
    count = len(panels)
    alike = len({panel.kind for panel in panels}) == 1
    if count < 2:
        return [(0, 0, width, height)] * count
    half = (width - GAP) // 2
    if count == 2:
        return [(0, 0, half, height), (half + GAP, 0, width - half - GAP, height)]
    if count == 3 and not (alike and width >= 75):
        upper = height // 2
        x, rest = half + GAP, width - half - GAP
        return [(0, 0, half, height), (x, 0, rest, upper), (x, upper, rest, height - upper)]
    columns = 2 if count == 4 else 3
    rows = -(-count // columns)
    wide, high = (width - GAP * (columns - 1)) // columns, height // rows
    return [((i % columns) * (wide + GAP), (i // columns) * high, wide, high) for i in range(count)]


def _status(grid: Grid, y: int, frame: Frame) -> None:
    """A bar of the progress, then the metrics as far as there is room."""
    done = round(10 * frame.progress)
    x = grid.put(0, y, "━" * done, MIDDLE[2])
    x = grid.put(x, y, "━" * (10 - done), dim=True) + GAP
    for name, value in frame.metrics.items():
        text = f"{name} {brief(value)}"
        if x + cell_len(text) > grid.width:
            break
        x = grid.put(x, y, text, dim=True) + GAP


def _lines(grid: Grid, lines: Sequence[str]) -> None:
    if len(lines) > grid.height:
        lines = [*lines[: grid.height - 1], shorten(" ".join(lines[grid.height - 1 :]) + " …", grid.width)]
    for y, line in enumerate(lines):
        grid.put(0, y, line)


def _heatmap(grid: Grid, panel: Heatmap) -> None:
    """Cells as coloured paper with their numbers; a matrix too large for that is drawn in half blocks, or averaged."""
    low, high = panel.value_range or _extent([value for row in panel.values for value in row])
    none = DUSK if grid.dark else PALE
    count = max((len(row) for row in panel.values), default=0)
    if not count:
        return
    gutter = min(max((cell_len(name) for name in panel.rows), default=-1) + 1, max(3, grid.width // 3))
    header = 1 if panel.columns and grid.height > len(panel.values) else 0
    wide = min(WIDEST, (grid.width - gutter) // count)
    longest = max((cell_len(name) for name in panel.columns), default=0)
    if header and longest >= wide:
        header = max(1, min(longest, grid.height - len(panel.values), LONGEST_HEADER))
    if wide < 2 or len(panel.values) > grid.height - header:
        colours = [[_shade(value, low, high, none) for value in row] for row in panel.values]
        _pixels(grid, colours, panel.values, (low, high))
        return
    levels = stretch(panel.values, low, high)
    whole = all(value == int(value) for row in panel.values for value in row)
    for j, name in enumerate(panel.columns[:count] if header else ()):
        if cell_len(name) < wide or header == 1:
            grid.put(gutter + j * wide, header - 1, shorten(name, wide - 1).center(wide - 1), dim=True)
            continue
        for down, letter in enumerate(name[:header].rjust(header)):  # written downwards, to stand on its column
            grid.put(gutter + j * wide + (wide - 1) // 2, down, letter, dim=True)
    texts = [[_cell(value, wide, whole) for value in row] for row in panel.values]
    numbered = panel.show_values and all(map(all, texts))  # all of them or none: a few would look like the only ones
    tall = max(1, min(TALLEST, (grid.height - header) // len(panel.values)))
    for i, row in enumerate(panel.values):
        y = header + i * tall
        if i < len(panel.rows):
            name = shorten(panel.rows[i], gutter - 1)
            grid.put(gutter - 1 - cell_len(name), y, name)
        for j, value in enumerate(row):
            paper = _shade(value, low, high, none)
            text = texts[i][j] if numbered else ""
            grid.put(gutter + j * wide, y, text.center(wide), ink_on(paper), paper)
            grid.fill(gutter + j * wide, y + tall - 1, wide, paper)
            for down in range(1 if text else 0, tall):  # beside a number, shades would read as a part of it
                grid.tone(gutter + j * wide, y + down, levels[i][j], wide)


def _shade(value: float, low: float, high: float, none: Colour) -> Colour:
    """From the paper of nothing to blue; when the range goes below 0, orange for negative values."""
    if low < 0:
        return blend(none, POSITIVE if value > 0 else NEGATIVE, abs(value) / (max(abs(low), abs(high)) or 1))
    return blend(none, POSITIVE, (value - low) / ((high - low) or 1))


def _cell(value: float, wide: int, whole: bool) -> str:
    """The number with as many decimals as fit, or nothing; counts have none."""
    if whole:
        return f"{value:.0f}" if len(f"{value:.0f}") < wide else ""
    for decimals in (2, 1, 0) if abs(value) >= 0.95 else (2, 1):
        text = f"{value:.{decimals}f}"
        short = text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
        if len(text) < wide:
            return text
        if len(short) < wide:
            return short
    return ""


def _bars(grid: Grid, panel: Bars) -> None:
    """One row a bar: label, bar from zero, number."""
    labels = [shorten(label, grid.width // (2 if grid.width >= WIDE_BARS else 3)) for label in panel.labels]
    numbers = [brief(value) for value in panel.values]
    gutter = max(map(cell_len, labels), default=0) + 1
    room = grid.width - gutter - max(map(len, numbers), default=0) - 1
    low, high = panel.value_range or _extent([0.0, *panel.values])
    low, high = min(low, 0.0), max(high, 0.0)
    if room < 1:
        return
    scale = room / ((high - low) or 1)
    zero = round(-low * scale)
    shown = len(labels) if len(labels) <= grid.height else grid.height - 1
    for y, (label, value, text) in enumerate(zip(labels[:shown], panel.values, numbers, strict=False)):
        grid.put(gutter - 1 - cell_len(label), y, label)
        length = min(abs(value) * scale, room)
        if value < 0:
            x = max(0, zero - round(length))
            grid.put(gutter + x, y, "█" * (zero - x), NEGATIVE)
        else:
            eighths = round(8 * length)
            grid.put(gutter + zero, y, "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip(), POSITIVE)
        grid.put(grid.width - len(text), y, text)
    if shown < len(labels):
        grid.put(0, shown, shorten(f"… +{len(labels) - shown}", grid.width), dim=True)


def _table(grid: Grid, panel: Table) -> None:
    """Columns as wide as their content needs; rows around the first highlighted one when not all fit."""
    every = [panel.columns, *panel.rows]
    widths = [max((cell_len(row[j]) for row in every if j < len(row)), default=1) for j in range(len(panel.columns))]
    gap = GAP if sum(widths) + GAP * (len(widths) - 1) <= grid.width else 1
    while sum(widths) + gap * (len(widths) - 1) > grid.width and max(widths, default=1) > 1:
        widths[widths.index(max(widths))] -= 1
    room = grid.height - 1
    first = 0
    if len(panel.rows) > room > 0:
        room -= 1
        first = max(0, min(min(panel.highlight, default=0) - room // 2, len(panel.rows) - room))
    _row(grid, 0, panel.columns, widths, gap, None, bold=True)
    for y, index in enumerate(range(first, min(first + room, len(panel.rows)))):
        marked = index in panel.highlight
        _row(grid, y + 1, panel.rows[index], widths, gap, MIDDLE[1] if marked else None, bold=marked)
    if len(panel.rows) > room >= 0:
        grid.put(0, grid.height - 1, shorten(f"… {len(panel.rows)} rows in all", grid.width), dim=True)


def _board(grid: Grid, panel: Board) -> None:
    """Squares with lines between them where there is room, and the numbers of the moves in what is empty."""
    high, wide = len(panel.cells), max(len(row) for row in panel.cells)
    head = 1 if len(panel.numbers) == wide else 0
    tall = max(1, min(3, (grid.height - head + 1) // high - 1))
    across = max(1, min(2 * tall + 1, (grid.width + 1) // wide - 1))
    lined = grid.height - head >= high * (tall + 1) - 1 and grid.width >= wide * (across + 1) - 1
    gap = 1 if lined else 0
    for i, row in enumerate(panel.cells):
        top = head + i * (tall + gap)
        if lined and i:
            grid.put(0, top - 1, "┼".join(["─" * across] * wide), dim=True)
        for j, sign in enumerate(row):
            left, middle = j * (across + gap), top + tall // 2
            if lined and j:
                for y in range(top, top + tall):
                    grid.put(left - 1, y, "│", dim=True)
            name = panel.numbers[i * wide + j] if len(panel.numbers) == high * wide else "·"
            colour = (POSITIVE if sign == "X" else NEGATIVE) if sign else None
            marked = (i, j) in panel.marked
            x, text = left + (across - len(sign or name)) // 2, sign or name
            grid.put(x, middle, text, colour, bold=bool(sign), dim=not sign, underline=marked)
    for j, number in enumerate(panel.numbers if head else ()):
        grid.put(j * (across + gap) + across // 2, 0, number, dim=True)


def _row(
    grid: Grid, y: int, cells: Sequence[str], widths: Sequence[int], gap: int, ink: Colour | None, *, bold: bool
) -> None:
    x = 0
    for text, wide in zip(cells, widths, strict=False):
        grid.put(x, y, shorten(text, wide), ink, bold=bold)
        x += wide + gap


def _image(grid: Grid, panel: Image) -> None:
    """Half blocks, so that pixels are square; whole multiples of the size where there is room."""
    if panel.label and grid.height > 2:
        grid.put(0, grid.height - 1, shorten(panel.label, grid.width), dim=True)
        grid = grid.part(0, 0, grid.width, grid.height - 1)
    if panel.channels:
        red, green, blue = panel.channels[:3]
        rows = [
            [(_level(r), _level(g), _level(b)) for r, g, b in zip(*three, strict=False)]
            for three in zip(red, green, blue, strict=False)
        ]
    else:
        rows = [[(_level(value),) * 3 for value in row] for row in panel.pixels]
    _pixels(grid, rows, [[_luminance(colour) for colour in row] for row in rows], (0.0, 1.0))


def _luminance(colour: Colour) -> float:
    red, green, blue = colour
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def _level(value: float) -> int:
    return round(255 * max(0.0, min(1.0, value)))


def _pixels(
    grid: Grid, rows: Sequence[Sequence[Colour]], values: Sequence[Sequence[float]], limits: tuple[float, float]
) -> None:
    """Colours as half blocks, enlarged by a whole factor or made smaller by averaging, and for where there is no colour
    the values that they stand for. `limits` are those of the values."""
    if not rows or not rows[0]:
        return
    high, wide = len(rows), len(rows[0])
    scale = min(grid.width / wide, 2 * grid.height / high)
    scale = float(int(scale)) if scale >= 1 else scale
    out_wide, out_high = max(1, int(wide * scale)), max(1, int(high * scale))
    picture = [[_mean(rows, x, y, out_wide, out_high) for x in range(out_wide)] for y in range(out_high)]
    for y in range(0, out_high, 2):
        for x in range(out_wide):
            lower = picture[y + 1][x] if y + 1 < out_high else None
            grid.put(x, y // 2, "▀", picture[y][x], lower)
    _tones(grid, values, limits)


def _tones(grid: Grid, values: Sequence[Sequence[float]], limits: tuple[float, float]) -> None:
    """Values as shades, two cells wide so that they are square, as large as fits."""
    high, wide = len(values), len(values[0])
    scale = min(grid.width / (2 * wide), grid.height / high)
    scale = float(int(scale)) if scale >= 1 else scale
    columns, rows = max(1, int(2 * wide * scale)), max(1, int(high * scale))
    cells = [[_under(values, x, y, columns, rows) or [0.0] for x in range(columns)] for y in range(rows)]
    for y, line in enumerate(stretch([[fmean(under) for under in row] for row in cells], *limits)):
        for x, level in enumerate(line):
            grid.tone(x, y, level)


def _mean(rows: Sequence[Sequence[Colour]], x: int, y: int, wide: int, high: int) -> Colour:
    """The mean colour of the source pixels under pixel (x, y) of a picture of that size."""
    under = _under(rows, x, y, wide, high) or [(0, 0, 0)]
    red, green, blue = (sum(channel) // len(under) for channel in zip(*under, strict=True))
    return red, green, blue


def _under(rows: Sequence[Sequence[_Pixel]], x: int, y: int, wide: int, high: int) -> list[_Pixel]:
    """The source pixels under pixel (x, y) of a picture of that size."""
    top, left = y * len(rows) // high, x * len(rows[0]) // wide
    bottom = max(top + 1, (y + 1) * len(rows) // high)
    right = max(left + 1, (x + 1) * len(rows[0]) // wide)
    return [pixel for row in rows[top:bottom] for pixel in row[left:right]]


def _tokens(grid: Grid, panel: Tokens) -> None:
    """Tokens in reading order on paper shaded by weight, the weight below each where there is room."""
    weights = [*panel.weights, *[0.0] * (len(panel.tokens) - len(panel.weights))]
    x = y = 0
    for index, (token, weight) in enumerate(zip(panel.tokens, weights, strict=False)):
        text = f" {shorten(token, grid.width - 3) or '·'} "
        wide = max(cell_len(text), 6 if panel.weights else 1)
        if x and x + wide > grid.width:
            x, y = 0, y + (3 if panel.weights else 1)
        if y >= grid.height:
            grid.put(0, grid.height - 1, "…".ljust(grid.width), dim=True)
            return
        paper, marked = blend(DUSK if grid.dark else PALE, POSITIVE, weight), index in panel.marked
        grid.fill(x, y, wide, paper)
        grid.put(x, y, text, ink_on(paper), bold=marked, underline=marked)
        if panel.weights:
            grid.put(x + 1, y + 1, f"{weight:.2f}", dim=not marked)
        x += wide + 1


def _extent(values: Sequence[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (0.0, 1.0)
