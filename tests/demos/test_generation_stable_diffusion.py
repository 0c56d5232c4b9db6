"""Captions become the pictures they ask for, two judges agree, and the operations are those that torch counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from demos import weights
from demos.generation import _drawings, _ruler, _unet
from demos.generation._sampling import sample
from demos.generation._schedule import ALPHA_BAR
from demos.generation.stable_diffusion import DENOISER, GRID, ON_PIXELS, SIDE, StableDiffusionParams, Studio, operations
from demos.telling.stable_diffusion import steps
from demos.training.stable_diffusion import agreement, coding_error
from tests.demos.drawn import Judge


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio(weights.load("stable_diffusion"))


@pytest.mark.parametrize(("which", "known"), [("seen", True), ("unseen", False)])
def test_pictures_show_what_was_asked_for_as_the_file_states(which: str, known: bool) -> None:
    kinds = [kind for kind in _drawings.KINDS if _drawings.seen(kind) is known]
    found = agreement(weights.load("stable_diffusion"), kinds, each=4, seed=2)
    stated = float(weights.facts("stable_diffusion")[which])
    assert found >= 0.95
    assert found == pytest.approx(stated, abs=0.05)


def test_an_independent_classifier_agrees_with_the_captions(studio: Studio) -> None:
    judge = Judge(_drawings.KINDS, lambda kind, random: _ruler.draw(kind, random, SIDE))
    assert judge.own >= 0.9
    right = []
    for index, kind in enumerate(_drawings.KINDS):
        _, z = studio.sample(_drawings.caption(kind), 3, 15, 3.0, np.random.default_rng((7, index)))
        right += [read == kind for read in judge.read(studio.decode(z))]
    assert np.mean(right) >= 0.85


def test_without_guidance_the_caption_is_not_heard(studio: Studio) -> None:
    one, other = (
        studio.sample(caption, 6, 20, 0.0, np.random.default_rng(0))[1]
        for caption in ("a large red circle", "a small blue cross")
    )
    assert np.allclose(one, other)
    kinds = _ruler.read(studio.decode(one))
    assert len(set(kinds)) > 2, "without words many kinds come"


def test_the_autoencoder_loses_as_little_as_the_file_states() -> None:
    found = coding_error(weights.load("stable_diffusion"))
    assert found == pytest.approx(float(weights.facts("stable_diffusion")["error"]), abs=0.001)
    assert found < 0.02


@pytest.mark.parametrize(
    ("net", "side"), [(DENOISER, GRID), (ON_PIXELS, SIDE), (_unet.Net(3, 8, given=5, beside=3), 16)]
)
def test_operations_are_those_that_torch_counts(net: _unet.Net, side: int) -> None:
    w = _unet.start(_unet.shapes(net), torch.Generator().manual_seed(0))
    given = torch.ones(1, net.given) if net.given else None
    beside = torch.ones(1, net.beside, side, side) if net.beside else None
    words = torch.ones(1, 4, net.words) if net.words else None
    with FlopCounterMode(display=False) as counter:
        v = _unet.predict_v(w, torch.ones(1, net.channels, side, side), torch.ones(1), given, beside, words)
    assert v.shape == (1, net.channels, side, side)
    assert _unet.operations(net, side, 4) == counter.get_total_flops()


def test_a_whole_picture_costs_what_torch_counts(studio: Studio) -> None:
    with FlopCounterMode(display=False) as counter:
        _, z = studio.sample("a small red square", 1, 5, 3.0, np.random.default_rng(0))
        studio.decode(z)
    assert operations(5, 3.0)[0] == counter.get_total_flops()
    metrics = list(steps(StableDiffusionParams(images=2, steps=5)))[-1].metrics
    latent, pixel = operations(5, 3.0)
    assert metrics["saving"] == pytest.approx(pixel / latent, abs=1e-4)
    assert pixel / latent > 10


def test_each_place_gives_all_its_attention_to_the_words(studio: Studio) -> None:
    shares = studio.asked("a large green triangle", np.random.default_rng(0).standard_normal((2, 4, GRID, GRID)), 500)
    assert shares.shape == (2, GRID, GRID, 4)
    assert shares.sum(-1) == pytest.approx(np.ones((2, GRID, GRID)))


def test_sampling_finds_the_only_thing_there_is() -> None:
    """If all data were one point c, the exact v is known, and every way from noise must end in c."""
    c = torch.tensor([0.5, -0.25, 0.75])

    def exact(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a = torch.tensor(ALPHA_BAR[int(t[0])])
        noise = (x - a.sqrt() * c) / (1 - a).sqrt()
        return a.sqrt() * noise - (1 - a).sqrt() * c

    taken, found = sample(np.random.default_rng(0).standard_normal((4, 3)), 10, exact)
    assert found == pytest.approx(np.tile(c.numpy(), (4, 1)), abs=1e-4)
    assert len(taken) == 10 and taken[0].t == 1000 and taken[-1].s == 0
