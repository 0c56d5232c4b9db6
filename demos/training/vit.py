"""Trains the Vision Transformer of the `vit` demo on scikit-learn's digits (about a minute on one core).

Every fifth digit is held out; the accuracy stated is of those, with weights rounded to half precision. Training digits
are moved by up to a pixel each time: a transformer knows nothing of neighbourhood, so it needs to see the moves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.generation import vit
from demos.language import transformer_block

SEED, STEPS, BATCH, RATE = 0, 2200, 128, 3e-3


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    import torch

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    x, t, held = vit.digits()
    wide = torch.nn.functional.pad(x[~held], (1, 1, 1, 1))
    seen = t[~held]
    w = {name: value.requires_grad_() for name, value in transformer_block.start(vit.shapes(), generator, 0.1).items()}
    optimiser = torch.optim.AdamW(w.values(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        pick = torch.randint(len(wide), (BATCH,), generator=generator)
        top, left = torch.randint(0, 3, (2,), generator=generator).tolist()
        images = wide[pick][:, top : top + 8, left : left + 8]
        loss = torch.nn.functional.cross_entropy(vit.forward(w, vit.cut(images))["scores"], seen[pick])
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    tensors = {name: value.detach().numpy().astype(np.float16) for name, value in w.items()}
    rounded = {name: torch.tensor(value.astype(np.float32)) for name, value in tensors.items()}
    right = (vit.forward(rounded, vit.cut(x[held]))["scores"].argmax(1) == t[held]).float().mean()
    about = {"seed": str(SEED), "steps": str(STEPS), "held out": str(int(held.sum())), "accuracy": f"{right:.4f}"}
    return tensors, about
