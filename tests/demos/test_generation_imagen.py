"""The cascade draws what was asked for, keeps to its base, and understands words that only its text encoder met."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from demos import weights
from demos.generation import _lexicon, _painted, imagen
from demos.generation._painted import KINDS
from demos.generation.imagen import MEANING, Cascade, ImagenParams
from demos.telling.imagen import DEMO, steps
from demos.training.imagen import agreement
from tests.demos.drawn import Judge


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    return Cascade(weights.load("imagen"))


@pytest.mark.parametrize(("fact", "other", "least"), [("agree", False, 0.95), ("other words", True, 0.95)])
def test_pictures_show_what_was_asked_for_as_the_file_states(fact: str, other: bool, least: float) -> None:
    found, away = agreement(weights.load("imagen"), other, each=1, seed=2)
    assert found >= least
    assert found == pytest.approx(float(weights.facts("imagen")[fact]), abs=0.05)
    assert away == pytest.approx(float(weights.facts("imagen")["away"]), abs=0.01)


def test_an_independent_classifier_agrees_with_the_captions(cascade: Cascade) -> None:
    judge = Judge(KINDS, _painted.draw)
    assert judge.own >= 0.9
    right = []
    for index, kind in enumerate(KINDS[::2]):
        random = np.random.default_rng((3, index))
        text = _painted.caption(kind)
        _, small = cascade.base(text, 2, 20, 2.0, random)
        _, middle = cascade.stage(text, small, 12, 50, 1.5, random)
        _, large = cascade.stage(text, middle, 12, 50, 1.5, random)
        right += [read == kind for read in judge.read(large)]
    assert np.mean(right) >= 0.75


def test_shrunk_again_the_large_picture_is_its_base_and_no_other() -> None:
    frames = list(steps(ImagenParams(images=4)))
    found = next(frame for frame in frames if frame.moment == "shrunk again").metrics
    assert found["own"] < 0.04
    assert found["own"] < found["other"] / 2
    assert frames[-1].metrics["agree"] >= 0.5
    assert DEMO.prediction.check(frames) in DEMO.prediction.choices


def test_the_word_puts_in_the_stripes() -> None:
    found = next(frame for frame in steps(ImagenParams()) if frame.moment == "another word").metrics
    assert found["lines"] > 2 * found["other"]


def test_the_base_cannot_hold_stripes() -> None:
    for _, colour, shape in KINDS:
        plain, striped = (
            _painted.paint((pattern, colour, shape), 16, 16, 12)[None] for pattern in ("plain", "striped")
        )
        inside = imagen.shrink(plain, 8)[0].max(0) > 0.9999 * imagen.shrink(plain, 8).max()
        difference = np.abs(imagen.shrink(plain, 8) - imagen.shrink(striped, 8))[0][:, inside]
        assert difference.max() < 1e-9
        assert np.abs(plain - striped).max() > 0.2


def test_words_said_of_the_same_things_are_near_and_others_are_not() -> None:
    known = _lexicon.vectors(weights.load("imagen")["words"])
    for word, meaning in MEANING.items():
        like = {other: float(known[word] @ known[other]) for other in known if other != word}
        assert max(like, key=lambda other: like[other]) == meaning
        assert like[meaning] > 0.4
        assert sorted(like.values())[-2] < 0.3


def test_the_information_is_that_of_counts_made_anew() -> None:
    words, read = list(_lexicon.FACTS), [sentence.split() for sentence in _lexicon.sentences()]
    every = sorted({word for sentence in read for word in sentence})
    present = np.array([[word in sentence for word in every] for sentence in read], float)
    together = present.T @ present - np.diag(present.sum(0))
    share = together / together.sum()
    with np.errstate(divide="ignore"):
        information = np.maximum(np.log(share / np.outer(share.sum(1), share.sum(1))), 0)
    assert _lexicon.information() == pytest.approx(information[[every.index(word) for word in words]], abs=1e-12)


@pytest.mark.parametrize("table", ["kept in the file", "learnt now"])
def test_the_directions_kept_are_those_of_a_principal_component_analysis(table: str) -> None:
    """As far as they are determined: lengths and right angles, for equal singular values leave the rotation open."""
    rows = _lexicon.information() - _lexicon.information().mean(0)
    sizes = PCA(_lexicon.DIMENSION, svd_solver="full").fit(rows).singular_values_
    own = weights.load("imagen")["words"].astype(float) if table == "kept in the file" else _lexicon.learn()
    assert own.T @ own == pytest.approx(np.diag(sizes**2), abs=1e-3)
    directions = rows.T @ own / sizes**2
    assert directions.T @ directions == pytest.approx(np.eye(_lexicon.DIMENSION), abs=1e-4)
    assert rows @ directions == pytest.approx(own, abs=1e-4)


def test_the_package_stays_small() -> None:
    assert (weights.FOLDER / "imagen.safetensors").stat().st_size < 1_000_000
