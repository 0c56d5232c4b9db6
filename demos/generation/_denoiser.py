"""The small network that sees the noise in an 8x8 digit, given how noisy it is and which digit is wanted.

    h ← x·W_in + e(t)·W_t + c(label)          e(t): sines and cosines of t;  c: one learnt row a label
    h ← h + silu(h·A_i + a_i)·B_i + b_i       four residual blocks
    v = h·W_out + b_out

v = √ᾱ_t · ε - √(1 - ᾱ_t) · x_0 says the same as ε, but well at both ends: where all is noise it is the data, where all
is data it is the noise (Salimans and Ho, "Progressive distillation", 2022). So ε̂ = √ᾱ_t · v + √(1 - ᾱ_t) · x_t.

Label 10 stands for "any digit": it is what one draw in ten saw in training, so that one network knows both the noise
of a given digit and of digits at large (classifier-free guidance, Ho and Salimans, 2022). The same lines run on NumPy
here and on torch when `python -m demos.training diffusion` trains them, so `xp` is either module.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from demos.generation._schedule import T

WIDTH, BLOCKS, WAVES, ANY = 192, 4, 16, 10

SHAPES: dict[str, tuple[int, ...]] = {
    "W_in": (64, WIDTH),
    "W_t": (2 * WAVES, WIDTH),
    "c": (11, WIDTH),
    **{f"A_{i}": (WIDTH, WIDTH) for i in range(BLOCKS)},
    **{f"a_{i}": (WIDTH,) for i in range(BLOCKS)},
    **{f"B_{i}": (WIDTH, WIDTH) for i in range(BLOCKS)},
    **{f"b_{i}": (WIDTH,) for i in range(BLOCKS)},
    "W_out": (WIDTH, 64),
    "b_out": (64,),
}


def predict_v(w: Mapping[str, Any], x: Any, t: Any, label: Any, xp: Any) -> Any:
    """v (n, 64) for images x (n, 64), times t (n,) in 0..T and labels (n,) in 0..10."""
    frequency = xp.exp(xp.arange(WAVES) * (math.log(1000) / WAVES))
    angle = (t / T)[:, None] * frequency
    waves = xp.concatenate([xp.sin(angle), xp.cos(angle)], 1)
    h = x @ w["W_in"] + waves @ w["W_t"] + w["c"][label]
    for i in range(BLOCKS):
        inner = h @ w[f"A_{i}"] + w[f"a_{i}"]
        h = h + (inner / (1 + xp.exp(-inner))) @ w[f"B_{i}"] + w[f"b_{i}"]
    return h @ w["W_out"] + w["b_out"]
