"""Networks whose inside is left alone, against least squares in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from demos.lib.readout import ridge
from demos.telling import extreme_learning_machine as told_extreme_learning_machine
from demos.telling import rbf_network as told_rbf_network
from demos.zoo import extreme_learning_machine, rbf_network


def test_ridge_is_scikit_learns_and_without_penalty_numpys() -> None:
    from sklearn.linear_model import Ridge

    random = np.random.default_rng(0)
    h, y = random.standard_normal((40, 6)), random.standard_normal(40)
    judge = Ridge(alpha=0.7, fit_intercept=False).fit(h, y)
    assert np.allclose(ridge(h, y, 0.7), judge.coef_)
    assert np.allclose(ridge(h, y, 1e-10), np.linalg.lstsq(h, y, rcond=None)[0])


def test_bells_by_hand_and_exact_interpolation() -> None:
    """At its centre a bell is 1, one width away e^(-1/2); with a centre at every point the curve runs through all."""
    h = rbf_network.hidden(np.array([0.3, 0.4]), np.array([0.3]), 0.1)
    assert h[:, 0].tolist() == pytest.approx([1, np.exp(-0.5)])
    x, t = np.array([0.1, 0.4, 0.9]), np.array([1.0, -2.0, 0.5])
    square = rbf_network.hidden(x, x, 0.1)
    assert np.allclose(square @ ridge(square, t, 1e-12), t)


def test_centres_are_spread_over_the_data() -> None:
    x = np.linspace(0, 1, 21)
    assert sorted(rbf_network.place(x, 3).tolist()) == pytest.approx([0, 0.5, 1])
    demo = told_rbf_network.DEMO
    some = [{}, demo.presets["many"].params]
    assert {demo.prediction.check(list(demo.steps(demo.parse(values)))) for values in some} == {"yes", "no"}


def test_an_extreme_learning_machine_is_a_random_layer_and_ridge() -> None:
    from sklearn.linear_model import Ridge

    params = extreme_learning_machine.ExtremeLearningMachineParams(hidden=40)
    done = extreme_learning_machine.run(params, [40])
    (machine,) = done.machines
    h = np.tanh(done.x @ machine.w + machine.b)
    judge = Ridge(alpha=params.penalty, fit_intercept=False).fit(h, done.t)
    assert np.allclose(judge.predict(h), machine.output(done.x), atol=1e-6)


def test_enough_random_units_part_what_few_do_not() -> None:
    demo = told_extreme_learning_machine.DEMO
    answers = [
        demo.prediction.check(list(demo.steps(demo.parse({"data": "spiral", "hidden": hidden})))) for hidden in (3, 200)
    ]
    assert answers == ["less than 75 %", "95 % or more"]
