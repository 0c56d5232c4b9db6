"""The two networks of the `dalle2` demo: the prior, from caption to image embedding, and the decoder, from there to a
picture. Both remove noise; the embeddings are those of the `clip` demo, 24 numbers of length 1, stretched here so that
each number has about variance 1.

    prior     h ← z_t·W + waves(t)·W_time + text·W_text;  three times h ← h + silu(h·A + a)·B + b;  v = h·W_out
    decoder   the U-Net of `_unet`, given the image embedding, on the latents of the `stable_diffusion` demo

Pictures have 24x24 pixels; CLIP looks at them with 12x12.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation import _clip, _latent, _ruler, _unet
from demos.generation._sampling import Step, sample, tensors

Tensor = Any
Array = NDArray[np.float64]
STRETCH = _clip.WIDTH**0.5
HIDDEN, BLOCKS = 128, 3
DECODER = _unet.Net(channels=_latent.CHANNELS, width=32, given=_clip.WIDTH)


def prior_shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter of the prior."""
    found: dict[str, tuple[int, ...]] = {
        "prior.in": (_clip.WIDTH, HIDDEN), "prior.time": (2 * _unet.WAVES, HIDDEN), "prior.text": (_clip.WIDTH, HIDDEN),
        "prior.out": (HIDDEN, _clip.WIDTH), "prior.bias": (_clip.WIDTH,),
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


def draw_pair(kind: _clip.Kind, random: np.random.Generator) -> tuple[Array, Array]:
    """One drawing twice, 0..1: as CLIP sees it (3, 12, 12) and as the decoder shall make it (3, 24, 24)."""
    cx, cy = _ruler.draw_middle(kind, random)
    return _clip.paint(kind, cx, cy), _clip.paint(kind, 2 * cx + 0.5, 2 * cy + 0.5, _latent.SIDE)


class Painter:
    """Both networks, CLIP's encoders and the autoencoder, ready to make pictures."""

    def __init__(self, w: weights.Tensors) -> None:
        self.w, self.clip = tensors(w), tensors(weights.load("clip"))
        self.studio = _latent.Studio(weights.load("stable_diffusion"))

    def text(self, caption: str, count: int = 1) -> Array:
        """The caption's embedding, `count` times (count, 24), length 1."""
        found = _clip.read(self.clip, [caption]).numpy().astype(float)
        return np.repeat(found, count, 0)

    def see(self, pictures: Array) -> Array:
        """CLIP's embeddings (n, 24) of pictures (n, 3, 24, 24), 0..1, of which it sees four pixels as one."""
        import torch

        small = pictures.reshape(len(pictures), 3, _clip.SIDE, 2, _clip.SIDE, 2).mean((3, 5))
        found: Array = _clip.see(self.clip, torch.tensor(small, dtype=torch.float32)).numpy().astype(float)
        return found

    def embeddings(
        self, caption: str, count: int, random: np.random.Generator, steps: int = 20
    ) -> tuple[list[Step], Array]:
        """The prior's steps (stretched), and the image embeddings that it ends in (count, 24), length 1."""
        import torch

        text = torch.tensor(self.text(caption, count) * STRETCH, dtype=torch.float32)
        start = random.standard_normal((count, _clip.WIDTH))
        taken, z = sample(start, steps, lambda z, t: prior_v(self.w, z, t, text), most=None)
        return taken, z / np.linalg.norm(z, axis=1, keepdims=True)

    def pictures(
        self, z: Array, random: np.random.Generator, steps: int = 20, guidance: float = 2.0
    ) -> tuple[list[Step], Array]:
        """The decoder's steps in latents, and the pictures (n, 3, 24, 24), 0..1, of image embeddings (n, 24)."""
        import torch

        given = torch.tensor(z * STRETCH, dtype=torch.float32)
        start = random.standard_normal((len(z), _latent.CHANNELS, _latent.GRID, _latent.GRID))

        def wanted(x: Tensor, t: Tensor) -> Tensor:
            return decoder_v(self.w, x, t, given)

        def plain(x: Tensor, t: Tensor) -> Tensor:
            return decoder_v(self.w, x, t, torch.zeros_like(given))

        taken, x = sample(start, steps, wanted, plain, guidance, _latent.MOST)
        return taken, self.studio.decode(x)
