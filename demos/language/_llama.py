"""The parts of a LLaMA block that the `llama` demo works through by example (formulas there)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rms_norm(x: Array, epsilon: float) -> Array:
    """x over its root mean square, with g = 1."""
    return np.asarray(x / np.sqrt((x**2).mean() + epsilon))


def layer_norm(x: Array, epsilon: float) -> Array:
    """What a GPT uses: the mean taken off first."""
    return np.asarray((x - x.mean()) / np.sqrt(x.var() + epsilon))


def angles(size: int, base: float) -> Array:
    """By how much one position turns each of the size/2 pairs, in radians."""
    return np.asarray(base ** (-np.arange(0, size, 2) / size))


def rope(x: Array, position: int, base: float) -> Array:
    """x (an even count of numbers) with each pair of neighbours turned by its angle times the position."""
    turn = position * angles(len(x), base)
    even, odd = x[0::2], x[1::2]
    turned = np.stack((even * np.cos(turn) - odd * np.sin(turn), even * np.sin(turn) + odd * np.cos(turn)), axis=1)
    return np.asarray(turned.reshape(-1))


def silu(z: Array) -> Array:
    return np.asarray(z / (1 + np.exp(-z)))
