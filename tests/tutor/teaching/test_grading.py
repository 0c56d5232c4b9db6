"""Verdicts on students' answers: what is counted, what is missing, and what the fitted model gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.text import Language
from tutor.answering.grounding import FILE, LONGEST
from tutor.teaching.grading import VERDICTS, Asked, Features, Model, features_of, grade, missing

GATES = ("A GRU has two gates, an update gate and a reset gate.", "Training takes less time than an LSTM does.")


class Reads:
    """A reader that finds nothing in anything."""

    def scores(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        del question
        return np.full(len(sentences), -3.0)

    def load(self) -> None:
        pass


def _row(numbers: object) -> NDArray[np.float32]:
    return np.array(numbers, dtype=np.float32)


def _asked(own: Sequence[float], *expected: Sequence[float]) -> Asked:
    return Asked("What is a GRU?", GATES, _row(own), _row(expected), _row([0.0, 1.0]), _row(np.zeros((0, 2))))


def test_denials_and_numbers_that_clash_are_counted() -> None:
    asked = _asked([1, 0], [1, 0], [0, 1])
    plain = features_of(asked, "it has two gates", "en", Reads())
    denied = features_of(asked, "it has 3 gates and is not recurrent", "en", Reads())
    assert (plain.denies, plain.clashes) == (0.0, 0.0)
    assert (denied.denies, denied.clashes) == (1.0, 1.0)
    assert plain.nearest == 1.0 and plain.mean == 0.5


def test_an_answer_that_repeats_the_question_has_nothing_of_its_own() -> None:
    assert features_of(_asked([0, 1], [1, 0], [1, 0]), "what is a GRU", "en", Reads()).empty == 1.0


def test_what_is_missing_is_what_the_answer_is_farther_from() -> None:
    assert missing(_asked([1, 0], [1, 0], [0, 1]), "two gates, update and reset", "en") == (1,)
    assert missing(_asked([1, 0], [1, 0], [0, 1]), "update and reset gates, takes less training time", "en") == ()


def test_the_probabilities_of_the_verdicts_add_up_to_one() -> None:
    model = Model.trained()
    odds = model.odds(Features(*model.mean))
    assert sum(odds.values()) == pytest.approx(1.0)
    assert set(odds) == set(VERDICTS) == set(model.sure)
    assert all(len(model.weights[kind]) == len(Features._fields) for kind in VERDICTS)


@pytest.mark.model
@pytest.mark.parametrize(
    ("language", "said", "never"),
    [
        ("en", "a recurrent unit that has an update gate and a reset gate, and trains faster than an lstm", "wrong"),
        (
            "es",
            "una unidad con dos compuertas, actualización y reinicio, que toma menos tiempo de entrenar",
            "wrong",
        ),
        ("en", "bananas are yellow", "right"),
        ("es", "jaja ni idea profe", "right"),
        ("en", "a convolutional network that slides filters over pictures", "right"),
        ("en", "it has five gates and a memory cell", "right"),
    ],
)
def test_no_answer_gets_the_opposite_verdict(language: Language, said: str, never: str) -> None:
    embedder = Embedder()
    told = GATES if language == "en" else (
        "Una GRU tiene dos compuertas, una de actualización y una de reinicio.",
        "Entrenarla toma menos tiempo que una LSTM.",
    )  # fmt: skip
    question = "What is a GRU?" if language == "en" else "¿Qué es una GRU?"
    own, asked = embedder.encode_questions([said, question])
    others = embedder.encode(["A convolutional layer slides filters over an image.", "A GAN has two networks."])
    verdict = grade(
        Asked(question, told, own, embedder.encode(told), asked, others), said, language, CrossEncoder(FILE, LONGEST)
    )
    assert verdict.kind != never
