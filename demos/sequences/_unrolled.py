"""A recurrent network of one tanh layer over letters: forward, back through time, and learning; the formulas are in
`recurrent`, which tells about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = dict[str, Array]

RATE, CLIP = 0.1, 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """States h_1..h_T (T, hidden) and guesses (T, letters) of one reading."""

    h: Array
    p: Array


def read(w: Weights, x: Array) -> Reading:
    """The network over one-hot letters x (T, letters), from a state of zeros."""
    h, states = np.zeros(len(w["bh"])), []
    for letter in x:
        h = np.tanh(w["wx"] @ letter + w["wh"] @ h + w["bh"])
        states.append(h)
    z = np.array(states) @ w["wy"].T + w["by"]
    e = np.exp(z - z.max(1, keepdims=True))
    return Reading(np.array(states), e / e.sum(1, keepdims=True))


def backward(w: Weights, x: Array, target: Array, seen: Reading) -> Weights:
    """Gradients of the mean cross-entropy, by backpropagation through time."""
    dz = (seen.p - target) / len(x)
    found = {name: np.zeros_like(value) for name, value in w.items()}
    found["wy"], found["by"] = dz.T @ seen.h, dz.sum(0)
    carried = np.zeros(len(w["bh"]))
    for t in reversed(range(len(x))):
        da = (dz[t] @ w["wy"] + carried) * (1 - seen.h[t] ** 2)
        found["wx"] += np.outer(da, x[t])
        found["bh"] += da
        if t:
            found["wh"] += np.outer(da, seen.h[t - 1])
        carried = da @ w["wh"]
    return found


def reach(w: Weights, h: Array) -> Array:
    """Largest stretch (spectral norm) of ∂h_T/∂h_k for lags T - k = 0, 1, 2, ...."""
    product, sizes = np.eye(h.shape[1]), [1.0]
    for state in h[:0:-1]:
        product = product @ ((1 - state**2)[:, None] * w["wh"])
        sizes.append(float(np.linalg.norm(product, 2)))
    return np.array(sizes)


def learn(w: Weights, x: Array, target: Array, epochs: int) -> Iterator[tuple[Weights, float]]:
    """Weights and loss before each epoch and at the end; Adagrad steps on clipped gradients."""
    memory = {name: np.zeros_like(value) for name, value in w.items()}
    for _ in range(epochs + 1):
        seen = read(w, x)
        yield w, float(-np.log((seen.p * target).sum(1) + 1e-12).mean())
        new = {}
        for name, gradient in backward(w, x, target, seen).items():
            memory[name] += gradient**2
            new[name] = w[name] - RATE * np.clip(gradient, -CLIP, CLIP) / np.sqrt(memory[name] + 1e-8)
        w = new
