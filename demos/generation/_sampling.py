"""From noise to data with any network that sees noise: the steps of `_schedule` in a row, with guidance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from demos.generation._schedule import ALPHA_BAR, Array, clean, step_back, times

Predict = Callable[[Any, Any], Any]
"""v of x (n, ...) at times t (n,), both torch tensors."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step back: from x at time t to time s, by way of the guess x̂_0."""

    t: int
    s: int
    x: Array
    x0: Array


def tensors(arrays: dict[str, Any]) -> dict[str, Any]:
    """Weights as torch tensors."""
    import torch

    return {name: torch.tensor(value) for name, value in arrays.items()}


def noise_of(v: Array, x: Array, t: int) -> Array:
    """ε̂ from v."""
    noise: Array = np.sqrt(ALPHA_BAR[t]) * v + np.sqrt(1 - ALPHA_BAR[t]) * x
    return noise


def guess(predict: Predict, x: Array, t: int) -> Array:
    """ε̂(x) of one network at one time."""
    import torch

    with torch.no_grad():
        v = predict(torch.tensor(x, dtype=torch.float32), torch.full((len(x),), float(t)))
    return noise_of(np.asarray(v.numpy(), np.float64), x, t)


def sample(
    x: Array,
    steps: int,
    wanted: Predict,
    plain: Predict | None = None,
    guidance: float = 1.0,
    most: float | None = 1.0,
) -> tuple[list[Step], Array]:
    """DDIM from noise x: every step and the result. With `plain`, which knows nothing of what is wanted,
    ε̂ = ε̂_plain + guidance · (ε̂_wanted - ε̂_plain). The guess x̂_0 is clipped to ±`most` when given."""
    unused = np.random.default_rng(0)  # DDIM draws nothing
    taken = []
    for t, s in pairwise(times(steps)):
        noise = guess(wanted, x, t)
        if plain is not None and guidance != 1:
            without = guess(plain, x, t)
            noise = without + guidance * (noise - without)
        x0 = clean(x, t, noise, most)
        taken.append(Step(t, s, x, x0))
        x = step_back(x, x0, t, s, 0.0, unused)
    return taken, x
