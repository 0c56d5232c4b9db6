"""Trains the two encoders of the `clip` demo on drawn shapes (about half a minute on one core).

Three pairs of colour and shape are never shown; every picture has specks, few or many. The figures stated are shares of
new pictures whose own caption is the nearest of all 32, for kinds seen and unseen, with weights rounded to half
precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.generation import clip
from demos.generation._drawings import KINDS, Kind, caption, draw, seen

SEED, STEPS, RATE, NOISE, MOST = 0, 3000, 3e-3, 0.1, 0.25


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    import torch

    torch.set_num_threads(1)
    random, generator = np.random.default_rng(SEED), torch.Generator().manual_seed(SEED)
    w = {}
    for name, shape in clip.shapes().items():
        inputs = int(np.prod(shape[1:])) if name in ("C1", "C2") else shape[0]
        w[name] = torch.randn(shape, generator=generator) * (0 if len(shape) == 1 else inputs**-0.5)
    w["scale"] += 2.5
    w = {name: value.requires_grad_() for name, value in w.items()}
    optimiser = torch.optim.AdamW(w.values(), lr=RATE, weight_decay=0.3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    kinds = [kind for kind in KINDS if seen(kind)]
    for _ in range(STEPS):
        pictures = torch.tensor(np.stack([draw(kind, random, random.uniform(0, MOST)) for kind in kinds]))
        like = clip.see(w, pictures) @ clip.read(w, [caption(kind) for kind in kinds]).T
        right = torch.arange(len(kinds))
        entropy, scaled = torch.nn.functional.cross_entropy, like * w["scale"].clamp(max=3.5).exp()
        loss = (entropy(scaled, right) + entropy(scaled.T, right)) / 2
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    tensors = {name: value.detach().numpy().astype(np.float16) for name, value in w.items()}
    about = {"seed": str(SEED), "steps": str(STEPS)}
    for name, known in (("seen", True), ("unseen", False)):
        about[name] = f"{accuracy(tensors, [kind for kind in KINDS if seen(kind) is known], NOISE):.4f}"
    return tensors, about


def accuracy(tensors: dict[str, Any], kinds: list[Kind], noise: float, each: int = 20) -> float:
    """Share of new pictures of these kinds whose caption is the nearest of all 32."""
    import torch

    random = np.random.default_rng(1000)
    w = {name: torch.tensor(value.astype(np.float32)) for name, value in tensors.items()}
    chosen = [kind for kind in kinds for _ in range(each)]
    pictures = torch.tensor(np.stack([draw(kind, random, noise) for kind in chosen]))
    nearest = (clip.see(w, pictures) @ clip.read(w, [caption(kind) for kind in KINDS]).T).argmax(1)
    return float(np.mean([KINDS[i] == kind for i, kind in zip(nearest.tolist(), chosen, strict=True)]))
