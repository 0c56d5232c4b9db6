"""The small world that `clip`, `dalle2`, `stable_diffusion` and `gemini` draw: a coloured shape on a dark ground."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = tuple[str, str, str]
"""Size, colour and shape."""
SIDE = 12
"""Pixels across a picture for CLIP."""
SIZES = ("small", "large")
COLOURS = {"red": (0.9, 0.15, 0.15), "green": (0.15, 0.8, 0.2), "blue": (0.2, 0.3, 0.95), "yellow": (0.95, 0.9, 0.15)}
SHAPES = ("circle", "square", "triangle", "cross")
KINDS: tuple[Kind, ...] = tuple(product(SIZES, COLOURS, SHAPES))
UNSEEN = frozenset({("red", "triangle"), ("blue", "circle"), ("yellow", "cross")})
"""Pairs of colour and shape that training never shows."""
WORDS = ("a", *SIZES, *COLOURS, *SHAPES)


def seen(kind: Kind) -> bool:
    """Whether training shows this kind."""
    return kind[1:] not in UNSEEN


def caption(kind: Kind) -> str:
    """ "a small red circle"."""
    return " ".join(("a", *kind))


def draw(kind: Kind, random: np.random.Generator, noise: float, side: int = SIDE) -> NDArray[np.float32]:
    """A picture (3, side, side) from 0 to 1: the shape at a random place on a dark ground, with specks."""
    free = room(kind, side)
    cx, cy = (side - 1) / 2 + random.uniform(-free, free, 2)
    picture = paint(kind, float(cx), float(cy), side)
    noisy: Array = np.clip(picture + random.standard_normal(picture.shape) * noise, 0, 1)
    return noisy.astype(np.float32)


def room(kind: Kind, side: int = SIDE) -> float:
    """How far the shape's middle may lie from the picture's, in pixels."""
    return (side - 1) / 2 - _radius(kind, side)


def _radius(kind: Kind, side: int) -> float:
    return (2.2 if kind[0] == "small" else 4.2) * side / SIDE


def paint(kind: Kind, cx: float, cy: float, side: int = SIDE) -> Array:
    """The shape with its middle at (cx, cy), without specks."""
    _, colour, shape = kind
    radius = _radius(kind, side)
    y, x = np.indices((side, side)).astype(float)
    dx, dy = np.abs(x - cx), y - cy
    inside = {
        "circle": dx**2 + dy**2 <= radius**2,
        "square": (dx <= radius * 0.9) & (np.abs(dy) <= radius * 0.9),
        "triangle": (dy <= radius) & (dx <= (dy + radius) / 2 + 0.2),
        "cross": ((dx <= radius / 3) & (np.abs(dy) <= radius)) | ((np.abs(dy) <= radius / 3) & (dx <= radius)),
    }[shape]
    picture = np.full((3, side, side), 0.08)
    picture[:, inside] = np.array(COLOURS[colour])[:, None]
    return picture
