"""Reservoirs: closed-form read-outs, echoes that fade or not, and spikes by hand."""

from __future__ import annotations

import numpy as np
import pytest

from demos.zoo import echo_state_network as esn
from demos.zoo import liquid_state_machine as lsm


def test_one_unit_by_hand() -> None:
    """w = 0, v = 1, a = 1/2: x goes half of the way to tanh(u)."""
    x = esn.drive(np.zeros((1, 1)), np.ones(1), np.zeros(1), 0.5, np.array([1.0, 0.0]), np.zeros(1))
    assert x[:, 0].tolist() == pytest.approx([np.tanh(1) / 2, np.tanh(1) / 4])


def test_the_reservoir_has_the_radius_asked_for_and_the_read_out_is_ridge() -> None:
    from sklearn.linear_model import Ridge

    params = esn.EchoStateNetworkParams(radius=0.7, penalty=0.01)
    w, _, _ = esn.reservoir(params, np.random.default_rng(0))
    assert np.abs(np.linalg.eigvals(w)).max() == pytest.approx(0.7)
    story = esn.Story(params)
    states = np.concatenate([story.x[esn.WASH :], np.ones((esn.LEARN, 1))], 1)
    judge = Ridge(alpha=0.01, fit_intercept=False).fit(states, story.wanted)
    assert np.allclose(story.w, judge.coef_, atol=1e-5)


@pytest.mark.parametrize(("values", "answer"), [({}, "yes"), ({"radius": 2.5, "leak": 1.0}, "no")])
def test_starts_are_forgotten_below_one_and_not_far_above(values: dict[str, float], answer: str) -> None:
    frames = list(esn.steps(esn.DEMO.parse(values)))  # type: ignore[arg-type]
    assert esn.DEMO.prediction.check(frames) == answer
    if answer == "yes":
        assert frames[-1].metrics["free_error"] < 0.02


def test_a_spiking_neuron_by_hand() -> None:
    """Pushes of 0.6 at 1 and 2 ms: 0.6, then 0.6·e^(-1/20) + 0.6 = 1.17, which spikes and starts again at 0."""
    v, s, r = lsm.ripple(np.zeros((1, 1)), np.array([[0.6, 0, 0, 0]]), np.array([[1.0, 0, 0, 0]] * 2 + [[0.0] * 4]))
    assert v[:, 0].tolist() == pytest.approx([0.6, 0, 0])
    assert s[:, 0].tolist() == [0, 1, 0]
    assert r[:, 0].tolist() == pytest.approx([0, 1, np.exp(-1 / 25)])


def test_a_fifth_of_the_senders_inhibits() -> None:
    w, _ = lsm.liquid(lsm.LiquidStateMachineParams(size=50), np.random.default_rng(0))
    assert (w[:, :10] <= 0).all() and (w[:, 10:] >= 0).all() and not w.diagonal().any()


def test_ripples_are_read_and_fade() -> None:
    answers = [
        lsm.DEMO.prediction.check(list(lsm.steps(lsm.LiquidStateMachineParams(delay=delay)))) for delay in (0, 150)
    ]
    assert answers[0] == "90 % or more"
    assert answers[1] != "90 % or more"
