"""A deep network with and without skips, and the sizes of signal and error on its way; told by `deep_residual`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """One way forward and back: size of the signal and of the error at h^0..h^L, averaged over the inputs."""

    signal: tuple[float, ...]
    error: tuple[float, ...]
    through: tuple[float, ...]
    """Of the error at h^l, the share that came through the layer itself; the rest came by the skip."""


def weights(depth: int, width: int, gain: float, random: np.random.Generator) -> list[Array]:
    """A square matrix for each layer."""
    size = gain / np.sqrt(width)
    return [size * random.standard_normal((width, width)) for _ in range(depth)]


def propagate(w: Sequence[Array], x: Array, skip: bool) -> tuple[list[Array], list[Array]]:
    """h^0..h^L (n, width), and ∂E/∂h^0..∂E/∂h^L."""
    h = [x]
    inner = []
    for layer in w:
        inner.append(np.tanh(h[-1] @ layer))
        h.append(h[-1] + inner[-1] if skip else inner[-1])
    error = [h[-1]]
    for layer, t in zip(reversed(w), reversed(inner), strict=True):
        back = (error[0] * (1 - t**2)) @ layer.T
        error.insert(0, error[0] + back if skip else back)
    return h, error


def measure(w: Sequence[Array], x: Array, skip: bool) -> Run:
    """The sizes on the way."""
    h, error = propagate(w, x, skip)
    through = []
    for level in range(len(w)):
        back = error[level] - error[level + 1] if skip else error[level]
        parts = _size(back), _size(error[level + 1]) if skip else 0.0
        through.append(parts[0] / (sum(parts) or 1))
    return Run(tuple(map(_size, h)), tuple(map(_size, error)), tuple(through))


def _size(values: Array) -> float:
    """The mean length of the rows."""
    return float(np.linalg.norm(values, axis=1).mean())
