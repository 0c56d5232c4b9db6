"""LeNet: a convolutional network that learns to read digits, small enough to train while you watch.

    8x8 digit -> C1: 3x3 convolutions, tanh -> S2: 2x2 pooling -> C3: 3x3 convolutions, tanh -> S4: 2x2 pooling
              -> F5: 48 units, tanh -> output: 10 scores, softmax

A convolution slides one small kernel over the whole image, so the same 9 weights look for the same stroke everywhere:

    C[k] = tanh(b_k + Σ_j W[k, j] * S[j])        * slides the kernel W[k, j] over map j

Pooling takes the mean (as in LeNet) or the largest of each 2x2 block, which halves the map and forgives small shifts.
All weights, kernels included, learn by backpropagation of the cross-entropy, here with Adam.

The data are scikit-learn's 1,797 handwritten digits of 8x8 pixels; every fifth is kept for the test and never trained
on. LeNet-5 itself had 32x32 images and about 60,000 weights.

Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition" (1998).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[np.float64]
UNITS = 48
BATCH = 32


class LenetParams(Params):
    digit: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] = param(
        "3", "The digit to follow through the network."
    )
    example: int = param(1, "Which test image of that digit.", low=1, high=30)
    kernels: int = param(12, "Kernels of the first layer; the second has twice as many.", low=2, high=16)
    epochs: int = param(15, "How many times all training digits are shown.", low=1, high=25, unit="passes")
    pooling: Literal["mean", "max"] = param("mean", "What is kept of each 2x2 block.")
    learning_rate: float = param(0.01, "How far a step goes.", low=0.0001, high=0.1)


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


def likeness(kernels: Array, others: Array) -> float:
    """The mean correlation of each kernel with its earlier self."""
    pairs = zip(kernels, others, strict=True)
    return float(np.mean([np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in pairs]))


def accuracy(network: Network, x: Tensor, t: Tensor) -> float:
    """Share of the images that are read right."""
    import torch

    with torch.no_grad():
        return float((network.layers(x)["scores"].argmax(1) == t).float().mean())


def run(params: LenetParams) -> Iterator[Network]:
    """The network before learning and after each epoch; it is one network, which goes on learning."""
    import torch

    x, t, held = load()
    x, t = x[~held], t[~held]
    generator = torch.Generator().manual_seed(params.seed)
    network = start(params.kernels, generator, params.pooling)
    yield network
    optimiser = torch.optim.Adam(network.weights.values(), lr=params.learning_rate)
    for _ in range(params.epochs):
        for batch in torch.split(torch.randperm(len(x), generator=generator), BATCH):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(network.layers(x[batch])["scores"], t[batch])
            torch.autograd.backward(loss)
            optimiser.step()
        yield network
