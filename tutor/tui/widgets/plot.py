"""Curve and Scatter as live plots. This is the only import of textual_plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual_plot import AxisFormatter, HiResMode, PlotWidget

from demos.runtime.contract import Curve, Region, Scatter, Series
from tutor.tui.plots import are_many
from tutor.tui.text import words
from tutor.tui.themes import series_colours
from tutor.tui.ticks import labels_for, ticks_between

__all__ = ["Plot", "legend"]

MARKERS = ("●", "▲", "■", "◆", "✚", "○")
LINE, DOTS = "━━", "⠿"
GUTTER = 8
"""Columns left of a plot: a number of up to seven characters."""

LEVELS = 5
"""Shades of a region, an odd number so that one of them is neutral."""

DARK_SHADES = ("#1c3a4f", "#1d3038", "#1c2723", "#3a3223", "#544323")
LIGHT_SHADES = ("#cfe0f2", "#e4ebf0", "#fbf8f1", "#e3eedd", "#c8e2cd")
PLAIN_SHADES = ("-", "·", "", ":", "+")
"""What a region is filled with where there is no colour."""


class _Numbers(AxisFormatter):  # type: ignore[misc]  # textual_plot is imported untyped
    """Writes the ticks that this module sets."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        return ticks_between(min_, max_, max_ticks)

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return labels_for(ticks)


class Plot(PlotWidget):  # type: ignore[misc]  # textual_plot is imported untyped
    """Draws one Curve or Scatter; showing another replaces it."""

    can_focus = False
    margin_top = reactive(0)
    margin_bottom = reactive(1)
    margin_left = reactive(GUTTER)

    def __init__(self) -> None:
        super().__init__(allow_pan_and_zoom=False)
        self.set_x_formatter(_Numbers())
        self.set_y_formatter(_Numbers())
        self._panel: Curve | Scatter | None = None

    def show(self, panel: Curve | Scatter) -> None:
        """Draw this panel in the theme's colours."""
        self._panel = panel
        if self.is_mounted and self.size:
            self._draw(panel)

    def on_resize(self) -> None:
        if self._panel is not None:
            self._draw(self._panel)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.prevent_default()  # the wheel is for what the plot stands in, not for zooming

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.prevent_default()

    def render(self) -> Any:
        try:
            return super().render()
        except (ValueError, ArithmeticError, IndexError):
            return Text("This plot does not fit here.")

    def _draw(self, panel: Curve | Scatter) -> None:
        self.clear()
        dark = self.app.current_theme.dark
        if isinstance(panel, Curve):
            self._draw_curve(panel, series_colours(dark))
        else:
            self._draw_scatter(panel, dark)

    def _draw_curve(self, curve: Curve, colours: tuple[str, ...]) -> None:
        x_low, x_high = curve.x_range or _span([x for series in curve.series for x in series.x])
        y_low, y_high = curve.y_range or _span([y for series in curve.series for y in series.y])
        self.set_xlimits(x_low, x_high)
        self.set_ylimits(y_low, y_high)
        self._set_ticks((x_low, x_high), (y_low, y_high))
        for series, colour in zip(curve.series, _cycle(colours), strict=False):
            if len(series.x) == 1:
                self.scatter(series.x, series.y, marker=MARKERS[0], marker_style=colour)
            else:
                self.plot(series.x, series.y, line_style=colour, hires_mode=HiResMode.BRAILLE)

    def _draw_scatter(self, scatter: Scatter, dark: bool) -> None:
        colours = series_colours(dark)
        x_low, x_high = scatter.x_range or _span([x for group in scatter.groups for x in group.x])
        y_low, y_high = scatter.y_range or _span([y for group in scatter.groups for y in group.y])
        self.set_xlimits(x_low, x_high)
        self.set_ylimits(y_low, y_high)
        self._set_ticks((x_low, x_high), (y_low, y_high))
        shades = PLAIN_SHADES if self.app.no_color else DARK_SHADES if dark else LIGHT_SHADES
        if scatter.region is not None:
            self._draw_region(scatter.region, (x_low, x_high, y_low, y_high), shades)
        named = _line_colours(scatter, colours)
        for line in scatter.lines:
            self.plot(line.x, line.y, line_style=named[line.name], hires_mode=HiResMode.BRAILLE)
        fine = HiResMode.BRAILLE if are_many(scatter) else None
        for number, group in enumerate(scatter.groups):
            style, marker = colours[number % len(colours)], MARKERS[number % len(MARKERS)]
            for shade, points in _by_shade(group, scatter.region, shades).items():
                single = fine is None or len(group.x) == 1
                self.scatter(
                    *points,
                    marker=marker,
                    marker_style=f"{style} {shade}".strip(),
                    hires_mode=None if single else fine,
                )

    def _set_ticks(self, across: tuple[float, float], up: tuple[float, float]) -> None:
        """As many numbers along each axis as stand there without touching, and room at the left for the longest."""
        rows = max(2, min(6, (self.size.height - self.margin_bottom) // 2))
        ticks = ticks_between(*up, rows)
        self.set_yticks(ticks)
        self.margin_left = max(GUTTER, 1 + max(map(len, labels_for(ticks))))
        room = self.size.width - self.margin_left - 2
        for most in range(6, 1, -1):
            ticks = ticks_between(*across, most)
            if len(ticks) * (2 + max(map(len, labels_for(ticks)))) <= room:
                break
        self.set_xticks(ticks)

    def _draw_region(self, region: Region, frame: tuple[float, float, float, float], shades: tuple[str, ...]) -> None:
        """Fill every character cell of the frame with the shade of the region's value at its centre."""
        x_low, x_high, y_low, y_high = frame
        columns = max(1, self.size.width - self.margin_left - 2)
        rows = max(1, self.size.height - self.margin_bottom - 2)
        cells: dict[int, tuple[list[float], list[float]]] = {}
        for column in range(columns):
            x = x_low + (column + 0.5) / columns * (x_high - x_low)
            for row in range(rows):
                y = y_low + (row + 0.5) / rows * (y_high - y_low)
                level = _level(region, x, y)
                if level is not None and level != LEVELS // 2:
                    xs, ys = cells.setdefault(level, ([], []))
                    xs.append(x)
                    ys.append(y)
        for level, (xs, ys) in cells.items():
            if shades is PLAIN_SHADES:
                self.scatter(xs, ys, marker=shades[level], marker_style="dim")
            else:
                self.scatter(xs, ys, marker=" ", marker_style=f"on {shades[level]}")


def legend(panel: Curve | Scatter, dark: bool) -> Content:
    """What each mark and each line means, and what the axes are."""
    colours = series_colours(dark)
    parts: list[str | tuple[str, str]] = []
    if isinstance(panel, Scatter):
        for number, group in enumerate(panel.groups):
            mark = DOTS if are_many(panel) and len(group.x) > 1 else MARKERS[number % len(MARKERS)]
            parts.append((f"{mark} {group.name}  ", colours[number % len(colours)]))
        parts += [(f"{LINE} {name}  ", colour) for name, colour in _line_colours(panel, colours).items()]
    else:
        for series, colour in zip(panel.series, _cycle(colours), strict=False):
            parts.append((f"{LINE} {series.name}  ", colour))
    if panel.x_label or panel.y_label:
        parts.append(f"→ {panel.x_label or 'x'}  ↑ {panel.y_label or 'y'}")
    return words(*parts)


def _line_colours(scatter: Scatter, colours: tuple[str, ...]) -> dict[str, str]:
    """A colour for each name of a line, after those of the groups: lines of one name are parts of one thing."""
    names = dict.fromkeys(line.name for line in scatter.lines)
    return dict(zip(names, _cycle(colours[len(scatter.groups) :] or colours), strict=False))


def _cycle(colours: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield from colours


def _span(values: list[float]) -> tuple[float, float]:
    """The range of the values, widened where it is empty."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low < high:
        return low, high
    room = abs(low) * 0.1 or 1.0
    return low - room, high + room


def _level(region: Region, x: float, y: float) -> int | None:
    """The shade number of the region at a point, None outside of it. Values are scaled to -1..1 about zero."""
    (x_low, x_high), (y_low, y_high) = region.x_range, region.y_range
    if not (x_low <= x <= x_high and y_low <= y <= y_high) or not region.values or not region.values[0]:
        return None
    rows, columns = len(region.values), len(region.values[0])
    row = min(rows - 1, int((y - y_low) / (y_high - y_low) * rows)) if y_high > y_low else 0
    column = min(columns - 1, int((x - x_low) / (x_high - x_low) * columns)) if x_high > x_low else 0
    strongest = max(abs(value) for line in region.values for value in line) or 1.0
    scaled = region.values[row][column] / strongest
    return min(LEVELS - 1, int((scaled + 1) / 2 * LEVELS))


def _by_shade(
    group: Series, region: Region | None, shades: tuple[str, ...]
) -> dict[str, tuple[list[float], list[float]]]:
    """The group's points, apart by the background that they stand on."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    region = None if shades is PLAIN_SHADES else region
    for x, y in zip(group.x, group.y, strict=True):
        level = None if region is None else _level(region, x, y)
        shade = "" if level is None or level == LEVELS // 2 else f"on {shades[level]}"
        xs, ys = found.setdefault(shade, ([], []))
        xs.append(x)
        ys.append(y)
    return found
