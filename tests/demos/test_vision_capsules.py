"""Routing against a torch reference, and its invariants."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling.capsules import DEMO, steps
from demos.vision.capsules import (
    SEATS,
    CapsulesParams,
    agreement,
    direction,
    flat,
    learn,
    place,
    predict,
    rotated,
    route,
    shown,
)


def test_routing_is_that_of_a_torch_reference() -> None:
    """Pair by pair, as the formula is written, where the demo uses |s|² less what each vote agrees with itself."""
    import torch

    votes = np.random.default_rng(4).standard_normal((6, 2, 3))
    u, b = torch.tensor(direction(votes)), torch.zeros(6, 3, dtype=torch.float64)
    for ours in route(votes, 5):
        c = torch.softmax(b, dim=1)
        a = torch.zeros(2, dtype=torch.float64)
        for j in range(2):
            agree = u[:, j] @ u[:, j].T
            both = torch.outer(c[:, j], c[:, j]) * (1 - torch.eye(6))
            a[j] = ((agree * both).sum() / both.sum()).clamp(min=0)
        v = a[:, None] * torch.nn.functional.normalize(torch.einsum("ij,ijd->jd", c[:, :2], u), dim=1)
        gained = torch.einsum("ijd,jd->ij", u, v)
        b = b + 16 * torch.cat([gained, (0.5 * a.max()).expand(6, 1)], dim=1)
        assert np.allclose(ours.c, c.numpy()) and np.allclose(ours.a, a.numpy())
        assert np.allclose(ours.b, b[:, :2].numpy())


def test_agreement_hangs_on_the_difference_of_places_alone() -> None:
    random = np.random.default_rng(0)
    p, q, shift = random.standard_normal((3, 50, 3)) * 3
    agree = (direction(p) * direction(q)).sum(-1)
    assert (direction(p + shift) * direction(q + shift)).sum(-1) == pytest.approx(agree)
    assert (direction(p) ** 2).sum(-1) == pytest.approx(1)
    assert np.abs(agree).max() < 1


@pytest.mark.parametrize("shift", [(1.3, 0.7), (-5.0, 2.0), (20.0, 0.0)])
def test_the_whole_scene_may_stand_anywhere(shift: tuple[float, float]) -> None:
    _, found = place(CapsulesParams(), np.random.default_rng(0))
    here, there = route(predict(found), 4)[-1], route(predict(found + np.array([*shift, 0.0])), 4)[-1]
    assert np.allclose(here.c, there.c) and np.allclose(here.a, there.a)
    assert (here.c.argmax(1) == [0, 0, 0, 1, 1, 1]).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_length_is_agreement_and_a_scrambled_house_has_none(seed: int) -> None:
    """The control that counts parts cannot tell the two scenes apart."""
    lasts = [list(steps(CapsulesParams(seed=seed, scrambled=scrambled)))[-1].metrics for scrambled in (False, True)]
    assert [last["counted"] for last in lasts] == [3, 3]
    assert lasts[0]["house"] > 0.8 and lasts[0]["boat"] > 0.8
    assert lasts[1]["house"] < 0.2 and lasts[1]["boat"] > 0.8


def test_where_wholes_overlap_nearness_fails_and_agreement_does_not() -> None:
    last = list(steps(CapsulesParams(distance=0.4, rounds=6)))[-1].metrics
    assert (last["right"], last["near"] <= 4) == (6, True)


def test_perfect_agreement_has_length_one_and_votes_at_random_have_none() -> None:
    one = np.ones((5, 2))
    assert agreement(one, direction(np.tile([[0.3, -1.0, 0.4]], (5, 2, 1)))) == pytest.approx(1)
    scattered = np.random.default_rng(0).uniform(-40, 40, (200, 2, 3))
    assert (agreement(np.ones((200, 2)), direction(scattered)) < 0.02).all()


def test_shares_sum_to_one_and_wholes_are_no_longer_than_one() -> None:
    votes = 5 * np.random.default_rng(1).standard_normal((6, 2, 3))
    for each in route(votes, 8):
        assert np.allclose(each.c.sum(1), 1)
        assert (each.a <= 1).all()


def test_without_noise_the_parts_of_a_whole_agree_exactly() -> None:
    middles, found = place(CapsulesParams(noise=0), np.random.default_rng(0))
    votes = predict(found)
    assert np.allclose(votes[:3, 0], middles[0]) and np.allclose(votes[3:, 1], middles[1])


def test_the_prediction_depends_on_the_scene() -> None:
    answers = [DEMO.prediction.check(list(steps(CapsulesParams.model_validate(v)))) for v in ({}, {"noise": 0.8})]
    assert answers == ["yes", "no"]


def test_a_vote_is_the_product_of_pose_matrices() -> None:
    """As in the paper: the pose of the part times the fixed way from part to whole; here as 3x3 matrices."""
    _, found = place(CapsulesParams(turn=70, noise=0.3), np.random.default_rng(2))
    votes = predict(found)

    def matrix(pose: np.ndarray) -> np.ndarray:
        x, y, angle = pose
        return np.array([[np.cos(angle), -np.sin(angle), x], [np.sin(angle), np.cos(angle), y], [0, 0, 1]])

    for i in range(6):
        for j in range(2):
            way = matrix(np.array([*SEATS[j, i % 3], 0.0]))
            assert np.allclose(matrix(found[i]) @ np.linalg.inv(way), matrix(votes[i, j]))


@pytest.mark.parametrize("turn", [-150, -60, 0, 45, 90, 180])
def test_a_turned_house_is_a_house(turn: int) -> None:
    last = list(steps(CapsulesParams(turn=turn)))[-1].metrics
    assert last["right"] == 6 and last["house"] > 0.8


@pytest.mark.parametrize("turn", [90, 180, -120])
def test_places_without_angles_do_not_know_a_turned_house(turn: int) -> None:
    _, found = place(CapsulesParams(turn=turn, noise=0), np.random.default_rng(0))
    assert route(predict(found), 4)[-1].a[0] > 0.95
    assert route(predict(flat(found)), 4)[-1].a[0] < 0.45


def test_rotation_is_that_of_complex_numbers() -> None:
    random = np.random.default_rng(0)
    places, angles = random.standard_normal((9, 2)), random.uniform(-4, 4, 9)
    turned = (places[:, 0] + 1j * places[:, 1]) * np.exp(1j * angles)
    assert np.allclose(rotated(places, angles), np.stack([turned.real, turned.imag], 1))


def test_without_noise_one_example_teaches_the_seats_exactly() -> None:
    assert np.allclose(learn(shown(CapsulesParams(noise=0, examples=1), np.random.default_rng(0))), SEATS)


def test_learnt_seats_are_the_least_squares_and_more_examples_teach_them_better() -> None:
    sat = shown(CapsulesParams(noise=0.3, examples=15), np.random.default_rng(1))
    for j, k in np.ndindex(2, 3):
        best, *_ = np.linalg.lstsq(np.ones((15, 1)), sat[:, j, k], rcond=None)
        assert np.allclose(learn(sat)[j, k], best[0])

    def off(examples: int) -> float:
        params = CapsulesParams(noise=0.1, examples=examples)
        return float(np.mean([np.abs(learn(shown(params, np.random.default_rng(i))) - SEATS) for i in range(20)]))

    assert off(1) > 2 * off(10) > 4 * off(100)
