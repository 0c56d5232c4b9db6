"""What learns from the credit table: logistic regression by Newton's method, and a decision tree by Gini's measure.
The formulas are in `credit_risk`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEWTON_STEPS = 7


def sigmoid(a: Array) -> Array:
    """1 / (1 + e^-a)."""
    result: Array = 1 / (1 + np.exp(-a))
    return result


@dataclass(frozen=True, slots=True)
class Split:
    """A question of the tree, or a leaf when `column` is None; `high` of `size` customers here have high risk."""

    high: int
    size: int
    column: int | None = None
    at: float = 0.0
    low_side: Split | None = None
    high_side: Split | None = None

    @property
    def gini(self) -> float:
        p = self.high / self.size
        return 1 - p * p - (1 - p) ** 2

    def judge(self, x: Array) -> float:
        """The share of high risk in the leaf that x falls into."""
        if self.column is None or self.low_side is None or self.high_side is None:
            return self.high / self.size
        return (self.low_side if x[self.column] <= self.at else self.high_side).judge(x)


def newton(x: Array, t: Array, penalty: float) -> list[Array]:
    """The weights (bias last) before and after each of Newton's steps."""
    x = np.hstack([x, np.ones((len(x), 1))])
    ridge = penalty * np.eye(x.shape[1])
    ridge[-1, -1] = 0
    path = [np.zeros(x.shape[1])]
    for _ in range(NEWTON_STEPS):
        p = sigmoid(x @ path[-1])
        slope = x.T @ (p - t) + ridge @ path[-1]
        path.append(path[-1] - np.linalg.solve((x.T * (p * (1 - p))) @ x + ridge, slope))
    return path


def scale(x: Array) -> tuple[Array, Array]:
    """Mean and deviation of each column; a column that never changes has deviation 1."""
    deviation = x.std(0)
    return x.mean(0), np.where(deviation == 0, 1, deviation)


def gini(t: Array) -> float:
    """1 - p² - (1 - p)² of classes 0 and 1: 0 when all are alike, ½ when mixed evenly."""
    p = float(t.mean())
    return 1 - p * p - (1 - p) ** 2


def grow(x: Array, t: Array, depth: int) -> Split:
    """The tree; among equally good questions the first column and the smallest value win."""
    leaf = Split(int(t.sum()), len(t))
    best, where = gini(t) - 1e-9, None
    for column in range(x.shape[1] if depth and gini(t) else 0):
        values = np.unique(x[:, column])
        for at in (values[1:] + values[:-1]) / 2:
            low = x[:, column] <= at
            mixed = (gini(t[low]) * low.sum() + gini(t[~low]) * (~low).sum()) / len(t)
            if mixed < best - 1e-12:
                best, where = mixed, (column, float(at), low)
    if where is None:
        return leaf
    column, at, low = where
    return Split(leaf.high, leaf.size, column, at, grow(x[low], t[low], depth - 1), grow(x[~low], t[~low], depth - 1))
