"""The network of `vision_tasks`: it looks at every pixel's neighbourhood, and says nine things of it.

    H₁ = ReLU(W₁ * image + b₁)       each W is 3x3 and slides over the whole picture; its nine cells lie 1, 2, 3
    H₂ = ReLU(W₂ * H₁ + b₂)  …       and 1 pixels apart, so that a number of H₄ has seen 15x15 pixels
    Y  = W₅·H₄ + b₅                  at each pixel: four scores (nothing and three kinds), one for "an object has its
                                     middle here", and how far away the four sides of its box are

Nothing of it is written by hand: it was shown scenes with the right answers, and its weights followed the error.

Sources: J. Long and others, "Fully convolutional networks for semantic segmentation" (2015); X. Zhou and others,
"Objects as points" (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.vision._scene import FILLS, SIZE, Array, Mask, Thing

SPREAD, WIDTH, OUT = (1, 2, 3, 1), 16, 9
"""How far apart the cells of a kernel lie, in each layer; the pictures of a layer; the numbers of a pixel."""
SIDE = 5.0
"""Pixels that the number 1 means for the side of a box."""
SURE = 0.4
"""From this score on a peak is taken for the middle of an object."""
SEEN = (0, 400, 1600, 6400, 48000)
"""After how many scenes the weights were kept."""


def shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter; a kernel is (to, from, 3, 3)."""
    found: dict[str, tuple[int, ...]] = {}
    for i in range(len(SPREAD)):
        found |= {f"{i}.w": (WIDTH, WIDTH if i else 1, 3, 3), f"{i}.b": (WIDTH,)}
    return found | {"out.w": (OUT, WIDTH), "out.b": (OUT,)}


def convolve(maps: Array, kernels: NDArray[Any], spread: int) -> Array:
    """Kernels (to, from, 3, 3) slid over maps (from, high, wide), with zeros around: maps (to, high, wide)."""
    high, wide = maps.shape[1:]
    padded = np.pad(maps, ((0, 0), (spread, spread), (spread, spread)))
    total = np.zeros((len(kernels), high, wide))
    for i in range(3):
        for j in range(3):
            shifted = padded[:, i * spread : i * spread + high, j * spread : j * spread + wide]
            total += np.tensordot(kernels[:, :, i, j], shifted, 1)
    return total


def look(w: Mapping[str, NDArray[np.float32]], image: Array) -> Array:
    """The nine numbers of each pixel, (9, high, wide)."""
    maps = image[None]
    for i, spread in enumerate(SPREAD):
        maps = np.maximum(convolve(maps, w[f"{i}.w"], spread) + w[f"{i}.b"][:, None, None], 0)
    return np.asarray(np.tensordot(w["out.w"], maps, 1) + w["out.b"][:, None, None])


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network says of a scene."""

    kinds: Array
    """The probability of nothing and of each kind, (4, 30, 30)."""
    middles: Array
    """How surely an object has its middle at a pixel, (30, 30)."""
    found: list[Thing]
    sure: list[float]
    """For each object found, the score of its middle; the surest comes first."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """0 for nothing, or the number of a kind, for every pixel."""
        return np.asarray(self.kinds.argmax(0))

    @property
    def cover(self) -> Array:
        """The share of the picture that each kind covers: the mean of its map."""
        return np.asarray(self.kinds[1:].mean((1, 2)))


def answer(w: Mapping[str, NDArray[np.float32]], image: Array) -> Answer:
    """All four tasks from one look."""
    y = look(w, image)
    powers = np.exp(y[:4] - y[:4].max(0))
    kinds, middles = powers / powers.sum(0), 1 / (1 + np.exp(-y[4]))
    found = [(float(middles[r, c]), _thing(kinds, y[5:] * SIDE, r, c)) for r, c in peaks(middles)]
    found.sort(key=lambda pair: -pair[0])
    return Answer(kinds, middles, [thing for _, thing in found], [score for score, _ in found])


def peaks(middles: Array) -> list[tuple[int, int]]:
    """Where a score is sure enough and the highest of the 5x5 around it: of one object's many, one is kept."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(middles, 2), (5, 5)).max((2, 3))
    return [(int(r), int(c)) for r, c in np.argwhere((middles >= around) & (middles >= SURE))]


def _thing(kinds: Array, sides: Array, r: int, c: int) -> Thing:
    """The object whose middle is at (r, c): the likeliest kind there, and the pixels of that kind in its box."""
    up, down, left, right = (round(float(side)) for side in sides[:, r, c].clip(0, SIZE))
    kind = 1 + int(kinds[1:, r, c].argmax())
    mask: Mask = np.zeros((SIZE, SIZE), dtype=bool)
    mask[max(0, r - up) : r + down + 1, max(0, c - left) : c + right + 1] = True
    box = (max(0, r - up), min(SIZE - 1, r + down), max(0, c - left), min(SIZE - 1, c + right))
    own = mask & (kinds.argmax(0) == kind)
    return Thing(tuple(FILLS)[kind - 1], own if own.any() else mask, box)


@cache
def learnt(stage: int = len(SEEN) - 1) -> dict[str, NDArray[np.float32]]:
    """The weights after SEEN[stage] scenes."""
    return {name: weights.load("vision_tasks")[f"{stage}/{name}"] for name in shapes()}
