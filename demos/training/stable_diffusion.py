"""Trains the autoencoder and then, in its latents, the denoiser of the `stable_diffusion` demo (about five minutes on
one core).

Both see drawn shapes of 24x24 pixels; the denoiser also sees the words of their captions, of the kinds that CLIP was
shown. The figures stated are the autoencoder's mean error a pixel on new pictures, and the shares of generated
pictures, of kinds seen and unseen, that are nearest to a painting of the very kind asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos import weights
from demos.generation import _fit, _ruler, _unet, stable_diffusion
from demos.generation._drawings import KINDS, Kind, caption, seen
from demos.generation._sampling import tensors

SEED, EACH, BATCH = 0, 250, 64
CODER_STEPS, CODER_RATE, STEPS, RATE = 2500, 4e-3, 7000, 3e-3
BLUR, PULL = 0.1, 1e-3
"""Noise on the codes while the autoencoder learns, and how strongly they are held small."""


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    import torch

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    random = np.random.default_rng(SEED)
    kinds = [kind for kind in KINDS for _ in range(EACH)]
    pictures = torch.tensor(
        np.stack([_ruler.draw(kind, random, stable_diffusion.SIDE) for kind in kinds]), dtype=torch.float32
    )

    def coder_loss(w: dict[str, Any]) -> Any:
        chosen = pictures[torch.randint(len(pictures), (BATCH,), generator=generator)]
        codes = stable_diffusion.encode(w, chosen)
        blurred = codes + BLUR * torch.randn(codes.shape, generator=generator)
        return ((stable_diffusion.decode(w, blurred) - chosen) ** 2).mean() + PULL * (codes**2).mean()

    coder = _fit.descend(_unet.start(stable_diffusion.coder_shapes(), generator), coder_loss, CODER_STEPS, CODER_RATE)
    with torch.no_grad():
        codes = stable_diffusion.encode(coder, pictures)
    coder["shift"], coder["scale"] = codes.mean((0, 2, 3))[:, None, None], codes.std((0, 2, 3))[:, None, None]
    latents = (codes - coder["shift"]) / coder["scale"]
    words = stable_diffusion.word_vectors(tensors(weights.load("clip")), [caption(kind) for kind in kinds])
    shown = torch.tensor([index for index, kind in enumerate(kinds) if seen(kind)])

    def loss(w: dict[str, Any]) -> Any:
        rows = shown[torch.randint(len(shown), (BATCH,), generator=generator)]
        x, t, v = _fit.noisy(latents[rows], generator)
        asked = _fit.sometimes_none(words[rows], generator)
        return ((_unet.predict_v(w, x, t, words=asked) - v) ** 2).mean()

    denoiser = _fit.descend(_unet.start(_unet.shapes(stable_diffusion.DENOISER), generator), loss, STEPS, RATE)
    made = _fit.halved(coder | denoiser)
    w = {name: value.astype(np.float32) for name, value in made.items()}
    about = {"seed": str(SEED), "steps": f"{CODER_STEPS} and {STEPS}", "error": f"{coding_error(w):.4f}"}
    for name, known in (("seen", True), ("unseen", False)):
        about[name] = f"{agreement(w, [kind for kind in KINDS if seen(kind) is known]):.3f}"
    return made, about


def coding_error(w: weights.Tensors, each: int = 4) -> float:
    """Mean absolute difference of a new picture and its decoded code, a number of a pixel (0..1)."""
    random, studio = np.random.default_rng(1000), stable_diffusion.Studio(w)
    pictures = np.stack([_ruler.draw(kind, random, stable_diffusion.SIDE) for kind in KINDS for _ in range(each)])
    return float(np.abs(studio.decode(studio.encode(pictures)) - pictures).mean())


def agreement(w: weights.Tensors, kinds: list[Kind], each: int = 8, guidance: float = 3.0, seed: int = 1) -> float:
    """The share of pictures, `each` of every kind, that the ruler reads as the caption that they were made from."""
    studio, right = stable_diffusion.Studio(w), 0
    for index, kind in enumerate(kinds):
        _, z = studio.sample(caption(kind), each, 25, guidance, np.random.default_rng((seed, index)))
        right += _ruler.read(studio.decode(z)).count(kind)
    return right / (each * len(kinds))
