"""The Kohonen map: one step by hand, the error falls, and order needs a neighbourhood."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling.kohonen_map import DEMO, steps
from demos.zoo.kohonen_map import KohonenMapParams, draw_data, grid_distances, move, quantisation, torn, train


def test_one_step_by_hand() -> None:
    """Units at 0, 1 and 4 in a grid of 2 x 2; x = 3 pulls the third by half of 1, and its neighbours by e^(-1/2)/2."""
    w = np.array([[0.0], [1.0], [4.0], [9.0]])
    moved = move(w, np.array([3.0]), grid_distances(2), 1.0, 0.5)[:, 0]
    assert moved.tolist() == pytest.approx(
        [3 * np.exp(-0.5) / 2, 1 + 2 * np.exp(-1) / 2, 3.5, 9 - 6 * np.exp(-0.5) / 2]
    )


@pytest.mark.parametrize("data", ["square", "ring", "clusters", "colours"])
@pytest.mark.parametrize("seed", range(3))
def test_the_quantisation_error_falls(data: str, seed: int) -> None:
    params = KohonenMapParams.model_validate({"data": data, "seed": seed})
    random = np.random.default_rng(seed)
    points = draw_data(data, random)
    taken = train(params, points, random)
    assert quantisation(taken[-1].after, points) < 0.75 * quantisation(taken[0].before, points)


def test_every_step_brings_the_winner_nearer() -> None:
    random = np.random.default_rng(0)
    for step in train(KohonenMapParams(steps=100), draw_data("square", random), random):
        old, new = (np.linalg.norm(w[step.winner] - step.x) for w in (step.before, step.after))
        assert new <= old + 1e-12


def test_a_neighbourhood_makes_a_map_and_none_does_not() -> None:
    tears = []
    for sigma in (3.0, 0.1):
        random = np.random.default_rng(0)
        data = draw_data("square", random)
        tears.append(torn(train(KohonenMapParams(sigma=sigma), data, random)[-1].after, data, grid_distances(8)))
    assert tears[0] < 0.15 < 0.5 < tears[1]
    assert DEMO.prediction.check(list(steps(KohonenMapParams(sigma=0.1)))) == "torn or folded"
