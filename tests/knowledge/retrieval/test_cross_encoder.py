"""The cross-encoder: it tells a sentence that answers from one that is only near, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.retrieval.cross_encoder import CrossEncoder, pair_text

pytestmark = pytest.mark.model

PAIRS = (
    ("Who built the harbour bridge?", "The harbour bridge was built by the engineer Ana Pinto.",
     "The harbour bridge is 300 metres long and carries four lanes."),
    ("How long is the river Tamu?", "The river Tamu is 412 kilometres long.",
     "The river Tamu rises in the hills near Oba."),
    ("¿Quién construyó el puente del puerto?", "El puente del puerto lo construyó la ingeniera Ana Pinto.",
     "El puente del puerto mide 300 metros y tiene cuatro carriles."),
    ("¿Cuánto mide el río Tamu?", "The river Tamu is 412 kilometres long.",
     "The river Tamu rises in the hills near Oba."),
)  # fmt: skip


@pytest.fixture(scope="module")
def cross_encoder() -> CrossEncoder:
    return CrossEncoder()


def test_what_answers_scores_above_what_is_only_about_the_same_thing(cross_encoder: CrossEncoder) -> None:
    for question, right, near in PAIRS:
        answer, other = cross_encoder.scores(question, [("", right), ("", near)])
        assert answer > other, question


def test_a_score_depends_on_its_own_pair_alone(cross_encoder: CrossEncoder) -> None:
    question, *sentences = PAIRS[0]
    together = cross_encoder.scores(question, [("", sentence) for sentence in sentences])
    alone = np.concatenate([cross_encoder.scores(question, [("", sentence)]) for sentence in sentences])
    assert np.allclose(together, alone, atol=0.05)  # the quantised sums hang on how texts are batched
    assert cross_encoder.scores(question, []).shape == (0,)


def test_the_title_comes_before_the_sentence() -> None:
    assert pair_text("Otters", "They swim.") == "Otters. They swim."
    assert pair_text("", "They swim.") == "They swim."
