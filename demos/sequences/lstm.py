"""LSTM: a cell that keeps what it has read until a gate lets it go.

Three gates between 0 and 1 (i input, f forget, o output) and a candidate g are made of the input and the last state:

    i = σ(W_i·x + U_i·h' + b_i)      f = σ(W_f·x + U_f·h' + b_f)      o = σ(W_o·x + U_o·h' + b_o)
    g = tanh(W_g·x + U_g·h' + b_g)
    c = f⊙c' + i⊙g                   the cell: keep a share f of the old, add a share i of the new
    h = o⊙tanh(c)                    the state that is shown to the outside

(h' and c' are those of the step before, ⊙ multiplies number by number.) On the way back the error in c is multiplied
by f alone: a forget gate near 1 keeps the error alive over many steps, where a plain recurrent network loses it.

Two tasks: forecast a wave from its last values, or say at the end of a noisy sequence how it began. The learning is
torch's; the gates are then computed one step at a time by the formulas above.

Sources: S. Hochreiter and J. Schmidhuber, "Long short-term memory" (1997); F. Gers, J. Schmidhuber and F. Cummins,
"Learning to forget" (2000), for the forget gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.lib.readout import mean_square, ridge
from demos.runtime.contract import Params, param
from demos.sequences._gated import Array, Epoch, Task, Weights, fit, make_task, output, sigmoid

RATE = 0.02


class LstmParams(Params):
    task: Literal["forecast", "classify"] = param(
        "forecast", "Forecast the next value of a wave, or classify a sequence by its first number."
    )
    length: int = param(20, "Length of each sequence that is read.", low=5, high=50, unit="steps")
    hidden: int = param(8, "How many cells.", low=1, high=24, unit="cells")
    epochs: int = param(20, "How many times all sequences are learnt.", low=1, high=60, unit="passes")
    noise: float = param(0.1, "Standard deviation of the noise in the sequences.", low=0, high=1)


def walk_lstm(w: Weights, x: Array) -> dict[str, Array]:
    """Gates i, f, o, candidate g, cell c and state h over x (T, inputs), from zeros; each (T, hidden)."""
    n = w["wh"].shape[1]
    h, c, seen = np.zeros(n), np.zeros(n), []
    for value in x:
        i, f, g, o = (w["wx"] @ value + w["bx"] + w["wh"] @ h + w["bh"]).reshape(4, n)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        seen.append((i, f, g, o, c, h))
    return dict(zip("ifgoch", np.array(seen).transpose(1, 0, 2), strict=True))


def naive(params: LstmParams, task: Task) -> float:
    """The mean squared error of a rival that learns nothing: it repeats the last value, or always says 0."""
    tests, wanted = task.x[-task.held :], task.y[-task.held :]
    guess = tests[:, -1, 0] if params.task == "forecast" else np.zeros(len(tests))
    return float(((guess - wanted) ** 2).mean())


def linear(task: Task) -> float:
    """The mean squared error of the best linear forecast from the same values, solved on the sequences learnt."""
    x = np.concatenate([task.x[:, :, 0], np.ones((len(task.x), 1))], 1)
    w = ridge(x[: -task.held], task.y[: -task.held], 1e-6)
    return mean_square(x[-task.held :] @ w, task.y[-task.held :])


@dataclass(frozen=True, slots=True)
class Run:
    """The state of the learning before and after each epoch, the gates over the last sequence with the weights learnt,
    and the guesses at the end of every sequence held out."""

    history: list[Epoch]
    gates: dict[str, Array]
    guesses: Array


def draw(params: LstmParams) -> Task:
    """The sequences, and what is wanted of each."""
    return make_task(params.task, params.length, params.noise, np.random.default_rng(params.seed))


def run(params: LstmParams) -> Run:
    """Learn the task, then look into the cells."""
    task = draw(params)
    history = fit("lstm", task, params.hidden, params.epochs, RATE, params.seed)
    w = history[-1].weights
    guesses = np.array([output(w, walk_lstm(w, x)["h"])[-1] for x in task.x[-task.held :]])
    return Run(history, walk_lstm(w, task.x[-1]), guesses)
