"""Imagen: a text encoder that never saw a picture, a small picture from noise, and stages that enlarge it.

    e    = f(caption)                     frozen: learnt from text alone
    x_8  ~ P(x | e)                       the base: diffusion at 8x8 pixels
    x_16 ~ P(x | x_8, e)                  super-resolution: diffusion again, the smaller picture laid beside x
    x_32 ~ P(x | x_16, e)

The published model goes 64, 256, 1024, and its encoder is the language model T5; here the encoder is word vectors from
381 sentences (`_lexicon`). Because it knows words that no picture was captioned with ("crimson", "disc"), so does the
picture model. In each stage the smaller picture gets noise of a known level first (noise-conditioning augmentation),
so that a stage mends the flaws before it rather than copy them; the level is told to the network. The published stages
make the larger picture itself; here the noise is only removed from what the smaller one lacks, which lets small
networks do.

Stripes are too fine for 8x8 pixels and balanced to the plain colour, so the base cannot hold them: the word puts them
in.

Source: C. Saharia and others, "Photorealistic text-to-image diffusion models with deep language understanding" (2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation import _lexicon, _unet
from demos.generation._painted import caption
from demos.generation._sampling import Step, sample, tensors
from demos.generation._schedule import ALPHA_BAR, T, add_noise
from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
SIDES = (8, 16, 32)
MEANING = {
    "smooth": "plain", "banded": "striped", "crimson": "red", "emerald": "green", "azure": "blue", "golden": "yellow",
    "disc": "circle", "block": "square", "wedge": "triangle", "plus": "cross",
}  # fmt: skip
"""Words that no picture was ever captioned with, and what they mean."""
TEXT = 3 * _lexicon.DIMENSION
NETS = {
    8: _unet.Net(channels=3, width=32, given=TEXT),
    16: _unet.Net(channels=3, width=16, given=TEXT + 1, beside=3),
    32: _unet.Net(channels=3, width=16, given=TEXT + 1, beside=3),
}
DETAIL = {16: 0.19, 32: 0.1}
"""About the standard deviation of the difference between a picture and its smaller self enlarged (pixels -1..1)."""
MOST = 6.0
"""Differences are clipped to so many standard deviations."""
STAGE_GUIDANCE = 1.5


class ImagenParams(Params):
    shape: Literal["circle", "square", "triangle", "cross", "disc", "block", "wedge", "plus"] = param(
        "circle", "Shape that the caption asks for; the last four were never seen with a picture."
    )
    colour: Literal["red", "green", "blue", "yellow", "crimson", "emerald", "azure", "golden"] = param(
        "red", "Colour; the last four were never seen with a picture."
    )
    pattern: Literal["plain", "striped", "smooth", "banded"] = param(
        "striped", "Pattern, too fine for the base; the last two were never seen with a picture."
    )
    images: int = param(4, "How many pictures to make.", low=2, high=6, unit="images")
    steps: int = param(20, "Denoising steps of the base; the stages take fewer.", low=4, high=50)
    guidance: float = param(2.0, "How strongly the caption steers the base.", low=0, high=8)
    augmentation: int = param(
        50, "Noise given to the smaller picture before it is enlarged: a time t.", low=0, high=400
    )

    @property
    def words(self) -> tuple[str, str, str]:
        return self.pattern, self.colour, self.shape


def shrink(pictures: Any, side: int) -> Any:
    """Pictures (n, 3, larger, larger) with each square of pixels replaced by its mean."""
    n, channels, larger, _ = pictures.shape
    factor = larger // side
    return pictures.reshape(n, channels, side, factor, side, factor).mean((3, 5))


def enlarge(pictures: Array) -> Array:
    """Pictures of twice the side, each pixel repeated."""
    return pictures.repeat(2, 2).repeat(2, 3)


class Cascade:
    """The frozen text encoder and the three networks, ready to make pictures from captions."""

    def __init__(self, w: weights.Tensors) -> None:
        self.words = _lexicon.vectors(w["words"])
        self.w = tensors(w)

    def base(
        self, text: str, count: int, steps: int, guidance: float, random: np.random.Generator
    ) -> tuple[list[Step], Array]:
        """The steps and the pictures (count, 3, 8, 8), 0..1."""
        start = random.standard_normal((count, 3, 8, 8))
        given = np.repeat(_lexicon.encode(text, self.words)[None], count, 0)
        return self._run(8, start, given, np.zeros_like(given), None, steps, guidance)

    def stage(
        self, text: str, small: Array, steps: int, level: int, guidance: float, random: np.random.Generator
    ) -> tuple[list[Step], Array]:
        """The steps (as pictures, pixels -1..1) and the pictures of twice the side of `small` (n, 3, side, side);
        `level`, 0 to T, is the time whose noise the smaller picture gets."""
        side = 2 * small.shape[-1]
        beside = enlarge(add_noise(small * 2 - 1, level, random.standard_normal(small.shape)))
        start = random.standard_normal((len(small), 3, side, side))
        told = np.full((len(small), 1), level / T)
        given = np.concatenate([np.repeat(_lexicon.encode(text, self.words)[None], len(small), 0), told], 1)
        without = np.concatenate([np.zeros((len(small), TEXT)), told], 1)
        taken, _ = self._run(side, start, given, without, beside, steps, guidance)
        ground = enlarge(small) * 2 - 1
        shown = [
            Step(step.t, step.s, ground + DETAIL[side] * step.x, ground + DETAIL[side] * step.x0) for step in taken
        ]
        return shown, np.clip((shown[-1].x0 + 1) / 2, 0, 1)

    def _run(
        self, side: int, start: Array, given: Array, without: Array, beside: Array | None, steps: int, guidance: float
    ) -> tuple[list[Step], Array]:
        import torch

        laid = None if beside is None else torch.tensor(beside, dtype=torch.float32)

        def predict(vector: Array) -> Any:
            told = torch.tensor(vector, dtype=torch.float32)
            return lambda x, t: _unet.predict_v(self.w, x, t, told, laid, prefix=f"{side}.")

        most = 1.0 if beside is None else MOST
        taken, x = sample(start, steps, predict(given), predict(without), guidance, most)
        return taken, np.clip((x + 1) / 2, 0, 1)


def signal(level: int) -> float:
    """How much of the smaller picture is left at that level of noise."""
    return float(np.sqrt(ALPHA_BAR[level]))


@dataclass(frozen=True, slots=True)
class Run:
    """The cascade, the base's steps, the steps of both stages by side, the pictures by side (8, 16, 32); `random` goes
    on from there."""

    cascade: Cascade
    base: list[Step]
    stages: dict[int, list[Step]]
    made: dict[int, Array]
    random: np.random.Generator

    def enlarged(self, params: ImagenParams, text: str, small: Array, level: int) -> tuple[list[Step], Array]:
        """One stage for pictures of 8 or 16 pixels a side."""
        return self.cascade.stage(text, small, max(4, params.steps // 2), level, STAGE_GUIDANCE, self.random)


def run(params: ImagenParams) -> Run:
    """The base from noise, then twice as large, and once more."""
    cascade, random, text = Cascade(weights.load("imagen")), np.random.default_rng(params.seed), caption(params.words)
    taken, base = cascade.base(text, params.images, params.steps, params.guidance, random)
    done = Run(cascade, taken, {}, {8: base}, random)
    for side in SIDES[1:]:
        small = done.made[side // 2]
        done.stages[side], done.made[side] = done.enlarged(params, text, small, params.augmentation)
    return done
