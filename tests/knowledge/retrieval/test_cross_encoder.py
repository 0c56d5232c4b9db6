"""The cross-encoder: it tells a sentence that answers from one that is only near, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.retrieval.cross_encoder import CrossEncoder, pair_text
from tests.knowledge.retrieval.invented import PAIRS

pytestmark = pytest.mark.model

MISSED = 1
"""Of ten pairs so many may be ranked wrongly: the shipped weights miss one in English and none in Spanish. Across
languages they rank half wrongly, so that there the embedder decides (tests/knowledge/retrieval/test_across.py)."""


@pytest.fixture(scope="module")
def cross_encoder() -> CrossEncoder:
    return CrossEncoder()


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_answers_scores_above_what_is_only_about_the_same_thing(
    cross_encoder: CrossEncoder, language: str
) -> None:
    missed = []
    for question, right, near in PAIRS:
        answer, other = cross_encoder.scores(question[language], [("", right[language]), ("", near[language])])
        if answer <= other:
            missed.append(question[language])
    assert len(missed) <= MISSED, missed


def test_a_score_depends_on_its_own_pair_alone(cross_encoder: CrossEncoder) -> None:
    question, *sentences = (texts["en"] for texts in PAIRS[0])
    together = cross_encoder.scores(question, [("", sentence) for sentence in sentences])
    alone = np.concatenate([cross_encoder.scores(question, [("", sentence)]) for sentence in sentences])
    assert np.allclose(together, alone, atol=0.05)  # the quantised sums hang on how texts are batched
    assert cross_encoder.scores(question, []).shape == (0,)


def test_the_title_comes_before_the_sentence() -> None:
    assert pair_text("Otters", "They swim.") == "Otters. They swim."
    assert pair_text("", "They swim.") == "They swim."
