"""GRU against LSTM: the same task with two gates instead of three, and no separate cell.

    r = σ(W_r·x + U_r·h' + b_r)          reset gate: how much of the past the candidate may see
    z = σ(W_z·x + U_z·h' + b_z)          update gate: how much of the old state stays
    n = tanh(W_n·x + b_n + r⊙(U_n·h' + c_n))
    h = (1 - z)⊙n + z⊙h'

One gate z does the work of the LSTM's input and forget gates: what is kept is exactly what is not renewed. A GRU layer
has 3 blocks of weights where the LSTM has 4, so three quarters of the parameters at the same width:
3·(n·m + n·n + 2·n) for m inputs and n units, with torch's two biases for each gate. Both learn the same sequences here,
in the same order, with the same seed; the gates shown are computed by the formulas above.

Source: K. Cho and others, "Learning phrase representations using RNN encoder-decoder" (2014).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from demos.runtime.contract import Params, param
from demos.sequences._gated import Array, Epoch, Task, Weights, fit, make_task, sigmoid


class GruParams(Params):
    task: Literal["forecast", "classify"] = param(
        "forecast", "Forecast the next value of a wave, or classify a sequence by its first number."
    )
    length: int = param(15, "Length of each sequence that is read.", low=5, high=50, unit="steps")
    hidden: int = param(8, "How many units each network has.", low=1, high=24, unit="units")
    epochs: int = param(10, "How many times all sequences are learnt.", low=1, high=40, unit="passes")
    learning_rate: float = param(0.02, "Step size of the learning, the same for both.", low=0.001, high=0.2)
    noise: float = param(0.1, "Standard deviation of the noise.", low=0, high=1)


def walk_gru(w: Weights, x: Array) -> dict[str, Array]:
    """Gates r, z, candidate n and state h over x (T, inputs), from zeros; each (T, hidden)."""
    size = w["wh"].shape[1]
    h, seen = np.zeros(size), []
    for value in x:
        xr, xz, xn = (w["wx"] @ value + w["bx"]).reshape(3, size)
        hr, hz, hn = (w["wh"] @ h + w["bh"]).reshape(3, size)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        n = np.tanh(xn + r * hn)
        h = (1 - z) * n + z * h
        seen.append((r, z, n, h))
    return dict(zip("rznh", np.array(seen).transpose(1, 0, 2), strict=True))


def draw(params: GruParams) -> Task:
    """The sequences, and what is wanted of each."""
    return make_task(params.task, params.length, params.noise, np.random.default_rng(params.seed))


def run(params: GruParams) -> tuple[dict[str, list[Epoch]], dict[str, Array]]:
    """Both networks' learning, epoch by epoch, and the GRU's gates over the last sequence."""
    task, p = draw(params), params
    runs = {cell: fit(cell, task, p.hidden, p.epochs, p.learning_rate, p.seed) for cell in ("gru", "lstm")}
    return runs, walk_gru(runs["gru"][-1].weights, task.x[-1])
