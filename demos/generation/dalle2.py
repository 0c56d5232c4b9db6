"""DALL-E 2: from a caption to the embedding of a picture that it could describe, and from there to pixels.

    z_t = g(y)                        CLIP's text encoder: the caption y as a vector
    z_i ~ P(z_i | z_t)                the prior: a vector such as CLIP's image encoder would give
    x   ~ P(x | z_i)                  the decoder: pixels for that vector
    P(x | y) = P(x | z_i) · P(z_i | y)

    prior: h ← z·W + waves(t)·W_time + z_t·W_text;  three times h ← h + silu(h·A + a)·B + b;  v = h·W_out

Prior and decoder both remove noise step by step. Why a prior at all? The vector of a caption and the vector of a
picture lie in the same space, but not at the same place; and to one caption belong many pictures. One z_i, decoded
again and again, gives variations: what the vector holds stays, all else changes.

Here the encoders are those of the `clip` demo, which looks at 12x12 pixels. The published decoder works on pixels, is
enlarged afterwards and also reads the caption; this one sees the embedding alone, and works on the latents of the demo
`stable_diffusion`, whose decoder paints 24x24 pixels. A judge without any learning compares the results with paintings.

Source: A. Ramesh and others, "Hierarchical text-conditional image generation with CLIP latents" (2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation import _drawings, _ruler, _unet, clip, stable_diffusion
from demos.generation._drawings import caption
from demos.generation._sampling import Step, sample, tensors
from demos.runtime.contract import Params, param

Tensor = Any
Array = NDArray[np.float64]
STRETCH = clip.WIDTH**0.5
HIDDEN, BLOCKS = 128, 3
DECODER = _unet.Net(channels=stable_diffusion.CHANNELS, width=32, given=clip.WIDTH)


class Dalle2Params(Params):
    shape: Literal["circle", "square", "triangle", "cross"] = param("square", "Shape that the caption asks for.")
    colour: Literal["red", "green", "blue", "yellow"] = param("blue", "Colour of that shape.")
    size: Literal["small", "large"] = param("small", "Size of that shape.")
    images: int = param(8, "How many pictures to make.", low=2, high=10, unit="images")
    steps: int = param(20, "Denoising steps of the prior, and of the decoder.", low=4, high=50)
    guidance: float = param(2.0, "How strongly the embedding steers the decoder.", low=0, high=6)
    prior: bool = param(True, "Use the prior; without it the decoder gets the caption's own vector.")


def prior_shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter of the prior."""
    found: dict[str, tuple[int, ...]] = {
        "prior.in": (clip.WIDTH, HIDDEN), "prior.time": (2 * _unet.WAVES, HIDDEN), "prior.text": (clip.WIDTH, HIDDEN),
        "prior.out": (HIDDEN, clip.WIDTH), "prior.bias": (clip.WIDTH,),
    }  # fmt: skip
    for i in range(BLOCKS):
        found |= {f"prior.{i}.A": (HIDDEN, HIDDEN), f"prior.{i}.a": (HIDDEN,)}
        found |= {f"prior.{i}.B": (HIDDEN, HIDDEN), f"prior.{i}.b": (HIDDEN,)}
    return found


def shapes() -> dict[str, tuple[int, ...]]:
    """Every parameter of both."""
    return prior_shapes() | _unet.shapes(DECODER, "decoder.")


def prior_v(w: Mapping[str, Tensor], z: Tensor, t: Tensor, text: Tensor) -> Tensor:
    """v (n, 24) of noisy image embeddings z, given the captions' embeddings (n, 24), both stretched."""
    from torch.nn import functional as f

    h = z @ w["prior.in"] + _unet.waves(t) @ w["prior.time"] + text @ w["prior.text"]
    for i in range(BLOCKS):
        h = h + f.silu(h @ w[f"prior.{i}.A"] + w[f"prior.{i}.a"]) @ w[f"prior.{i}.B"] + w[f"prior.{i}.b"]
    return h @ w["prior.out"] + w["prior.bias"]


def decoder_v(w: Mapping[str, Tensor], x: Tensor, t: Tensor, z: Tensor) -> Tensor:
    """v (n, 4, 6, 6) of noisy latents x, given image embeddings z (n, 24), stretched; zeros give none."""
    return _unet.predict_v(w, x, t, z, prefix="decoder.")


def draw_pair(kind: _drawings.Kind, random: np.random.Generator) -> tuple[Array, Array]:
    """One drawing twice, 0..1: as CLIP sees it (3, 12, 12) and as the decoder shall make it (3, 24, 24)."""
    cx, cy = _ruler.draw_middle(kind, random)
    return _drawings.paint(kind, cx, cy), _drawings.paint(kind, 2 * cx + 0.5, 2 * cy + 0.5, stable_diffusion.SIDE)


class Painter:
    """Both networks, CLIP's encoders and the autoencoder, ready to make pictures."""

    def __init__(self, w: weights.Tensors) -> None:
        self.w, self.clip = tensors(w), tensors(weights.load("clip"))
        self.studio = stable_diffusion.Studio(weights.load("stable_diffusion"))

    def text(self, caption: str, count: int = 1) -> Array:
        """The caption's embedding, `count` times (count, 24), length 1."""
        found = clip.read(self.clip, [caption]).numpy().astype(float)
        return np.repeat(found, count, 0)

    def see(self, pictures: Array) -> Array:
        """CLIP's embeddings (n, 24) of pictures (n, 3, 24, 24), 0..1, of which it sees four pixels as one."""
        import torch

        small = pictures.reshape(len(pictures), 3, _drawings.SIDE, 2, _drawings.SIDE, 2).mean((3, 5))
        found: Array = clip.see(self.clip, torch.tensor(small, dtype=torch.float32)).numpy().astype(float)
        return found

    def embeddings(
        self, caption: str, count: int, random: np.random.Generator, steps: int = 20
    ) -> tuple[list[Step], Array]:
        """The prior's steps (stretched), and the image embeddings that it ends in (count, 24), length 1."""
        import torch

        text = torch.tensor(self.text(caption, count) * STRETCH, dtype=torch.float32)
        start = random.standard_normal((count, clip.WIDTH))
        taken, z = sample(start, steps, lambda z, t: prior_v(self.w, z, t, text), most=None)
        return taken, z / np.linalg.norm(z, axis=1, keepdims=True)

    def pictures(
        self, z: Array, random: np.random.Generator, steps: int = 20, guidance: float = 2.0
    ) -> tuple[list[Step], Array]:
        """The decoder's steps in latents, and the pictures (n, 3, 24, 24), 0..1, of image embeddings (n, 24)."""
        import torch

        given = torch.tensor(z * STRETCH, dtype=torch.float32)
        start = random.standard_normal(
            (len(z), stable_diffusion.CHANNELS, stable_diffusion.GRID, stable_diffusion.GRID)
        )

        def wanted(x: Tensor, t: Tensor) -> Tensor:
            return decoder_v(self.w, x, t, given)

        def plain(x: Tensor, t: Tensor) -> Tensor:
            return decoder_v(self.w, x, t, torch.zeros_like(given))

        taken, x = sample(start, steps, wanted, plain, guidance, stable_diffusion.MOST)
        return taken, self.studio.decode(x)


@dataclass(frozen=True, slots=True)
class Run:
    """The prior's steps, the image embeddings z that the decoder gets, its steps and pictures; the pictures of one
    embedding again and again, and those of the other way: without the prior where it was used, with it where not."""

    painter: Painter
    prior: list[Step]
    z: Array
    decoding: list[Step]
    pictures: Array
    varied: Array
    others: Array


def run(params: Dalle2Params) -> Run:
    """From the caption to an image embedding, and from there to pictures."""
    p, painter, random = params, Painter(weights.load("dalle2")), np.random.default_rng(params.seed)
    text = caption((p.size, p.colour, p.shape))
    prior, found = painter.embeddings(text, p.images, random, p.steps)
    direct = painter.text(text, p.images)
    z, other = (found, direct) if p.prior else (direct, found)
    decoding, pictures = painter.pictures(z, random, p.steps, p.guidance)
    varied = painter.pictures(np.repeat(z[:1], p.images, 0), random, p.steps, p.guidance)[1]
    others = painter.pictures(other, random, p.steps, p.guidance)[1]
    return Run(painter, prior, z, decoding, pictures, varied, others)
