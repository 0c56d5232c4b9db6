"""The four vision tasks on one drawn scene, by one network that learnt them all.

They differ in how precisely one must say what is in an image and where: a name; a name and a box; a name and a box for
every object; a name for every pixel. How well a box or a mask A fits the true one B is their intersection over union:

    IoU = |A ∩ B| / |A ∪ B|          1 for a perfect fit, 0 for none; 0.5 is the usual bar for a hit

A small convolutional network (7,273 weights) says nine numbers of each pixel: how likely it belongs to nothing, a
triangle, a disc or a square; whether an object has its middle there; and how far the sides of that object's box are.

    H_l = ReLU(W_l * H_{l-1} + b_l)    four layers of 3x3 kernels, whose nine cells lie 1, 2, 3 and 1 pixels apart
    Y = W_5·H_4 + b_5                  so that a number of H_4 has seen 15x15 pixels

    classification   the mean of each kind's map; the largest names the scene
    localisation     the surest middle, with its kind and the box around it
    detection        every middle that is sure enough and the highest of its surroundings
    segmentation     the likeliest kind of each pixel

It learnt from 48,000 drawn scenes and never saw this one. Beside it works a rule by hand: pixels brighter than a
threshold are joined to pieces, named by how much of their box they fill (a square all, a disc π/4, a triangle half).

Sources: the lecture, slide 25; M. Everingham and others, "The Pascal visual object classes challenge" (2010);
J. Long and others, "Fully convolutional networks for semantic segmentation" (2015); X. Zhou and others, "Objects as
points" (2019).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.runtime.contract import Params, param
from demos.vision._scene import FILLS, SIZE, Array, Mask, Thing, boxed, draw, iou

SPREAD, WIDTH, OUT = (1, 2, 3, 1), 16, 9
"""How far apart the cells of a kernel lie, in each layer; the pictures of a layer; the numbers of a pixel."""
SIDE = 5.0
"""Pixels that the number 1 means for the side of a box."""
SURE = 0.4
"""From this score on a peak is taken for the middle of an object."""
SEEN = (0, 400, 1600, 6400, 48000)
"""After how many scenes the weights were kept."""
HIT = 0.5
FRESH = 40
"""Scenes that measure what each stage of the network knows."""


class VisionTasksParams(Params):
    objects: int = param(4, "How many objects are in the scene.", low=1, high=7)
    noise: float = param(0.15, "Standard deviation of the specks on every pixel.", low=0, high=0.5)
    threshold: float = param(
        0.5, "Brightness from which a pixel belongs to an object, for the rule by hand.", low=0.1, high=0.9
    )
    smallest: int = param(6, "Pieces of fewer pixels are taken for specks by the rule.", low=1, high=30, unit="pixels")


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


def matched(found: Sequence[Thing], truth: Sequence[Thing]) -> list[Thing | None]:
    """For each thing found its true object: the one of its name whose box it fits best, IoU 0.5 at least, once each."""
    free, pairs = list(truth), list[Thing | None]()
    for thing in found:
        fits = [true for true in free if true.name == thing.name and iou(boxed(thing), boxed(true)) >= HIT]
        pairs.append(max(fits, key=lambda true: iou(boxed(thing), boxed(true))) if fits else None)
        free = [true for true in free if true is not pairs[-1]]
    return pairs


def labels(things: Sequence[Thing]) -> NDArray[np.int64]:
    """The number of a kind for each pixel of a mask, 0 elsewhere."""
    named = np.zeros((SIZE, SIZE), dtype=np.int64)
    for thing in things:
        named[thing.mask] = 1 + tuple(FILLS).index(thing.name)
    return named


def score(stage: int, noise: float) -> tuple[float, float]:
    """Of fresh scenes of four objects: the share found, and the share of pixels named rightly."""
    found, right = 0, 0.0
    for seed in range(FRESH):
        image, truth = draw(4, noise, np.random.default_rng([7, seed]))
        said = answer(learnt(stage), image)
        found += sum(pair is not None for pair in matched(said.found, truth))
        right += float((said.labels == labels(truth)).mean())
    return found / (4 * FRESH), right / FRESH


def run(params: VisionTasksParams) -> tuple[Array, list[Thing], list[Answer]]:
    """A scene, what is in it, and what the network says of it at each stage of its learning."""
    image, truth = draw(params.objects, params.noise, np.random.default_rng(params.seed))
    return image, truth, [answer(learnt(stage), image) for stage in range(len(SEEN))]
