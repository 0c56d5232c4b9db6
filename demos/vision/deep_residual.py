"""Deep residual networks: with a way around every layer, the error reaches the first one.

In a plain deep network the signal passes through every layer; in a residual one each layer only adds to it:

    plain       h^(l+1) = tanh(W^l·h^l)
    residual    h^(l+1) = h^l + tanh(W^l·h^l)

The error flows back through the same layers, and each multiplies it by the layer's slopes J^l = diag(1 - tanh²)·W^l:

    plain       ∂E/∂h^l = J^lᵀ · ∂E/∂h^(l+1)               many small factors: it vanishes (large ones: it explodes)
    residual    ∂E/∂h^l = (I + J^l)ᵀ · ∂E/∂h^(l+1)         the 1 of the skip lets it through, whatever W is

That is why ResNet could have 152 layers where plain networks of 30 hardly learnt. Here all weights are random with
standard deviation gain/√width, as before training, and E = ½·|h^L|².

Source: K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition" (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

Array = NDArray[np.float64]


class DeepResidualParams(Params):
    depth: int = param(30, "How many layers.", low=4, high=60, unit="layers")
    width: int = param(32, "Numbers in each layer.", low=4, high=64, unit="units")
    gain: float = param(0.5, "Size of the random weights: their deviation is gain/√width.", low=0.05, high=2)
    batch: int = param(8, "How many random inputs are averaged.", low=1, high=64, unit="inputs")


@dataclass(frozen=True, slots=True)
class Run:
    """One way forward and back: size of the signal and of the error at h^0..h^L, averaged over the inputs."""

    signal: tuple[float, ...]
    error: tuple[float, ...]
    through: tuple[float, ...]
    """Of the error at h^l, the share that came through the layer itself; the rest came by the skip."""


def weights(depth: int, width: int, gain: float, random: np.random.Generator) -> list[Array]:
    """A square matrix for each layer."""
    size = gain / np.sqrt(width)
    return [size * random.standard_normal((width, width)) for _ in range(depth)]


def propagate(w: Sequence[Array], x: Array, skip: bool) -> tuple[list[Array], list[Array]]:
    """h^0..h^L (n, width), and ∂E/∂h^0..∂E/∂h^L."""
    h = [x]
    inner = []
    for layer in w:
        inner.append(np.tanh(h[-1] @ layer))
        h.append(h[-1] + inner[-1] if skip else inner[-1])
    error = [h[-1]]
    for layer, t in zip(reversed(w), reversed(inner), strict=True):
        back = (error[0] * (1 - t**2)) @ layer.T
        error.insert(0, error[0] + back if skip else back)
    return h, error


def measure(w: Sequence[Array], x: Array, skip: bool) -> Run:
    """The sizes on the way."""
    h, error = propagate(w, x, skip)
    through = []
    for level in range(len(w)):
        back = error[level] - error[level + 1] if skip else error[level]
        parts = _size(back), _size(error[level + 1]) if skip else 0.0
        through.append(parts[0] / (sum(parts) or 1))
    return Run(tuple(map(_size, h)), tuple(map(_size, error)), tuple(through))


def _size(values: Array) -> float:
    """The mean length of the rows."""
    return float(np.linalg.norm(values, axis=1).mean())


def run(params: DeepResidualParams) -> tuple[list[Array], Array, Run, Run]:
    """The weights, the inputs, and how signal and error fare in the network without skips and with them."""
    random = np.random.default_rng(params.seed)
    w = weights(params.depth, params.width, params.gain, random)
    x = random.standard_normal((params.batch, params.width))
    return w, x, measure(w, x, skip=False), measure(w, x, skip=True)
