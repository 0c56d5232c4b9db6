"""LeNet reads digits it has never seen, and its layers are those of torch's own modules."""

from __future__ import annotations

import pytest

from demos.telling.lenet import DEMO, steps
from demos.vision.lenet import LenetParams, load, shapes, start


def test_it_reads_at_least_97_of_100_held_out_digits() -> None:
    frames = list(steps(LenetParams()))
    assert frames[-1].metrics["test"] >= 0.97
    assert DEMO.prediction.check(frames) == "97 % or more"


def test_training_and_test_digits_are_apart() -> None:
    x, t, held = load()
    assert len(x) == len(t) == 1797 and held.sum() == 359


@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_the_layers_are_those_of_torch_modules(pooling: str) -> None:
    import torch

    network = start(4, torch.Generator().manual_seed(1), pooling)
    pool = torch.nn.AvgPool2d(2) if pooling == "mean" else torch.nn.MaxPool2d(2)
    c1, c3 = torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.Conv2d(4, 8, 3, padding=1)
    f5, out = torch.nn.Linear(32, 48), torch.nn.Linear(48, 10)
    w = network.weights
    with torch.no_grad():
        for layer, weight, bias in (
            (c1, w["C1"], w["b1"]),
            (c3, w["C3"], w["b3"]),
            (f5, w["F5"].T, w["b5"]),
            (out, w["out"].T, w["bo"]),
        ):
            layer.weight.copy_(weight)
            assert layer.bias is not None
            layer.bias.copy_(bias)
        tanh, x = torch.nn.Tanh(), torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))
        judge = torch.nn.Sequential(c1, tanh, pool, c3, tanh, pool, torch.nn.Flatten(), f5, tanh, out)
        assert torch.allclose(network.layers(x)["scores"], judge(x), atol=1e-5)


def test_a_kernel_needs_few_weights() -> None:
    assert shapes(8)["C1"] == (8, 1, 3, 3)
    assert next(steps(LenetParams(kernels=2))).metrics["weights"] == 20 + 76 + 816 + 490
