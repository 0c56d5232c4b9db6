"""Backpropagation against torch's autograd, and what it is known to learn."""

from __future__ import annotations

import numpy as np
import pytest

from demos.neurons.backpropagation import BackpropagationParams, draw_data, propagate, start, train
from demos.telling.backpropagation import DEMO, steps


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("data", ["xor", "spiral"])
def test_gradients_agree_with_autograd_to_a_millionth(activation: str, data: str) -> None:
    import torch

    random = np.random.default_rng(3)
    x, d = draw_data(data, random)
    weights = start([2, 7, 7, 7, 1], random)
    leaves = [torch.tensor(part, requires_grad=True) for layer in weights for part in layer]
    f = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}[activation]
    a = torch.tensor(x)
    for index in range(0, len(leaves) - 2, 2):
        a = f(a @ leaves[index] + leaves[index + 1])
    y = torch.sigmoid(a @ leaves[-2] + leaves[-1])
    judged = torch.autograd.grad(torch.nn.functional.binary_cross_entropy(y, torch.tensor(d)), leaves)
    ours = [part for layer in propagate(weights, x, d, activation).gradients for part in layer]
    assert max(float(np.abs(a - b.numpy()).max()) for a, b in zip(ours, judged, strict=True)) < 1e-6


def test_training_is_gradient_descent_with_momentum() -> None:
    import torch

    random = np.random.default_rng(0)
    x, d = draw_data("xor", random)
    path = train(start([2, 4, 1], random), x, d, "tanh", 0.3, 10)
    leaf = torch.tensor(path[0][0][0], requires_grad=True)
    optimiser = torch.optim.SGD([leaf], lr=0.3, momentum=0.9)
    for weights in path[:-1]:
        leaf.grad = torch.tensor(propagate(weights, x, d, "tanh").gradients[0][0])
        optimiser.step()
    assert np.allclose(leaf.detach().numpy(), path[-1][0][0])


@pytest.mark.parametrize(
    ("values", "answer"), [({}, "yes"), ({"units": 1}, "no"), ({"data": "moons", "units": 8, "epochs": 600}, "yes")]
)
def test_hidden_units_decide_what_can_be_learnt(values: dict[str, object], answer: str) -> None:
    assert DEMO.prediction.check(list(steps(BackpropagationParams.model_validate(values)))) == answer
