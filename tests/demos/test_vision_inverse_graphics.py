"""The trained codes come apart as stated, and what is read off a picture is what made it."""

from __future__ import annotations

import numpy as np
import pytest

from demos import weights
from demos.vision._factors import decode, disentanglement, encode, render
from demos.vision.inverse_graphics import DEMO, InverseGraphicsParams, measure, network, steps


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
