"""Panels as charts: each kind drawn on the axes of a picture, by matplotlib."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

from demos.runtime.contract import (
    Bars,
    Board,
    Curve,
    Heatmap,
    Image,
    Network,
    Panel,
    Scatter,
    Table,
    Text,
    Tokens,
)  # fmt: skip
from demos.runtime.messages import clipped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#4d4d4d")
"""Okabe and Ito's, which colour-blind people tell apart."""
MARKS = "o^sDPXv*<>hp"
DASHES = ("-", "--", ":", "-.")
WIDTH = 10.0
"""Inches across a picture."""
GREY = "#666666"
FEW_EDGES = 12
"""Up to so many edges show which way they go."""
CROWD = 6
"""From more groups than this the names stand in their middles, as no legend could be followed."""
BAND = "#ffd24d"
"""Behind what the caption speaks of."""
CHIP = "#e9eef2"
"""Under a token that has no weight: one sees where it ends."""
MONO = "DejaVu Sans Mono"
MONO_WIDTH = 0.603 / 72
"""Inches that a letter of that font is wide, for each point of its size."""
LETTER = 0.115
"""Inches that a letter of a token takes."""
INDENT = 0.02
"""Where the first token of a line stands, as a share of the panel: its box is not cut off."""
LONG_NAME = 24
"""Letters of a name beside a matrix or a bar."""


def draw(axes: Axes, panel: Panel) -> None:
    match panel:
        case Curve():
            _curve(axes, panel)
        case Scatter():
            _scatter(axes, panel)
        case Heatmap():
            _heatmap(axes, panel)
        case Bars():
            _bars(axes, panel)
        case Table():
            _table(axes, panel)
        case Network():
            _network(axes, panel)
        case Image():
            _image(axes, panel)
        case Tokens():
            _tokens(axes, panel)
        case Board():
            _board(axes, panel)
        case Text():
            _text(axes, panel)


def _curve(axes: Axes, panel: Curve) -> None:
    for index, series in enumerate(panel.series):
        mark = "o" if len(series.x) == 1 else None
        axes.plot(series.x, series.y, color=COLOURS[index % 6], marker=mark, label=plain(series.name), linewidth=1.8)
    _label(axes, panel.x_label, panel.y_label)
    for axis, span in ((0, panel.x_range), (1, panel.y_range)):
        drawn = (value for series in panel.series for value in (series.y if axis else series.x))
        _whole_ticks(axes, axis, [*(span or ()), *drawn])
    for span, limit in ((panel.x_range, axes.set_xlim), (panel.y_range, axes.set_ylim)):
        if span:
            limit(span[0] - 0.04 * (span[1] - span[0]), span[1] + 0.04 * (span[1] - span[0]))
    if len(panel.series) > 1:
        axes.legend(fontsize=8)


def _scatter(axes: Axes, panel: Scatter) -> None:
    if panel.region:
        values = panel.region.values
        most = max((abs(value) for row in values for value in row), default=0) or 1
        extent = (*panel.region.x_range, *panel.region.y_range)
        axes.imshow(
            values, origin="lower", extent=extent, aspect="auto", cmap=sides(), vmin=-most, vmax=most, alpha=0.4
        )
    for index, group in enumerate(panel.groups):
        colour, mark = look(index)
        if panel.labelled and len(group.x) == 1:
            place, above = (group.x[0], group.y[0]), 5 if index % 2 else -11
            axes.annotate(plain(group.name), place, (0, above), textcoords="offset points", ha="center", fontsize=9)
        size = 40 if len(group.x) < 100 else 10
        axes.scatter(group.x, group.y, size, colour, marker=mark, label=plain(group.name), edgecolors="white", lw=0.3)
    few = len(panel.lines) <= len(DASHES)
    for index, line in enumerate(panel.lines):
        dash, name = (DASHES[index], plain(line.name)) if few else ("-", "")
        axes.plot(line.x, line.y, dash, color="black", linewidth=1.2 if few else 0.6, label=name or None)
    if panel.x_range:
        axes.set_xlim(panel.x_range)
    if panel.y_range:
        axes.set_ylim(panel.y_range)
    _label(axes, panel.x_label, panel.y_label)
    if panel.labelled:
        return
    if len(panel.groups) > CROWD:
        for group in panel.groups:
            if group.x and group.name:
                middle = sum(group.x) / len(group.x), sum(group.y) / len(group.y)
                axes.text(*middle, plain(group.name), weight="bold", ha="center", va="center", bbox=_box("white"))
        return
    if any(group.name for group in panel.groups) or (few and any(line.name for line in panel.lines)):
        axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False)


def _heatmap(axes: Axes, panel: Heatmap) -> None:
    import matplotlib

    every = [value for row in panel.values for value in row]
    if not every:
        axes.set_axis_off()
        return
    low, high = panel.value_range or (min(every), max(every))
    if low < 0:
        high = max(-low, high)
        low = -high
    colours = matplotlib.colormaps["PuOr" if low < 0 else "Blues"]
    axes.imshow(panel.values, cmap=colours, vmin=low, vmax=high, aspect="auto")
    rows, columns = len(panel.values), max((len(row) for row in panel.values), default=0)
    slant: dict[str, Any] = (
        {"fontsize": 8, "rotation": 45} if any(len(name) > 1 for name in panel.columns) else {"fontsize": 12}
    )
    axes.set_xticks(range(len(panel.columns)), [plain(_name(name)) for name in panel.columns], **slant)
    small = 8 if any(len(name) > 1 for name in panel.rows) else 12
    axes.set_yticks(range(len(panel.rows)), [plain(_name(name)) for name in panel.rows], fontsize=small)
    axes.set_xlabel(plain(panel.column_label), fontsize=9)
    axes.set_ylabel(plain(panel.row_label), fontsize=9)
    wide = columns * _columns(axes)
    whole = all(value == int(value) for value in every)
    _numbered(axes, panel, columns, rows)
    if panel.show_values and wide <= 30 and rows <= 16:
        size = max(7.0, min(13.0, 110 / wide, 280 / rows / _rows(axes)))
        for i, row in enumerate(panel.values):
            for j, value in enumerate(row):
                red, green, blue, _ = colours((value - low) / ((high - low) or 1))
                dark = 0.3 * red + 0.6 * green + 0.1 * blue < 0.5
                text = f"{value:.0f}" if whole else f"{value:.2f}" if abs(value) < 100 else f"{value:.3g}"
                axes.text(j, i, text, ha="center", va="center", fontsize=size, color="white" if dark else "black")


def _numbered(axes: Axes, panel: Heatmap, columns: int, rows: int) -> None:
    """Numbers, from 1, along an axis that has a name and whose columns or rows have none."""
    step = next(step for step in (1, 2, 4, 5, 8, 10, 20, 50, 100, 1000) if step * 8 >= max(columns, rows))
    for axis, named, label, count in (
        (axes.xaxis, panel.columns, panel.column_label, columns),
        (axes.yaxis, panel.rows, panel.row_label, rows),
    ):
        if label and not named:
            places = [0, *range(step - 1, count, step)] if step > 1 else list(range(count))
            axis.set_ticks(places, [str(place + 1) for place in places], fontsize=8)


def _bars(axes: Axes, panel: Bars) -> None:
    colours = [COLOURS[0] if value >= 0 else COLOURS[1] for value in panel.values]
    places = range(len(panel.labels))
    bars = axes.barh(places, panel.values, color=colours)
    if len(panel.values) <= 12:
        axes.bar_label(bars, [figure(value) for value in panel.values], padding=3, fontsize=8)
        axes.margins(x=0.12)
    axes.set_yticks(places, [plain(_name(label)) for label in panel.labels], fontsize=8)
    axes.invert_yaxis()
    if panel.value_range:
        low, high = panel.value_range
        room = 0.12 * (high - low) if len(panel.values) <= 12 else 0.0  # for the numbers at the bars
        axes.set_xlim(low - room if min(panel.values, default=0.0) < 0 else low, high + room)


def _table(axes: Axes, panel: Table) -> None:
    axes.set_axis_off()
    if not panel.rows:
        return
    rows = [[plain(textwrap.shorten(cell, 30, placeholder="…")) for cell in row] for row in panel.rows]
    table = axes.table(rows, colLabels=[plain(name) for name in panel.columns], loc="upper center", cellLoc="left")
    table.auto_set_font_size(False)
    wide = sum(max(len(cell) for cell in column) + 2 for column in zip(panel.columns, *rows, strict=False))
    size = max(6.5, min(12.0, 130 / _columns(axes) / wide * 8, 220 / (len(rows) + 4)))
    table.set_fontsize(size)
    table.scale(1, size / 7)
    table.auto_set_column_width(list(range(len(panel.columns))))
    for (row, _), cell in table.get_celld().items():
        cell.set_linewidth(0.3)
        if row == 0 or row - 1 in panel.highlight:
            cell.set_text_props(weight="bold")


def _board(axes: Axes, panel: Board) -> None:
    """A grid with large signs; what is empty shows the number of its move, small."""
    high, wide = len(panel.cells), max(len(row) for row in panel.cells)
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-0.6, wide - 0.4)
    axes.set_ylim(high - 0.4, -1.0 if len(panel.numbers) == wide else -0.6)
    for at in range(wide + 1):
        axes.plot([at - 0.5] * 2, [-0.5, high - 0.5], color=GREY, linewidth=1)
    for at in range(high + 1):
        axes.plot([-0.5, wide - 0.5], [at - 0.5] * 2, color=GREY, linewidth=1)
    centred: dict[str, Any] = {"ha": "center", "va": "center"}
    for i, row in enumerate(panel.cells):
        for j, sign in enumerate(row):
            if (i, j) in panel.marked:
                axes.fill([j - 0.5, j + 0.5, j + 0.5, j - 0.5], [i - 0.5, i - 0.5, i + 0.5, i + 0.5], color=BAND)
            if sign:
                axes.text(j, i, plain(sign), fontsize=90 / high, color=COLOURS[sign != "X"], weight="bold", **centred)
            elif len(panel.numbers) == high * wide:
                axes.text(j, i, panel.numbers[i * wide + j], fontsize=10, color=GREY, **centred)
    for j, number in enumerate(panel.numbers if len(panel.numbers) == wide else ()):
        axes.text(j, -0.75, number, fontsize=10, color=GREY, **centred)


def _network(axes: Axes, panel: Network) -> None:
    axes.set_axis_off()
    axes.set_xlim(-0.12, 1.12)
    axes.set_ylim(-0.1, 1.1)
    places = {node.id: (node.x, node.y) for node in panel.nodes}
    edges = [edge for edge in panel.edges if edge.source in places and edge.target in places]
    strongest = max((abs(edge.weight) for edge in edges), default=0) or 1
    for edge in edges:
        (x0, y0), (x1, y1) = places[edge.source], places[edge.target]
        colour = COLOURS[0] if edge.weight > 0 else COLOURS[1] if edge.weight < 0 else "#999999"
        thick = 0.5 + 3 * abs(edge.weight) / strongest
        if edge.active:  # a band behind the one that the caption speaks of
            axes.plot([x0, x1], [y0, y1], color=BAND, linewidth=thick + 4, zorder=0.5)
        axes.plot([x0, x1], [y0, y1], color=colour, linewidth=thick, zorder=1)
        if len(edges) <= FEW_EDGES and (x0, y0) != (x1, y1):
            tip, tail = (x0 + 0.72 * (x1 - x0), y0 + 0.72 * (y1 - y0)), (x0 + 0.6 * (x1 - x0), y0 + 0.6 * (y1 - y0))
            head = {"arrowstyle": "-|>", "color": colour, "linewidth": thick}
            axes.annotate("", tip, tail, arrowprops=head, zorder=1)
        if edge.label and len(edges) <= 30:
            x, y = x0 + 0.4 * (x1 - x0), y0 + 0.4 * (y1 - y0)
            axes.text(x, y, plain(edge.label), fontsize=8, ha="center", bbox=_box("white"), zorder=2)
    for node in panel.nodes:
        paper = COLOURS[0] if node.value > 0 else COLOURS[1] if node.value < 0 else "#555555"
        if not node.label:
            axes.scatter([node.x], [node.y], 160, paper, zorder=3)
            continue
        axes.text(
            node.x,
            node.y,
            plain(node.label),
            fontsize=10 if len(node.label) > 1 or _rows(axes) > 1 else 18,
            ha="center",
            va="center",
            color="white",
            bbox=_box(paper),
            zorder=3,
        )


def _image(axes: Axes, panel: Image) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    if panel.channels:
        red, green, blue = panel.channels[:3]
        pixels = [
            [
                (max(0.0, min(1.0, r)), max(0.0, min(1.0, g)), max(0.0, min(1.0, b)))
                for r, g, b in zip(*rows, strict=False)
            ]
            for rows in zip(red, green, blue, strict=False)
        ]
        axes.imshow(pixels)
    elif panel.pixels:
        axes.imshow(panel.pixels, cmap="gray", vmin=0, vmax=1)
    _label(axes, panel.label, "")


def _tokens(axes: Axes, panel: Tokens) -> None:
    axes.set_axis_off()
    weights = [*panel.weights, *[0.0] * (len(panel.tokens) - len(panel.weights))]
    size = _token_size(panel, WIDTH / _columns(axes) - 0.5)
    x, y, per_letter = INDENT, 0.95, LETTER * size / 11 / (WIDTH / _columns(axes) - 0.5)
    drop, apart = _spacing(panel)
    drop *= size
    for index, (token, weight) in enumerate(zip(panel.tokens, weights, strict=False)):
        word = plain(textwrap.shorten(token, 24, placeholder="…")) or "·"
        wide = per_letter * (max(len(word), 2) + apart)
        if x > INDENT and x + wide > 1:
            x, y = INDENT, y - drop
        if y < 0.1:
            _write(axes, x, y, "…", color=GREY)
            return
        light = 1 - 0.75 * max(0.0, min(1.0, weight))
        paper = (light, 0.5 + 0.5 * light, 1.0) if panel.weights else BAND if index in panel.marked else CHIP
        bold = "bold" if index in panel.marked else "normal"
        _write(axes, x, y, word, fontsize=size, weight=bold, bbox=_box(paper))
        if panel.weights:
            _write(axes, x, y - 0.55 * drop, f"{weight:.2f}", fontsize=max(8, size - 4), color=GREY)
        x += wide


def _token_size(panel: Tokens, inches: float) -> int:
    """The largest letters with which all tokens fit into the panel; on one line, where that leaves them large."""
    drop, apart = _spacing(panel)
    letters = sum(max(min(len(token), 24), 2) + apart for token in panel.tokens)
    lines = {size: -(-letters * LETTER * size / 11 // (0.85 * inches)) for size in (26, 22, 19, 16, 14, 12)}
    fits = [size for size, needed in lines.items() if needed * drop * size <= 0.85]
    return next((size for size in fits if size >= 16 and lines[size] == 1), max(fits, default=11))


def _spacing(panel: Tokens) -> tuple[float, float]:
    """From one line to the next, as a share of the panel for each point of the letters, and letters between two tokens;
    numbers below the tokens need more of both."""
    return (0.016, 3.0) if panel.weights else (0.0105, 1.3)


def look(index: int) -> tuple[str, str]:
    """Colour and mark of a point group; no two of the first 84 groups have the same pair."""
    return COLOURS[index % len(COLOURS)], MARKS[index % len(MARKS)]


@cache
def sides() -> Any:
    """A colour map whose positive end is the first group's colour and whose negative end the second's: the class that a
    region favours stands on its own colour."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("sides", [COLOURS[1], "white", COLOURS[0]])


def _text(axes: Axes, panel: Text) -> None:
    """The text in letters as large as its lines leave room for; a line has as many of them as the panel is wide."""
    axes.set_axis_off()
    inches = WIDTH / _columns(axes) - 0.5
    for size in (14, 12, 11, 10, 9, 8):
        lines = _lines(panel.text, min(60, int(inches / (MONO_WIDTH * size))))
        if (lines.count("\n") + 1) * size <= 160:
            break
    _write(axes, 0.0, 1.0, plain(lines), fontsize=size, family=MONO)


def _lines(text: str, wide: int = 60) -> str:
    """The text with its own lines kept, as a board needs them, and long ones wrapped."""
    return "\n".join(textwrap.fill(line, wide) for line in text.split("\n"))


def figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def _whole_ticks(axes: Axes, axis: int, values: list[float]) -> None:
    """Ticks at whole numbers when only these are on the axis: there is no epoch 0.5, nor half a mistake."""
    from matplotlib.ticker import MaxNLocator

    if len(set(values)) > 1 and all(value == int(value) for value in values) and set(values) != {0.0, 1.0}:
        (axes.yaxis if axis else axes.xaxis).set_major_locator(MaxNLocator(integer=True))


def _columns(axes: Axes) -> int:
    """How many panels stand side by side."""
    place = axes.get_subplotspec()
    if place is None or place.colspan.stop - place.colspan.start > 1:
        return 1
    return int(place.get_gridspec().ncols)


def _rows(axes: Axes) -> int:
    """How many panels like this one would stand one above the other."""
    place = axes.get_subplotspec()
    return int(place.get_gridspec().nrows) // (place.rowspan.stop - place.rowspan.start) if place else 1


def _name(text: str) -> str:
    """A name beside a matrix or a bar, cut off where it is longer than there is room."""
    return clipped(text, LONG_NAME)


def _write(axes: Axes, x: float, y: float, text: str, **look: Any) -> None:
    """Text at a place of the panel (0..1) that does not push the panel's borders."""
    axes.text(x, y, text, va="top", transform=axes.transAxes, **look).set_in_layout(False)


def _box(colour: str | tuple[float, float, float]) -> dict[str, object]:
    return {"boxstyle": "round,pad=0.25", "facecolor": colour, "edgecolor": "none"}


def _label(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(plain(x), fontsize=9)
    axes.set_ylabel(plain(y), fontsize=9)
    axes.tick_params(labelsize=8)


def plain(text: str) -> str:
    """Text that matplotlib does not read as a formula, with a box for every character that its font cannot draw."""
    known = _letters()
    drawn = (char if char == "\n" or ord(char) in known else "□" for char in text if char == "\n" or char.isprintable())
    return "".join(drawn).replace("$", r"\$")


@cache
def _letters() -> frozenset[int]:
    """The characters of matplotlib's own font."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
