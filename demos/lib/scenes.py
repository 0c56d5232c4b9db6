"""A story told scene by scene, and numbers as the panels of a scene take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from demos.lib.plane import Plane
from demos.runtime.contract import Frame, Image, Panel, Region, Scatter, Series


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame but for its progress, which is only known when all scenes are."""

    caption: str
    panels: tuple[Panel, ...]
    metrics: Mapping[str, float] = field(default_factory=dict)
    moment: str = ""


def play(scenes: Sequence[Scene]) -> Iterator[Frame]:
    """The scenes as frames, with progress rising evenly from 0 to 1; a single scene is the end."""
    for index, scene in enumerate(scenes):
        yield Frame(
            caption=scene.caption,
            progress=index / (len(scenes) - 1) if len(scenes) > 1 else 1,
            metrics={name: round(float(value), 4) + 0.0 for name, value in scene.metrics.items()},
            panels=scene.panels,
            moment=scene.moment,
        )


def row(values: Iterable[Any], decimals: int = 3) -> tuple[float, ...]:
    """Plain rounded numbers of any vector."""
    return tuple(round(float(value), decimals) + 0.0 for value in values)


def rows(matrix: Any, decimals: int = 3) -> tuple[tuple[float, ...], ...]:
    """Plain rounded numbers of any matrix, row by row."""
    return tuple(row(each, decimals) for each in np.asarray(matrix))


def points(name: str, at: Iterable[Sequence[Any]], decimals: int = 3) -> Series:
    """A point group from (x, y) pairs."""
    pairs = [row(each[:2], decimals) for each in at]
    return Series(name=name, x=tuple(x for x, _ in pairs), y=tuple(y for _, y in pairs))


def plot(
    plane: Plane, title: str, groups: Sequence[Series], lines: Sequence[Series] = (), region: Region | None = None
) -> Scatter:
    """Points, lines and a region of the plane of x1 and x2."""
    return Scatter(
        title=title,
        groups=tuple(groups),
        lines=tuple(lines),
        region=region,
        x_label="x1",
        y_label="x2",
        x_range=plane.x_range,
        y_range=plane.y_range,
    )


def sheet(pictures: Any, wide: int) -> tuple[tuple[float, ...], ...]:
    """Pictures of one size side by side, `wide` in a row, a grey line between them."""
    size = len(pictures[0]) + 1
    paper = np.full((size * -(-len(pictures) // wide) - 1, size * min(wide, len(pictures)) - 1), 0.35)
    for index, picture in enumerate(pictures):
        top, left = size * (index // wide), size * (index % wide)
        paper[top : top + size - 1, left : left + size - 1] = picture
    return rows(np.clip(paper, 0, 1), 2)


def strip(title: str, images: Any, per_row: int = 8, gap: float = 0.5) -> Panel:
    """Images of 8 x 8 side by side in rows, as one picture; white is ink."""
    every = np.clip(np.asarray(images, float), 0, 1).reshape(-1, 8, 8)
    lines = []
    for start in range(0, len(every), per_row):
        some = every[start : start + per_row]
        blank = np.full((per_row - len(some), 8, 8), gap)
        lines.append(
            np.concatenate([np.pad(each, ((0, 1), (0, 1)), constant_values=gap) for each in (*some, *blank)], 1)
        )
    pixels = np.concatenate(lines)[:-1, :-1]
    return Image(title=title, pixels=tuple(tuple(round(float(v), 2) for v in line) for line in pixels))
