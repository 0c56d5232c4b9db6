"""The radial basis function network: each hidden unit answers to one place.

    h_j(x) = exp(-(x - c_j)² / (2·s²))       near 1 at its centre c_j, fading with distance
    y(x) = Σ_j w_j·h_j(x)                    a sum of bells

Centres and width are set, not learnt; then the error is a quadratic function of the weights alone, and its minimum is
one linear system, no descent needed:

    (HᵀH + λ·I)·w = Hᵀ·t

with H_ij = h_j(x_i) and a small price λ on large weights. Here the centres are chosen one after another, each where the
data are furthest from all centres so far.

Source: D. Broomhead and D. Lowe, "Multivariable functional interpolation and adaptive networks" (1988).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.lib.readout import Array, ridge
from demos.runtime.contract import Params, param


class RbfNetworkParams(Params):
    centres: int = param(12, "How many centres.", low=2, high=40, unit="centres")
    width: float = param(0.08, "Width of each bell (s); the data lie between 0 and 1.", low=0.005, high=1)
    noise: float = param(0.15, "Standard deviation of the noise on the data.", low=0, high=1)
    function: Literal["wave", "step", "bump"] = param("wave", "What is to be learnt: a wave, a step, or one bump.")
    penalty: float = param(0.001, "λ, the price on large weights.", low=1e-9, high=10)


def target(kind: str, x: Array) -> Array:
    """The function without noise."""
    if kind == "step":
        return np.where(x > 0.5, 1.0, -1.0)
    return np.asarray(np.sin(4 * np.pi * x) if kind == "wave" else 2 * np.exp(-((x - 0.4) ** 2) / 0.01) - 0.5)


def hidden(x: Array, centres: Array, width: float) -> Array:
    """H (n, centres)."""
    return np.asarray(np.exp(-((x[:, None] - centres[None]) ** 2) / (2 * width**2)))


def place(x: Array, how_many: int) -> Array:
    """Centres among the data: the middle one first, then always the point furthest from all centres."""
    chosen = [float(np.sort(x)[len(x) // 2])]
    while len(chosen) < how_many:
        chosen.append(float(x[np.abs(x[:, None] - np.array(chosen)).min(1).argmax()]))
    return np.array(chosen)


@dataclass(frozen=True, slots=True)
class Network:
    """Bells at the centres, of one width, and the weight of each."""

    centres: Array
    width: float
    w: Array

    def output(self, x: Array) -> Array:
        return np.asarray(hidden(x, self.centres, self.width) @ self.w)


def fit(x: Array, t: Array, centres: Array, width: float, penalty: float) -> Network:
    """The weights that fit the points best, by least squares."""
    return Network(centres, width, ridge(hidden(x, centres, width), t, penalty))


def run(params: RbfNetworkParams) -> tuple[Array, Array, list[Network]]:
    """Fifty noisy points, and the networks of the first 1, 2, 3, … centres."""
    random = np.random.default_rng(params.seed)
    x = random.random(50)
    t = target(params.function, x) + params.noise * random.standard_normal(50)
    centres = place(x, params.centres)
    return x, t, [fit(x, t, centres[:k], params.width, params.penalty) for k in range(1, params.centres + 1)]
