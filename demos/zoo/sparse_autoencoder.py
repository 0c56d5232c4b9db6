"""The sparse autoencoder: many code units, few of them at work at a time.

    a = ReLU(W_e·(x - b_d) + b_e)                   more units than needed
    E = mean (W_d·a + b_d - x)² + λ · Σ_j a_j       the second term is a price for every bit of activity

The columns of W_d have length one, so a price on a cannot be dodged by large weights; W_e starts as W_d turned over,
so that no unit is born dead. A narrow code saves numbers; a sparse one saves activity. With the price each unit has to
earn its keep, and comes to stand for a shape that occurs often. How readable that is can be counted: of the ten
pictures that excite a unit most, how many show the same digit? Today the same idea finds readable features inside
language models.

Sources: B. Olshausen and D. Field, "Emergence of simple-cell receptive field properties by learning a sparse code"
(1996); A. Ng, "Sparse autoencoder", lecture notes (2011); T. Bricken and others, "Towards monosemanticity" (2023).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.lib.ranking import ranked
from demos.runtime.contract import Params, param
from demos.zoo._coder import HELD, Array, digits, learn

TOP = 10
"""How many of the pictures that excite a unit most are asked for their names."""


class SparseAutoencoderParams(Params):
    units: int = param(64, "How many code units.", low=8, high=128, unit="units")
    penalty: float = param(0.01, "λ, the price of activity; 0 makes it free.", low=0, high=0.1)
    epochs: int = param(25, "How many times all digits are learnt.", low=1, high=80, unit="passes")


@dataclass(frozen=True, slots=True)
class State:
    """On held-out digits: activity a (n, units) and reconstructions (n, 64); and the features W_d (units, 64)."""

    a: Array
    rebuilt: Array
    features: Array

    @property
    def active(self) -> float:
        """The share of units that are above 0 for a picture."""
        return float((self.a > 1e-6).mean())

    @property
    def busy(self) -> NDArray[np.int64]:
        """The units from the busiest to the idlest."""
        return ranked(self.a.mean(0))

    @property
    def idle(self) -> int:
        """How many units work for no picture."""
        return int((self.a.max(0) <= 1e-6).sum())


def excited(state: State, unit: int) -> NDArray[np.int64]:
    """The pictures that excite a unit most, most first."""
    return ranked(state.a[:, unit])[:TOP]


def agreement(state: State, names: NDArray[np.int64]) -> Array:
    """For each unit that works: the share of the pictures that excite it most which show the same digit."""
    working = [unit for unit in state.busy if state.a[:, unit].max() > 1e-6]
    return np.array([np.bincount(names[excited(state, unit)]).max() / TOP for unit in working])


def run(params: SparseAutoencoderParams) -> Iterator[State]:
    """The state before learning and after each epoch."""
    import torch

    generator = torch.Generator().manual_seed(params.seed)
    x = torch.tensor(digits()[0], dtype=torch.float32)
    wd = torch.nn.functional.normalize(torch.randn((params.units, 64), generator=generator), dim=1)
    we, be, bd = wd.T.clone(), torch.zeros(params.units), torch.zeros(64)
    learnt = [tensor.requires_grad_() for tensor in (we, be, wd, bd)]

    def parts(some: Any) -> tuple[Any, Any]:
        a = ((some - bd) @ we + be).relu()
        return a, a @ torch.nn.functional.normalize(wd, dim=1) + bd

    def loss(some: Any, _: Any) -> Any:
        a, rebuilt = parts(some)
        return ((rebuilt - some) ** 2).mean() + params.penalty * a.sum(1).mean()

    for _ in learn(learnt, x[:-HELD], loss, params.epochs, 0.004, generator, 25):
        with torch.no_grad():
            a, rebuilt = parts(x[-HELD:])
            features = torch.nn.functional.normalize(wd, dim=1)
            yield State(a.double().numpy(), rebuilt.double().numpy(), features.double().numpy())
