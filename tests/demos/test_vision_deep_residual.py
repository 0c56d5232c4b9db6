"""The error at every layer against torch's autograd, and what skips are known to do."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling.deep_residual import DEMO, steps
from demos.vision.deep_residual import DeepResidualParams, propagate, weights


@pytest.mark.parametrize("skip", [False, True])
def test_the_error_at_every_layer_is_autograds(skip: bool) -> None:
    import torch

    random = np.random.default_rng(2)
    w = weights(8, 6, 0.9, random)
    x = random.standard_normal((3, 6))
    h = [torch.tensor(x, requires_grad=True)]
    for layer in w:
        inner = torch.tanh(h[-1] @ torch.tensor(layer))
        h.append(h[-1] + inner if skip else inner)
    judged = torch.autograd.grad(0.5 * (h[-1] ** 2).sum(), h)
    _, ours = propagate(w, x, skip)
    assert max(float(np.abs(a - b.numpy()).max()) for a, b in zip(ours, judged, strict=True)) < 1e-10


def test_with_zero_weights_the_skip_passes_everything_and_the_plain_layer_nothing() -> None:
    w, x = [np.zeros((4, 4))] * 5, np.ones((2, 4))
    assert np.array_equal(propagate(w, x, True)[1][0], x)
    assert not propagate(w, x, False)[1][0].any()


@pytest.mark.parametrize("seed", range(4))
def test_skips_carry_the_error_where_plain_layers_lose_it(seed: int) -> None:
    last = list(steps(DeepResidualParams(seed=seed)))[-1].metrics
    assert last["log_plain"] < -5 and last["log_residual"] > -0.5


def test_the_prediction_depends_on_depth() -> None:
    answers = [
        DEMO.prediction.check(list(steps(DeepResidualParams.model_validate(v))))
        for v in ({}, {"depth": 4, "gain": 1.0})
    ]
    assert answers == ["it nearly vanishes", "it stays within a factor of 10"]
