"""The echo state network: a reservoir of random loops in which the past echoes, and one trained layer that listens.

    x_t = (1 - a)·x_{t-1} + a·tanh(W·x_{t-1} + v·u_t + b)     the reservoir: W, v and b random, never changed
    y_t = w·[x_t, 1]                                          the read-out: all that is learnt
    (XᵀX + λ·I)·w = Xᵀ·d                                      by one linear system

W is scaled to a spectral radius ρ, the size of its largest eigenvalue. Well below 1 echoes fade fast; near 1 they last;
above 1 the reservoir may never forget how it started, and the same input can then end in different states. Two copies
started differently show which: do they come together?

The series is a wave of two periods that never quite repeats. To forecast it freely, the read-out's guess is fed back as
the next input.

Source: H. Jaeger, "The 'echo state' approach to analysing and training recurrent neural networks" (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.lib.readout import Array, ridge
from demos.runtime.contract import Params, param

WASH, LEARN, FREE = 100, 500, 100


class EchoStateNetworkParams(Params):
    size: int = param(60, "How many units the reservoir has.", low=5, high=200, unit="units")
    radius: float = param(0.9, "Spectral radius ρ of the reservoir's weights.", low=0, high=3)
    leak: float = param(0.6, "How much of the state is renewed each step (a).", low=0.05, high=1)
    penalty: float = param(1e-6, "λ, the price on large output weights.", low=1e-12, high=10)
    input_scale: float = param(0.5, "Size of the weights from the input.", low=0.01, high=5)


def series(length: int) -> Array:
    """A wave of two periods whose ratio is no fraction."""
    t = np.arange(length)
    return np.asarray(0.6 * np.sin(2 * np.pi * t / 23) + 0.4 * np.sin(2 * np.pi * t / (8 * np.sqrt(2))))


def reservoir(params: EchoStateNetworkParams, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """W (size, size) with spectral radius ρ, v and b (size)."""
    w = random.standard_normal((params.size, params.size))
    w *= params.radius / max(float(np.abs(np.linalg.eigvals(w)).max()), 1e-12)
    v = params.input_scale * random.uniform(-1, 1, params.size)
    return w, v, 0.2 * random.uniform(-1, 1, params.size)


def step(w: Array, v: Array, b: Array, a: float, x: Array, u: float) -> Array:
    """The next state."""
    return np.asarray((1 - a) * x + a * np.tanh(w @ x + v * u + b))


def drive(w: Array, v: Array, b: Array, a: float, inputs: Array, x: Array) -> Array:
    """States (T, size) under the inputs, from state x."""
    states = []
    for u in inputs:
        x = step(w, v, b, a, x, float(u))
        states.append(x)
    return np.array(states)


@dataclass(frozen=True, slots=True)
class Run:
    """The reservoir (W, v, b), the inputs u, its states x, the distance of another start from them at each step, the
    read-out w, its guesses of the next input with what was wanted, and the free forecast."""

    inside: tuple[Array, Array, Array]
    u: Array
    x: Array
    gap: Array
    w: Array
    fit: Array
    wanted: Array
    free: Array


def forecast(inside: tuple[Array, Array, Array], leak: float, w: Array, x: Array, guess: float) -> Array:
    """The read-out's guesses when each is the next input, from state x and the first guess."""
    made = []
    for _ in range(FREE):
        made.append(guess)
        x = step(*inside, leak, x, guess)
        guess = float(np.clip(x @ w[:-1] + w[-1], -10, 10))
    return np.array(made)


def run(params: EchoStateNetworkParams) -> Run:
    """Drive the reservoir from two starts, solve the read-out, and let it run on by itself."""
    random = np.random.default_rng(params.seed)
    inside, u = reservoir(params, random), series(WASH + LEARN + FREE + 1)
    x = drive(*inside, params.leak, u[: WASH + LEARN], np.zeros(params.size))
    other = drive(*inside, params.leak, u[: WASH + LEARN], random.uniform(-1, 1, params.size))
    gap = np.linalg.norm(x - other, axis=1) / np.sqrt(params.size)
    states = np.concatenate([x[WASH:], np.ones((LEARN, 1))], 1)
    wanted = u[WASH + 1 : WASH + LEARN + 1]
    w = ridge(states, wanted, params.penalty)
    fit = states @ w
    return Run(inside, u, x, gap, w, fit, wanted, forecast(inside, params.leak, w, x[-1], float(fit[-1])))
