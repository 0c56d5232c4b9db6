"""The recogniser is better than chance by a stated margin, and the nudge follows autograd's gradient."""

from __future__ import annotations

import numpy as np
import pytest

from demos.data.cat_or_dog import CatOrDogParams, draw_set, nudged, slope_of
from demos.neurons.backpropagation import forward, start, train
from demos.telling.cat_or_dog import DEMO, steps


@pytest.mark.parametrize("seed", range(3))
def test_new_pictures_are_told_apart_at_least_35_points_better_than_chance(seed: int) -> None:
    assert list(steps(CatOrDogParams(seed=seed)))[-1].metrics["test"] >= 0.85


def test_the_harmful_direction_is_autograds() -> None:
    import torch

    random = np.random.default_rng(0)
    x, d = draw_set(20, 0.1, random)
    weights = train(start([144, 12, 1], random), x, d, "tanh", 0.3, 10)[-1]
    leaf = torch.tensor(x[[3]], requires_grad=True)
    (w1, b1), (w2, b2) = [(torch.tensor(w), torch.tensor(b)) for w, b in weights]
    y = torch.sigmoid(torch.tanh(leaf @ w1 + b1) @ w2 + b2)
    judged = torch.autograd.grad(torch.nn.functional.binary_cross_entropy(y, torch.tensor(d[[3]])), [leaf])[0]
    assert np.allclose(slope_of(weights, x[[3]], d[[3]]), judged.numpy(), atol=1e-12)


def test_a_nudge_stays_small_and_makes_the_answer_worse() -> None:
    random = np.random.default_rng(1)
    x, d = draw_set(60, 0.1, random)
    weights = train(start([144, 12, 1], random), x, d, "tanh", 0.3, 40)[-1]
    moved = nudged(weights, x[[0]], d[[0]], 0.05)
    assert np.abs(moved - x[[0]]).max() <= 0.05 + 1e-12
    assert forward(weights, moved, "tanh")[-1][0, 0] > forward(weights, x[[0]], "tanh")[-1][0, 0]


@pytest.mark.parametrize(("nudge", "answer"), [(0.4, 1), (0.0, 0)])
def test_the_prediction_depends_on_the_nudge(nudge: float, answer: int) -> None:
    assert DEMO.prediction.check(list(steps(CatOrDogParams(nudge=nudge)))) == DEMO.prediction.choices[answer]
