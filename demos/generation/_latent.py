"""The networks of the `stable_diffusion` demo: an autoencoder between 24x24 pixels and 6x6x4 latents, and the U-Net
that sees the noise in latents and asks the words of the caption.

    encoder   3x24x24 → 16x12x12 → 32x6x6 → z 4x6x6, each number shifted and scaled to mean 0 and variance 1
    decoder   z → 32x6x6 → doubled, 32x12x12 → doubled, 16x24x24 → 3x24x24

The words are the learnt word vectors of the `clip` demo, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation import _clip, _unet
from demos.generation._sampling import Step, sample, tensors

Tensor = Any
Array = NDArray[np.float64]
SIDE, GRID, CHANNELS = 24, 6, 4
DENOISER = _unet.Net(channels=CHANNELS, width=32, words=_clip.WIDTH)
ON_PIXELS = _unet.Net(channels=3, width=32, words=_clip.WIDTH)
"""The same U-Net, were it laid on pixels: nobody trained it, its operations are counted."""
MOST = 4.0
"""Latents are clipped to four standard deviations."""


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


def word_vectors(clip: Mapping[str, Tensor], captions: list[str]) -> Tensor:
    """The vectors (n, 4, 24) of each caption's four words, of length √24."""
    import torch

    rows = torch.tensor([[_clip.WORDS.index(word) for word in caption.split()] for caption in captions])
    return torch.nn.functional.normalize(clip["word"][rows], dim=2) * _clip.WIDTH**0.5


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
