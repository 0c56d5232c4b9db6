"""The network of the `lenet` demo and its digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

UNITS = 48


@dataclass
class Network:
    """The weights, and the way forward."""

    weights: dict[str, Any]
    pooling: str

    def layers(self, x: Tensor) -> dict[str, Tensor]:
        """The maps of every layer for images x (n, 1, 8, 8); "scores" is (n, 10)."""
        import torch
        from torch.nn import functional as f

        w, pool = self.weights, f.avg_pool2d if self.pooling == "mean" else f.max_pool2d
        c1 = torch.tanh(f.conv2d(x, w["C1"], w["b1"], padding=1))
        s2 = pool(c1, 2)
        c3 = torch.tanh(f.conv2d(s2, w["C3"], w["b3"], padding=1))
        s4 = pool(c3, 2)
        f5 = torch.tanh(s4.flatten(1) @ w["F5"] + w["b5"])
        return {"C1": c1, "S2": s2, "C3": c3, "S4": s4, "F5": f5, "scores": f5 @ w["out"] + w["bo"]}


def shapes(kernels: int) -> dict[str, tuple[int, ...]]:
    """Every weight tensor's shape."""
    k = kernels
    return {
        "C1": (k, 1, 3, 3),
        "b1": (k,),
        "C3": (2 * k, k, 3, 3),
        "b3": (2 * k,),
        "F5": (8 * k, UNITS),
        "b5": (UNITS,),
        "out": (UNITS, 10),
        "bo": (10,),
    }


def start(kernels: int, generator: Any, pooling: str) -> Network:
    """Random weights of standard deviation 1/√inputs, zero biases."""
    import torch

    made = {}
    for name, shape in shapes(kernels).items():
        inputs = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
        size = 0.0 if len(shape) == 1 else inputs**-0.5
        made[name] = (torch.randn(shape, generator=generator) * size).requires_grad_()
    return Network(made, pooling)


def load() -> tuple[Tensor, Tensor, NDArray[np.bool_]]:
    """Images (1797, 1, 8, 8) from 0 to 1, labels, and which belong to the test."""
    import torch
    from sklearn.datasets import load_digits

    digits = load_digits()
    x = torch.tensor(digits.images / 16, dtype=torch.float32)[:, None]
    return x, torch.tensor(digits.target), np.arange(len(x)) % 5 == 4
