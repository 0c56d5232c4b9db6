"""Pictures made from three factors, and the small encoder and decoder of `inverse_graphics`.

    z = tanh(x·A + a)·B + b          encoder: 144 pixels -> 48 -> 3 code units
    x̂ = σ(tanh(z·C + c)·D + d)      decoder: 3 code units -> 48 -> 144 pixels

The same lines run on NumPy in the demo and on torch in its training, so `xp` is either module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say

Array = NDArray[np.float64]
SIZE, HIDDEN, FACTORS = 12, 48, (say("place"), say("size"), say("light"))
SHAPES = {
    "A": (SIZE * SIZE, HIDDEN),
    "a": (HIDDEN,),
    "B": (HIDDEN, 3),
    "b": (3,),
    "C": (3, HIDDEN),
    "c": (HIDDEN,),
    "D": (HIDDEN, SIZE * SIZE),
    "d": (SIZE * SIZE,),
}


def render(factors: Array) -> Array:
    """Pictures (n, 144) of a soft disc from factors (n, 3), each from -1 to 1: place, size, light."""
    y, x = np.indices((SIZE, SIZE)).reshape(2, -1) - (SIZE - 1) / 2
    place, size, light = (factors[:, i : i + 1] for i in range(3))
    distance = np.hypot(x - 2.5 * place, y)
    picture: Array = (0.6 + 0.35 * light) / (1 + np.exp(2 * (distance - 2.8 - 1.2 * size)))
    return picture


def encode(w: Mapping[str, Any], x: Any, xp: Any) -> Any:
    """Code (n, 3) of pictures (n, 144)."""
    return xp.tanh(x @ w["A"] + w["a"]) @ w["B"] + w["b"]


def decode(w: Mapping[str, Any], z: Any, xp: Any) -> Any:
    """Pictures (n, 144) of codes (n, 3)."""
    return 1 / (1 + xp.exp(-(xp.tanh(z @ w["C"] + w["c"]) @ w["D"] + w["d"])))


def influence(w: Mapping[str, Any], count: int = 400) -> Array:
    """|correlation| of each code unit (rows) with each factor (columns) over random pictures."""
    factors = np.random.default_rng(7).uniform(-1, 1, (count, 3))
    z = encode(w, render(factors), np)
    result: Array = np.abs(np.corrcoef(z.T, factors.T)[:3, 3:])
    return result


def disentanglement(w: Mapping[str, Any]) -> float:
    """How much each unit cares for one factor alone: 1 - second/first correlation, averaged over the units."""
    ranked = np.sort(influence(w), axis=1)
    return float((1 - ranked[:, 1] / ranked[:, 2]).mean())
