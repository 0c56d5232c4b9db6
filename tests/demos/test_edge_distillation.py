"""The loss's gradient is torch's, and the taught student gains at least three points."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from demos.edge import _network
from demos.edge.distillation import DistillationParams, slope_of, soften
from demos.telling.distillation import DEMO, steps


@pytest.mark.parametrize(("temperature", "share"), [(1, 1), (4, 0.9), (20, 0.3), (2, 0)])
def test_the_slope_is_torch_s(temperature: float, share: float) -> None:
    random = np.random.default_rng(2)
    z, s = (random.standard_normal((6, 10)).astype(np.float32) * 3 for _ in range(2))
    t = random.integers(0, 10, 6)
    ours = slope_of(_network.one_hot(t), soften(z, temperature), temperature, share)(s, np.arange(6))
    scores = torch.tensor(s, requires_grad=True)
    cross_entropy = torch.nn.functional.cross_entropy
    matched = cross_entropy(scores / temperature, torch.softmax(torch.tensor(z) / temperature, 1), reduction="sum")
    loss = (1 - share) * cross_entropy(scores, torch.tensor(t), reduction="sum") + share * temperature**2 * matched
    assert np.allclose(ours, torch.autograd.grad(loss, scores)[0].numpy(), atol=1e-5)


def test_softening_keeps_the_order_and_sums_to_one() -> None:
    z = np.random.default_rng(1).standard_normal((5, 10)).astype(np.float32) * 5
    sharp, soft = soften(z, 1), soften(z, 8)
    assert np.allclose(soft.sum(1), 1, atol=1e-6)
    assert (np.argsort(sharp, 1) == np.argsort(soft, 1)).all()
    assert (soft.max(1) < sharp.max(1)).all()


def test_the_taught_student_gains_three_points_at_least() -> None:
    ends = [list(steps(DistillationParams(seed=seed))) for seed in range(3)]
    gains = [frames[-1].metrics["gain"] for frames in ends]
    assert min(gains) > 0 and sum(gains) / 3 >= 3
    assert DEMO.prediction.check(ends[0]) == "the one with soft targets"


def test_without_soft_share_both_students_are_the_same() -> None:
    assert list(steps(DistillationParams(soft_share=0)))[-1].metrics["gain"] == 0
