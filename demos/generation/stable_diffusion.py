"""Stable Diffusion: the noise is removed in the small code of a picture, not in its pixels.

    z = E(x)                                    the encoder: 24x24x3 pixels become 6x6x4 latents
    z_t = √ᾱ_t · z + √(1 - ᾱ_t) · ε            noise is added to the latents, and removed from them, step by step
    h ← h + softmax(Q·Kᵀ/√d) · V               cross-attention: each place of the latents (Q) asks the words (K, V)
    ε̂ = ε̂(z_t) + w · (ε̂(z_t, y) - ε̂(z_t))      classifier-free guidance by the caption y
    x = D(z)                                    the decoder: once, at the end

    E: 3x24x24 → 16x12x12 → 32x6x6 → 4x6x6, each number shifted and scaled to mean 0 and variance 1
    D: 4x6x6 → 32x6x6 → doubled, 32x12x12 → doubled, 16x24x24 → 3x24x24

The autoencoder learnt first, alone, to keep what shows in a picture and drop fine detail; the denoiser learnt
afterwards in its latents. What that saves is counted here, not timed: the multiplications and additions of this
denoiser on latents, and of the very same U-Net laid on pixels. Words are the frozen word vectors of the `clip` demo;
the pictures are its drawn shapes at 24x24 pixels. A judge without any learning compares the results with paintings.

Source: R. Rombach and others, "High-resolution image synthesis with latent diffusion models" (2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation import _drawings, _ruler, _unet, clip
from demos.generation._sampling import Step, sample, tensors
from demos.runtime.contract import Params, param

Tensor = Any
Array = NDArray[np.float64]
SIDE, GRID, CHANNELS = 24, 6, 4
DENOISER = _unet.Net(channels=CHANNELS, width=32, words=clip.WIDTH)
ON_PIXELS = _unet.Net(channels=3, width=32, words=clip.WIDTH)
"""The same U-Net, were it laid on pixels: nobody trained it, its operations are counted."""
MOST = 4.0
"""Latents are clipped to four standard deviations."""
PIXELS, LATENTS = 3 * SIDE**2, CHANNELS * GRID**2


class StableDiffusionParams(Params):
    shape: Literal["circle", "square", "triangle", "cross"] = param("circle", "Shape that the caption asks for.")
    colour: Literal["red", "green", "blue", "yellow"] = param("yellow", "Colour of that shape.")
    size: Literal["small", "large"] = param("large", "Size of that shape.")
    images: int = param(8, "How many pictures to make.", low=1, high=10, unit="images")
    steps: int = param(25, "Steps that lead from noise to latents.", low=4, high=60)
    guidance: float = param(
        3.0, "How strongly the caption steers (w): 0 ignores it, 1 follows it, more exaggerates it.", low=0, high=10
    )


def coder_shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter of the autoencoder."""
    kernels = {
        "coder.a": (16, 3), "coder.b": (32, 16), "coder.c": (CHANNELS, 32),
        "paint.a": (32, CHANNELS), "paint.b": (32, 32), "paint.c": (16, 32), "paint.d": (3, 16),
    }  # fmt: skip
    found: dict[str, tuple[int, ...]] = {}
    for name, (outputs, inputs) in kernels.items():
        found |= {name: (outputs, inputs, 3, 3), f"{name}.bias": (outputs,)}
    return found


def _conv(w: Mapping[str, Tensor], name: str, x: Tensor, stride: int = 1) -> Tensor:
    from torch.nn import functional as f

    return f.conv2d(x, w[name], w[f"{name}.bias"], stride=stride, padding=1)


def encode(w: Mapping[str, Tensor], pictures: Tensor) -> Tensor:
    """Codes (n, 4, 6, 6) of pictures (n, 3, 24, 24), not yet scaled."""
    from torch.nn import functional as f

    return _conv(w, "coder.c", f.silu(_conv(w, "coder.b", f.silu(_conv(w, "coder.a", pictures, 2)), 2)))


def decode(w: Mapping[str, Tensor], codes: Tensor) -> Tensor:
    """Pictures (n, 3, 24, 24) of codes."""
    from torch.nn import functional as f

    h = f.interpolate(f.silu(_conv(w, "paint.a", codes)), scale_factor=2)
    h = f.interpolate(f.silu(_conv(w, "paint.b", h)), scale_factor=2)
    return _conv(w, "paint.d", f.silu(_conv(w, "paint.c", h))).sigmoid()


def decoder_operations() -> int:
    """Multiplications and additions of one decoding."""
    places = {"paint.a": GRID**2, "paint.b": (2 * GRID) ** 2, "paint.c": SIDE**2, "paint.d": SIDE**2}
    return sum(2 * int(np.prod(coder_shapes()[name])) * at for name, at in places.items())


def word_vectors(w: Mapping[str, Tensor], captions: list[str]) -> Tensor:
    """The vectors (n, 4, 24) of each caption's four words, of length √24."""
    import torch

    rows = torch.tensor([[_drawings.WORDS.index(word) for word in caption.split()] for caption in captions])
    return torch.nn.functional.normalize(w["word"][rows], dim=2) * clip.WIDTH**0.5


class Studio:
    """Autoencoder, words and denoiser, ready to make pictures."""

    def __init__(self, w: weights.Tensors) -> None:
        self.w, self.clip = tensors(w), tensors(weights.load("clip"))

    def encode(self, pictures: Array) -> Array:
        """Latents (n, 4, 6, 6), about mean 0 and variance 1."""
        import torch

        z = encode(self.w, torch.tensor(pictures, dtype=torch.float32))
        found: Array = ((z - self.w["shift"]) / self.w["scale"]).numpy().astype(float)
        return found

    def decode(self, z: Array) -> Array:
        """Pictures (n, 3, 24, 24), 0..1."""
        import torch

        found: Array = decode(self.w, torch.tensor(z, dtype=torch.float32) * self.w["scale"] + self.w["shift"]).numpy()
        return found.astype(float)

    def sample(
        self, caption: str, count: int, steps: int, guidance: float, random: np.random.Generator
    ) -> tuple[list[Step], Array]:
        """The steps in latent space, and the latents that they end in (count, 4, 6, 6)."""
        import torch

        words = word_vectors(self.clip, [caption]).expand(count, -1, -1)

        def wanted(x: Tensor, t: Tensor) -> Tensor:
            return _unet.predict_v(self.w, x, t, words=words)

        def plain(x: Tensor, t: Tensor) -> Tensor:
            return _unet.predict_v(self.w, x, t, words=torch.zeros_like(words))

        start = random.standard_normal((count, CHANNELS, GRID, GRID))
        return sample(start, steps, wanted, plain, guidance, MOST)

    def asked(self, caption: str, x: Array, t: int) -> Array:
        """How much each place asks each word (n, 6, 6, 4), in shares of one."""
        import torch

        seen: list[Tensor] = []
        words = word_vectors(self.clip, [caption]).expand(len(x), -1, -1)
        latents, time = torch.tensor(x, dtype=torch.float32), torch.full((len(x),), float(t))
        _unet.predict_v(self.w, latents, time, words=words, seen=seen)
        shares: Array = seen[0].numpy().astype(float).reshape(len(x), GRID, GRID, -1)
        return shares


def operations(steps: int, guidance: float) -> tuple[int, int]:
    """Multiplications and additions for one picture: in latents with one decoding, and on pixels."""
    words = 4
    runs = steps * (1 if guidance == 1 else 2)
    on_latents = runs * _unet.operations(DENOISER, GRID, words) + decoder_operations()
    return on_latents, runs * _unet.operations(ON_PIXELS, SIDE, words)


@dataclass(frozen=True, slots=True)
class Run:
    """A drawn picture of the wanted kind (1, 3, 24, 24), its code and noise of that shape; the steps in latent space,
    the latents z that they end in, and those of the same steps without guidance."""

    studio: Studio
    example: Array
    code: Array
    noise: Array
    taken: list[Step]
    z: Array
    free: Array


def run(params: StableDiffusionParams) -> Run:
    """Encode a picture, then make others from noise and a caption."""
    p, random, kind = params, np.random.default_rng(params.seed), (params.size, params.colour, params.shape)
    studio = Studio(weights.load("stable_diffusion"))
    example = _ruler.draw(kind, random, SIDE)[None].astype(float)
    code = studio.encode(example)
    noise = random.standard_normal(code.shape)
    taken, z = studio.sample(_drawings.caption(kind), p.images, p.steps, p.guidance, random)
    _, free = studio.sample(_drawings.caption(kind), p.images, p.steps, 0.0, random)
    return Run(studio, example, code, noise, taken, z, free)
