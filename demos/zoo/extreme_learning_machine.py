"""The extreme learning machine: a hidden layer left to chance, and an output solved at once.

    h_j(x) = tanh(w_j·x + b_j)          w_j and b_j random, and never changed
    y(x) = Σ_j β_j·h_j(x)               the class is the sign of y
    (HᵀH + λ·I)·β = Hᵀ·t                all that is learnt, by one linear system

A random unit is a random cut through the plane. Enough random cuts are a rich vocabulary, and least squares only has to
find the right mixture of them: no error flows back, and training takes a thousandth of a second. The price is that
many more units are needed than with trained ones.

Source: G.-B. Huang, Q.-Y. Zhu and C.-K. Siew, "Extreme learning machine: theory and applications" (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.lib.readout import Array, ridge
from demos.runtime.contract import Params, param


class ExtremeLearningMachineParams(Params):
    data: Literal["rings", "spiral", "xor", "moons"] = param("rings", "Two classes in the plane.")
    hidden: int = param(60, "How many random hidden units.", low=3, high=300, unit="units")
    scale: float = param(2.0, "Size of the random weights.", low=0.05, high=20)
    penalty: float = param(0.01, "λ, the price on large output weights.", low=1e-9, high=100)


def draw_data(kind: str, size: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Points (size, 2) and classes -1 or +1."""
    t = np.where(np.arange(size) % 2, 1.0, -1.0)
    if kind == "xor":
        x = random.uniform(-1.8, 1.8, (size, 2))
        return x, np.sign(x[:, 0] * x[:, 1])
    if kind == "moons":
        angle = np.pi * random.random(size)
        x = np.stack([np.cos(angle) - 0.5 * t, np.sin(angle) * t - 0.25 * t], 1) * 1.1
    elif kind == "rings":
        angle, radius = 2 * np.pi * random.random(size), np.where(t > 0, 1.6, 0.7)
        x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    else:
        way = 0.25 + 0.75 * random.random(size)
        angle = 8 * way + np.pi * (t > 0)
        x = 1.8 * way[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return x + 0.12 * random.standard_normal((size, 2)), t


def layer(x: Array, w: Array, b: Array) -> Array:
    """H (n, units)."""
    return np.asarray(np.tanh(x @ w + b))


@dataclass(frozen=True, slots=True)
class Machine:
    """Random weights w (2, units) and b (units), and the output weights that least squares gives."""

    w: Array
    b: Array
    beta: Array

    def output(self, x: Array) -> Array:
        """One number for each point x (n, 2); its sign is the class."""
        return np.asarray(layer(x, self.w, self.b) @ self.beta)

    def right(self, x: Array, t: Array) -> float:
        """Share of the points in their class."""
        return float((np.sign(self.output(x)) == t).mean())


def solve(w: Array, b: Array, x: Array, t: Array, penalty: float) -> Machine:
    """The machine with these hidden weights that fits the points best."""
    return Machine(w, b, ridge(layer(x, w, b), t, penalty))


def draw_weights(params: ExtremeLearningMachineParams, random: np.random.Generator) -> tuple[Array, Array]:
    """Hidden weights, never learnt."""
    w = params.scale * random.standard_normal((2, params.hidden))
    return w, params.scale * random.uniform(-1, 1, params.hidden)


@dataclass(frozen=True, slots=True)
class Run:
    """160 points to learn from, 400 to be tested on, and the machines of the first 1, 2, 3, … of the same units."""

    x: Array
    t: Array
    test: Array
    answer: Array
    machines: list[Machine]


def run(params: ExtremeLearningMachineParams, sizes: Sequence[int]) -> Run:
    """Draw points and weights, and solve a machine of each size."""
    random = np.random.default_rng(params.seed)
    x, t = draw_data(params.data, 160, random)
    test, answer = draw_data(params.data, 400, random)
    w, b = draw_weights(params, random)
    return Run(x, t, test, answer, [solve(w[:, :k], b[:k], x, t, params.penalty) for k in sizes])
