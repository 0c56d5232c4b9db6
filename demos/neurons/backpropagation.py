"""Backpropagation: how the error at the output tells every hidden weight which way to move.

A multi-layer perceptron takes the inputs a⁰ = x through its layers:

    z^l = a^(l-1)·W^l + b^l        a^l = f(z^l)        y = σ(z^L), the probability of class 1

The loss is the cross-entropy E = -mean(d·ln y + (1 - d)·ln(1 - y)). The error δ^l = ∂E/∂z^l is known at the output
and flows back through the same weights that carried the signal forward:

    δ^L = (y - d) / n
    δ^(l-1) = (δ^l · W^lᵀ) * f'(z^(l-1))        each hidden unit gets its share of the blame
    ∂E/∂W^l = a^(l-1)ᵀ · δ^l                    and the sum of δ^l for the bias

    v ← 0.9·v - η·∂E/∂W        W ← W + v        gradient descent with momentum

Source: D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors" (1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
Weights = list[tuple[Array, Array]]
"""(W, b) of every layer: W has a row for each input and a column for each unit."""
MOMENTUM = 0.9


class BackpropagationParams(Params):
    data: Literal["xor", "moons", "circles", "spiral"] = param(
        "xor", "What to learn: XOR on four points, two moons, a ring around a disc, or two spiral arms."
    )
    units: int = param(4, "Units in each hidden layer.", low=1, high=32, unit="units")
    layers: int = param(1, "Hidden layers.", low=1, high=3)
    activation: Literal["tanh", "sigmoid", "relu"] = param("tanh", "The activation function f of the hidden units.")
    learning_rate: float = param(0.3, "How far a step goes (η).", low=0.001, high=10)
    epochs: int = param(200, "How many steps, each with all points.", low=10, high=2000, unit="passes")


@dataclass(frozen=True, slots=True)
class Pass:
    """One way forward and back: activations a^0..a^L (a^L = y), errors δ^1..δ^L, gradients of each (W, b)."""

    a: list[Array]
    delta: list[Array]
    gradients: Weights


def start(sizes: Sequence[int], random: np.random.Generator) -> Weights:
    """Random weights of standard deviation 1/√inputs between layers of these sizes, zero biases."""
    return [(random.standard_normal((m, n)) / np.sqrt(m), np.zeros(n)) for m, n in pairwise(sizes)]


def activate(kind: str, z: Array) -> Array:
    """f(z)."""
    if kind == "relu":
        return np.maximum(z, 0)
    return np.tanh(z) if kind == "tanh" else sigmoid(z)


def slope(kind: str, a: Array) -> Array:
    """f'(z), written with a = f(z)."""
    if kind == "relu":
        return (a > 0).astype(float)
    return 1 - a**2 if kind == "tanh" else a * (1 - a)


def forward(weights: Weights, x: Array, kind: str) -> list[Array]:
    """a^0..a^L."""
    a = [x]
    for w, b in weights[:-1]:
        a.append(activate(kind, a[-1] @ w + b))
    w, b = weights[-1]
    return [*a, sigmoid(a[-1] @ w + b)]


def propagate(weights: Weights, x: Array, d: Array, kind: str) -> Pass:
    """Forward, then the error backwards through every layer."""
    a = forward(weights, x, kind)
    delta = [(a[-1] - d) / len(x)]
    for (w, _), below in zip(reversed(weights[1:]), reversed(a[1:-1]), strict=True):
        delta.insert(0, (delta[0] @ w.T) * slope(kind, below))
    return Pass(a, delta, [(below.T @ error, error.sum(0)) for below, error in zip(a, delta, strict=False)])


def loss(y: Array, d: Array) -> float:
    """Cross-entropy."""
    y = np.clip(y, 1e-12, 1 - 1e-12)
    return float(-(d * np.log(y) + (1 - d) * np.log(1 - y)).mean())


def train(weights: Weights, x: Array, d: Array, kind: str, eta: float, epochs: int) -> list[Weights]:
    """Gradient descent with momentum, all points in each step: the weights before each step and after the last."""
    path = [weights]
    speed = [(np.zeros_like(w), np.zeros_like(b)) for w, b in weights]
    for _ in range(epochs):
        found = propagate(weights, x, d, kind).gradients
        speed = [
            (MOMENTUM * vw - eta * gw, MOMENTUM * vb - eta * gb)
            for (vw, vb), (gw, gb) in zip(speed, found, strict=True)
        ]
        weights = [(w + vw, b + vb) for (w, b), (vw, vb) in zip(weights, speed, strict=True)]
        path.append(weights)
    return path


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z)."""
    result: Array = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return result


def draw_data(data: str, random: np.random.Generator) -> tuple[Array, Array]:
    """Points (n, 2), roughly from -1.5 to 1.5, and classes (n, 1)."""
    if data == "xor":
        return np.array([[-1, -1], [-1, 1], [1, -1], [1, 1.0]]), np.array([[0.0], [1], [1], [0]])
    n = 40
    d, u = np.repeat([0, 1], n), np.tile((np.arange(n) + 0.5) / n, 2)
    if data == "moons":
        angle = np.pi * (u + d)
        x = np.stack([np.cos(angle) - 0.5 + d, np.sin(angle) - 0.25 + 0.5 * d], 1)
    else:
        turns = 1.0 if data == "circles" else 0.75
        radius = np.where(d == 1, 1.3, 0.5) if data == "circles" else 0.2 + 1.2 * u
        angle = 2 * np.pi * turns * u + np.pi * d
        x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return x + 0.06 * random.standard_normal(x.shape), d[:, None].astype(float)


def run(params: BackpropagationParams) -> tuple[Array, Array, list[Weights]]:
    """The points, their classes, and the weights before and after each step of the training."""
    random = np.random.default_rng(params.seed)
    x, d = draw_data(params.data, random)
    weights = start([2, *[params.units] * params.layers, 1], random)
    return x, d, train(weights, x, d, params.activation, params.learning_rate, params.epochs)
