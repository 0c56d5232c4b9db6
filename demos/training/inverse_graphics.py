"""Trains the two codes of the `inverse_graphics` demo on drawn discs (about a minute on one core).

"grouped" shows groups in which only one factor changes; the two code units of the other factors are replaced by their
mean over the group, so each factor has to find its own unit. "plain" sees the same pictures without that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.vision.inverse_graphics import SHAPES, decode, disentanglement, encode, render

SEED, STEPS, GROUPS, EACH, RATE = 0, 4000, 6, 12, 3e-3


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors of both codes in half precision, and what is stated about them."""
    tensors: dict[str, Any] = {}
    about = {"seed": str(SEED), "steps": str(STEPS)}
    for kind in ("grouped", "plain"):
        w = _train(kind == "grouped")
        score = disentanglement({name: tensor.astype(np.float64) for name, tensor in w.items()})
        about[f"disentanglement_{kind}"] = f"{score:.3f}"
        tensors |= {f"{kind}.{name}": tensor for name, tensor in w.items()}
    return tensors, about


def _train(grouped: bool) -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    random = np.random.default_rng(SEED)
    w = {}
    for name, shape in SHAPES.items():
        size = float(np.prod(shape[1:] if len(shape) > 2 else shape[:1])) ** -0.5 if len(shape) > 1 else 0.0
        w[name] = (torch.randn(shape, generator=generator) * size).requires_grad_()
    optimiser = torch.optim.Adam(w.values(), lr=RATE)
    for _ in range(STEPS):
        varied = random.integers(3, size=GROUPS)
        factors = np.repeat(random.uniform(-1, 1, (GROUPS, 1, 3)), EACH, 1)
        for group, factor in enumerate(varied):
            factors[group, :, factor] = random.uniform(-1, 1, EACH)
        x = torch.tensor(render(factors.reshape(-1, 3)), dtype=torch.float32)
        z = encode(w, x, torch)
        if grouped:
            parts = z.reshape(GROUPS, EACH, 3)
            free = torch.nn.functional.one_hot(torch.tensor(varied), 3)[:, None, :].bool()
            z = torch.where(free, parts, parts.mean(1, keepdim=True)).reshape(-1, 3)
        loss = ((decode(w, z, torch) - x) ** 2).mean() + 1e-4 * (z**2).mean()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    return {name: tensor.detach().numpy().astype(np.float16) for name, tensor in w.items()}
