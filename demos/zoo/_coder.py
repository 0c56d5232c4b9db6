"""Handwritten digits and the training that the autoencoders of the zoo share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
HELD = 297
BATCH = 100


@cache
def digits() -> tuple[Array, NDArray[np.int64]]:
    """scikit-learn's 1,797 digits of 8 x 8 pixels in 0..1 and their names, read from its file; the last 297 are for
    testing."""
    spec = find_spec("sklearn")
    assert spec and spec.origin, "scikit-learn is a dependency of this package"
    table = np.loadtxt(Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    return table[:, :64] / 16, table[:, 64].astype(np.int64)


def dense(sizes: Sequence[int], generator: Any) -> list[Any]:
    """W and b of each layer in turn; W starts with standard deviation 1/√inputs."""
    import torch

    made = []
    for m, n in pairwise(sizes):
        made += [torch.randn((m, n), generator=generator) * m**-0.5, torch.zeros(n)]
    return [tensor.requires_grad_() for tensor in made]


def through(layers: Sequence[Any], x: Any, *, linear: bool = False) -> Any:
    """The layers with ReLU between them (or nothing, when linear); the last layer is always linear."""
    for index in range(0, len(layers), 2):
        x = x @ layers[index] + layers[index + 1]
        if not linear and index + 2 < len(layers):
            x = x.relu()
    return x


def learn(
    parameters: Sequence[Any],
    x: Any,
    loss: Callable[[Any, Any], Any],
    epochs: int,
    rate: float,
    generator: Any,
    batch: int = BATCH,
) -> Iterator[int]:
    """Adam on `loss(rows, row numbers)` over shuffled batches, the rate falling to 0; yields the epochs done."""
    import torch

    optimiser = torch.optim.Adam(parameters, lr=rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, epochs)
    yield 0
    for epoch in range(1, epochs + 1):
        for chosen in torch.split(torch.randperm(len(x), generator=generator), batch):
            optimiser.zero_grad()
            torch.autograd.backward(loss(x[chosen], chosen))
            optimiser.step()
        schedule.step()
        yield epoch


def principal(x: Array, code: int) -> tuple[Array, Array]:
    """Mean (64) and the first principal directions (code, 64) of x: the best linear code there is."""
    mean = x.mean(0)
    return mean, np.linalg.svd(x - mean, full_matrices=False)[2][:code]
