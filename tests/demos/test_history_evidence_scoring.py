"""The evidence against bm25s and scikit-learn, and questions with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from demos.history._texts import TEXTS
from demos.history.evidence_scoring import DEMO, EvidenceScoringParams, bm25, cosine, steps, words

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
