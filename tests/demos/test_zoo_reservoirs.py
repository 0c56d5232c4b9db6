"""Reservoirs: closed-form read-outs, echoes that fade or not, and spikes by hand."""

from __future__ import annotations

import numpy as np
import pytest

from demos.runtime.contract import Bars
from demos.telling import echo_state_network as told_esn
from demos.telling import liquid_state_machine as told_lsm
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
    story = told_esn.Story(params)
    states = np.concatenate([story.x[esn.WASH :], np.ones((esn.LEARN, 1))], 1)
    judge = Ridge(alpha=0.01, fit_intercept=False).fit(states, story.wanted)
    assert np.allclose(story.w, judge.coef_, atol=1e-5)


@pytest.mark.parametrize(("values", "answer"), [({}, "yes"), ({"radius": 2.5, "leak": 1.0}, "no")])
def test_starts_are_forgotten_below_one_and_not_far_above(values: dict[str, float], answer: str) -> None:
    frames = list(told_esn.steps(told_esn.DEMO.parse(values)))  # type: ignore[arg-type]
    assert told_esn.DEMO.prediction.check(frames) == answer
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


@pytest.mark.parametrize("seed", range(3))
def test_ripples_are_read_and_fade(seed: int) -> None:
    scores = [
        list(told_lsm.steps(lsm.LiquidStateMachineParams(delay=delay, seed=seed)))[-1].metrics["score"]
        for delay in (0, 300)
    ]
    assert scores[0] >= 0.85
    assert scores[1] <= 0.75


@pytest.mark.parametrize("seed", range(3))
def test_without_the_liquid_the_reader_only_guesses(seed: int) -> None:
    """Neither traces of the input nor neurons without joints will do, as the demo itself shows."""
    frames = list(told_lsm.steps(lsm.LiquidStateMachineParams(seed=seed)))
    told = next(frame for frame in frames if frame.moment == "the controls")
    assert told.metrics["score"] - max(told.metrics["input_score"], told.metrics["unjoined_score"]) >= 0.25
    bars = next(panel for panel in told.panels if isinstance(panel, Bars))
    assert bars.values[-1] > max(bars.values[:-1]) + 0.25
    without = list(told_lsm.steps(lsm.LiquidStateMachineParams(seed=seed, strength=0)))[-1]
    assert without.metrics["score"] <= 0.65


def test_no_linear_reader_can_tell_from_the_input() -> None:
    """All four pairs are equally often, so that the best linear answer to noiseless traces is no answer: "
    "scikit-learn."""
    from sklearn.linear_model import LinearRegression

    spikes, label = lsm.throws(lsm.LiquidStateMachineParams(jitter=0), 400, np.random.default_rng(0))
    traces = lsm.faded(spikes)
    assert LinearRegression().fit(traces, label).score(traces, label) == pytest.approx(0, abs=1e-9)


def test_the_control_s_traces_are_those_of_the_rule() -> None:
    spikes, _ = lsm.throws(lsm.LiquidStateMachineParams(), 4, np.random.default_rng(0))
    r = np.zeros((4, 4))
    for t in range(spikes.shape[1]):
        r = r * np.exp(-1 / 25) + spikes[:, t]
    assert lsm.faded(spikes) == pytest.approx(r)
