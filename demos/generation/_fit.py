"""How the networks of this room are trained: noise is added, v is asked for, and the slow average of the weights
stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.generation._schedule import ALPHA_BAR, T

DECAY = 0.998


def descend(w: dict[str, Any], loss_of: Callable[[dict[str, Any]], Any], steps: int, rate: float) -> dict[str, Any]:
    """AdamW on `loss_of(weights)` with a rate that falls as a cosine; returns the moving average of the weights."""
    import torch

    w = {name: tensor.requires_grad_() for name, tensor in w.items()}
    slow = {name: tensor.detach().clone() for name, tensor in w.items()}
    optimiser = torch.optim.AdamW(w.values(), lr=rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.05)
    for _ in range(steps):
        loss = loss_of(w)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            for name, tensor in w.items():
                slow[name].lerp_(tensor, 1 - DECAY)
    return slow


def noisy(x0: Any, generator: Any) -> tuple[Any, Any, Any]:
    """x_t of clean x_0 (n, ...), its times t (n,), drawn evenly from 1 to T, and the v that is to be found."""
    import torch

    t = torch.randint(1, T + 1, (len(x0),), generator=generator)
    a = torch.tensor(ALPHA_BAR, dtype=torch.float32)[t].reshape(-1, *[1] * (x0.dim() - 1))
    noise = torch.randn(x0.shape, generator=generator)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise, t.float(), a.sqrt() * noise - (1 - a).sqrt() * x0


def sometimes_none(given: Any, generator: Any, share: float = 0.1) -> Any:
    """`given` (n, ...) with a share of the rows set to zero: so one network learns both with and without it."""
    import torch

    kept = torch.rand(len(given), generator=generator) >= share
    return given * kept.reshape(-1, *[1] * (given.dim() - 1)).float()


def halved(w: dict[str, Any]) -> dict[str, Any]:
    """The weights as NumPy arrays in half precision."""
    import numpy as np

    return {name: tensor.detach().numpy().astype(np.float16) for name, tensor in w.items()}
