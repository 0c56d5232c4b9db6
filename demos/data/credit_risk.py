"""Credit risk: two ways to learn from the lecture's table of 24 customers.

Logistic regression gives each column a weight and turns the sum into a probability of high risk:

    P(high | x) = σ(w·x + b),  σ(a) = 1 / (1 + e^-a)
    E(w, b) = -Σ(t·ln P + (1 - t)·ln(1 - P)) + ½·λ·|w|²         the penalty λ keeps the weights small

Newton's method walks to its lowest point in a few steps: w ← w - H⁻¹·∇E. Columns are scaled to mean 0 and deviation 1,
so that weights can be compared. A decision tree asks one question on one column at a time, the one that leaves its two
groups purest by Gini's measure 1 - p² - (1 - p)².

With 24 rows nothing can be put aside for a test, so each customer in turn is left out, judged by a model trained on
the other 23, and counted: leave-one-out.

Sources: the lecture, slide 12; D. R. Cox (1958); L. Breiman and others, "Classification and Regression Trees" (1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.data import _credit
from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
NEWTON_STEPS = 7


class CreditRiskParams(Params):
    model: Literal["logistic", "tree"] = param("logistic", "Logistic regression, or a decision tree.")
    gender: bool = param(True, "Whether the model may see the column Gender.")
    depth: int = param(2, "How many questions the tree may ask one after the other.", low=1, high=4)
    penalty: float = param(1.0, "How strongly large weights are punished (λ).", low=0.01, high=100)


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


def judge(params: CreditRiskParams, x: Array, t: Array, new: Array) -> float:
    """The probability of high risk of a new customer, by a model trained on x and t."""
    if params.model == "tree":
        return grow(x, t, params.depth).judge(new)
    mean, deviation = scale(x)
    w = newton((x - mean) / deviation, t, params.penalty)[-1]
    return float(sigmoid(np.append((new - mean) / deviation, 1) @ w))


def leave_one_out(params: CreditRiskParams, x: Array, t: Array) -> Array:
    """The probability of high risk of each customer by a model that never saw it."""
    others = ~np.eye(len(t), dtype=bool)
    return np.array([judge(params, x[others[i]], t[others[i]], x[i]) for i in range(len(t))])


@dataclass(frozen=True, slots=True)
class Run:
    """The table as numbers x (24, columns) with the columns' names, the classes t, and what was learnt of all rows: the
    weights before and after each of Newton's steps (columns scaled), or the tree. `left_out` is the probability of high
    risk of each customer, by a model that never saw it."""

    x: Array
    names: Sequence[str]
    t: Array
    path: list[Array]
    tree: Split | None
    left_out: Array


def run(params: CreditRiskParams) -> Run:
    """Learn from the whole table, and then once more without each of its rows."""
    x, names = _credit.matrix(gender=params.gender)
    t = _credit.labels()
    mean, deviation = scale(x)
    path, tree = (
        ([], grow(x, t, params.depth))
        if params.model == "tree"
        else (newton((x - mean) / deviation, t, params.penalty), None)
    )
    return Run(x, names, t, path, tree, leave_one_out(params, x, t))
