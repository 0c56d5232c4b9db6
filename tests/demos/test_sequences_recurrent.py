"""The recurrent network and its gradients against torch.nn.RNN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from demos.sequences.recurrent import RecurrentParams, backward, reach, read, start
from demos.telling.recurrent import DEMO, steps


def test_one_unit_by_hand() -> None:
    """h1 = tanh(1), h2 = tanh(0.5·h1): with one letter only, the input is 1 at the first step and 0 at the next."""
    one, zero = np.ones((1, 1)), np.zeros(1)
    h = read({"wx": one, "wh": one / 2, "bh": zero, "wy": one, "by": zero}, np.array([[1.0], [0.0]])).h[:, 0]
    assert h.tolist() == pytest.approx([0.761594, 0.363400], abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_states_and_gradients_are_those_of_torch(seed: int) -> None:
    import torch

    random, letters = np.random.default_rng(seed), 4
    w = start(RecurrentParams(hidden=5, seed=seed), letters, random)
    codes = np.eye(letters)[random.integers(letters, size=9)]
    x, target = codes[:-1], codes[1:]
    judge: Any = torch.nn.RNN(letters, 5, dtype=torch.float64)
    out: Any = torch.nn.Linear(5, letters, dtype=torch.float64)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", w["wx"]), ("weight_hh_l0", w["wh"]), ("bias_ih_l0", w["bh"])):
            getattr(judge, name).copy_(torch.tensor(value))
        judge.bias_hh_l0.zero_()
        out.weight.copy_(torch.tensor(w["wy"]))
        out.bias.copy_(torch.tensor(w["by"]))
    h, _ = judge(torch.tensor(x))
    torch.autograd.backward(torch.nn.functional.cross_entropy(out(h), torch.tensor(target.argmax(1))))
    seen = read(w, x)
    assert np.allclose(seen.h, h.detach().numpy())
    found = backward(w, x, target, seen)
    for mine, theirs in (("wx", judge.weight_ih_l0), ("wh", judge.weight_hh_l0), ("bh", judge.bias_ih_l0),
                         ("wy", out.weight), ("by", out.bias)):  # fmt: skip
        assert np.allclose(found[mine], theirs.grad.numpy(), atol=1e-10)


def test_reach_is_the_slope_of_the_last_state_by_an_earlier_one() -> None:
    w = start(RecurrentParams(hidden=3), 2, np.random.default_rng(1))
    x = np.eye(2)[[0, 1, 1, 0]]
    h, step = read(w, x).h, 1e-6

    def last(h0: np.ndarray) -> np.ndarray:
        for letter in x[2:]:
            h0 = np.tanh(w["wx"] @ letter + w["wh"] @ h0 + w["bh"])
        return h0

    slope = np.stack([(last(h[1] + e) - last(h[1] - e)) / (2 * step) for e in np.eye(3) * step], 1)
    assert reach(w, h)[2] == pytest.approx(np.linalg.norm(slope, 2), abs=1e-6)


def test_it_learns_hello_and_the_prediction_depends_on_the_weights() -> None:
    assert list(steps(RecurrentParams()))[-1].metrics["right"] >= 21
    answers = {DEMO.prediction.check(list(steps(RecurrentParams(epochs=0, gain=g, hidden=32)))) for g in (0.4, 3)}
    assert len(answers) == 2


def test_the_unrolled_loop_shows_each_letter_below_its_state_and_the_guess_above() -> None:
    frames = [frame for frame in steps(RecurrentParams(text="abab abab", epochs=3)) if "step" in frame.metrics]
    for t, frame in enumerate(frames):
        network, states = frame.panels
        assert network.kind == "network" and states.kind == "heatmap"
        below = [node.label for node in network.nodes if node.y == 0]
        assert below == [letter.replace(" ", "␣") for letter in "abab abab"[max(0, t - 3) : t + 1]]
        right = [node.value for node in network.nodes if node.y == 1]
        assert sum(value > 0 for value in right) <= frame.metrics["right"]
        assert states.columns == tuple("abab␣aba") and not any(any(row[t + 1 :]) for row in states.values)
