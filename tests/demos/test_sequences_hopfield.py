"""Hopfield networks: energy never rises, few memories are fixed points, many are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.sequences.hopfield import HopfieldParams, energy, recall_rate, relax, store
from demos.telling.hopfield import DEMO, steps


def test_one_pattern_of_three_neurons_by_hand() -> None:
    """ξ = (1, 1, -1): w12 = 1/3, w13 = w23 = -1/3, E = -1; one flipped neuron costs 4/3 and comes back."""
    w = store(np.array([[1.0, 1.0, -1.0]]))
    assert np.allclose(3 * w, [[0, 1, -1], [1, 0, -1], [-1, -1, 0]])
    assert energy(w, np.array([1.0, 1.0, -1.0])) == pytest.approx(-1)
    assert energy(w, np.array([-1.0, 1.0, -1.0])) == pytest.approx(1 / 3)
    assert relax(w, np.array([-1.0, 1.0, -1.0]), np.random.default_rng(0))[-1].state.tolist() in (
        [1, 1, -1],
        [-1, -1, 1],
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(2, 30), stored=st.integers(1, 12))
def test_the_energy_never_rises_and_is_the_energy(seed: int, size: int, stored: int) -> None:
    random = np.random.default_rng(seed)
    w = store(random.choice([-1.0, 1.0], (stored, size)))
    start = random.choice([-1.0, 1.0], size)
    before = energy(w, start)
    for update in relax(w, start, random):
        assert update.energy <= before + 1e-12
        assert update.energy == pytest.approx(energy(w, update.state), abs=1e-9)
        before = update.energy


def test_few_random_patterns_are_recalled_and_far_too_many_are_not() -> None:
    few, many = (np.mean([recall_rate(p, 0.1, np.random.default_rng(s)) for s in range(10)]) for p in (3, 25))
    assert few > 0.98
    assert many < 0.85


@pytest.mark.parametrize(
    ("values", "answer"),
    [({}, "the stored pattern"), ({"damage": 1.0}, "something never stored")],
)
def test_the_prediction_depends_on_the_damage(values: dict[str, object], answer: str) -> None:
    assert DEMO.prediction.check(list(steps(HopfieldParams.model_validate(values)))) == answer
