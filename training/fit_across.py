"""Fits how a teacher's documents are searched in the other language: `python -m training fit-across`.

Passages from outside that stand in both languages (XQuAD: Artetxe, Ruder and Yogatama, 2020) are put into a course in
one language, half of them, and the questions on all of them asked in the other: half are covered. The first ranking is
that of documents; what the cross-encoder adds, and when a question counts as covered, is fitted here, where words in
common say little. The cross-encoder has learnt the passages that are not held out (training/data.py) and judges them
better than it will judge a teacher's, so the threshold is chosen on those that are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import CoverageFeatures, Found, Retriever, Weights
from training.cross_encoder import number_of, place
from training.data import held_out
from training.fit_retrieval import COVERAGE_STRENGTH, STRENGTH, fitted, write_weights
from training.material import Material
from training.statistics import auc

LOST = 0.1
"""Share of covered held-out questions that the threshold may decline: more is in doubt than within one language."""
WAYS = (("en", "es"), ("es", "en"))
"""The language of the passages and that of the questions."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one language with its answer in the other; `covered` where its passage is in the course."""

    answer: tuple[str, ...]
    covered: bool
    held: bool
    found: Found

    @property
    def labels(self) -> list[bool]:
        """Which of the sentences that were found answer it."""
        return [sentence.text in self.answer for sentence in self.found.sentences]


def fit_across(materials: Mapping[str, Material], embedder: Embedder, reader: CrossEncoder, say: Say = print) -> None:
    """Fit the set "across" and write it into weights.json. `materials` are the same passages by language."""
    start = replace(Weights.of("documents"), threshold=0.5)
    asked = [
        item for pair in (("en", "es"), ("es", "en")) for item in _asked(materials, *pair, embedder, reader, start)
    ]
    taught = [item for item in asked if not item.held]
    weights = replace(start, read=_read(taught))
    asked = [
        item for pair in (("en", "es"), ("es", "en")) for item in _asked(materials, *pair, embedder, reader, weights)
    ]
    taught = [item for item in asked if not item.held]
    values = np.array([item.found.features for item in taught])
    labels = np.array([item.covered for item in taught])
    weights = replace(weights, covered=fitted(
        list(CoverageFeatures._fields), values, labels, np.ones(len(labels)), COVERAGE_STRENGTH
    ))  # fmt: skip
    scores = [(item, _covered(weights, item.found)) for item in asked]
    covered = sorted(score for item, score in scores if item.covered and item.held)
    weights = replace(weights, threshold=float(covered[int(LOST * len(covered))]) - 1e-6)
    for name, held in (("taught", False), ("held out, where the threshold is chosen", True)):
        own = [(item, score) for item, score in scores if item.held == held]
        yes, no = ([score for item, score in own if item.covered == wanted] for wanted in (True, False))
        right = [any(item.labels[:1]) for item, _ in own if item.covered]
        say(
            f"{name}: best sentence right {np.mean(right):.3f}, AUC {auc(yes, no):.4f}, covered declined "
            f"{np.mean(np.array(yes) < weights.threshold):.3f}, uncovered declined "
            f"{np.mean(np.array(no) < weights.threshold):.3f}"
        )
    write_weights({"across": weights})


def _asked(
    materials: Mapping[str, Material], told: str, asks: str, embedder: Embedder, reader: CrossEncoder, weights: Weights
) -> list[Asked]:  # fmt: skip
    """The questions of one language to passages of the other, of which every second is in the course."""
    passages, questions = materials[told], {place(known): known.question for known in materials[asks].known}
    with TemporaryDirectory() as folder:
        course = Course("outside", Path(folder) / "home")
        for document, texts in passages.sentences.items():
            if texts and int(number_of(document)) % 2 == 0:
                path = Path(folder) / f"{document}.txt"
                path.write_text(" ".join(texts), encoding="utf-8")
                course.add(path)
        index = open_course(course, embedder)
        retriever = Retriever(index, embedder, reader, {"documents": weights, "across": weights, "course": weights})
        return [
            Asked(known.answer, int(number_of(known.document)) % 2 == 0, held_out(number_of(known.document)),
                  retriever.retrieve(Query.of(questions[place(known)])))
            for known in passages.known if place(known) in questions
        ]  # fmt: skip


def _read(taught: list[Asked]) -> dict[str, float]:
    """The weights of the first ranking and of the cross-encoder's judgement, over sentences of covered questions."""
    rows, labels, shares = [], [], []
    for item in taught:
        told = item.labels
        if item.covered and any(told):
            rows += [(sentence.first, sentence.read) for sentence in item.found.sentences]
            labels += told
            shares += [1 / sum(told) if label else 1 / (len(told) - sum(told) or 1) for label in told]
    return fitted(["first", "read"], np.array(rows), np.array(labels), np.array(shares), STRENGTH)


def _covered(weights: Weights, found: Found) -> float:
    odds = sum(weights.covered[name] * value for name, value in found.features._asdict().items())
    return float(1 / (1 + np.exp(-(odds + weights.covered["bias"]))))
