"""The Hopfield network: memories as valleys that a damaged picture rolls into.

N neurons s_i are +1 or -1, each joined to every other. A pattern ξ is stored by strengthening the joints of neurons
that agree in it (Hebb's rule, over all patterns ξ^1..ξ^P):

    w_ij = (1/N) · Σ_p ξ_i^p · ξ_j^p        w_ii = 0

To recall, one neuron at a time, in random order, looks at its weighted sum h_i and takes its sign:

    h_i = Σ_j w_ij · s_j        s_i ← sign(h_i), unchanged when h_i = 0
    E = -½ · Σ_i Σ_j w_ij · s_i · s_j

As w_ij = w_ji and w_ii = 0, a change of s_i changes the energy by -2·|h_i|: E never rises, so the network must come to
rest in a valley. With random patterns the valleys are the memories as long as P is below about 0.138·N; beyond it they
blur into mixtures that were never stored.

Sources: J. Hopfield, "Neural networks and physical systems with emergent collective computational abilities" (1982);
D. Amit, H. Gutfreund and H. Sompolinsky (1985) for the 0.138.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
MOST_SWEEPS = 20
SIDE = 8
N = SIDE * SIDE
GLYPHS = (
    ".######. #......# #......# #......# #......# #......# #......# .######.",
    "...##... ...##... ...##... ######## ######## ...##... ...##... ...##...",
    "##....## .##..##. ..####.. ...##... ...##... ..####.. .##..##. ##....##",
    "####.... ####.... ####.... ####.... ....#### ....#### ....#### ....####",
    "######## ######## ........ ........ ######## ######## ........ ........",
    "##..##.. ##..##.. ##..##.. ##..##.. ##..##.. ##..##.. ##..##.. ##..##..",
)


class HopfieldParams(Params):
    patterns: int = param(
        3,
        "How many patterns are stored: drawn shapes (six at most) and then random ones.",
        low=1,
        high=30,
        unit="patterns",
    )
    kind: Literal["shapes", "random"] = param(
        "shapes", "Drawn shapes, or random patterns, which have nothing in common."
    )
    damage: float = param(0.2, "Share of the neurons flipped before recall.", low=0, high=1)
    recall: int = param(1, "Which stored pattern is damaged and recalled, counted from 1.", low=1, high=30)


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


def draw_patterns(params: HopfieldParams, random: np.random.Generator) -> Array:
    """The patterns to store, (P, N), +1 and -1."""
    drawn = [[1.0 if c == "#" else -1.0 for c in glyph if c != " "] for glyph in GLYPHS]
    known = np.array(drawn if params.kind == "shapes" else drawn[:0]).reshape(-1, N)[: params.patterns]
    return np.concatenate([known, random.choice([-1.0, 1.0], (params.patterns - len(known), N))])


def recall_rate(p: int, damage: float, random: np.random.Generator) -> float:
    """Mean overlap of P random patterns of N neurons with what is recalled from their damaged copies."""
    patterns = random.choice([-1.0, 1.0], (p, N))
    w, found = store(patterns), 0.0
    for pattern in patterns[:4]:
        cue = np.where(random.random(N) < damage, -pattern, pattern)
        found += float(relax(w, cue, random)[-1].state @ pattern) / N
    return found / min(p, 4)


@dataclass(frozen=True, slots=True)
class Run:
    """The patterns and their weights, the damaged cue, every neuron looked at in the recall, and for growing numbers of
    random patterns how well they come back."""

    patterns: Array
    w: Array
    cue: Array
    updates: list[Update]
    rates: dict[int, float]


def run(params: HopfieldParams) -> Run:
    """Store the patterns, flip some neurons of one, and let the network roll into a valley."""
    random = np.random.default_rng(params.seed)
    patterns = draw_patterns(params, random)
    w = store(patterns)
    flips = random.permutation(N)[: round(params.damage * N)]
    cue = patterns[min(params.recall, params.patterns) - 1].copy()
    cue[flips] *= -1
    updates = relax(w, cue, random)
    loads = sorted({1, 3, 5, 7, 9, 12, 16, 20, params.patterns})
    return Run(patterns, w, cue, updates, {p: recall_rate(p, 0.1, random) for p in loads})
