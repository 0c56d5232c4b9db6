"""Curves, points and networks drawn with braille dots and marks on a grid of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len

from demos.runtime.contract import Curve, Network, Region, Scatter, Series
from tutor.tui.grid import Colour, Grid, blend, ink_on, shorten
from tutor.tui.ticks import short_exponent

__all__ = [
    "BRIGHT",
    "MIDDLE",
    "NEGATIVE",
    "POSITIVE",
    "are_many",
    "brief",
    "draw_curve",
    "draw_network",
    "draw_scatter",
]

MIDDLE: tuple[Colour, ...] = (
    (47, 127, 214),
    (219, 115, 22),
    (46, 150, 85),
    (180, 79, 176),
    (209, 73, 91),
    (29, 150, 150),
)
"""Readable on white and on black."""

BRIGHT: tuple[Colour, ...] = (
    (140, 195, 255),
    (255, 180, 100),
    (255, 255, 255),
    (230, 160, 230),
    (255, 140, 150),
    (120, 225, 215),
)
"""Readable on the dark paper of a region."""

MANY = 120
"""Points from which on each is a dot."""

POSITIVE, NEGATIVE, DARK = MIDDLE[0], MIDDLE[1], (34, 34, 42)
MARKS = "●▲■◆✚★"

FAINT = 0.5
"""The brightest that a region may be without colour, so that marks and lines stand out on it."""


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where data lies on the dots of a grid."""

    grid: Grid
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Data to dots."""
        (x0, x1), (y0, y1) = self.x_range, self.y_range
        across = (x - x0) / (x1 - x0) * (2 * self.grid.width - 1)
        down = (y1 - y) / (y1 - y0) * (4 * self.grid.height - 1)
        return across, down

    def inside(self, x: float, y: float) -> bool:
        return self.x_range[0] <= x <= self.x_range[1] and self.y_range[0] <= y <= self.y_range[1]

    def path(self, series: Series, ink: Colour | None) -> None:
        """A line through all points of a series."""
        dots = [self.at(x, y) for x, y in zip(series.x, series.y, strict=False)]
        for start, end in pairwise(dots):
            self.grid.line(*start, *end, ink)
        if len(dots) == 1:
            self.grid.put(int(dots[0][0]) // 2, int(dots[0][1]) // 4, "•", ink)


def draw_curve(grid: Grid, panel: Curve) -> None:
    """Lines over a common x axis, each in its colour, with a legend when there is more than one."""
    if len(panel.series) > 1:
        grid = _legend(grid, [("━", series.name, MIDDLE[i % 6]) for i, series in enumerate(panel.series)])
    axes = _axes(grid, panel.series, panel.x_range, panel.y_range, panel.x_label, panel.y_label)
    for index, series in enumerate(panel.series):
        axes.path(series, MIDDLE[index % 6])


def draw_scatter(grid: Grid, panel: Scatter) -> None:
    """Point groups, each with its mark and colour, lines, and a region as coloured paper behind them."""
    colours = BRIGHT if panel.region else MIDDLE
    rule: Colour | None = (255, 255, 255) if panel.region else None
    many = are_many(panel)
    marked = [] if panel.labelled else list(enumerate(panel.groups))
    named = [("⠿" if many else MARKS[i % 6], group.name, MIDDLE[i % 6]) for i, group in marked]
    grid = _legend(grid, [*named, *(("━", line.name, None) for line in panel.lines[:1])])
    axes = _axes(grid, (*panel.groups, *panel.lines), panel.x_range, panel.y_range, panel.x_label, panel.y_label)
    if panel.region:
        _paper(axes, panel.region)
    for line in panel.lines:
        axes.path(line, rule)
    for index, group in enumerate(panel.groups):
        for x, y in zip(group.x, group.y, strict=False):
            if not axes.inside(x, y):
                continue
            across, down = axes.at(x, y)
            if many:
                axes.grid.dot(round(across), round(down), colours[index % 6])
            else:
                mark = MARKS[index % 6]
                axes.grid.put(round(across) // 2, round(down) // 4, mark, colours[index % 6], bold=True)
                if panel.labelled and len(group.x) == 1:
                    _name_at(axes.grid, round(across) // 2, round(down) // 4, group.name)


def are_many(panel: Scatter) -> bool:
    """Whether there are so many points that marks would cover each other, and what is drawn under them."""
    return sum(len(group.x) for group in panel.groups) > MANY


def _name_at(grid: Grid, x: int, y: int, name: str) -> None:
    """A name beside its point: right of it, or left, above or below where something stands already."""
    name = shorten(name, max(1, grid.width // 3))
    long = cell_len(name)
    places = [(x + 2, y), (x - 1 - long, y), (x - long // 2, y - 1), (x - long // 2, y + 1)]
    left, row = next((place for place in places if grid.is_free(*place, long)), places[0])
    grid.put(left, row, name)


def draw_network(grid: Grid, panel: Network) -> None:
    """Nodes as labels in brackets, coloured by value, over edges coloured by sign; few edges show their labels."""
    longest = min(max((cell_len(node.label) for node in panel.nodes), default=1) + 2, max(5, grid.width // 3))
    labels = {node.id: f" {shorten(node.label, longest - 2)} " for node in panel.nodes}
    places = _apart(grid, panel, labels, longest)
    edges = [edge for edge in panel.edges if edge.source in places and edge.target in places]
    strongest = max((abs(edge.weight) for edge in edges), default=0) or 1
    for edge in sorted(edges, key=lambda edge: (edge.active, abs(edge.weight))):
        (x0, y0), (x1, y1) = places[edge.source], places[edge.target]
        ink = POSITIVE if edge.weight > 0 else NEGATIVE if edge.weight < 0 else (128, 128, 128)
        if len(edges) <= 40 or edge.active or abs(edge.weight) > 0.25 * strongest:
            grid.line(2 * x0 + 1, 4 * y0 + 2, 2 * x1 + 1, 4 * y1 + 2, ink)
    if len(edges) <= 12:
        for edge in edges:
            (x0, y0), (x1, y1) = places[edge.source], places[edge.target]
            label = shorten(edge.label, grid.width // 3)
            left = round(x0 + (x1 - x0) * 0.45 - cell_len(label) / 2)
            grid.put(max(0, left), round(y0 + (y1 - y0) * 0.45), label, bold=edge.active)
    for node in panel.nodes:
        x, y = places[node.id]
        paper = blend((70, 70, 78), POSITIVE if node.value > 0 else NEGATIVE, abs(node.value))
        grid.put(_start(x, labels[node.id]), round(y), labels[node.id], ink_on(paper), paper, bold=True)


def _apart(grid: Grid, panel: Network, labels: dict[str, str], longest: int) -> dict[str, tuple[float, float]]:
    """Where each node's label is centred: at the node's place, or a row or two away where another label stands."""
    places: dict[str, tuple[float, float]] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    for node in panel.nodes:
        x, y = longest / 2 + node.x * (grid.width - longest - 1), (1 - node.y) * (grid.height - 1)
        start = _start(x, labels[node.id])
        end = start + cell_len(labels[node.id])
        rows = [round(y) + step for step in (0, 1, -1, 2, -2) if 0 <= round(y) + step < grid.height]
        free = (row for row in rows if all(end <= one or other <= start for one, other in taken.get(row, ())))
        row = next(free, round(y))
        taken.setdefault(row, []).append((start, end))
        places[node.id] = (x, y if row == round(y) else float(row))
    return places


def _start(x: float, label: str) -> int:
    return max(0, round(x - cell_len(label) / 2))


def brief(value: float) -> str:
    """A number in at most seven characters; nought is "0", whatever its sign."""
    value += 0.0
    whole = value == int(value) or abs(value) >= 1000
    if whole and abs(value) < 1e6:
        return f"{value:.0f}"
    forms = (f"{value:.3g}", *(short_exponent(f"{value:.{digits}e}") for digits in (2, 1, 0)))
    return next((text for text in forms if len(text) <= 7), forms[-1])


def _legend(grid: Grid, entries: Sequence[tuple[str, str, Colour | None]]) -> Grid:
    """Write mark and name of each on the first row; returns the rest of the grid."""
    named = [entry for entry in entries if entry[1]]
    if not named or grid.height < 5:
        return grid
    x = 0
    for mark, name, colour in named:
        if x + 4 > grid.width:
            break
        x = grid.put(x, 0, mark, colour, bold=True)
        x = grid.put(x + 1, 0, shorten(name, grid.width - x - 1)) + 2
    return grid.part(0, 1, grid.width, grid.height - 1)


def _axes(
    grid: Grid,
    series: Sequence[Series],
    x_range: tuple[float, float] | None,
    y_range: tuple[float, float] | None,
    x_label: str,
    y_label: str,
) -> _Axes:
    """Label the axes at the left and at the bottom, and return the plane between them."""
    x_range = _widen(x_range or _extent([x for one in series for x in one.x]))
    y_range = _widen(y_range or _extent([y for one in series for y in one.y]))
    if grid.height < 4 or grid.width < 16:
        return _Axes(grid, x_range, y_range)
    low, high = brief(y_range[0]), brief(y_range[1])
    gutter = max(len(low), len(high)) + 1
    plane = grid.part(gutter, 0, grid.width - gutter, grid.height - 1)
    grid.put(gutter - 1 - len(high), 0, high, dim=True)
    grid.put(gutter - 1 - len(low), plane.height - 1, low, dim=True)
    if cell_len(y_label) < gutter and plane.height > 4:
        grid.put(0, plane.height // 2, y_label, dim=True)
    left, right = brief(x_range[0]), brief(x_range[1])
    foot = grid.part(gutter, grid.height - 1, plane.width, 1)
    foot.put(0, 0, left, dim=True)
    foot.put(foot.width - len(right), 0, right, dim=True)
    label = shorten(x_label, foot.width - len(left) - len(right) - 4)
    foot.put((foot.width - len(label)) // 2, 0, label, dim=True)
    return _Axes(plane, x_range, y_range)


def _paper(axes: _Axes, region: Region) -> None:
    """Colour the paper of each cell by the region's value there: blue above 0, orange below."""
    grid, rows = axes.grid, region.values
    most = max((abs(value) for row in rows for value in row), default=0) or 1
    low, high = _extent([value for row in rows for value in row])
    low, high = (-most, most) if low < 0 < high else _widen((low, high))
    (rx0, rx1), (ry0, ry1) = region.x_range, region.y_range
    (x0, x1), (y0, y1) = axes.x_range, axes.y_range
    for down in range(grid.height):
        y = y1 - (y1 - y0) * (down + 0.5) / grid.height
        i = int((y - ry0) / (ry1 - ry0) * len(rows))
        for across in range(grid.width):
            x = x0 + (x1 - x0) * (across + 0.5) / grid.width
            j = int((x - rx0) / (rx1 - rx0) * len(rows[0]))
            if 0 <= i < len(rows) and 0 <= j < len(rows[i]) and rx0 <= x <= rx1 and ry0 <= y <= ry1:
                value = rows[i][j] / most
                grid.fill(across, down, 1, blend(DARK, POSITIVE if value > 0 else NEGATIVE, 0.55 * abs(value)))
                grid.tone(across, down, FAINT * (value * most - low) / (high - low))


def _extent(values: Sequence[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (0.0, 1.0)


def _widen(extent: tuple[float, float]) -> tuple[float, float]:
    """An extent that is not a single value, and whose length is a finite number."""
    low, high = min(extent), max(extent)
    if not low < high:
        pad = abs(low) * 0.1 or 1.0
        return low - pad, high + pad
    return (low, high) if high - low < float("inf") else (low / 4, high / 4)
