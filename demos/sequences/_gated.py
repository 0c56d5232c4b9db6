"""Two tasks for LSTM and GRU, and the training of both by torch.

The weights are torch's: the gates' rows stand one below the other, in the order i, f, g, o (LSTM) or r, z, n (GRU).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = dict[str, Array]

WINDOW, BATCH = 20, 48


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)))


def output(w: Weights, h: Array) -> Array:
    """The read-out of states (T, hidden): one number each."""
    return np.asarray(h @ w["wy"].T + w["by"])[:, 0]


@dataclass(frozen=True, slots=True)
class Task:
    """Sequences (count, T, inputs) and the number wanted at the end of each; the last `held` are for testing."""

    x: Array
    y: Array
    series: Array
    held: int


def make_task(kind: str, length: int, noise: float, random: np.random.Generator) -> Task:
    """forecast: the next value of a wave with two periods from the last values. classify: whether the first number
    was +1 or -1, with random numbers and one zero-mean distraction after another behind it."""
    if kind == "forecast":
        t = np.arange(400)
        series = 0.6 * np.sin(2 * np.pi * t / 25) + 0.3 * np.sin(2 * np.pi * t / 9 + 1)
        series = series + noise * random.standard_normal(len(t))
        x = np.stack([series[k : k + length] for k in range(len(t) - length)])[:, :, None]
        return Task(x, series[length:], series, 80)
    y = random.choice([-1.0, 1.0], 300)
    x = random.standard_normal((300, length, 2)) * noise
    x[:, :, 1] = 0
    x[:, 0] = np.stack([y, np.ones(300)], 1)  # the second input marks the number to keep
    return Task(x, y, x[0, :, 0], 100)


@dataclass(frozen=True, slots=True)
class Epoch:
    """State of the learning after an epoch: mean squared error on training and held-out sequences, and the weights."""

    error: float
    test: float
    weights: Weights


def fit(cell: str, task: Task, hidden: int, epochs: int, rate: float, seed: int) -> list[Epoch]:
    """Learn the task with torch's cell ("lstm" or "gru") and a linear read-out of the last state."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        kind: Any = torch.nn.LSTM if cell == "lstm" else torch.nn.GRU
        net, read = kind(task.x.shape[2], hidden, batch_first=True), torch.nn.Linear(hidden, 1)
        if cell == "lstm":
            with torch.no_grad():
                net.bias_hh_l0[hidden : 2 * hidden] += 1.0  # gates that start open remember from the start
        order = torch.Generator().manual_seed(seed)
        x, y = torch.tensor(task.x, dtype=torch.float32), torch.tensor(task.y, dtype=torch.float32)
        known = len(x) - task.held
        optimiser = torch.optim.Adam([*net.parameters(), *read.parameters()], lr=rate)
        found = []
        for epoch in range(epochs + 1):
            with torch.no_grad():
                wrong = (read(net(x)[0][:, -1])[:, 0] - y) ** 2
            found.append(Epoch(float(wrong[:known].mean()), float(wrong[known:].mean()), _weights(net, read)))
            for rows in torch.split(torch.randperm(known, generator=order), BATCH) if epoch < epochs else ():
                loss = ((read(net(x[rows])[0][:, -1])[:, 0] - y[rows]) ** 2).mean()
                optimiser.zero_grad()
                torch.autograd.backward(loss)
                torch.nn.utils.clip_grad_norm_([*net.parameters(), *read.parameters()], 1.0)
                optimiser.step()
    return found


def _weights(net: Any, read: Any) -> Weights:
    named = {"wx": net.weight_ih_l0, "wh": net.weight_hh_l0, "bx": net.bias_ih_l0, "bh": net.bias_hh_l0,
             "wy": read.weight, "by": read.bias}  # fmt: skip
    return {name: tensor.detach().numpy().astype(np.float64) for name, tensor in named.items()}


def size(w: Weights) -> int:
    """How many weights the cell has, its read-out not counted."""
    return sum(w[name].size for name in ("wx", "wh", "bx", "bh"))
