"""Learning by closed form: the output weights that least squares gives, for networks whose inside is left alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def ridge(h: Array, y: Array, penalty: float) -> Array:
    """w that makes |h·w - y|² + penalty·|w|² least, for h (n, units) and y (n) or (n, outputs): (HᵀH + λI) w = Hᵀy."""
    return np.asarray(np.linalg.solve(h.T @ h + penalty * np.eye(h.shape[1]), h.T @ y))


def mean_square(a: Array, b: Array) -> float:
    """The mean squared difference."""
    return float(((a - b) ** 2).mean())
