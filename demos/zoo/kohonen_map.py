"""The Kohonen map: a grid that unfolds over its data without being told anything.

Every unit u of an r x r grid has a weight vector w_u in the space of the data. A point x is shown; the unit nearest to
it wins, and it and its neighbours on the grid move towards x:

    c = argmin_u |x - w_u|                                the winner
    h_u = exp(-d(u, c)² / (2·σ²))                         d is measured on the grid, not among the data
    w_u ← w_u + α·h_u·(x - w_u)

The neighbourhood σ and the rate α shrink exponentially during the run: first the grid orders itself as a whole, then it
settles into details. The quantisation error, the mean distance |x - w_c| of the points from their winners, falls.

Source: T. Kohonen, "Self-organized formation of topologically correct feature maps" (1982).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.lib.ranking import first_smallest
from demos.runtime.contract import Params, param

Array = NDArray[np.float64]


class KohonenMapParams(Params):
    data: Literal["square", "ring", "clusters", "colours"] = param(
        "square", "Points of a square, a ring or four clusters, or colours (red, green, blue)."
    )
    side: int = param(8, "The grid has side x side units.", low=2, high=14)
    steps: int = param(1500, "How many points are shown.", low=20, high=6000, unit="points")
    sigma: float = param(
        3.0, "The neighbourhood at the start, in grid steps; it shrinks to 0.5 or stays if smaller.", low=0.05, high=8
    )
    rate: float = param(0.5, "The learning rate at the start.", low=0.01, high=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One point shown: the point, its winner, the neighbourhood and rate, and the map before and after."""

    x: Array
    winner: int
    sigma: float
    alpha: float
    before: Array
    after: Array


def draw_data(kind: str, random: np.random.Generator, count: int = 400) -> Array:
    """Points in 0..1, two numbers each, or three for colours."""
    if kind == "colours":
        return np.asarray(random.random((count, 3)))
    if kind == "ring":
        angle = random.random(count) * 2 * np.pi
        radius = 0.4 + 0.03 * random.standard_normal(count)
        return np.asarray(0.5 + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1))
    if kind == "clusters":
        centres = np.array([[0.2, 0.2], [0.8, 0.25], [0.25, 0.8], [0.75, 0.75]])
        near = centres[random.integers(4, size=count)] + 0.07 * random.standard_normal((count, 2))
        return np.asarray(np.clip(near, 0, 1))
    return np.asarray(random.random((count, 2)))


def grid_distances(side: int) -> Array:
    """Squared distances between the units on the grid, (side², side²)."""
    at = np.stack(np.divmod(np.arange(side * side), side), 1)
    return np.asarray(((at[:, None] - at[None]) ** 2).sum(2), float)


def winner(w: Array, x: Array) -> int:
    """The unit nearest to x."""
    return first_smallest(((w - x) ** 2).sum(1))


def move(w: Array, x: Array, distances: Array, sigma: float, alpha: float) -> Array:
    """Kohonen's rule: the winner and its neighbours on the grid move towards x."""
    h = np.exp(-distances[winner(w, x)] / (2 * sigma**2))
    return np.asarray(w + alpha * h[:, None] * (x - w))


def quantisation(w: Array, data: Array) -> float:
    """Mean distance of the points from their winners."""
    return float(np.sqrt(((data[:, None] - w[None]) ** 2).sum(2).min(1)).mean())


def torn(w: Array, data: Array, distances: Array) -> float:
    """Topographic error: the share of points whose two nearest units are no neighbours on the grid."""
    near = ((data[:, None] - w[None]) ** 2).sum(2).argsort(1)[:, :2]
    return float((distances[near[:, 0], near[:, 1]] > 2).mean())


def train(params: KohonenMapParams, data: Array, random: np.random.Generator) -> list[Step]:
    """All steps, from random weights near the middle of the data."""
    w = data.mean(0) + 0.15 * random.standard_normal((params.side**2, data.shape[1]))
    distances, taken = grid_distances(params.side), []
    for index, chosen in enumerate(random.integers(len(data), size=params.steps)):
        done = index / params.steps
        sigma = params.sigma * (min(1.0, 0.5 / params.sigma)) ** done
        alpha = params.rate * 0.04**done
        after = move(w, data[chosen], distances, sigma, alpha)
        taken.append(Step(data[chosen], winner(w, data[chosen]), sigma, alpha, w, after))
        w = after
    return taken


def run(params: KohonenMapParams) -> tuple[Array, list[Step]]:
    """The data, and every step of the map over them."""
    random = np.random.default_rng(params.seed)
    data = draw_data(params.data, random)
    return data, train(params, data, random)
