"""The generalised delta rule: one neuron, and every symbol of the formula with its number.

    neta = w1·x1 + w2·x2 + w0·1        the weighted sum, x0 = 1 being the input of the bias
    y = Fact(neta)                     the output, by a smooth activation function
    w_i(t + 1) = w_i(t) + α·(d - y)·Fact'(neta)·x_i

d is the desired output and α the learning rate. This is gradient descent on the error E = ½·(d - y)², because
∂E/∂w_i = -(d - y)·Fact'(neta)·x_i. With Fact(neta) = neta it is the rule of Widrow and Hoff; "generalised" is the slope
Fact', which is nearly 0 where the activation function is flat: there a neuron hardly learns, however wrong it is.

Sources: B. Widrow and M. Hoff, "Adaptive switching circuits" (1960); D. Rumelhart, G. Hinton and R. Williams, "Learning
internal representations by error propagation" (1986).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, tanh
from random import Random
from typing import Literal

from demos.runtime.contract import Params, param

GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}
CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
Vector = tuple[float, float, float]
"""Three numbers for w0 (bias), w1 and w2, or for the inputs 1, x1 and x2."""


class DeltaRuleParams(Params):
    data: Literal["and", "or", "xor"] = param("or", "The logic gate to learn.")
    activation: Literal["sigmoid", "tanh", "linear"] = param(
        "sigmoid", "The activation function Fact; the targets of tanh are -1 and 1, of the others 0 and 1."
    )
    learning_rate: float = param(1.0, "How far a step goes (α).", low=0.01, high=5)
    epochs: int = param(40, "How many times all four points are shown.", low=3, high=300, unit="passes")
    start: float = param(0.5, "The starting weights are random, up to this size.", low=0, high=10)


@dataclass(frozen=True, slots=True)
class Step:
    """One use of the rule: every symbol of the formula."""

    x: Vector
    w: Vector
    neta: float
    y: float
    d: float
    slope: float
    change: Vector

    @property
    def after(self) -> Vector:
        return self.w[0] + self.change[0], self.w[1] + self.change[1], self.w[2] + self.change[2]


def activate(kind: str, neta: float) -> tuple[float, float]:
    """Fact(neta) and its slope Fact'(neta)."""
    if kind == "linear":
        return neta, 1.0
    if kind == "tanh":
        return tanh(neta), 1 - tanh(neta) ** 2
    y = 1 / (1 + exp(-neta)) if neta >= 0 else exp(neta) / (1 + exp(neta))
    return y, y * (1 - y)


def learn(kind: str, w: Vector, x: Vector, d: float, alpha: float) -> Step:
    """The generalised delta rule, once."""
    neta = sum(wi * xi for wi, xi in zip(w, x, strict=True))
    y, slope = activate(kind, neta)
    delta = (d - y) * slope
    return Step(x, w, neta, y, d, slope, (alpha * delta * x[0], alpha * delta * x[1], alpha * delta * x[2]))


def examples(params: DeltaRuleParams) -> list[tuple[Vector, float]]:
    """Inputs (1, x1, x2) and desired outputs."""
    low = -1.0 if params.activation == "tanh" else 0.0
    return [((1.0, x1, x2), 1.0 if t else low) for (x1, x2), t in zip(CORNERS, GATES[params.data], strict=True)]


def start(params: DeltaRuleParams) -> Vector:
    """The weights before learning."""
    random, size = Random(params.seed), params.start
    return random.uniform(-size, size), random.uniform(-size, size), random.uniform(-size, size)


def run(params: DeltaRuleParams) -> list[Step]:
    """All steps, the points in their order, epoch after epoch. Weights beyond a million stop it."""
    w, taken = start(params), []
    for _ in range(params.epochs):
        for x, d in examples(params):
            step = learn(params.activation, w, x, d, params.learning_rate)
            w = step.after
            taken.append(step)
            if max(map(abs, w)) > 1e6:
                return taken
    return taken


def error(params: DeltaRuleParams, w: Vector) -> float:
    """The mean of E = ½·(d - y)² over the four points."""
    return sum((d - learn(params.activation, w, x, d, 0).y) ** 2 for x, d in examples(params)) / 8
