"""Trains the denoiser of the `diffusion` demo on scikit-learn's 1,797 handwritten digits (a few minutes on one core).

The figure stated is the share of guided digits, 50 of each, that a support vector machine trained on the same
photographed digits recognises as the digit asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.generation import _denoiser, _schedule
from demos.weights import Tensors

SEED, STEPS, BATCH, RATE, DECAY = 0, 12_000, 256, 2e-3, 0.999


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    import torch
    from sklearn.datasets import load_digits

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    digits = load_digits()
    x0 = torch.tensor(digits.data / 8 - 1, dtype=torch.float32)
    label = torch.tensor(digits.target)
    alpha_bar = torch.tensor(_schedule.ALPHA_BAR, dtype=torch.float32)
    w = {name: _start(shape) for name, shape in _denoiser.SHAPES.items()}
    slow = {name: tensor.detach().clone() for name, tensor in w.items()}
    optimiser = torch.optim.Adam(w.values(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        row = torch.randint(len(x0), (BATCH,))
        t = torch.randint(1, _schedule.T + 1, (BATCH,))
        wanted = torch.where(torch.rand(BATCH) < 0.1, _denoiser.ANY, label[row])
        noise = torch.randn(BATCH, 64)
        a = alpha_bar[t][:, None]
        guess = _denoiser.predict_v(w, a.sqrt() * x0[row] + (1 - a).sqrt() * noise, t, wanted, torch)
        loss = ((guess - (a.sqrt() * noise - (1 - a).sqrt() * x0[row])) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            for name, tensor in w.items():
                slow[name].lerp_(tensor, 1 - DECAY)
    tensors = {name: tensor.numpy().astype(np.float16) for name, tensor in slow.items()}
    tensors["examples"] = np.stack([digits.data[digits.target == digit][:5] / 8 - 1 for digit in range(10)]).astype(
        "f2"
    )
    stated = recognised({name: tensor.astype(np.float32) for name, tensor in tensors.items()})
    about = {"seed": str(SEED), "data": "scikit-learn digits", "steps": str(STEPS), "recognised": f"{stated:.3f}"}
    return tensors, about


def recognised(w: Tensors, each: int = 50, steps: int = 20, guidance: float = 2.0, seed: int = 1) -> float:
    """The share of guided DDIM digits that an independent classifier takes for the digit asked for; `each` of every
    kind, a multiple of 25."""
    from sklearn.datasets import load_digits
    from sklearn.svm import SVC

    from demos.generation._models import Digits
    from demos.generation.diffusion import DiffusionParams, sample

    digits = load_digits()
    judge = SVC(gamma=0.001).fit(digits.data, digits.target)
    model, right = Digits(w), 0
    for digit in range(10):
        for turn in range(each // 25):
            params = DiffusionParams.model_validate(
                {"label": str(digit), "steps": steps, "guidance": guidance, "sampler": "ddim", "samples": 25}
            )
            _, made = sample(model, params, np.random.default_rng((seed, digit, turn)))
            right += int((judge.predict((made + 1) * 8) == digit).sum())
    return right / (10 * each)


def _start(shape: tuple[int, ...]) -> Any:
    import torch

    scale = shape[0] ** -0.5 if len(shape) > 1 else 0.0
    return (torch.randn(shape) * scale).requires_grad_()
