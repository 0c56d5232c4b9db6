"""LSTM and GRU, gate by gate, against torch's cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from demos.sequences import gru, lstm
from demos.sequences._gated import fit, make_task, size
from demos.sequences.gru import walk_gru
from demos.sequences.lstm import walk_lstm
from demos.telling import gru as told_gru
from demos.telling import lstm as told_lstm


def test_one_lstm_step_by_hand() -> None:
    """All weights 0 but the biases: i = f = o = 1/2, g = tanh(1) = 0.762, so c1 = 0.381, c2 = 0.571, h2 = 0.258."""
    w = {"wx": np.zeros((4, 1)), "wh": np.zeros((4, 1)), "bx": np.array([0.0, 0, 1, 0]), "bh": np.zeros(4)}
    seen = walk_lstm(w, np.zeros((2, 1)))
    assert seen["c"][:, 0].tolist() == pytest.approx([0.3808, 0.5712], abs=1e-4)
    assert seen["h"][1, 0] == pytest.approx(0.2582, abs=1e-4)


def test_a_gru_with_its_update_gate_at_one_keeps_its_state() -> None:
    w = {"wx": np.zeros((3, 1)), "wh": np.zeros((3, 1)), "bx": np.array([0.0, -50, 1]), "bh": np.zeros(3)}
    assert walk_gru(w, np.zeros((1, 1)))["h"][0, 0] == pytest.approx(np.tanh(1))
    w["bx"] = np.array([0.0, 50, 1])
    assert np.allclose(walk_gru(w, np.zeros((5, 1)))["h"], 0)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_states_are_those_of_torch(cell: str) -> None:
    import torch

    judge: Any = (torch.nn.LSTM if cell == "lstm" else torch.nn.GRU)(2, 5, dtype=torch.float64)
    names = {"wx": "weight_ih_l0", "wh": "weight_hh_l0", "bx": "bias_ih_l0", "bh": "bias_hh_l0"}
    w = {name: getattr(judge, theirs).detach().numpy() for name, theirs in names.items()}
    x = np.random.default_rng(1).standard_normal((12, 2))
    walk = walk_lstm if cell == "lstm" else walk_gru
    assert np.allclose(walk(w, x)["h"], judge(torch.tensor(x))[0].detach().numpy())
    assert size(w) == sum(parameter.numel() for parameter in judge.parameters())


def test_an_lstm_learns_to_forecast_and_to_remember() -> None:
    for kind, noise, length in (("forecast", 0.05, 12), ("classify", 0.3, 8)):
        task = make_task(kind, length, noise, np.random.default_rng(0))
        learnt = fit("lstm", task, 8, 12, 0.03, 0)
        assert learnt[-1].test < 0.3 * learnt[0].test


def test_the_predictions_depend_on_the_run() -> None:
    some = [{"epochs": 20}, {"epochs": 1, "task": "classify"}]
    assert {
        told_lstm.DEMO.prediction.check(list(told_lstm.steps(lstm.LstmParams.model_validate(p)))) for p in some
    } == {
        "yes",
        "no",
    }
    values = [{"epochs": 3, "seed": seed, "length": 6} for seed in range(4)]
    answers = {told_gru.DEMO.prediction.check(list(told_gru.steps(gru.GruParams.model_validate(p)))) for p in values}
    assert len(answers) > 1
