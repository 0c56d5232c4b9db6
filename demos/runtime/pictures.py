"""Frames as PNG pictures, drawn by matplotlib without a display and without its global state."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from demos.runtime.charts import GREY, WIDTH, draw, figure, plain
from demos.runtime.contract import Frame, Heatmap, Image, Network, Panel
from demos.runtime.extents import steady

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec

HEIGHT, DPI = 5.6, 100


def frame_png(frame: Frame, *, dpi: int = DPI) -> bytes:
    """One frame as a PNG, 10 by 5.6 inches: the caption above, the panels side by side (two rows from four on)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    page = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    FigureCanvasAgg(page)
    page.suptitle(plain(textwrap.fill(frame.caption, 105)), fontsize=11, ha="left", x=0.02)
    for panel, place in _places(page, frame.panels):
        axes = page.add_subplot(place)
        columns = place.get_gridspec().ncols if place.colspan.stop - place.colspan.start == 1 else 1
        axes.set_title(plain(textwrap.fill(panel.title, 105 // columns - 4)), fontsize=10)
        draw(axes, panel)
    metrics = "   ·   ".join(f"{name} {figure(value)}" for name, value in frame.metrics.items())
    if metrics:
        page.supxlabel(plain(textwrap.shorten(metrics, 150)), fontsize=9, color=GREY)
    picture = io.BytesIO()
    page.savefig(picture, format="png", dpi=dpi)
    return picture.getvalue()


def _places(page: Figure, panels: Sequence[Panel]) -> Iterator[tuple[Panel, SubplotSpec]]:
    """Where each panel stands: side by side, in two rows from four on; a strip of pictures has a row of its own, and a
    network beside three matrices the whole height."""
    strips = [panel for panel in panels if isinstance(panel, Image) and _is_strip(panel)]
    others = [panel for panel in panels if panel not in strips] if len(panels) > 1 else list(panels)
    strips = strips if len(others) < len(panels) else []
    count = len(others)
    columns = max(1, min(count, 3) if count != 4 else 2)
    rows = -(-count // columns)
    if not panels:
        return
    if count == 4 and isinstance(panels[0], Network) and all(isinstance(panel, Heatmap) for panel in panels[1:]):
        grid = page.add_gridspec(3, 2, width_ratios=(1.0, 1.2))
        yield panels[0], grid[:, 0]
        yield from ((panel, grid[at, 1]) for at, panel in enumerate(panels[1:]))
        return
    grid = page.add_gridspec(len(strips) + rows, columns, height_ratios=[1.0] * len(strips) + [1.8] * rows)
    for at, strip in enumerate(strips):
        yield strip, grid[at, :]
    for at, panel in enumerate(others):
        yield panel, grid[len(strips) + at // columns, at % columns]


def _is_strip(panel: Image) -> bool:
    rows = panel.pixels or (panel.channels[0] if panel.channels else ())
    return bool(rows) and len(rows[0]) > 2.2 * len(rows)


def write(frames: Iterable[Frame], folder: Path) -> list[Path]:
    """Write frame-0000.png, frame-0001.png and so on into `folder`, which is made when missing; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, frame in enumerate(steady(frames)):
        path = folder / f"frame-{number:04d}.png"
        path.write_bytes(frame_png(frame))
        paths.append(path)
    return paths
