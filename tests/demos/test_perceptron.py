"""The perceptron against scikit-learn's, Novikoff's bound, and what is known of XOR."""

from __future__ import annotations

from math import hypot
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.neurons.perceptron import Line, PerceptronParams, Point, draw_points, draw_start, separable, train
from demos.telling.perceptron import DEMO, steps


def points_of(**values: object) -> list[Point]:
    params = PerceptronParams.model_validate(values)
    return draw_points(params, Random(params.seed))


def test_the_textbook_and_gate_by_hand() -> None:
    """From zero weights and η = 1: (0,0) and then (1,1) are the mistakes of the first epoch."""
    first = train(points_of(data="and"), Line(0, 0, 0), 1.0, 1)
    assert [(visit.point.x1, visit.point.x2) for visit in first if visit.mistake] == [(0, 0), (1, 1)]
    assert first[-1].after == Line(1, 1, 0)


@pytest.mark.parametrize("data", ["and", "or", "xor", "blobs"])
@pytest.mark.parametrize("seed", range(3))
def test_weights_are_those_of_scikit_learn(data: str, seed: int) -> None:
    from sklearn.linear_model import Perceptron

    points, epochs = points_of(data=data, seed=seed, noise=0.1), 7
    x, t = np.array([(p.x1, p.x2) for p in points]), np.array([p.t for p in points])
    judge = Perceptron(eta0=0.5, shuffle=False, tol=None, max_iter=epochs).fit(x, t)
    line = Line(0, 0, 0)
    for _ in range(epochs):
        line = train(points, line, 0.5, 1)[-1].after
    assert np.allclose([line.w1, line.w2, line.b], [*judge.coef_[0], judge.intercept_[0]])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), noise=st.floats(0, 0.1), data=st.sampled_from(["and", "or", "blobs"]))
def test_the_number_of_mistakes_keeps_to_novikoffs_bound(seed: int, noise: float, data: str) -> None:
    points = points_of(data=data, seed=seed, noise=noise)
    if not separable(points):
        return
    visits = train(points, Line(0, 0, 0), 0.3, 500)
    assert visits[-1].mistakes[-1] == 0
    margin = visits[-1].after.margin(points)
    radius = max(hypot(p.x1, p.x2, 1) for p in points)
    assert sum(visits[-1].mistakes) * margin**2 <= radius**2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.sampled_from([-1, 1])), min_size=2, max_size=9))
def test_separable_agrees_with_linear_programming(rows: list[tuple[int, int, int]]) -> None:
    from scipy.optimize import linprog

    points = [Point(float(x1), float(x2), t) for x1, x2, t in rows]
    if len({p.t for p in points}) < 2:
        return
    # A line with t·a >= 1 for all points exists exactly when the classes can be parted strictly.
    constraints = [[-p.t * p.x1, -p.t * p.x2, -p.t] for p in points]
    found = linprog([0, 0, 0], A_ub=constraints, b_ub=[-1] * len(points), bounds=[(None, None)] * 3)
    assert separable(points) == (found.status == 0)


@pytest.mark.parametrize("seed", range(5))
def test_xor_never_converges_and_comes_back_to_the_same_weights(seed: int) -> None:
    params = PerceptronParams(data="xor", epochs=60, learning_rate=0.5, seed=seed)
    frames = list(steps(params))
    assert frames[-1].metrics["accuracy"] < 1
    assert DEMO.prediction.check(frames) == "no"
    assert any(frame.moment.startswith("back to the weights") for frame in frames)
    assert "not linearly separable" in frames[-1].caption


def test_from_zero_the_learning_rate_changes_no_decision() -> None:
    points = points_of(data="blobs", seed=2)
    slow, fast = (train(points, Line(0, 0, 0), eta, 50) for eta in (0.25, 4.0))
    assert [visit.mistake for visit in slow] == [visit.mistake for visit in fast]


def test_the_start_depends_on_the_seed_alone() -> None:
    params = PerceptronParams(seed=5)
    assert draw_start(params, Random(5)) == draw_start(params, Random(5)) != draw_start(params, Random(6))


def test_a_long_run_keeps_its_moments_and_its_length() -> None:
    frames = list(steps(PerceptronParams(data="blobs", points=100, noise=1, epochs=500)))
    assert len(frames) <= 200
    assert "first mistake" in {frame.moment for frame in frames}
