"""From caption to vector to picture: what comes out is what was asked for, by two judges that share nothing with it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from demos import weights
from demos.generation import _drawings, _ruler, _unet, clip, dalle2
from demos.generation._drawings import caption
from demos.generation.dalle2 import Dalle2Params, Painter
from demos.telling._vector_plane import survey
from demos.telling.dalle2 import DEMO, steps
from demos.training.dalle2 import agreement
from tests.demos.drawn import Judge

SEEN = [kind for kind in _drawings.KINDS if _drawings.seen(kind)]
UNSEEN = [kind for kind in _drawings.KINDS if not _drawings.seen(kind)]


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(weights.load("dalle2"))


@pytest.mark.parametrize(("which", "kinds", "least"), [("seen", SEEN, 0.9), ("unseen", UNSEEN, 0.8)])
def test_pictures_show_what_the_caption_asks_for_as_the_file_states(
    which: str, kinds: list[_drawings.Kind], least: float
) -> None:
    found = agreement(weights.load("dalle2"), kinds, each=4, seed=2)
    assert found >= least > 10 / len(_drawings.KINDS)
    assert found == pytest.approx(float(weights.facts("dalle2")[which]), abs=0.15)


def test_an_independent_classifier_agrees_with_the_captions(painter: Painter) -> None:
    judge = Judge(_drawings.KINDS, lambda kind, random: _ruler.draw(kind, random, 24))
    assert judge.own >= 0.9
    right = []
    for index, kind in enumerate(SEEN):
        random = np.random.default_rng((5, index))
        _, z = painter.embeddings(caption(kind), 3, random, 15)
        right += [read == kind for read in judge.read(painter.pictures(z, random, 15)[1])]
    assert np.mean(right) >= 0.8


def test_the_prior_lands_nearest_its_own_caption(painter: Painter) -> None:
    texts = np.concatenate([painter.text(caption(kind)) for kind in SEEN])
    near = []
    for index, kind in enumerate(SEEN):
        _, z = painter.embeddings(caption(kind), 4, np.random.default_rng(index))
        assert np.linalg.norm(z, axis=1) == pytest.approx(np.ones(4))
        near += (np.argmax(z @ texts.T, 1) == index).tolist()
    assert np.mean(near) >= 0.9


def test_the_prior_spreads_like_real_picture_vectors(painter: Painter) -> None:
    """One caption has many pictures: the prior's vectors differ about as much as those of drawn pictures do."""
    kind = ("small", "green", "square")
    random = np.random.default_rng(0)
    drawn = np.stack([dalle2.draw_pair(kind, random)[0] for _ in range(100)])
    real = clip.see(painter.clip, torch.tensor(drawn, dtype=torch.float32)).numpy()
    _, made = painter.embeddings(caption(kind), 100, random)
    ratio = made.std(0).mean() / real.std(0).mean()
    assert 0.5 < ratio < 1.5


def test_variations_keep_the_kind_and_move_the_shape() -> None:
    frames = list(steps(Dalle2Params(images=8)))
    found = next(frame for frame in frames if frame.moment == "variations").metrics
    assert found["kinds"] == 1
    assert 0.3 < found["moved"] < found["all"], "a vector holds part of the place, the prior chooses it"
    both = next(frame for frame in frames if frame.moment == "with and without").metrics
    assert both["wide"] > 1.5 * both["narrow"], "the prior brings variety"
    assert DEMO.prediction.check(frames) == "all of them"


def test_both_networks_have_the_shapes_they_say() -> None:
    w = weights.load("dalle2")
    assert {name: value.shape for name, value in w.items()} == dalle2.shapes()
    assert (weights.FOLDER / "dalle2.safetensors").stat().st_size < 1_000_000
    tensors = _unet.start(dalle2.shapes(), torch.Generator().manual_seed(0))
    z = torch.zeros(2, clip.WIDTH)
    assert dalle2.prior_v(tensors, z, torch.ones(2), z).shape == (2, clip.WIDTH)


def test_the_prior_goes_nearly_all_the_way_from_the_caption_to_real_pictures(painter: Painter) -> None:
    """That is what a prior is for: a caption's vector is no picture's vector."""
    gone = []
    for index, kind in enumerate(SEEN):
        plane = survey(painter, kind)
        gone.append(plane.gone(painter.embeddings(caption(kind), 12, np.random.default_rng(index))[1]))
        assert plane.gone(plane.text[None]) == pytest.approx(0) and plane.gone(plane.own) == pytest.approx(1)
    assert min(gone) > 0.6 and np.mean(gone) > 0.9


def test_in_the_plane_the_caption_lies_straight_above_the_pictures_middle(painter: Painter) -> None:
    plane = survey(painter, ("small", "blue", "square"))
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-9)
    across, up = plane.flat(plane.text[None])[0]
    assert across == pytest.approx(0, abs=1e-9) and up == pytest.approx(np.linalg.norm(plane.text - plane.middle))
    assert plane.flat(plane.own).mean(0) == pytest.approx(np.zeros(2), abs=1e-9)
