"""Fits the weights of retrieval on train and dev and sets the threshold on dev: `python -m training.fit_retrieval`.

Logistic regressions (scikit-learn), each over a handful of features that retriever.py computes: does
this sentence answer this question, and does the course answer it at all. Those of the first ranking are fitted on
train;
those that add the reader's judgement on dev, because the reader has learnt train. The test split is never read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from knowledge.courses.asked import read_asked
from knowledge.courses.course import Course, open_course
from knowledge.courses.labelled import Labelled, Split, read_bank
from knowledge.passages import Asked
from knowledge.retrieval.cross_encoder import Reader
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.index import Index
from knowledge.retrieval.questions import Question, read_question
from knowledge.retrieval.retriever import Found, Retriever, Sentence, Weights
from training.statistics import auc
from tutor.settings import read_settings

TARGET = Path(__file__).parents[1] / "knowledge" / "retrieval" / "weights.json"
SENTENCE_STRENGTH, COVERAGE_STRENGTH, JUDGED_STRENGTH = 1.0, 0.003, 0.1
"""Inverse strength of the penalty on the weights, chosen on dev; docs/adr/0005-asked-questions.md has the figures."""
ASKS = ("lecture_fact", "concept", "follow_up", "false_premise", "not_covered")
SPLITS: tuple[Split, Split] = ("train", "dev")
SAME = 0.9999
"""Cosine of a text with itself, but for rounding."""
LOST = 0.02
"""Share of covered dev questions that the threshold may decline."""


def resolved(retriever: Retriever, item: Labelled) -> Question:
    """The question as the turn would read it after the item's history."""
    question = read_question("")
    for text in (*item.history, item.question):
        topic = ""
        if question.search:
            before = retriever.retrieve(question)
            question = before.question
            topic = before.sentences[0].passage.title if before.sentences else ""
        question = read_question(text, question.carried or question.search, topic)
    return question


def answers(item: Labelled, text: str) -> bool:
    """True when a sentence alone holds at least half of what the question requires."""
    return bool(item.must) and item.recalled(text) >= 0.5


def collect(retriever: Retriever, items: list[Labelled]) -> list[tuple[Labelled, Found]]:
    """What retrieval finds for each question; one that compares two things is searched for as a whole."""
    return [(item, retriever.retrieve(replace(resolved(retriever, item), compared=()))) for item in items]


def sentence_rows(
    found: list[tuple[Labelled, Found]], features: Callable[[Sentence], tuple[float, ...]]
) -> Iterator[tuple[tuple[float, ...], bool, float]]:
    """Features, label and weight of every candidate sentence of the covered questions."""
    for item, result in found:
        labels = [item.found_in(s.passage) and answers(item, s.text) for s in result.sentences]
        if not any(labels):
            continue
        for sentence, label in zip(result.sentences, labels, strict=True):
            yield features(sentence), label, 1 / sum(labels) if label else 1 / (len(labels) - sum(labels) or 1)


def fit_sentences(found: list[tuple[Labelled, Found]]) -> tuple[float, ...]:
    """Weights of the sentence model, the bias last."""
    features, labels, weights = zip(*sentence_rows(found, lambda sentence: sentence.features), strict=True)
    return _fit(np.array(features), np.array(labels), np.array(weights), strength=SENTENCE_STRENGTH)


def fit_coverage(found: list[tuple[Labelled, Found]]) -> tuple[float, ...]:
    """Weights of the coverage model, the bias last."""
    features = np.array([result.features for _, result in found])
    labels = np.array([item.covered for item, _ in found])
    share = labels.mean()
    weights = np.where(labels, 0.5 / share, 0.5 / (1 - share))
    return _fit(features, labels, weights, strength=COVERAGE_STRENGTH)


def _fit(
    features: NDArray[np.float64], labels: NDArray[np.bool_], weights: NDArray[np.float64], *, strength: float
) -> tuple[float, ...]:
    """Logistic regression on standardised features (rows x features), as weights of the raw ones, the bias last."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    model = LogisticRegression(C=strength, max_iter=2000).fit((features - mean) / scale, labels, weights)
    raw = model.coef_[0] / scale
    return (*map(float, raw), float(model.intercept_[0] - raw @ mean))


def choose_threshold(found: list[tuple[Labelled, Found]]) -> float:
    """The highest threshold that declines at most LOST of the covered questions."""
    covered = sorted(result.covered for item, result in found if item.covered)
    return float(covered[int(LOST * len(covered))]) - 1e-6


def top_right(found: list[tuple[Labelled, Found]]) -> float:
    """Share of covered questions whose best sentence holds at least half of the required facts."""
    asked = [(item, result) for item, result in found if item.covered and item.must]
    return sum(bool(r.sentences) and answers(item, r.sentences[0].text) for item, r in asked) / len(asked)


class Remembered:
    """An embedder that encodes each text once: the same questions are asked several times."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.vocabulary = embedder.vocabulary

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._embedder.encode([text])[0]
        return np.array([self._known[text] for text in texts])


class Read(Reader):
    """A reader that looks at each question with its sentences once."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(embedder)
        self._known: dict[tuple[str, tuple[tuple[str, str], ...]], NDArray[np.float64]] = {}

    def scores(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """As `Reader.scores`."""
        key = question, tuple(sentences)
        if key not in self._known:
            self._known[key] = super().scores(question, sentences)
        return self._known[key]


class Masked:
    """An index that forgets an asked question that is the student's to the letter: the course does not know it yet."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def asked(self, vector: Vectors, k: int) -> list[tuple[int, Asked, float]]:
        """As `Index.asked`, without what is the same."""
        return [entry for entry in self._index.asked(vector, k) if entry[2] < SAME]


class Unasked:
    """An index without its asked questions, as a course of a teacher's documents is."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def asked(self, _vector: Vectors, _k: int) -> list[Any]:
        """None."""
        return []


def fit(index: Index, embedder: Embedder, reader: Reader, train: list[Labelled], dev: list[Labelled]) -> Weights:
    """Weights of sentences, then of coverage, which builds on them, then both with the reader, then the threshold."""

    def found(weights: Weights, items: list[Labelled], reader: Reader | None = None) -> list[tuple[Labelled, Found]]:
        return collect(Retriever(index, embedder, {"asked": weights, "plain": weights}, reader), items)

    sentence = fit_sentences(found(Weights(), [item for item in train if item.covered]))
    first = Weights(sentence, fit_coverage(found(Weights(sentence), train)))
    checked = found(first, dev, reader)
    at_sight = choose_threshold(checked)
    report("first sight", checked, at_sight)
    again = replace(first, reread=fit_reread(checked))
    again = replace(again, judged=fit_judged(found(again, [*dev, *opened(dev)], reader)))
    checked = found(again, dev, reader)
    threshold = choose_threshold(checked)
    report("second look", checked, threshold)
    return replace(again, threshold=threshold, at_sight=at_sight)


def report(name: str, checked: list[tuple[Labelled, Found]], threshold: float) -> None:
    """Print what dev gives."""
    yes = np.array([r.covered for item, r in checked if item.covered])
    no = np.array([r.covered for item, r in checked if not item.covered])
    print(f"{name}: best sentence right {top_right(checked):.3f}, covered AUC {auc(list(yes), list(no)):.4f}")
    print(f"  covered declined {np.mean(yes < threshold):.3f}, uncovered declined {np.mean(no < threshold):.3f}")


def opened(dev: list[Labelled]) -> list[Labelled]:
    """The questions that the course leaves open about the concepts of dev, as if they were labelled."""
    concepts = {item.concept for item in dev}
    return [
        replace(dev[0], id="", question=question, kind="not_covered", concept=document, history=(), must=(),
                slides=frozenset(), notes=frozenset(), covered=False)
        for document, entries in read_asked().items() if document in concepts
        for entry in entries if not entry.answer for question in entry.questions
    ]  # fmt: skip


def fit_reread(found: list[tuple[Labelled, Found]]) -> tuple[float, ...]:
    """Weights of the first score and the reader's, the bias last."""
    rows = list(sentence_rows(found, lambda sentence: (sentence.score, sentence.read)))
    features, labels, weights = zip(*rows, strict=True)
    return _fit(np.array(features), np.array(labels), np.array(weights), strength=SENTENCE_STRENGTH)


def fit_judged(found: list[tuple[Labelled, Found]]) -> tuple[float, ...]:
    """Weights of coverage after the second look, the bias last."""
    features = np.array([result.judged for _, result in found])
    labels = np.array([item.covered for item, _ in found])
    share = labels.mean()
    return _fit(features, labels, np.where(labels, 0.5 / share, 0.5 / (1 - share)), strength=JUDGED_STRENGTH)


def main() -> None:
    """Fit with and without asked questions, report on dev, and write knowledge/retrieval/weights.json."""
    settings = read_settings()
    embedder = Embedder(settings.embedder)
    index = open_course(Course(settings.course, settings.home), embedder)
    remembered = cast(Embedder, Remembered(embedder))
    train, dev = ([item for item in read_bank(split=split) if item.kind in ASKS] for split in SPLITS)
    reader = Read(embedder)
    asked = fit(cast(Index, Masked(index)), remembered, reader, train, dev)
    plain = fit(cast(Index, Unasked(index)), remembered, reader, train, dev)
    TARGET.write_text(json.dumps({"asked": asdict(asked), "plain": asdict(plain)}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
