"""The space of questions: what it must hold of any map, and that the trained one serves."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.passages import Asked, Passage
from knowledge.retrieval.question_space import (
    NEAREST,
    SPOKEN,
    Candidate,
    MatchFeatures,
    Questions,
    QuestionSpace,
    features_of,
    within,
    words_for,
)

KINDS = ("", "define", "answer")
NO_WEIGHTS = dict.fromkeys((*MatchFeatures._fields, "bias"), 0.0)


def passage(document: str, name: str = "", act: str = "answer") -> Passage:
    return Passage(
        f"{document}{name}", "course", "notes", document, document.title(), name, "A.", ("A.",), act=act, against=name
    )


def space(**weights: float) -> QuestionSpace:
    return QuestionSpace(
        np.eye(4, dtype=np.float32), np.zeros(4, dtype=np.float32), KINDS, np.zeros((3, 4), dtype=np.float32),
        np.zeros((3, 4), dtype=np.float32), {**NO_WEIGHTS, **weights},
    )  # fmt: skip


PASSAGES = (passage("gan", "who_wins"), passage("gan", "noise"), passage("lstm", "noise"))
ASKED = [
    (0, Asked("who wins in a GAN", ("A.",))),
    (0, Asked("and who wins?", ("A.",), follows=True)),
    (1, Asked("why noise in a GAN", ("A.",))),
    (2, Asked("why noise in an LSTM", ("A.",))),
    (2, Asked("left open", ())),
]
VECTORS = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0.99, 0.1], [0, 0, 0, 1]], dtype=np.float32)


def questions(**weights: float) -> Questions:
    return Questions(space(**weights), PASSAGES, ASKED, VECTORS)


def test_a_passage_comes_once_by_its_nearest_question_and_what_is_left_open_never() -> None:
    found = questions().nearest(VECTORS[0], {})
    assert [candidate.row for candidate in found] == [0, 1, 2]
    assert found[0].question.question == "who wins in a GAN"
    assert all(candidate.question.answer for candidate in questions().nearest(VECTORS[4], {}))


def test_what_names_no_topic_counts_in_a_conversation_on_it_alone() -> None:
    said = VECTORS[1]
    assert questions().nearest(said, {})[0].cosine == pytest.approx(0.0)
    for topics, cosine in (({"lstm"}, SPOKEN), ({"gan"}, 1.0 + SPOKEN)):
        best = questions().nearest(said, {}, topics)[0]
        assert best.cosine == pytest.approx(cosine), topics
    assert questions().nearest(said, {}, {"gan"})[0].question.follows


def test_the_topic_of_the_conversation_is_nearer_but_where_another_is_named() -> None:
    between = VECTORS[2]
    assert questions().nearest(between, {}, {"lstm"})[0].passage.document == "lstm"
    assert questions().nearest(between, {}, {"lstm"}, {"gan"})[0].passage.document == "gan"
    cosines, follows, spoken = np.array([0.5, 0.5]), np.array([False, False]), np.array([True, False])
    assert within(cosines, follows, spoken, {"gan"}, set()).tolist() == [0.5 + SPOKEN, 0.5]
    assert within(cosines, follows, spoken, set(), set()).tolist() == [0.5, 0.5]


def test_no_more_than_are_read() -> None:
    many = tuple(passage("gan", str(number)) for number in range(3 * NEAREST))
    asked = [(row, Asked(f"question {row}", ("A.",))) for row in range(len(many))]
    vectors = np.random.default_rng(0).normal(size=(len(many), 4)).astype(np.float32)
    assert len(Questions(space(), many, asked, vectors).nearest(vectors[0], {})) == NEAREST
    assert Questions(space(), (), [], np.zeros((0, 4), dtype=np.float32)).nearest(vectors[0], {}) == []


def test_features_tell_a_candidate_from_the_others() -> None:
    near = [Candidate(0, PASSAGES[0], ASKED[1][1], 0.9), Candidate(2, PASSAGES[2], ASKED[3][1], 0.6)]
    first, second = features_of(near, [3.0, -1.0], {"gan"}, {"lstm"})
    assert first.margin == pytest.approx(0.3)
    assert second.margin == pytest.approx(-0.3)
    assert (first.read_margin, second.read_margin) == (4.0, -4.0)
    assert (first.follows, first.spoken, first.named, first.others) == (1.0, 1.0, 0.0, 1.0)
    assert (second.follows, second.spoken, second.named, second.others) == (0.0, 0.0, 1.0, 0.0)


def test_the_likeliest_is_taken_though_another_is_nearer() -> None:
    near = [Candidate(0, PASSAGES[0], ASKED[0][1], 0.9), Candidate(2, PASSAGES[2], ASKED[3][1], 0.8)]
    match = questions(read=1.0).match(near, [-5.0, 5.0], set(), set())
    assert match is not None
    assert match.passage.document == "lstm"
    assert questions().match([], [], set(), set()) is None


def test_the_cross_encoder_reads_the_topic_with_words_that_lean_on_it() -> None:
    candidate = Candidate(0, PASSAGES[0], ASKED[1][1], 0.9)
    assert words_for("and who wins?", candidate, {"gan"}, set(), "en") == "Gan: and who wins?"
    assert words_for("who wins in a GAN?", candidate, {"gan"}, {"gan"}, "en") == "who wins in a GAN?"
    assert words_for("who wins?", candidate, {"lstm"}, set(), "en") == "who wins?"
