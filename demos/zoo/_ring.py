"""Gaussian clouds on a ring, and which of them some points cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SPREAD, RADIUS = 0.12, 1.6


def centres(modes: int) -> Array:
    """The middles of the clouds, (modes, 2)."""
    angle = 2 * np.pi * np.arange(modes) / modes
    return RADIUS * np.stack([np.cos(angle), np.sin(angle)], 1)


def draw_real(modes: int, size: int, random: np.random.Generator) -> Array:
    """Real points."""
    chosen = centres(modes)[random.integers(modes, size=size)]
    return np.asarray(chosen + SPREAD * random.standard_normal((size, 2)))


def covered(forged: Array, modes: int) -> list[int]:
    """The modes with at least one in fifty of the points within three standard deviations."""
    near = ((forged[:, None] - centres(modes)[None]) ** 2).sum(2) < (3 * SPREAD) ** 2
    return [int(mode) for mode in np.flatnonzero(near.mean(0) >= 0.02)]


def hit(forged: Array, modes: int) -> float:
    """The share of the points within three standard deviations of any mode."""
    return float((((forged[:, None] - centres(modes)[None]) ** 2).sum(2).min(1) < (3 * SPREAD) ** 2).mean())
