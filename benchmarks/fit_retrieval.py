"""Fits the weights of retrieval on the train split and sets the threshold on dev: `python -m benchmarks.fit_retrieval`.

Two logistic regressions (scikit-learn), each over a handful of features that knowledge/retrieve.py computes: does this
sentence answer this question, and does the course answer it at all. The test split is never read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.bank import Labelled, read_bank
from benchmarks.statistics import auc
from knowledge.question import Question, read_question
from knowledge.retrieve import Found, Retriever, Weights
from tutor.settings import read_settings
from tutor.wiring import open_retriever

TARGET = Path(__file__).parents[1] / "knowledge" / "weights.json"
LOST = 0.03
"""Share of covered dev questions that the threshold may decline."""


def resolved(retriever: Retriever, item: Labelled) -> Question:
    """The question as the turn would read it after the item's history."""
    question = read_question("")
    for text in (*item.history, item.question):
        topic = ""
        if question.search:
            before = retriever.retrieve(question)
            topic = before.sentences[0].passage.title if before.sentences else ""
        question = read_question(text, question.search, topic)
    return question


def answers(item: Labelled, text: str) -> bool:
    """True when a sentence alone holds at least half of what the question requires."""
    return bool(item.must) and item.recalled(text) >= 0.5


def collect(retriever: Retriever, items: list[Labelled]) -> list[tuple[Labelled, Found]]:
    """What retrieval finds for each question."""
    return [(item, retriever.retrieve(resolved(retriever, item))) for item in items]


def sentence_rows(found: list[tuple[Labelled, Found]]) -> Iterator[tuple[tuple[float, ...], bool, float]]:
    """Features, label and weight of every candidate sentence of the covered questions."""
    for item, result in found:
        labels = [item.found_in(s.passage) and answers(item, s.text) for s in result.sentences]
        if not any(labels):
            continue
        for sentence, label in zip(result.sentences, labels, strict=True):
            yield sentence.features, label, 1 / sum(labels) if label else 1 / (len(labels) - sum(labels) or 1)


def fit_sentences(found: list[tuple[Labelled, Found]]) -> tuple[float, ...]:
    """Weights of the sentence model, the bias last."""
    features, labels, weights = zip(*sentence_rows(found), strict=True)
    model = LogisticRegression(C=10.0, max_iter=5000).fit(np.array(features), np.array(labels), np.array(weights))
    return (*map(float, model.coef_[0]), float(model.intercept_[0]))


def fit_coverage(found: list[tuple[Labelled, Found]]) -> tuple[float, ...]:
    """Weights of the coverage model, the bias last."""
    features = np.array([result.features for _, result in found])
    labels = np.array([item.covered for item, _ in found])
    scale = features.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=5000, class_weight="balanced").fit(features / scale, labels)
    return (*map(float, model.coef_[0] / scale), float(model.intercept_[0]))


def choose_threshold(found: list[tuple[Labelled, Found]]) -> float:
    """The highest threshold that declines at most LOST of the covered questions."""
    covered = sorted(result.covered for item, result in found if item.covered)
    return float(covered[int(LOST * len(covered))]) - 1e-6


def top_right(found: list[tuple[Labelled, Found]]) -> float:
    """Share of covered questions whose best sentence holds at least half of the required facts."""
    asked = [(item, result) for item, result in found if item.covered and item.must]
    return sum(bool(r.sentences) and answers(item, r.sentences[0].text) for item, r in asked) / len(asked)


def main() -> None:
    """Fit, report on dev, and write knowledge/weights.json."""
    retriever = open_retriever(read_settings())
    asks = {"lecture_fact", "concept", "follow_up", "false_premise", "not_covered"}
    train = [item for item in read_bank(split="train") if item.kind in asks]
    dev = [item for item in read_bank(split="dev") if item.kind in asks]
    before = top_right(collect(retriever, dev))
    found = collect(retriever, train)
    sentence = fit_sentences([pair for pair in found if pair[0].covered])
    known = retriever.weights
    retriever.weights = Weights(sentence, known.covered, known.threshold)
    if (after := top_right(collect(retriever, dev))) < before:  # no better on dev: what is there stays
        retriever.weights, sentence = known, known.sentence
    print(f"dev: best sentence right {before:.3f}, newly fitted {after:.3f}")
    covered = fit_coverage(collect(retriever, train))
    retriever.weights = Weights(sentence, covered, 0.5)
    checked = collect(retriever, dev)
    threshold = choose_threshold(checked + collect(retriever, train))
    yes = [r.covered for item, r in checked if item.covered]
    no = [r.covered for item, r in checked if not item.covered]
    print(f"dev: covered AUC {auc(yes, no):.4f}, threshold {threshold:.3f}")
    lost, kept = np.mean(np.array(yes) < threshold), np.mean(np.array(no) < threshold)
    print(f"dev: covered declined {lost:.3f}, uncovered declined {kept:.3f}")
    TARGET.write_text(
        json.dumps({"sentence": sentence, "covered": covered, "threshold": threshold}, indent=1) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
