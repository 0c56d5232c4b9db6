"""The GAN: coverage by hand, coverage learnt, and coverage lost on request."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling.gan import DEMO, steps
from demos.zoo.gan import GanParams, apply, build, centres, covered, draw_real, hit, run


def test_coverage_by_hand() -> None:
    middles = centres(4)
    assert np.allclose(middles[1], [0, 1.6])
    forged = np.concatenate([np.repeat(middles[:1], 60, 0), np.repeat(middles[2:3], 39, 0), middles[3:]])
    assert covered(forged, 4) == [0, 2]  # one point in a hundred is too few
    assert hit(np.array([[0.0, 0.0], [1.6, 0.1]]), 4) == 0.5


def test_real_points_cover_all_modes() -> None:
    real = draw_real(6, 3000, np.random.default_rng(0))
    assert covered(real, 6) == list(range(6))
    assert hit(real, 6) == pytest.approx(1 - np.exp(-4.5), abs=0.01)  # three standard deviations in the plane


def test_the_network_is_torchs() -> None:
    import torch

    w = build(4, 2, np.random.default_rng(0))
    layers = torch.nn.Sequential(
        torch.nn.Linear(4, 48), torch.nn.LeakyReLU(0.2), torch.nn.Linear(48, 48), torch.nn.LeakyReLU(0.2),
        torch.nn.Linear(48, 2),
    )  # fmt: skip
    with torch.no_grad():
        for parameter, value in zip(layers.parameters(), w, strict=True):
            parameter.copy_(value.T if value.ndim > 1 else value)
        x = torch.randn((7, 4), dtype=torch.float64)
        assert torch.allclose(apply(w, x), layers.double()(x), atol=1e-6)


def test_modes_are_covered() -> None:
    last = list(run(GanParams(), [700]))[-1]
    assert len(covered(last.forged, 6)) >= 5


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_collapse_means_good_points_in_few_modes(seed: int) -> None:
    """Not a forger that fails: at its best moment nearly all points pass for real, and all are of one or two modes."""
    states = list(run(GanParams(collapse=True, steps=300, seed=seed), range(150, 301)))
    best = max(states, key=lambda state: hit(state.forged, 6))
    assert hit(best.forged, 6) >= 0.8
    assert len(covered(best.forged, 6)) <= 2
    assert max(len(covered(state.forged, 6)) for state in states) <= 3


def test_the_prediction_depends_on_the_run() -> None:
    answers = {
        DEMO.prediction.check(list(steps(GanParams.model_validate(values))))
        for values in ({"modes": 1, "steps": 300}, {"collapse": True, "steps": 150})
    }
    assert len(answers) == 2
