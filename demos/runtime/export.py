"""A run as files: its metrics and data as CSV, all of it as JSON, the film as an animated GIF. Pictures: png.py."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from demos.runtime.contract import Bars, Curve, Demo, Frame, Heatmap, Panel, Scatter, Series, Table
from demos.runtime.extents import steady
from demos.runtime.flags import command
from demos.runtime.reading import stay

__all__ = ["GIF_FRAMES", "write_csv", "write_gif", "write_json"]

GIF_FRAMES = 60
"""Most pictures of a GIF; of a longer run the ends, the moments and an even choice of the others."""

GIF_DPI = 60
LAST_STAYS = 6000
"""Milliseconds that the last frame stays; the others stay as long as they take to read."""

Row = tuple[object, ...]
COLUMNS = {
    "curves": ("frame", "panel", "series", "x", "y"),
    "scatters": ("frame", "panel", "group", "x", "y"),
    "heatmaps": ("frame", "panel", "row", "column", "value"),
    "bars": ("frame", "panel", "label", "value"),
    "tables": ("frame", "panel", "row", "column", "cell"),
}


def write_json(demo: Demo, params: dict[str, Any], frames: Sequence[Frame], path: Path) -> None:
    """The whole run as one JSON object a line: first what was run, then each frame."""
    head = {"demo": demo.name, "params": params, "command": command(demo, params), "frames": len(frames)}
    lines = [json.dumps(head, ensure_ascii=False), *(frame.model_dump_json() for frame in frames)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_csv(frames: Sequence[Frame], folder: Path) -> list[Path]:
    """Write metrics.csv (a row for each frame) and a file for each kind of data in the panels; returns the paths.

    A panel that a frame shows unchanged is not written again. The folder is made when missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for frame in frames for name in frame.metrics))
    metrics: list[Row] = [("frame", "moment", *names, "caption")]
    for number, frame in enumerate(frames, 1):
        metrics.append((number, frame.moment, *(frame.metrics.get(name, "") for name in names), frame.caption))
    tables: dict[str, list[Row]] = {"metrics": metrics}
    for number, panel in _changes(frames):
        for kind, row in _rows(panel):
            tables.setdefault(kind, [COLUMNS[kind]]).append((number, panel.title, *row))
    return [_write(folder / f"{kind}.csv", rows) for kind, rows in tables.items()]


def write_gif(frames: Sequence[Frame], path: Path) -> None:
    """The run as an animated GIF of at most GIF_FRAMES pictures, 600 by 336 pixels, that plays again and again."""
    from PIL import Image

    from demos.runtime.pictures import frame_png

    frames = steady(frames)

    def picture(frame: Frame) -> Image.Image:
        drawn = Image.open(io.BytesIO(frame_png(frame, dpi=GIF_DPI)))
        return drawn.convert("RGB").quantize(128, dither=Image.Dither.NONE)

    chosen = _chosen(frames)
    pictures = [picture(frames[number]) for number in chosen]
    shown = [frames[number] for number in chosen]
    stays = [round(1000 * stay(frame, before)) for frame, before in zip(shown, [None, *shown], strict=False)]
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures[0].save(
        path, format="GIF", save_all=True, append_images=pictures[1:], duration=[*stays[:-1], LAST_STAYS], loop=0
    )


def _chosen(frames: Sequence[Frame]) -> list[int]:
    """The numbers, from 0, of the frames that a film shows."""
    count = len(frames)
    if count <= GIF_FRAMES:
        return list(range(count))
    moments = [number for number, frame in enumerate(frames) if frame.moment][: GIF_FRAMES // 2]
    room = GIF_FRAMES - len(moments)
    even = {round(step * (count - 1) / (room - 1)) for step in range(room)}
    return sorted({*moments, *even})


def _changes(frames: Iterable[Frame]) -> Iterator[tuple[int, Panel]]:
    """Each panel with its frame's number, where it differs from what its place showed before."""
    shown: dict[tuple[int, str], Panel] = {}
    for number, frame in enumerate(frames, 1):
        for place, panel in enumerate(frame.panels):
            if shown.get((place, panel.title)) != panel:
                shown[place, panel.title] = panel
                yield number, panel


def _rows(panel: Panel) -> Iterator[tuple[str, Row]]:
    match panel:
        case Curve():
            yield from (("curves", row) for row in _points(panel.series))
        case Scatter():
            yield from (("scatters", row) for row in _points((*panel.groups, *panel.lines)))
        case Heatmap():
            for i, values in enumerate(panel.values):
                for j, value in enumerate(values):
                    yield "heatmaps", (_name(panel.rows, i), _name(panel.columns, j), value)
        case Bars():
            yield from (("bars", row) for row in zip(panel.labels, panel.values, strict=False))
        case Table():
            for i, cells in enumerate(panel.rows, 1):
                yield from (("tables", (i, *pair)) for pair in zip(panel.columns, cells, strict=False))
        case _:
            pass  # networks, pictures, tokens and texts are in the JSON


def _points(groups: Sequence[Series]) -> Iterator[Row]:
    for group in groups:
        yield from ((group.name, x, y) for x, y in zip(group.x, group.y, strict=True))


def _name(names: Sequence[str], index: int) -> str | int:
    """A row's or column's name, its number from 1 where it has none."""
    return names[index] if index < len(names) and names[index] else index + 1


def _write(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path
