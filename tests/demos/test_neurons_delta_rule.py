"""The delta rule against torch's gradients and the worked example of the notes."""

from __future__ import annotations

from typing import Any

import pytest

from demos.neurons.delta_rule import DeltaRuleParams, error, examples, learn, run
from demos.telling.delta_rule import DEMO, steps


def test_the_worked_example() -> None:
    """w = 0.5, x = 1, no bias, d = 1, α = 1: y = 0.622, slope 0.235, change 0.089."""
    step = learn("sigmoid", (0.0, 0.5, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0)
    assert (round(step.y, 3), round(step.slope, 3), round(step.change[1], 3)) == (0.622, 0.235, 0.089)
    assert list(step.after) == pytest.approx([0.0, 0.589, 0.0], abs=5e-4)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear"])
def test_each_step_is_the_gradient_of_autograd(activation: str) -> None:
    import torch

    params = DeltaRuleParams.model_validate({"activation": activation, "learning_rate": 0.3, "epochs": 5})
    facts: dict[str, Any] = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "linear": torch.nn.Identity()}
    for step in run(params):
        w = torch.tensor(step.w, dtype=torch.float64, requires_grad=True)
        loss = 0.5 * (step.d - facts[activation]((w * torch.tensor(step.x, dtype=torch.float64)).sum())) ** 2
        torch.autograd.backward(loss)
        assert w.grad is not None
        assert step.change == pytest.approx((-0.3 * w.grad).tolist(), abs=1e-12)


def test_the_linear_neuron_comes_to_the_least_squares_answer() -> None:
    import numpy as np

    params = DeltaRuleParams(data="and", activation="linear", learning_rate=0.01, epochs=300)
    x = np.array([x for x, _ in examples(params)])
    d = np.array([d for _, d in examples(params)])
    w = np.linalg.lstsq(x, d, rcond=None)[0]
    best = error(params, (w[0], w[1], w[2]))
    assert error(params, run(params)[-1].after) == pytest.approx(best, rel=0.05)


@pytest.mark.parametrize(("values", "answer"), [({"epochs": 100}, "yes"), ({"data": "xor"}, "no")])
def test_the_prediction_depends_on_the_gate(values: dict[str, object], answer: str) -> None:
    assert DEMO.prediction.check(list(steps(DeltaRuleParams.model_validate(values)))) == answer
