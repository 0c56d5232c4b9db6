"""What the `diffusion` demo can make, and the noise seen in it: points of the plane, and 8x8 digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation import _denoiser
from demos.generation._schedule import ALPHA_BAR, Array, add_noise

SPREAD = 0.08
"""Width of each Gaussian of a mixture."""


@dataclass(frozen=True)
class Mixture:
    """Points of the plane: equal Gaussians of width SPREAD around centres, of which each belongs to one label."""

    centres: Array
    labels: NDArray[np.int64]
    size: ClassVar[int] = 2
    most: ClassVar[float | None] = None

    def draw(self, count: int, label: int | None, random: np.random.Generator) -> Array:
        centres = self._of(label)
        return centres[random.integers(len(centres), size=count)] + SPREAD * random.standard_normal((count, 2))

    def noise(self, x: Array, t: int, label: int | None) -> Array:
        """-√(1 - ᾱ_t) times the score: the pull of each centre, weighed by how likely x comes from it."""
        mean, variance = np.sqrt(ALPHA_BAR[t]) * self._of(label), ALPHA_BAR[t] * SPREAD**2 + 1 - ALPHA_BAR[t]
        away = x[:, None, :] - mean
        likely = -(away**2).sum(2) / (2 * variance)
        share = np.exp(likely - likely.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        score = -(share[:, :, None] * away).sum(1) / variance
        result: Array = -np.sqrt(1 - ALPHA_BAR[t]) * score
        return result

    def near(self, x: Array, label: int | None) -> NDArray[np.bool_]:
        """Which points lie within three widths of a centre."""
        near: NDArray[np.bool_] = ((x[:, None] - self._of(label)) ** 2).sum(2).min(1) < (3 * SPREAD) ** 2
        return near

    def _of(self, label: int | None) -> Array:
        return self.centres if label is None else self.centres[self.labels == label]


@dataclass(frozen=True)
class Digits:
    """8x8 digits as 64 numbers from -1 to 1, and the trained network."""

    network: weights.Tensors
    size: ClassVar[int] = 64
    most: ClassVar[float | None] = 1.0

    def draw(self, count: int, label: int | None, random: np.random.Generator) -> Array:
        examples = self.network["examples"].astype(np.float64)  # (digit, example, pixel)
        chosen = examples.reshape(-1, 64) if label is None else examples[label]
        return chosen[random.permutation(count) % len(chosen)]

    def noise(self, x: Array, t: int, label: int | None) -> Array:
        return self.noise_of(x, t, np.full(len(x), _denoiser.ANY if label is None else label))

    def noise_of(self, x: Array, t: int, labels: NDArray[np.int64]) -> Array:
        """ε̂ with a label for each row."""
        time = np.full(len(x), t, np.float32)
        v = np.asarray(_denoiser.predict_v(self.network, x.astype(np.float32), time, labels, np), np.float64)
        noise: Array = np.sqrt(ALPHA_BAR[t]) * v + np.sqrt(1 - ALPHA_BAR[t]) * x
        return noise

    def read(self, x0: Array) -> list[int]:
        """The digit whose label explains noise added to each picture best: the denoiser as a classifier."""
        noise = np.random.default_rng(0).standard_normal((3, *x0.shape))
        errors = np.zeros((10, len(x0)))
        for digit in range(10):
            for t, added in zip((150, 300, 450), noise, strict=True):
                errors[digit] += ((self.noise(add_noise(x0, t, added), t, digit) - added) ** 2).sum(1)
        return [int(digit) for digit in errors.argmin(0)]


def make_mixture(data: str) -> Mixture:
    """The centres of the moons, the ring or the spiral, the first half labelled 0 and the second 1."""
    u = (np.arange(24) + 0.5) / 24
    if data == "moons":
        upper = np.stack([np.cos(np.pi * u) - 0.5, np.sin(np.pi * u) - 0.25], 1)
        halves = [upper, -upper]
    elif data == "ring":
        halves = [np.stack([np.cos(a), np.sin(a)], 1) * 1.2 for a in (np.pi * u, np.pi * (1 + u))]
    else:
        arm = np.stack([np.cos(1.5 * np.pi * u), np.sin(1.5 * np.pi * u)], 1) * (0.3 + u)[:, None]
        halves = [arm, -arm]
    return Mixture(np.concatenate(halves), np.repeat([0, 1], 24))


Model = Digits | Mixture
