"""The noise schedule and the sampling step that DDPM and DDIM share.

    x_t = √ᾱ_t · x_0 + √(1 - ᾱ_t) · ε         noise added to a clean x_0, ε drawn from N(0, 1)

β_t rises in a straight line from 0.0001 to 0.02 over T = 1000 steps and ᾱ_t is the product of all (1 - β_s), s <= t
(Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", 2020). One step back, from t to an earlier s, is

    x̂_0 = (x_t - √(1 - ᾱ_t) · ε̂) / √ᾱ_t
    x_s = √ᾱ_s · x̂_0 + √(1 - ᾱ_s - σ²) · ε̂ + σ · z
    σ   = η · √((1 - ᾱ_s) / (1 - ᾱ_t)) · √(1 - ᾱ_t / ᾱ_s)

with fresh noise z. η = 1 is DDPM, η = 0 is DDIM, which draws no noise at all (Song, Meng and Ermon, "Denoising
diffusion implicit models", 2021, equations 12 and 16).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

T = 1000
ALPHA_BAR: Array = np.concatenate([[1.0], np.cumprod(1 - np.linspace(1e-4, 0.02, T))])
"""ᾱ_t for t = 0 (clean) to T (noise)."""


def add_noise(x0: Array, t: int, noise: Array) -> Array:
    """x_t from x_0."""
    x_t: Array = np.sqrt(ALPHA_BAR[t]) * x0 + np.sqrt(1 - ALPHA_BAR[t]) * noise
    return x_t


def times(steps: int) -> list[int]:
    """`steps` + 1 times from T down to 0, evenly spread."""
    return [round(T * (1 - k / steps)) for k in range(steps + 1)]


def clean(x: Array, t: int, noise: Array, most: float | None = None) -> Array:
    """x̂_0: where x_t would land if all the predicted noise were removed at once; clipped to ±`most` when given."""
    x0: Array = (x - np.sqrt(1 - ALPHA_BAR[t]) * noise) / np.sqrt(ALPHA_BAR[t])
    return x0 if most is None else np.clip(x0, -most, most)


def fresh_noise(t: int, s: int, eta: float) -> float:
    """σ of the step from t to s."""
    a_t, a_s = ALPHA_BAR[t], ALPHA_BAR[s]
    return float(eta * np.sqrt((1 - a_s) / (1 - a_t) * (1 - a_t / a_s)))


def step_back(x: Array, x0: Array, t: int, s: int, eta: float, random: np.random.Generator) -> Array:
    """x_s from x_t and x̂_0; the noise that leads from x̂_0 to x_t is taken along."""
    noise = (x - np.sqrt(ALPHA_BAR[t]) * x0) / np.sqrt(1 - ALPHA_BAR[t])
    sigma = fresh_noise(t, s, eta)
    x_s: Array = np.sqrt(ALPHA_BAR[s]) * x0 + np.sqrt(max(1 - ALPHA_BAR[s] - sigma**2, 0.0)) * noise
    return x_s + sigma * random.standard_normal(x.shape) if sigma > 0 else x_s
