"""Storing and recalling with a symmetric net of +1 and -1; the formulas are in `hopfield`, which tells about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_SWEEPS = 20


@dataclass(frozen=True, slots=True)
class Update:
    """One neuron looked at: its weighted sum, whether it changed, and state and energy afterwards."""

    neuron: int
    h: float
    changed: bool
    state: Array
    energy: float


def store(patterns: Array) -> Array:
    """Hebb's rule: the (N, N) weights."""
    w: Array = patterns.T @ patterns / patterns.shape[1]
    np.fill_diagonal(w, 0)
    return w


def energy(w: Array, s: Array) -> float:
    """E = -½ · s·W·s."""
    return float(-0.5 * s @ w @ s)


def relax(w: Array, start: Array, random: np.random.Generator) -> list[Update]:
    """Sweeps over all neurons in random order until one of them changes nothing."""
    s, now, updates = start.copy(), energy(w, start), []
    for _ in range(MOST_SWEEPS):
        before = s.copy()
        for i in random.permutation(len(s)):
            h = float(w[i] @ s)
            changed = abs(h) > 1e-9 and h * s[i] < 0
            if changed:
                s = s.copy()
                s[i] = -s[i]
                now -= 2 * abs(h)
            updates.append(Update(int(i), h, changed, s, now))
        if (s == before).all():
            break
    return updates
