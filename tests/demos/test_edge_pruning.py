"""Exactly as many weights go as were asked for, they are the smallest, and they never come back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from demos.edge import _network
from demos.edge.pruning import PruningParams, masks_of
from demos.telling.pruning import DEMO, steps

W = _network.start(16, np.random.default_rng(3))


@pytest.mark.parametrize("sparsity", [0, 0.005, 0.333, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("scope", ["network", "layer"])
@pytest.mark.parametrize("method", ["magnitude", "random"])
def test_the_sparsity_is_exact(sparsity: float, scope: str, method: str) -> None:
    params = PruningParams.model_validate({"scope": scope, "method": method})
    masks = masks_of(W, params, sparsity)
    sizes = {name: int((mask == 0).sum()) for name, mask in masks.items()}
    if scope == "layer":
        assert sizes == {name: round(sparsity * W[name].size) for name in sizes}
    assert abs(sum(sizes.values()) - sparsity * 16 * 74) <= (1 if scope == "layer" else 0.5)


def test_what_goes_is_smaller_than_what_stays() -> None:
    masks = masks_of(W, PruningParams(), 0.6)
    gone = max(float(np.abs(W[name])[masks[name] == 0].max()) for name in masks)
    assert gone <= min(float(np.abs(W[name])[masks[name] == 1].min()) for name in masks)


def test_the_zeros_outlast_fine_tuning_which_helps() -> None:
    frames = list(steps(PruningParams()))
    end = frames[-1].metrics
    assert end["zeros"] == round(0.8 * 74 * 64)
    assert end["accuracy"] >= end["cut"] + 0.1
    assert DEMO.prediction.check(frames) in DEMO.prediction.choices[:2]


def test_random_pruning_is_worse() -> None:
    blind = list(steps(PruningParams(method="random", fine_tuning=0)))[-1].metrics
    assert blind["cut"] < list(steps(PruningParams(fine_tuning=0)))[-1].metrics["cut"] - 0.1


def test_the_gradient_is_torch_s() -> None:
    random = np.random.default_rng(0)
    x, t = random.random((7, 64)).astype(np.float32), random.integers(0, 10, 7)
    w = {name: torch.tensor(value, requires_grad=True) for name, value in W.items()}
    hidden = torch.relu(torch.tensor(x) @ w["W1"].T + w["b1"])
    loss = torch.nn.functional.cross_entropy(hidden @ w["W2"].T + w["b2"], torch.tensor(t), reduction="sum")
    judge = torch.autograd.grad(loss, list(w.values()))
    slope = _network.classify(_network.one_hot(t))(_network.scores(W, x), np.arange(7))
    ours = _network.gradient(W, x, slope)
    assert all(np.allclose(ours[name], each.numpy(), atol=1e-4) for name, each in zip(w, judge, strict=True))
