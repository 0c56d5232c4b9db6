"""The neuron of McCulloch and Pitts: add what comes in, and fire when there is enough of it.

Inputs and output are 0 or 1. The neuron weighs its inputs, adds them up and compares with a threshold θ:

    y = 1 if w1·x1 + w2·x2 + ... >= θ else 0

Nobody trains it: a person picks the weights and the threshold, and so makes AND, OR, NOT, NAND, NOR or a majority vote.
One such neuron cannot be XOR. (0,1) and (1,0) must fire: w2 >= θ and w1 >= θ. (0,0) must not: θ > 0. Then the sum for
(1,1) is w1 + w2 >= 2θ > θ, so it fires too, and should not. Two layers do it: OR and NAND first, AND on top.

Source: W. McCulloch and W. Pitts, "A logical calculus of the ideas immanent in nervous activity" (1943).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from demos.runtime.contract import Params, param

X2, X3 = ("x1", "x2"), ("x1", "x2", "x3")
WANTED: dict[str, tuple[int, ...]] = {"and": (0, 0, 1), "or": (0, 1, 1), "not": (1, 0), "nand": (1, 1, 0)}


class McCullochPittsParams(Params):
    gate: Literal["and", "or", "not", "nand", "nor", "xor", "majority"] = param(
        "xor", "The truth table that the neurons shall have; majority has three inputs."
    )
    layers: int = param(2, "How many layers XOR may use; the other gates need one.", low=1, high=2)
    threshold: int = param(0, "Another threshold for the last neuron; 0 keeps the gate's own.", low=0, high=4)


@dataclass(frozen=True, slots=True)
class Unit:
    """One neuron: the names it listens to, a weight for each, and its threshold."""

    name: str
    inputs: tuple[str, ...]
    weights: tuple[int, ...]
    theta: int

    def total(self, signals: Mapping[str, int]) -> int:
        """The weighted sum of its inputs."""
        return sum(w * signals[name] for w, name in zip(self.weights, self.inputs, strict=True))

    def fires(self, signals: Mapping[str, int]) -> int:
        return int(self.total(signals) >= self.theta)


GATES: dict[str, tuple[Unit, ...]] = {
    "and": (Unit("y", X2, (1, 1), 2),),
    "or": (Unit("y", X2, (1, 1), 1),),
    "not": (Unit("y", ("x1",), (-1,), 0),),
    "nand": (Unit("y", X2, (-1, -1), -1),),
    "nor": (Unit("y", X2, (-1, -1), 0),),
    "xor": (Unit("or", X2, (1, 1), 1), Unit("nand", X2, (-1, -1), -1), Unit("y", ("or", "nand"), (1, 1), 2)),
    "majority": (Unit("y", X3, (1, 1, 1), 2),),
}


WANTED |= {"nor": (1, 0, 0), "xor": (0, 1, 0), "majority": (0, 0, 1, 1)}
"""The output wanted for each number of active inputs."""


def build(params: McCullochPittsParams) -> tuple[Unit, ...]:
    """The neurons, inputs first; the last one is the output."""
    units = GATES[params.gate]
    if params.gate == "xor" and params.layers == 1:
        units = (best_single(params.gate),)
    return (*units[:-1], replace(units[-1], theta=params.threshold)) if params.threshold else units


def best_single(gate: str) -> Unit:
    """The single neuron with weights -2..2 and threshold -2..3 that has most rows of a two-input gate right."""
    tried = [
        Unit("y", X2, (w1, w2), theta) for w1, w2 in product((1, 2, -1, -2, 0), repeat=2) for theta in range(-2, 4)
    ]
    return max(tried, key=lambda unit: right((unit,), gate))


def inputs_of(gate: str) -> list[tuple[int, ...]]:
    """All inputs of a gate, in the order of a truth table."""
    return list(product((0, 1), repeat=len(WANTED[gate]) - 1))


def signals_of(units: Sequence[Unit], x: Sequence[int]) -> dict[str, int]:
    """Every input and every neuron's output by name."""
    signals = {f"x{index + 1}": value for index, value in enumerate(x)}
    for unit in units:
        signals[unit.name] = unit.fires(signals)
    return signals


def right(units: Sequence[Unit], gate: str) -> int:
    """How many rows of the truth table the neurons have right."""
    return sum(signals_of(units, x)["y"] == WANTED[gate][sum(x)] for x in inputs_of(gate))


def run(params: McCullochPittsParams) -> list[tuple[tuple[int, ...], dict[str, int]]]:
    """Each row of the truth table: its inputs, and what every neuron answers."""
    units = build(params)
    return [(x, signals_of(units, x)) for x in inputs_of(params.gate)]
