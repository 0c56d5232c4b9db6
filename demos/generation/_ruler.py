"""A judge without any learning: which drawn picture of all is the given one nearest to?

Each kind of the `clip` demo's pictures is painted at many places; the nearest painting, by the sum of squared
differences, names size, colour and shape. All paintings have one ground g, and within the shape one colour c, so the
difference to a painting is that to the bare ground plus, within the shape, Σ (x - c)² - (x - g)²: one mask serves all
colours.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.generation import _drawings
from demos.generation._drawings import Kind

Array = NDArray[Any]


GROUND = 0.08


CLEAR, SWAY = 0.3, 0.21
"""How far a middle may lie from a pixel's, in pixels, and from the picture's, as a share of its side."""


def _places(side: int) -> list[float]:
    """Quarters of a twelfth of the side; of 12 pixels not those between two, where a small disc is a square."""
    steps = np.arange(4 * _drawings.SIDE) * side / (4 * _drawings.SIDE)
    return [float(at) for at in steps if side > _drawings.SIDE or abs(at - round(at)) <= CLEAR]


@cache
def _masks(side: int) -> tuple[Array, tuple[tuple[str, str], ...]]:
    """Where each shape lies at each place (masks, side²), and its size and shape."""
    masks, names = [], []
    for size in _drawings.SIZES:
        for shape in _drawings.SHAPES:
            kind = (size, "red", shape)
            places = [at for at in _places(side) if abs(at - (side - 1) / 2) <= _drawings.room(kind, side)]
            masks += [_drawings.paint(kind, x, y, side)[0].ravel() > 0.5 for y in places for x in places]
            names += [(size, shape)] * len(places) ** 2
    return np.array(masks, np.float32), tuple(names)


def read(pictures: Array) -> list[Kind]:
    """The kind of each picture (n, 3, side, side), values 0 to 1."""
    masks, names = _masks(pictures.shape[-1])
    flat = pictures.reshape(len(pictures), 3, -1).astype(np.float32)
    bare = ((flat - GROUND) ** 2).sum(1)
    colours = list(_drawings.COLOURS)
    inks = np.array([_drawings.COLOURS[colour] for colour in colours], np.float32)
    gains = ((flat[:, None] - inks[:, :, None]) ** 2).sum(2) - bare[:, None]
    best = (gains.reshape(-1, gains.shape[-1]) @ masks.T).reshape(len(flat), -1).argmin(1)
    found = [(colours[i // len(masks)], *names[i % len(masks)]) for i in best.tolist()]
    return [(size, colour, shape) for colour, size, shape in found]


def draw(kind: Kind, random: np.random.Generator, side: int = _drawings.SIDE) -> Array:
    """A picture (3, side, side), 0..1, of which the kind can be read for certain."""
    return _drawings.paint(kind, *draw_middle(kind, random, side), side)


def draw_middle(kind: Kind, random: np.random.Generator, side: int = _drawings.SIDE) -> tuple[float, float]:
    """A random middle for a shape, near a pixel's and not far from the picture's."""
    free = min(_drawings.room(kind, side), SWAY * side)
    while True:
        cx, cy = (float(at) for at in (side - 1) / 2 + random.uniform(-free, free, 2))
        if max(abs(cx - round(cx)), abs(cy - round(cy))) <= CLEAR:
            return cx, cy
