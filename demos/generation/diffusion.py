"""Diffusion: make something out of noise by removing the noise a little at a time.

Training destroys data with noise in T = 1000 small steps and learns to name the noise that was added. Sampling starts
from pure noise and goes the other way:

    x_t = √ᾱ_t · x_0 + √(1 - ᾱ_t) · ε            forward: ᾱ_t falls from 1 (clean) to almost 0 (noise)
    ε̂(x_t, t)                                    the noise that is seen in x_t
    x̂_0 = (x_t - √(1 - ᾱ_t) · ε̂) / √ᾱ_t          the clean thing it would leave
    x_s = √ᾱ_s · x̂_0 + √(1 - ᾱ_s - σ²) · ε̂ + σ · z     one step back to the earlier time s < t

DDPM adds fresh noise z at each step, DDIM adds none (σ = 0). With classifier-free guidance the noise is predicted
twice, with and without the label c, and the difference is taken w times:

    ε̂ = ε̂(x_t) + w · (ε̂(x_t, c) - ε̂(x_t))       w = 0 ignores the label, 1 follows it, more exaggerates it

For points in the plane ε̂ is exact, for the data are a mixture of small Gaussians: N(√ᾱ_t·μ, ᾱ_t·s² + 1 - ᾱ_t) is
what each becomes at time t, and ε̂ = -√(1 - ᾱ_t) · ∇ log p_t(x_t). For 8x8 digits a small network predicts it.

Sources: Ho, Jain and Abbeel (2020); Song, Meng and Ermon (2021); Ho and Salimans, "Classifier-free diffusion guidance"
(2022). Stable Diffusion (Rombach and others, 2022) runs this same process in the latent space of an
autoencoder: see the demo `stable_diffusion`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import model_validator

from demos import weights
from demos.generation._models import Digits, Model, make_mixture
from demos.generation._schedule import Array, clean, fresh_noise, step_back, times
from demos.runtime.contract import Params, param
from demos.runtime.messages import say


class DiffusionParams(Params):
    data: Literal["digits", "moons", "ring", "spiral"] = param(
        "digits", "What to make: 8x8 handwritten digits, or points of the plane."
    )
    label: Literal["any", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] = param(
        "any", "What to ask for: a digit, or for points 0 or 1, one half of the data; 'any' asks for nothing."
    )
    sampler: Literal["ddpm", "ddim"] = param("ddpm", "DDPM adds fresh noise at each step, DDIM adds none.")
    steps: int = param(50, "How many steps lead from noise to data.", low=2, high=200)
    guidance: float = param(
        2.0, "How strongly the label steers (w): 0 ignores it, 1 follows it, more exaggerates it.", low=0, high=10
    )
    samples: int = param(9, "How many digits to make at once; of points, twenty times as many.", low=1, high=25)

    @model_validator(mode="after")
    def _halves(self) -> DiffusionParams:
        if self.data != "digits" and self.label not in ("any", "0", "1"):
            raise ValueError(say("The {data} data have two halves: label can be 0, 1 or any", data=self.data))
        return self

    @property
    def wanted(self) -> int | None:
        return None if self.label == "any" else int(self.label)


@dataclass(frozen=True, slots=True)
class Step:
    """One step back: from x at time t to time s, by way of the guess x̂_0; `pull` is what guidance changed in ε̂."""

    t: int
    s: int
    x: Array
    x0: Array
    pull: float
    sigma: float


def guided_noise(model: Model, x: Array, t: int, label: int | None, w: float) -> Array:
    """ε̂(x) + w · (ε̂(x, c) - ε̂(x)): classifier-free guidance."""
    plain = model.noise(x, t, None)
    return plain if label is None else plain + w * (model.noise(x, t, label) - plain)


def sample(model: Model, params: DiffusionParams, random: np.random.Generator) -> tuple[list[Step], Array]:
    """From pure noise to data: the steps, and the clean x_0 they end with."""
    count = params.samples if isinstance(model, Digits) else 20 * params.samples
    x = random.standard_normal((count, model.size))
    eta = 1.0 if params.sampler == "ddpm" else 0.0
    taken: list[Step] = []
    for t, s in pairwise(times(params.steps)):
        noise = guided_noise(model, x, t, params.wanted, params.guidance)
        pull = float(np.abs(noise - model.noise(x, t, None)).mean())
        x0 = clean(x, t, noise, model.most)
        taken.append(Step(t, s, x, x0, pull, fresh_noise(t, s, eta)))
        x = step_back(x, x0, t, s, eta, random)
    return taken, x


@dataclass(frozen=True, slots=True)
class Start:
    """The model, data x_0 and noise of the same shape; `random` goes on from there."""

    model: Model
    x0: Array
    noise: Array
    random: np.random.Generator


def start(params: DiffusionParams) -> Start:
    """Data such as the model was trained on, and the noise that is added to it."""
    random = np.random.default_rng(params.seed)
    model = Digits(weights.load("diffusion")) if params.data == "digits" else make_mixture(params.data)
    x0 = model.draw(params.samples if params.data == "digits" else 20 * params.samples, params.wanted, random)
    return Start(model, x0, random.standard_normal(x0.shape), random)


def run(params: DiffusionParams) -> tuple[list[Step], Array]:
    """Every step from pure noise to data, and the data."""
    begun = start(params)
    return sample(begun.model, params, begun.random)
