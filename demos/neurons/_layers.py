"""The layers of a multi-layer perceptron: forward, the error back, and training; the formulas are in
`backpropagation`, which tells about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = list[tuple[Array, Array]]
"""(W, b) of every layer: W has a row for each input and a column for each unit."""

MOMENTUM = 0.9


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
