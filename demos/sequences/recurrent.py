"""The recurrent network: one letter at a time, with a state that carries what was read.

    h_t = tanh(W_x·x_t + W_h·h_{t-1} + b_h)        the hidden state
    p_t = softmax(W_y·h_t + b_y)                   the guess of the next letter

x_t is letter t as a one-hot vector, and the same weights serve every step. Learning unrolls the loop and sends the
error back through all steps (backpropagation through time). On its way from step t to an earlier step k the error is
multiplied by one factor for each step between:

    ∂h_t/∂h_k = Π_{i=k+1..t} diag(1 - h_i²)·W_h

With factors below one the product vanishes exponentially with t - k, with factors above one it may explode. The first
case is why long memories are hard for this network, and why LSTM and GRU were made.

Sources: J. Elman, "Finding structure in time" (1990); S. Hochreiter (1991) and Y. Bengio, P. Simard and P. Frasconi,
"Learning long-term dependencies with gradient descent is difficult" (1994), on vanishing gradients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
Weights = dict[str, Array]
RATE, CLIP = 0.1, 1.0


class RecurrentParams(Params):
    text: str = param(
        "hello hello hello hello",
        "The text to learn, letter by letter: 4 to 40 characters, two different ones at least.",
        longest=40,
    )
    hidden: int = param(12, "How many numbers the hidden state has.", low=2, high=32, unit="units")
    epochs: int = param(80, "How many times the whole text is read while learning.", low=0, high=500, unit="passes")
    gain: float = param(
        0.9, "Spectral radius of W_h before learning: the size of its largest eigenvalue.", low=0.1, high=3
    )

    @model_validator(mode="after")
    def _has_letters(self) -> RecurrentParams:
        if len(self.text) < 4 or len(set(self.text)) < 2:
            raise ValueError(say("The text needs 4 letters at least, and two different ones"))
        return self


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


def start(params: RecurrentParams, letters: int, random: np.random.Generator) -> Weights:
    """Random weights; W_h scaled to the wanted spectral radius."""
    n = params.hidden
    wh = random.standard_normal((n, n))
    wh *= params.gain / np.abs(np.linalg.eigvals(wh)).max()
    return {
        "wx": random.standard_normal((n, letters)) * 0.5,
        "wh": wh,
        "bh": np.zeros(n),
        "wy": random.standard_normal((letters, n)) * 0.3,
        "by": np.zeros(letters),
    }


@dataclass(frozen=True, slots=True)
class Run:
    """The letters known, the text as one-hot rows and the letters to be guessed, weights and loss before each epoch and
    at the end, the last reading, and how far the error reaches back before and after learning."""

    letters: list[str]
    x: Array
    target: Array
    history: list[tuple[Weights, float]]
    seen: Reading
    before: Array
    after: Array


def run(params: RecurrentParams) -> Run:
    """Learn the text, then read it once more."""
    letters = sorted(set(params.text))
    codes = np.eye(len(letters))[[letters.index(letter) for letter in params.text]]
    x, target = codes[:-1], codes[1:]
    first = start(params, len(letters), np.random.default_rng(params.seed))
    history = list(learn(first, x, target, params.epochs))
    seen = read(history[-1][0], x)
    before = reach(first, read(first, x).h)
    return Run(letters, x, target, history, seen, before, reach(history[-1][0], seen.h))
