"""The trained codes come apart as stated, and what is read off a picture is what made it."""

from __future__ import annotations

import numpy as np
import pytest

from demos import weights
from demos.telling.inverse_graphics import DEMO, steps
from demos.vision.inverse_graphics import (
    SHAPES,
    InverseGraphicsParams,
    convolve,
    decode,
    decoder,
    disentanglement,
    encode,
    measure,
    network,
    render,
    twice,
)


def test_groups_disentangle_the_code_and_a_plain_autoencoder_does_not() -> None:
    grouped, plain = (disentanglement(network(kind)) for kind in ("grouped", "plain"))
    assert grouped >= 0.8 and grouped > plain + 0.2
    facts = weights.facts("inverse_graphics")
    assert float(facts["disentanglement_grouped"]) == pytest.approx(grouped, abs=0.01)


@pytest.mark.parametrize("training", ["grouped", "plain"])
def test_new_pictures_come_back(training: str) -> None:
    pictures = render(np.random.default_rng(99).uniform(-1, 1, (100, 3)))
    w = network(training)
    assert np.abs(decode(w, encode(w, pictures, np), np) - pictures).mean() < 0.04


def test_the_factors_can_be_read_off_the_picture() -> None:
    factors = np.random.default_rng(5).uniform(-0.9, 0.9, (200, 3))
    read = measure(render(factors))
    assert min(np.corrcoef(factors[:, i], read[:, i])[0, 1] for i in range(3)) > 0.95


def test_turning_a_unit_changes_one_factor_after_grouped_training_only() -> None:
    for factor in ("place", "size", "light"):
        assert (
            DEMO.prediction.check(list(steps(InverseGraphicsParams.model_validate({"factor": factor}))))
            == "mostly one factor"
        )
    plain = InverseGraphicsParams(training="plain", factor="size")
    assert DEMO.prediction.check(list(steps(plain))) == "several factors at once"


@pytest.mark.parametrize("stride", [1, 2])
def test_a_layer_is_torchs_convolution(stride: int) -> None:
    import torch

    random = np.random.default_rng(stride)
    x, kernels, bias = random.standard_normal((5, 4, 144)), random.standard_normal((6, 4, 3, 3)), random.random(6)
    maps = torch.tensor(x).reshape(5, 4, 12, 12)
    theirs = torch.nn.functional.conv2d(maps, torch.tensor(kernels), torch.tensor(bias), stride=stride, padding=1)
    assert np.allclose(convolve(x, kernels, bias, 12, stride, np), theirs.flatten(2).numpy())


def test_unpooling_is_torchs_nearest_upsampling() -> None:
    import torch

    maps = np.random.default_rng(0).random((2, 3, 9))
    theirs = torch.nn.functional.interpolate(torch.tensor(maps).reshape(2, 3, 3, 3), scale_factor=2.0)
    assert np.array_equal(maps[:, :, twice(3)], theirs.flatten(2).numpy())


def test_numpy_and_torch_decode_alike_and_the_weights_are_as_many_as_the_text_says() -> None:
    import torch

    import demos.vision.inverse_graphics as module

    w, z = network("grouped"), np.random.default_rng(1).standard_normal((4, 3))
    theirs = decoder({name: torch.tensor(value) for name, value in w.items()}, torch.tensor(z), torch)
    assert np.allclose(decode(w, z, np), theirs[-1].numpy())
    assert f"{sum(int(np.prod(shape)) for shape in SHAPES.values()):,}" in str(module.__doc__)
