"""Routing against a torch reference, and its invariants."""

from __future__ import annotations

import numpy as np
import pytest

from demos.vision.capsules import DEMO, CapsulesParams, place, predict, route, squash, steps


def test_routing_is_that_of_a_torch_reference() -> None:
    import torch

    votes = np.random.default_rng(4).standard_normal((6, 2, 2))
    u, b = torch.tensor(votes), torch.zeros(6, 2, dtype=torch.float64)
    for ours in route(votes, 5):
        c = torch.softmax(b, dim=1)
        s = torch.einsum("ij,ijd->jd", c, u)
        length = torch.linalg.vector_norm(s, dim=1, keepdim=True)
        v = length**2 / (1 + length**2) * torch.nn.functional.normalize(s, dim=1)
        b = b + torch.einsum("ijd,jd->ij", u, v)
        assert np.allclose(ours.c, c.numpy()) and np.allclose(ours.v, v.numpy()) and np.allclose(ours.b, b.numpy())


def test_shares_sum_to_one_and_wholes_are_shorter_than_one() -> None:
    votes = 5 * np.random.default_rng(1).standard_normal((6, 2, 2))
    for each in route(votes, 8):
        assert np.allclose(each.c.sum(1), 1)
        assert (np.linalg.norm(each.v, axis=1) < 1).all()


def test_the_worked_example_of_squashing() -> None:
    assert squash(np.array([3.0, 4.0])) == pytest.approx(25 / 26 * np.array([0.6, 0.8]))


def test_without_noise_the_parts_of_a_whole_agree_exactly() -> None:
    middles, found = place(CapsulesParams(noise=0), np.random.default_rng(0))
    votes = predict(found)
    assert np.allclose(votes[:3, 0], middles[0]) and np.allclose(votes[3:, 1], middles[1])


def test_the_prediction_depends_on_the_scene() -> None:
    answers = [DEMO.prediction.check(list(steps(CapsulesParams.model_validate(v)))) for v in ({}, {"distance": 0.2})]
    assert answers == ["yes", "no"]
