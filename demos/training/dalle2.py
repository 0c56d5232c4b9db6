"""Trains the prior and the decoder of the `dalle2` demo on drawn shapes (about five minutes on one core).

The encoders are those of the `clip` demo and the autoencoder that of `stable_diffusion`, which is trained before; both
stay as they are. The decoder sees pictures of all 32 kinds and never a caption; the prior sees pictures with their
captions, of the 26 kinds that CLIP was shown. The figures stated are shares of pictures, made from captions of kinds
seen and unseen, that are nearest to a painting of the very kind asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos import weights
from demos.generation import _fit, _ruler, _unet, clip, dalle2, stable_diffusion
from demos.generation._drawings import KINDS, Kind, caption, seen
from demos.generation._sampling import tensors

SEED, EACH, BATCH = 0, 250, 64
PRIOR_STEPS, PRIOR_RATE, STEPS, RATE = 4000, 2e-3, 7000, 3e-3


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    import torch

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    encoders, random = tensors(weights.load("clip")), np.random.default_rng(SEED)
    kinds = [kind for kind in KINDS for _ in range(EACH)]
    pairs = [dalle2.draw_pair(kind, random) for kind in kinds]
    small = torch.tensor(np.stack([small for small, _ in pairs]), dtype=torch.float32)
    images = clip.see(encoders, small) * dalle2.STRETCH
    studio = stable_diffusion.Studio(weights.load("stable_diffusion"))
    latents = torch.tensor(studio.encode(np.stack([large for _, large in pairs])), dtype=torch.float32)
    texts = clip.read(encoders, [caption(kind) for kind in kinds]) * dalle2.STRETCH
    shown = torch.tensor([index for index, kind in enumerate(kinds) if seen(kind)])

    def prior_loss(w: dict[str, Any]) -> Any:
        rows = shown[torch.randint(len(shown), (256,), generator=generator)]
        x, t, v = _fit.noisy(images[rows], generator)
        return ((dalle2.prior_v(w, x, t, _fit.sometimes_none(texts[rows], generator)) - v) ** 2).mean()

    def decoder_loss(w: dict[str, Any]) -> Any:
        rows = torch.randint(len(latents), (BATCH,), generator=generator)
        x, t, v = _fit.noisy(latents[rows], generator)
        return ((dalle2.decoder_v(w, x, t, _fit.sometimes_none(images[rows], generator)) - v) ** 2).mean()

    prior = _fit.descend(_unet.start(dalle2.prior_shapes(), generator), prior_loss, PRIOR_STEPS, PRIOR_RATE)
    decoder = _unet.start(_unet.shapes(dalle2.DECODER, "decoder."), generator)
    made = _fit.halved(prior | _fit.descend(decoder, decoder_loss, STEPS, RATE))
    w = {name: value.astype(np.float32) for name, value in made.items()}
    about = {"seed": str(SEED), "steps": f"{PRIOR_STEPS} and {STEPS}"}
    for name, known in (("seen", True), ("unseen", False)):
        about[name] = f"{agreement(w, [kind for kind in KINDS if seen(kind) is known]):.3f}"
    about["without prior"] = f"{agreement(w, [kind for kind in KINDS if seen(kind)], prior=False):.3f}"
    return made, about


def agreement(w: weights.Tensors, kinds: list[Kind], each: int = 8, prior: bool = True, seed: int = 1) -> float:
    """The share of pictures, `each` of every kind, that the ruler reads as the caption that they were made from."""
    painter, right = dalle2.Painter(w), 0
    for index, kind in enumerate(kinds):
        random = np.random.default_rng((seed, index))
        z = painter.embeddings(caption(kind), each, random)[1] if prior else painter.text(caption(kind), each)
        right += _ruler.read(painter.pictures(z, random)[1]).count(kind)
    return right / (each * len(kinds))
