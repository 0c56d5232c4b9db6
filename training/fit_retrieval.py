"""Fits the weights of retrieval on train and dev and sets the thresholds on dev: `python -m training fit-retrieval`.

Logistic regressions (scikit-learn) over the features that knowledge/retrieval/retriever.py names: does this sentence
answer this question, and does the course answer it at all. Those of the first ranking are fitted on train; those that
add the cross-encoder's judgement on dev, because it has learnt train. The test split is never read. Each question is
also asked with the topic of its turn before, as the dialogue would (tutor/answering/explain.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from knowledge.courses.asked import read_asked
from knowledge.courses.labelled import Labelled, Split, read_bank
from knowledge.courses.units import Topic, read_topics
from knowledge.passages import Asked
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.index import Index
from knowledge.retrieval.names import TopicNames
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import CoverageFeatures, Found, Kind, Retriever, Sentence, Weights
from knowledge.text import fold, words
from training.labels import ASKS, answers
from training.statistics import auc
from tutor.dialogue.language import Languages
from tutor.dialogue.reading import Router
from tutor.dialogue.utterance import Utterance

TARGET = Path(__file__).parents[1] / "knowledge" / "retrieval" / "weights.json"
STRENGTH, COVERAGE_STRENGTH = 1.0, 0.1
"""Inverse strength of the penalty on the weights, chosen on dev."""
LOST = 0.02
"""Share of covered dev questions that the threshold may decline."""
Fitted = dict[str, float]


def query_from(question: str, embedder: Embedder, topic: str = "") -> Query:
    """The query that a question alone comes to: read as the dialogue reads it; `topic` is what was spoken of."""
    utterance = Utterance.of(question, Languages.trained())
    vector = embedder.encode_questions([utterance.text])[0]
    return Query(question, utterance.language, Router.trained().read(utterance, vector, topic).units)


def query_of(item: Labelled, embedder: Embedder) -> Query:
    """The query that a question comes to, with the topic of the turn before."""
    alone = query_from(item.question, embedder, "t" if item.history else "")
    if not item.history:
        return alone
    if (topic := _topics().get(item.concept)) is None:
        return Query(" ".join((*item.history, item.question)), alone.language, alone.acts)
    text = f"{topic.named(alone.language)}: {item.question}"
    return Query(text, alone.language, alone.acts, topic.id)


@cache
def _topics() -> Mapping[str, Topic]:
    return {topic.id: topic for topic in read_topics()}


def leaning(items: Sequence[Labelled], names: TopicNames) -> list[Labelled]:
    """Questions that name their topic, said again with a pronoun after a turn on that topic."""
    again = []
    for item in items:
        said = next((name for name in names.found(item.question) if name.document == item.concept and name.exact), None)
        if item.history or not item.covered or said is None or item.concept not in _topics():
            continue
        matches = list(re.finditer(r"[^\W_]+(?:[.,][0-9]+)*", item.question))
        if [fold(match[0]).replace(",", "") for match in matches] != words(item.question):
            continue
        start, end = matches[said.start].start(), matches[said.end - 1].end()
        before = re.sub(r"\b(?:the|an?|el|la|los|las|una?)\s+$", "", item.question[:start], flags=re.IGNORECASE)
        pronoun = "eso" if Languages.trained().of(item.question) == "es" else "it"
        again.append(replace(item, question=f"{before}{pronoun}{item.question[end:]}", history=(item.question,)))
    return again


class Remembered:
    """An embedder that encodes each question once: the same ones are asked several times."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.vocabulary = embedder.vocabulary

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._embedder.encode_questions([text])[0]
        return np.array([self._known[text] for text in texts])


class Read(CrossEncoder):
    """A cross-encoder that reads each pair once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[str, tuple[str, str]], float] = {}

    def scores(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """As `CrossEncoder.scores`."""
        new = [pair for pair in sentences if (question, pair) not in self._known]
        for pair, score in zip(new, super().scores(question, new), strict=True):
            self._known[question, pair] = float(score)
        return np.array([self._known[question, pair] for pair in sentences])


class Masked:
    """An index that forgets an asked question that is the student's to the letter: the course does not know it yet."""

    def __init__(self, index: Index, *, all_asked: bool = False) -> None:
        """`all_asked` forgets all of them, as a course of a teacher's documents has none."""
        self._index, self._all = index, all_asked
        self.questions: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def asked(self, vector: Vectors, k: int) -> list[tuple[int, Asked, float]]:
        """As `Index.asked`, without what is the same."""
        if self._all:
            return []
        own = set(map(_bare, self.questions))
        return [entry for entry in self._index.asked(vector, k) if _bare(entry[1].question) not in own]


def _bare(text: str) -> str:
    return " ".join(fold(text).replace("?", " ").replace("¿", " ").split())


Collected = list[tuple[Labelled, Found]]


class Fitting:
    """Fits one set of weights over one index."""

    def __init__(self, index: Index, embedder: Embedder, reader: CrossEncoder, *, plain: bool) -> None:
        self._masked, self._plain = Masked(index, all_asked=plain), plain
        self._embedder, self._reader = cast(Embedder, Remembered(embedder)), reader
        self._queries: dict[str, Query] = {}

    def collect(self, items: Sequence[Labelled], weights: Weights, *, read: bool) -> Collected:
        """What retrieval finds for each question with these weights."""
        reader = self._reader if read else None
        retriever = Retriever(cast(Index, self._masked), self._embedder, reader, dict.fromkeys(get_args(Kind), weights))
        found = []
        for item in items:
            key = f"{item.id} {item.question}"
            if key not in self._queries:
                self._queries[key] = query_of(item, self._embedder)
            self._masked.questions = (item.question, *item.history)
            found.append((item, retriever.retrieve(self._queries[key])))
        return found

    def ranking(self, train: Sequence[Labelled]) -> Weights:
        """Weights of the first ranking of sentences; the others are empty."""
        start = Weights({"cosine": 10.0, "shared": 1.0, "asked": 2.0, "bias": -10.0}, {}, {})
        again = [] if self._plain else leaning(train, self._names())
        found = self.collect([item for item in (*train, *again) if item.covered], start, read=False)
        return replace(start, sentence=_sentences(found, lambda s: s.features._asdict()))

    def _names(self) -> TopicNames:
        return TopicNames(self._masked.passages, self._embedder.vocabulary)

    def fit(self, train: Sequence[Labelled], dev: Sequence[Labelled], say: Callable[[str], None]) -> Weights:
        """Weights of sentences, then of what the cross-encoder adds, then of coverage, then the threshold."""
        weights, again = self.ranking(train), [] if self._plain else leaning(dev, self._names())
        say(f"first ranking on dev: best sentence right {top_right(self.collect(dev, weights, read=False)):.3f}")
        checked = self.collect([*dev, *again], weights, read=True)
        weights = replace(weights, read=_sentences(checked, lambda s: {"first": s.first, "read": s.read}))
        checked = self.collect([*dev, *opened(dev)], weights, read=True)
        weights = replace(weights, covered=_coverage(checked))
        checked = self.collect(dev, weights, read=True)
        weights = replace(weights, threshold=choose_threshold(checked))
        say(report(checked, weights.threshold))
        if again:
            right = top_right(self.collect(again, weights, read=True))
            say(f"{len(again)} leaning on the turn before: best sentence right {right:.3f}")
        return weights


def _sentences(found: Collected, features: Callable[[Sentence], Mapping[str, float]]) -> Fitted:
    """Weights of the sentences' features."""
    rows = list(sentence_rows(found, features))
    names = list(rows[0][0])
    values = np.array([[row[name] for name in names] for row, _, _ in rows])
    return fitted(names, values, np.array([y for _, y, _ in rows]), np.array([w for *_, w in rows]), STRENGTH)


def sentence_rows(
    found: Collected, features: Callable[[Sentence], Mapping[str, float]]
) -> Iterator[tuple[Mapping[str, float], bool, float]]:
    """Features, label and weight of every candidate sentence of the covered questions."""
    for item, result in found:
        labels = [item.found_in(s.passage) and answers(item, s.passage.sentences[s.place]) for s in result.sentences]
        if not any(labels):
            continue
        for sentence, label in zip(result.sentences, labels, strict=True):
            yield features(sentence), label, 1 / sum(labels) if label else 1 / (len(labels) - sum(labels) or 1)


def _coverage(found: Collected) -> Fitted:
    """Weights of the coverage features."""
    values = np.array([result.features for _, result in found])
    labels = np.array([item.covered for item, _ in found])
    share = labels.mean()
    weights = np.where(labels, 0.5 / share, 0.5 / (1 - share))
    return fitted(list(CoverageFeatures._fields), values, labels, weights, COVERAGE_STRENGTH)


def fitted(
    names: Sequence[str], values: NDArray[np.float64], labels: NDArray[np.bool_], weights: NDArray[np.float64],
    strength: float,
) -> Fitted:  # fmt: skip
    """Logistic regression on standardised features (rows x features), as weights of the raw ones by name."""
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(C=strength, max_iter=2000).fit((values - mean) / scale, labels, weights)
    raw = model.coef_[0] / scale
    found = {name: round(float(weight), 5) for name, weight in zip(names, raw, strict=True)}
    return found | {"bias": round(float(model.intercept_[0] - raw @ mean), 5)}


def choose_threshold(found: Collected) -> float:
    """The highest threshold that declines at most LOST of the covered questions."""
    covered = sorted(result.covered for item, result in found if item.covered)
    return float(covered[int(LOST * len(covered))]) - 1e-6


def top_right(found: Collected) -> float:
    """Share of covered questions whose best sentence holds at least half of the required facts."""
    asked = [(item, result.sentences) for item, result in found if item.covered and item.must]
    best = ((item, s[0].passage.sentences[s[0].place]) if s else (item, "") for item, s in asked)
    return sum(answers(item, text) for item, text in best) / len(asked)


def report(checked: Collected, threshold: float) -> str:
    """What dev gives, in words."""
    yes = np.array([r.covered for item, r in checked if item.covered])
    no = np.array([r.covered for item, r in checked if not item.covered])
    return (
        f"best sentence right {top_right(checked):.3f}, covered AUC {auc(list(yes), list(no)):.4f}, "
        f"covered declined {np.mean(yes < threshold):.3f}, uncovered declined {np.mean(no < threshold):.3f}"
    )


def opened(dev: Sequence[Labelled]) -> list[Labelled]:
    """The questions that the course leaves open about the concepts of dev, as if they were labelled."""
    concepts = {item.concept for item in dev}
    return [
        replace(dev[0], id="", question=question, kind="not_covered", concept=document, history=(), must=(),
                slides=frozenset(), notes=frozenset(), covered=False)
        for document, entries in read_asked().items() if document in concepts
        for entry in entries if not entry.answer for question in entry.questions
    ]  # fmt: skip


def fit_all(index: Index, embedder: Embedder, reader: CrossEncoder, say: Callable[[str], None] = print) -> None:
    """Fit the set for the course and the first ranking of documents, and write both into weights.json.

    What the cross-encoder adds for documents, and when these answer, is fitted on prose and stays: after a change of
    the first ranking run `python -m training fit-prose` too.
    """
    splits: tuple[Split, Split] = ("train", "dev")
    train, dev = ([item for item in read_bank(split=split) if item.kind in ASKS] for split in splits)
    write_weights({"course": Fitting(index, embedder, reader, plain=False).fit(train, dev, say)})
    first = Fitting(index, embedder, reader, plain=True).ranking(train)
    write_weights({"documents": replace(Weights.of("documents"), sentence=first.sentence)})


def write_weights(fitted: Mapping[str, Weights]) -> None:
    """Write these sets into knowledge/retrieval/weights.json; the others in it stay."""
    kept = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    kept |= {name: asdict(weights) for name, weights in fitted.items()}
    TARGET.write_text(f"{json.dumps(kept, indent=1)}\n", encoding="utf-8")


__all__ = ["fit_all", "report", "write_weights"]
