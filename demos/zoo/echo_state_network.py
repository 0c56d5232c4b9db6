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

import numpy as np

from demos.lib.readout import Array
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
