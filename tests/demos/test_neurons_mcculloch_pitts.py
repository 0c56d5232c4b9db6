"""Threshold neurons against truth tables, and against every single neuron where one is not enough."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from demos.neurons.mcculloch_pitts import McCullochPittsParams, Unit, best_single, build, inputs_of, right, signals_of
from demos.telling.mcculloch_pitts import DEMO, steps

TRUTH: dict[str, Callable[..., int]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: 1 - a,
    "nand": lambda a, b: 1 - (a & b),
    "nor": lambda a, b: 1 - (a | b),
    "xor": lambda a, b: a ^ b,
    "majority": lambda a, b, c: int(a + b + c >= 2),
}


@pytest.mark.parametrize("gate", TRUTH)
def test_every_gate_has_its_truth_table(gate: str) -> None:
    units = build(McCullochPittsParams.model_validate({"gate": gate}))
    assert [signals_of(units, x)["y"] for x in inputs_of(gate)] == [TRUTH[gate](*x) for x in inputs_of(gate)]


def test_no_single_neuron_is_xor_even_with_real_weights() -> None:
    grid = [index / 4 for index in range(-12, 13)]
    for w1, w2, theta in product(grid, grid, grid):
        fired = [w1 * a + w2 * b >= theta for a, b in inputs_of("xor")]
        assert fired != [False, True, True, False]
    assert right((best_single("xor"),), "xor") == 3


def test_raising_the_threshold_of_or_makes_and() -> None:
    units = build(McCullochPittsParams(gate="or", threshold=2))
    assert units == (Unit("y", ("x1", "x2"), (1, 1), 2),)
    assert right(units, "and") == 4


@pytest.mark.parametrize(("layers", "answer"), [(1, "no"), (2, "yes")])
def test_the_prediction_depends_on_the_layers(layers: int, answer: str) -> None:
    assert DEMO.prediction.check(list(steps(McCullochPittsParams(layers=layers)))) == answer


@pytest.mark.parametrize("gate", TRUTH)
def test_every_gate_makes_a_run_of_a_readable_length(gate: str) -> None:
    assert len(list(steps(McCullochPittsParams.model_validate({"gate": gate})))) >= 10
