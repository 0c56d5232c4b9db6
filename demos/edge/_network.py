"""The network that the edge demos make smaller, in NumPy: 64 pixels, one hidden layer with ReLU, ten scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Labels = NDArray[np.int64]
Weights = dict[str, Array]
BATCH = 32
MATRICES = ("W1", "W2")


@dataclass(frozen=True)
class Digits:
    """Images (n, 64) from 0 to 1 and their labels, to learn from and to test on."""

    x: Array
    t: Labels
    test_x: Array
    test_t: Labels


@cache
def load() -> Digits:
    """scikit-learn's 1797 digits of 8x8 pixels; every fifth is kept for the test."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, t = (digits.data / 16).astype(np.float32), digits.target.astype(np.int64)
    held = np.arange(len(x)) % 5 == 4
    return Digits(x[~held], t[~held], x[held], t[held])


def start(hidden: int, random: np.random.Generator) -> Weights:
    """W1 (hidden, 64) and W2 (10, hidden), random with variance 2/inputs; biases of zero."""
    return {
        "W1": (random.standard_normal((hidden, 64)) * np.sqrt(2 / 64)).astype(np.float32),
        "b1": np.zeros(hidden, np.float32),
        "W2": (random.standard_normal((10, hidden)) * np.sqrt(2 / hidden)).astype(np.float32),
        "b2": np.zeros(10, np.float32),
    }


def hidden_of(w: Weights, x: Array) -> Array:
    """The hidden layer's values (n, hidden)."""
    result: Array = np.maximum(x @ w["W1"].T + w["b1"], 0)
    return result


def scores(w: Weights, x: Array) -> Array:
    """Ten scores for each image (n, 10)."""
    result: Array = hidden_of(w, x) @ w["W2"].T + w["b2"]
    return result


def softmax(z: Array) -> Array:
    """Shares of one along the last axis."""
    e = np.exp(z - z.max(-1, keepdims=True))
    result: Array = e / e.sum(-1, keepdims=True)
    return result


def accuracy(w: Weights, x: Array, t: Labels) -> float:
    """Share of images read right."""
    return float((scores(w, x).argmax(1) == t).mean())


def gradient(w: Weights, x: Array, slope: Array) -> Weights:
    """The loss's gradient for every weight; `slope` (n, 10) is its gradient by the scores."""
    h = hidden_of(w, x)
    back = (slope @ w["W2"]) * (h > 0)
    return {"W1": back.T @ x, "b1": back.sum(0), "W2": slope.T @ h, "b2": slope.sum(0)}


def one_hot(t: Labels) -> Array:
    """Labels as rows of ten, a 1 at the label."""
    result: Array = np.eye(10, dtype=np.float32)[t]
    return result


def train(
    w: Weights,
    x: Array,
    slope_of: Callable[[Array, NDArray[np.int64]], Array],
    epochs: int,
    random: np.random.Generator,
    rate: float = 0.003,
    masks: Weights | None = None,
) -> Iterator[Weights]:
    """The weights after each epoch, by Adam. `slope_of(scores, indices)` is the loss's gradient by a batch's scores;
    weights where `masks` has 0 stay 0. It calculates in double precision, so that what each processor rounds otherwise
    stays below the precision of the weights that it gives."""
    w = {name: value.astype(np.float64) for name, value in w.items()}
    x = x.astype(np.float64)
    mean = {name: np.zeros_like(value) for name, value in w.items()}
    square = {name: np.zeros_like(value) for name, value in w.items()}
    step = 0
    for _ in range(epochs):
        order = random.permutation(len(x))
        for first in range(0, len(x), BATCH):
            step += 1
            batch = order[first : first + BATCH]
            for name, g in gradient(w, x[batch], slope_of(scores(w, x[batch]), batch) / len(batch)).items():
                mean[name] = 0.9 * mean[name] + 0.1 * g
                square[name] = 0.99 * square[name] + 0.01 * g * g
                move = mean[name] / (1 - 0.9**step) / (np.sqrt(square[name] / (1 - 0.99**step)) + 1e-8)
                w[name] -= rate * move
                if masks and name in masks:
                    w[name] *= masks[name]
        yield {name: value.astype(np.float32) for name, value in w.items()}


def classify(targets: Array) -> Callable[[Array, NDArray[np.int64]], Array]:
    """Gradient of the cross-entropy against target shares (n, 10): softmax less target."""

    def slope(z: Array, batch: NDArray[np.int64]) -> Array:
        result: Array = softmax(z) - targets[batch]
        return result

    return slope


@cache
def trained(hidden: int, seed: int, epochs: int = 15) -> Weights:
    """A network that has learnt the training digits."""
    random, digits = np.random.default_rng(seed), load()
    *_, last = train(start(hidden, random), digits.x, classify(one_hot(digits.t)), epochs, random)
    return last
