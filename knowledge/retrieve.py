"""From a question to ranked passages, ranked sentences and a calibrated belief that the course covers it.

Dense (MiniLM in Chroma) and sparse (BM25) ranks are fused by reciprocal rank (Cormack et al., 2009). The sentences of
the best passages are then scored one by one, because an answer quotes sentences. Everything is deterministic.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from knowledge.embed import Embedder, Vectors
from knowledge.passages import Hit, Passage
from knowledge.question import Question, read_question
from knowledge.store import Index, sparse_text
from knowledge.text import content_words, is_stop, stem, words

RANK_CONSTANT = 60
CANDIDATES = 40
SECOND_LOOK = 10
_SIDE_SECTIONS = ("Misconceptions", "Connections", "See it run", "Worked example")
_WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a found passage. `score` is the log-odds that it answers the question; `cosine` its similarity."""

    passage: Passage
    text: str
    place: int
    score: float
    cosine: float
    features: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the course has on a question. `covered` is the probability that it answers it at all."""

    question: Question
    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    covered: float
    features: tuple[float, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear models fitted on the train split by `python -m benchmarks.fit_retrieval`; the last number is the bias."""

    sentence: tuple[float, ...]
    covered: tuple[float, ...]
    threshold: float

    @classmethod
    def read(cls, path: Path = _WEIGHTS) -> Weights:
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(data["sentence"]), tuple(data["covered"]), float(data["threshold"]))


class Retriever:
    """Searches one index. Safe to call from several threads."""

    def __init__(self, index: Index, embedder: Embedder, weights: Weights | None = None) -> None:
        self._index, self._embedder = index, embedder
        self.weights = weights or Weights.read()

    @property
    def version(self) -> str:
        """The index's name: it changes with every change of the course."""
        return self._index.name

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self._index.passages

    def search(self, text: str, top_k: int = 8) -> list[Hit]:
        """The best passages for a text, best first."""
        return list(self.retrieve(read_question(text)).hits[:top_k])

    def retrieve(self, question: Question) -> Found:
        """Passages, sentences and coverage for one question."""
        question = self._corrected(question)
        vector = self._embedder.encode([question.search])[0]
        stems = content_words(question.search)
        hits = self._fuse(vector, stems)
        rows = [row for row, _ in hits[:SECOND_LOOK]]
        focus = vector if question.focus == question.search else self._embedder.encode([question.focus])[0]
        sentences = self._rank_sentences(question, vector, focus, rows, dict(hits))
        features = self._coverage(question, stems, [hit for _, hit in hits], sentences)
        unknown = tuple(dict.fromkeys(word for word in words(question.focus) if self._is_unknown(word)))
        covered = _sigmoid(_dot(self.weights.covered, features))
        return Found(question, tuple(hit for _, hit in hits), sentences, covered, features, unknown)

    def _fuse(self, vector: Vectors, stems: Sequence[str]) -> list[tuple[int, Hit]]:
        dense, sparse = self._index.dense(vector, CANDIDATES), self._index.sparse(stems, CANDIDATES)
        fused: dict[int, float] = {}
        for scores in (dense, sparse):
            for rank, row in enumerate(sorted(scores, key=lambda row: -scores[row])):
                fused[row] = fused.get(row, 0.0) + 1.0 / (RANK_CONSTANT + rank + 1)
        best = sorted(fused, key=lambda row: (-fused[row], row))
        return [
            (row, Hit(self._index.passages[row], fused[row], dense.get(row, 0.0), sparse.get(row, 0.0))) for row in best
        ]

    def _rank_sentences(
        self, question: Question, vector: Vectors, focus: Vectors, rows: Sequence[int], hits: dict[int, Hit]
    ) -> tuple[Sentence, ...]:
        wanted = set(content_words(question.search))
        found = []
        for rank, row in enumerate(rows):
            passage = self._index.passages[row]
            vectors = self._index.sentence_vectors(row)
            title = set(content_words(" ".join((passage.title, *passage.aliases))))
            for place, text in enumerate(passage.sentences):
                cosine = float(max(vectors[place] @ vector, vectors[place] @ focus))
                features = (
                    cosine, hits[row].dense, 1.0 / (1 + rank), self._overlap(wanted, set(content_words(text)) | title),
                    self._overlap(wanted, set(content_words(text))), question.fit(text), 1.0 if place == 0 else 0.0,
                    1.0 if passage.section == "In short" else 0.0, 1.0 if passage.source == "lecture" else 0.0,
                    1.0 if text.startswith("$$") or len(text.split()) < 5 else 0.0,
                    1.0 if "http" in text and "link" not in question.asked else 0.0,
                    1.0 if question.topic and passage.title == question.topic else 0.0,
                    1.0 if passage.section in _SIDE_SECTIONS else 0.0,
                )  # fmt: skip
                found.append(Sentence(passage, text, place, _dot(self.weights.sentence, features), cosine, features))
        return tuple(sorted(found, key=lambda sentence: -sentence.score))

    def _coverage(
        self, question: Question, stems: Sequence[str], hits: Sequence[Hit], sentences: Sequence[Sentence]
    ) -> tuple[float, ...]:
        """What tells a covered question from another: nearness, shared words, and English words that are nowhere near.

        A word that English knows and the best passages lack ("salary") speaks against; a misspelt one does not.
        """
        wanted = set(stems)
        top = set()
        for hit in hits[:3]:
            top |= set(content_words(sparse_text(hit.passage)))
        unknown = [word for word in wanted if not self._index.knows(word)]
        english = {stem(word) for word in words(question.search) if word in self._embedder.vocabulary} & wanted
        said = set(content_words(f"{sentences[0].passage.title} {sentences[0].text}")) if sentences else set()
        missing = [self._rarity(word) for word in english - said]
        return (
            max((hit.dense for hit in hits[:5]), default=0.0),
            max((sentence.cosine for sentence in sentences), default=0.0),
            self._overlap(wanted, top),
            max((sentence.features[3] for sentence in sentences[:5]), default=0.0),
            len(unknown) / max(1, len(wanted)),
            max((sentence.score for sentence in sentences), default=-5.0),
            1.0 if len(wanted) <= 1 else 0.0,
            float(sum(not self._index.knows(word) for word in english)),
            max((self._rarity(word) for word in english - top), default=0.0),
            max(missing, default=0.0),
            sum(missing) / (sum(self._rarity(word) for word in wanted) or 1.0),
            sentences[0].features[5] if sentences else 0.0,
        )

    def _overlap(self, wanted: set[str], have: set[str]) -> float:
        """Share of the wanted stems, weighted by rarity, that are there. A stem the course lacks weighs most."""
        total = sum(self._rarity(word) for word in wanted)
        return sum(self._rarity(word) for word in wanted & have) / total if total else 0.0

    def _rarity(self, word: str) -> float:
        count = self._document_counts.get(word, 0)
        return math.log(1 + len(self._index.passages) / (1 + count))

    @cached_property
    def _document_counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for passage in self._index.passages:
            for word in set(content_words(sparse_text(passage))):
                counts[word] = counts.get(word, 0) + 1
        return counts

    @cached_property
    def _course_words(self) -> dict[str, list[str]]:
        """The course's longer words, by first letter: what a misspelt word may have meant."""
        found: dict[str, set[str]] = {}
        for passage in self._index.passages:
            for word in words(sparse_text(passage)):
                if len(word) >= 4 and word.isalpha():
                    found.setdefault(word[0], set()).add(word)
        return {letter: sorted(group) for letter, group in found.items()}

    def _is_unknown(self, word: str) -> bool:
        return not is_stop(word) and not self._index.knows(stem(word))

    def _corrected(self, question: Question) -> Question:
        """The question with words that neither English nor the course knows replaced by the course's nearest one."""
        return question.replace_words(
            {
                word: best
                for word in dict.fromkeys(words(question.search))
                if len(word) >= 5 and word.isalpha() and self._is_unknown(word)
                and word not in self._embedder.vocabulary and (best := self._nearest(word))
            }
        )  # fmt: skip

    def _nearest(self, word: str) -> str | None:
        from rapidfuzz import distance, process

        choices = self._course_words.get(word[0], [])
        limit = 1 if len(word) < 7 else 2
        found = process.extractOne(word, choices, scorer=distance.OSA.distance, score_cutoff=limit)
        return str(found[0]) if found else None


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return float(np.dot(weights[:-1], features) + weights[-1])


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))
