"""A judge without any learning: which drawn picture of all is the given one nearest to?

Each kind of the `clip` demo's pictures is painted at many places; the nearest painting, by the sum of squared
differences, names size, colour and shape.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.generation import _clip
from demos.generation._clip import Kind

Array = NDArray[Any]
CLEAR, SWAY = 0.3, 0.21
"""How far a middle may lie from a pixel's, in pixels, and from the picture's, as a share of its side."""


def _places(side: int) -> list[float]:
    """Quarters of a twelfth of the side, but for those near the edge of two pixels, where a small disc is a square."""
    steps = np.arange(4 * _clip.SIDE) * side / (4 * _clip.SIDE)
    return [float(at) for at in steps if abs(at - round(at)) <= CLEAR]


@cache
def _paintings(side: int) -> tuple[Array, Array, tuple[Kind, ...]]:
    painted, kinds = [], []
    for kind in _clip.KINDS:
        places = [at for at in _places(side) if abs(at - (side - 1) / 2) <= _clip.room(kind, side)]
        painted += [_clip.paint(kind, x, y, side).ravel() for y in places for x in places]
        kinds += [kind] * len(places) ** 2
    flat = np.array(painted, np.float32)
    return flat, (flat**2).sum(1), tuple(kinds)


def read(pictures: Array) -> list[Kind]:
    """The kind of each picture (n, 3, side, side), values 0 to 1."""
    paintings, lengths, kinds = _paintings(pictures.shape[-1])
    far = lengths - 2 * pictures.reshape(len(pictures), -1).astype(np.float32) @ paintings.T
    return [kinds[i] for i in far.argmin(1)]


def draw(kind: Kind, random: np.random.Generator, side: int = _clip.SIDE) -> Array:
    """A picture (3, side, side), 0..1, of which the kind can be read for certain."""
    return _clip.paint(kind, *draw_middle(kind, random, side), side)


def draw_middle(kind: Kind, random: np.random.Generator, side: int = _clip.SIDE) -> tuple[float, float]:
    """A random middle for a shape, near a pixel's and not far from the picture's."""
    free = min(_clip.room(kind, side), SWAY * side)
    while True:
        cx, cy = (float(at) for at in (side - 1) / 2 + random.uniform(-free, free, 2))
        if max(abs(cx - round(cx)), abs(cy - round(cy))) <= CLEAR:
            return cx, cy
