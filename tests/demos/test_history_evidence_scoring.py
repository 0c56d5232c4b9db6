"""The evidence against bm25s and scikit-learn, and questions with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from demos.history._texts import EXAM, LEARNT, TEXTS
from demos.history.evidence_scoring import (
    RIDGE,
    EvidenceScoringParams,
    bm25,
    by_hand,
    cosine,
    gather,
    learnt,
    possible,
    sit,
    words,
)
from demos.telling.evidence_scoring import DEMO, steps

QUESTIONS = ("Who made the perceptron?", "When did Deep Blue beat Kasparov?", "Which network recalls stored patterns?")
DOCUMENTS = [words(text.text) for text in TEXTS]


@pytest.mark.parametrize("question", QUESTIONS)
def test_bm25_is_that_of_bm25s(question: str) -> None:
    import bm25s

    judge = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    judge.index(DOCUMENTS, show_progress=False)
    assert np.allclose(bm25(words(question), DOCUMENTS), judge.get_scores(words(question)), atol=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_cosine_is_that_of_scikit_learn(question: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    judge = TfidfVectorizer(analyzer=words)
    v = judge.fit_transform([text.text for text in TEXTS])
    assert np.allclose(cosine(words(question), DOCUMENTS), (v @ judge.transform([question]).T).toarray()[:, 0])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who made the perceptron?", "Frank Rosenblatt"),
        ("When was the perceptron shown?", "1957"),
        ("Who made LeNet?", "Yann LeCun"),
        ("When did Deep Blue beat Kasparov?", "1997"),
        ("Which network keeps a memory with gates?", "LSTM"),
    ],
)
def test_it_answers_what_its_texts_hold(question: str, answer: str) -> None:
    last = list(steps(EvidenceScoringParams(question=question)))[-1]
    assert last.caption.startswith(f"Best: {answer} with") and last.metrics["answers"] == 1


def test_the_prediction_depends_on_question_and_threshold() -> None:
    frames = list(steps(EvidenceScoringParams(question="Who painted the ceiling?")))
    assert DEMO.prediction.check(frames) == "no, it stays silent"
    assert DEMO.prediction.check(list(steps(EvidenceScoringParams()))) == "yes, it is sure enough"


def test_learnt_weights_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    x = np.concatenate([gather(question) for question, _ in LEARNT])
    y = np.concatenate([[text.answer == right for text in TEXTS] for _, right in LEARNT])
    judge = LogisticRegression(C=1 / RIDGE, tol=1e-10, max_iter=5000).fit(x, y)
    assert learnt().weights == pytest.approx(judge.coef_[0], abs=1e-3)
    assert learnt().bias == pytest.approx(float(judge.intercept_[0]), abs=1e-3)


def test_the_exam_shares_no_question_with_what_was_learnt_and_has_answers_in_the_texts() -> None:
    assert not {question for question, _ in EXAM} & {question for question, _ in LEARNT}
    assert {right for _, right in (*EXAM, *LEARNT)} - {""} <= {text.answer for text in TEXTS}
    assert len({text.answer for text in TEXTS}) == len(TEXTS) == 44
    assert (len(LEARNT), len(EXAM), sum(not right for _, right in EXAM)) == (28, 32, 8)


def test_learnt_weights_answer_more_questions_rightly_than_the_default_ones_at_the_same_threshold() -> None:
    def right(marks: list[tuple[float, bool]]) -> int:
        return sum(good for sure, good in marks if sure >= 0.5)

    assert right(sit(learnt())) > right(sit(by_hand([3, 2, 3, 1])))


def test_answering_only_when_sure_is_right_more_often() -> None:
    marks = sit(learnt())
    sure = [good for confidence, good in marks if confidence >= 0.5]
    assert np.mean(sure) > 0.9 > 0.7 > np.mean([good for _, good in marks])


def test_a_text_that_holds_each_word_once_and_is_of_usual_length_has_what_is_possible() -> None:
    documents = [["a", "b", "c"], ["d", "e", "f"], ["g", "a", "h"]]
    assert bm25(["a", "b"], documents)[0] == pytest.approx(possible(["a", "b"], documents))
