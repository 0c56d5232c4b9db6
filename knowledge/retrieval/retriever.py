"""From a question to ranked passages, ranked sentences and a calibrated belief that the course covers it.

Dense (MiniLM in Chroma) and sparse (BM25) ranks are fused by reciprocal rank (Cormack et al., 2009). The sentences of
the best passages are then scored one by one, because an answer quotes sentences; the reader looks at the best of them a
second time (knowledge/retrieval/cross_encoder.py). Everything is deterministic.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from knowledge.passages import Asked, Hit, Passage
from knowledge.retrieval.cross_encoder import Reader
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.index import Index, sparse_text
from knowledge.retrieval.questions import Question, read_question, telling
from knowledge.retrieval.versions import Versions
from knowledge.text import content_words, is_stop, stem, words

RANK_CONSTANT = 60
CANDIDATES = 40
SECOND_LOOK = 10
READ = 12
"""How many sentences, the best of the first ranking, the reader looks at."""
UNREAD = -8.0
"""The log-odds that the reader would give a sentence that it did not look at, at most."""
ASKED = 12
SAME_QUESTION = 0.8
_ASKED_COSINE = 12
"""The place of the asked question's cosine among the coverage features."""
Kind = Literal["asked", "plain"]
_SIDE_SECTIONS = ("Misconceptions", "Connections", "See it run", "Worked example")
_WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a found passage. `score` is the log-odds that it answers the question; `cosine` its similarity;
    `first` the score before the reader looked, `read` the reader's."""

    passage: Passage
    text: str
    place: int
    score: float
    cosine: float
    features: tuple[float, ...] = ()
    first: float = 0.0
    read: float = UNREAD


@dataclass(frozen=True, slots=True)
class Found:
    """What the course has on a question. `covered` is the probability that it answers it at all, `answerable` whether
    that reaches the threshold. `sides` is what it has on each of two things that are compared, where no sentence
    compares them."""

    question: Question
    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    covered: float
    answerable: bool
    features: tuple[float, ...] = ()
    judged: tuple[float, ...] = ()
    unknown: tuple[str, ...] = ()
    sides: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    """An asked question beside the student's: `overlap` is the share of their words that they have in common."""

    row: int
    asked: Asked
    cosine: float
    overlap: float
    same_kind: float

    @property
    def score(self) -> float:
        return self.cosine + 0.2 * self.overlap + 0.1 * self.same_kind


_NO_MATCH = _Match(-1, Asked("", ()), 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear models fitted by `python -m training.fit_retrieval`; the last number is the bias of each.

    `sentence` and `covered` are fitted on the train split; `reread` and `judged`, which add what the reader says, on
    dev, since the reader has learnt the train split. `threshold` is for coverage after the second look, `at_sight`
    where there is no reader. There are two sets: "asked" for passages with asked questions (the built-in course),
    "plain" for those without (a document that a teacher added). Empty weights score everything 0.
    """

    sentence: tuple[float, ...] = ()
    covered: tuple[float, ...] = ()
    threshold: float = 0.0
    at_sight: float = 0.0
    reread: tuple[float, ...] = ()
    judged: tuple[float, ...] = ()

    @classmethod
    def read(cls, kind: Kind, path: Path = _WEIGHTS) -> Weights:
        data = json.loads(path.read_text(encoding="utf-8"))[kind]
        models = {name: tuple(data.get(name, ())) for name in ("sentence", "covered", "reread", "judged")}
        return cls(**models, threshold=float(data["threshold"]), at_sight=float(data["at_sight"]))


class Retriever:
    """Searches one index. Safe to call from several threads."""

    def __init__(
        self, index: Index, embedder: Embedder, weights: dict[Kind, Weights] | None = None,
        reader: Reader | None = None,
    ) -> None:  # fmt: skip
        """Without a reader sentences are ranked, and coverage is judged, at first sight."""
        self._index, self._embedder, self._reader = index, embedder, reader
        self.weights = (
            weights if weights is not None else {"asked": Weights.read("asked"), "plain": Weights.read("plain")}
        )

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
        """Passages, sentences and coverage for one question, in the reading of it that finds more.

        A slide asked for by its number is answered with its own sentences; one that there is not is not covered.
        """
        if question.slide is not None:
            return self._of_slide(question, question.slide)
        found = self._retrieve(question)
        if question.compared and not _compares(found):
            return self._of_each(found)
        if question.completed is not None and (self._stands_alone(found) or not self._of_the_topic(question)):
            return found
        others = [self._retrieve(other) for other in (question.completed, question.reworded) if other is not None]
        return max((found, *others), key=lambda reading: reading.covered)

    def _of_slide(self, question: Question, number: int) -> Found:
        own = [passage for passage in self._index.passages if passage.slide == number and passage.source != "notes"]
        lines = [(passage, text) for passage in own for text in passage.sentences]
        if set(telling(question.search)) - {"slide", "diapositiva", str(number)}:
            vector = self._embedder.encode([question.search])[0]
            vectors = self._embedder.encode([text for _, text in lines]) if lines else np.zeros((0, len(vector)))
            scores = [float(cosine) * 10 for cosine in vectors @ vector]
        else:
            scores = [-float(place) for place in range(len(lines))]
        found = [
            Sentence(passage, text, passage.sentences.index(text), score, 0.0)
            for (passage, text), score in zip(lines, scores, strict=True)
        ]
        hits = tuple(Hit(passage, 1.0, 1.0, 1.0, 1.0) for passage in own)
        return Found(
            question, hits, tuple(sorted(found, key=lambda line: -line.score)), float(bool(own)), answerable=bool(own)
        )

    def _of_each(self, found: Found) -> Found:
        """What the course has on both of two things that are compared; `found` where it lacks one, or they are one."""
        sides = tuple(self._retrieve(side) for side in found.question.compared)
        best = {side.sentences[0].text for side in sides if side.answerable and _names(side)}
        if len(best) < len(sides):
            return found
        hits = {hit.passage.id: hit for side in sides for hit in side.hits}
        sentences = tuple(sentence for side in sides for sentence in side.sentences)
        return Found(
            found.question, tuple(sorted(hits.values(), key=lambda hit: -hit.score)),
            tuple(sorted(sentences, key=lambda sentence: -sentence.score)),
            min(side.covered for side in sides), answerable=True, sides=sides,
        )  # fmt: skip

    def _stands_alone(self, found: Found) -> bool:
        """True when a question names what it is about: a topic's title, or nearly what students ask."""
        if found.features and found.features[_ASKED_COSINE] >= SAME_QUESTION:
            return True
        said = set(content_words(found.question.search))
        names = (name for hit in found.hits[:3] for name in (hit.passage.title, *hit.passage.aliases))
        return any(words and words <= said for words in (set(content_words(name)) for name in names))

    def _of_the_topic(self, question: Question) -> bool:
        """True when the topic of the conversation knows every word of a question that may lean on it."""
        topic = question.completed.topic if question.completed else ""
        known: set[str] = set()
        for passage in self._index.passages:
            if topic and passage.title == topic:
                asked = " ".join(item.question for item in passage.asked if item.answer)
                known.update(content_words(f"{sparse_text(passage)} {asked}"))
        return set(telling(question.search)) <= known

    def _retrieve(self, question: Question) -> Found:
        question = self._corrected(question)
        vector = self._embedder.encode([question.search])[0]
        stems = content_words(question.search)
        asked, opened = self._asked(question, vector, stems)
        hits = self._fuse(vector, stems, asked)
        rows = [row for row, _ in hits[:SECOND_LOOK]]
        focus = vector if question.focus == question.search else self._embedder.encode([question.focus])[0]
        sentences = self._rank_sentences(question, vector, focus, rows, dict(hits), asked)
        features = self._coverage(question, stems, [hit for _, hit in hits], sentences, asked)
        unknown = tuple(dict.fromkeys(word for word in words(question.focus) if self._is_unknown(word)))
        best = self._index.passages[rows[0]] if rows else None
        weights = self.weights["asked" if best and best.source != "document" else "plain"]
        belief = _dot(weights.covered, features)
        sentences, judged = self._look_again(question, weights, sentences, belief, asked, opened)
        twice = bool(judged and weights.judged)
        covered = _sigmoid(_dot(weights.judged, judged) if twice else belief)
        if self._versions.another(question.text):
            covered = 0.0
        answerable = covered >= (weights.threshold if twice else weights.at_sight)
        found = _by_sentence([hit for _, hit in hits], sentences)
        return Found(question, found, sentences, covered, answerable, features, judged, unknown)

    def _look_again(
        self, question: Question, weights: Weights, sentences: tuple[Sentence, ...], belief: float,
        asked: Sequence[_Match], opened: _Match,
    ) -> tuple[tuple[Sentence, ...], tuple[float, ...]]:  # fmt: skip
        """The sentences in the order that the reader's judgement gives, and what speaks for coverage after it."""
        if self._reader is None or not sentences:
            return sentences, ()
        best = [(_context(sentence), sentence.text) for sentence in sentences[:READ]]
        read = [*map(float, self._reader.scores(question.search, best))]
        read += [min(UNREAD, *read)] * (len(sentences) - len(read))
        again = [
            replace(
                sentence, first=sentence.score, read=value,
                score=_dot(weights.reread, (sentence.score, value)) if weights.reread else sentence.score,
            )
            for sentence, value in zip(sentences, read, strict=True)
        ]  # fmt: skip
        first = asked[0] if asked else _NO_MATCH
        ranked = tuple(sorted(again, key=lambda sentence: -sentence.score))
        judged = (
            belief, max(read), ranked[0].read, ranked[0].score, opened.cosine, opened.overlap,
            opened.score - first.score,
        )  # fmt: skip
        return ranked, judged

    def _asked(self, question: Question, vector: Vectors, stems: Sequence[str]) -> tuple[tuple[_Match, ...], _Match]:
        """The asked questions that are nearest, with how much of the words of each the other holds; and the nearest one
        of those that the course leaves open."""
        wanted = set(stems)
        found = []
        for row, asked, cosine in self._index.asked(vector, 2 * ASKED):
            theirs, kinds = _words_and_kinds(asked.question)
            both = 0.5 * (self._overlap(wanted, theirs) + self._overlap(theirs, wanted))
            found.append(_Match(row, asked, cosine, both, 1.0 if kinds & set(question.asked) else 0.0))
        found.sort(key=lambda match: -match.score)
        opened = next((match for match in found if not match.asked.answer), _NO_MATCH)
        return tuple(match for match in found if match.asked.answer)[:ASKED], opened

    def _fuse(self, vector: Vectors, stems: Sequence[str], asked: Sequence[_Match]) -> list[tuple[int, Hit]]:
        dense, sparse = self._index.dense(vector, CANDIDATES), self._index.sparse(stems, CANDIDATES)
        nearest: dict[int, float] = {}
        for match in asked:
            nearest.setdefault(match.row, match.score)
        fused: dict[int, float] = {}
        for scores in (dense, sparse, nearest):
            for rank, row in enumerate(sorted(scores, key=lambda row: -scores[row])):
                fused[row] = fused.get(row, 0.0) + 1.0 / (RANK_CONSTANT + rank + 1)
        best = sorted(fused, key=lambda row: (-fused[row], row))
        return [
            (row, Hit(self._index.passages[row], fused[row], dense.get(row, 0.0), sparse.get(row, 0.0))) for row in best
        ]

    def _rank_sentences(
        self, question: Question, vector: Vectors, focus: Vectors, rows: Sequence[int], hits: dict[int, Hit],
        asked: Sequence[_Match],
    ) -> tuple[Sentence, ...]:  # fmt: skip
        wanted = set(content_words(question.search))
        told: dict[tuple[int, str], tuple[int, _Match]] = {}
        for place, match in enumerate(asked):
            for text in match.asked.answer:
                told.setdefault((match.row, text), (place, match))
        found = []
        for rank, row in enumerate(rows):
            passage = self._index.passages[row]
            weights = self.weights["plain" if passage.source == "document" else "asked"]
            vectors = self._index.sentence_vectors(row)
            title = set(content_words(" ".join((passage.title, *passage.aliases))))
            for place, text in enumerate(passage.sentences):
                cosine = float(max(vectors[place] @ vector, vectors[place] @ focus))
                order, match = told.get((row, text), (ASKED, _NO_MATCH))
                features = (
                    cosine, hits[row].dense, 1.0 / (1 + rank), self._overlap(wanted, set(content_words(text)) | title),
                    self._overlap(wanted, set(content_words(text))), question.fit(text), 1.0 if place == 0 else 0.0,
                    1.0 if passage.section == "In short" else 0.0, 1.0 if passage.source == "lecture" else 0.0,
                    1.0 if text.startswith("$$") or len(text.split()) < 5 else 0.0,
                    1.0 if "http" in text and "link" not in question.asked else 0.0,
                    1.0 if question.topic and passage.title == question.topic else 0.0,
                    1.0 if passage.section in _SIDE_SECTIONS else 0.0,
                    match.cosine, match.overlap, match.same_kind, 1.0 if order == 0 else 0.0,
                    match.cosine if order == 0 else 0.0,
                )  # fmt: skip
                found.append(Sentence(passage, text, place, _dot(weights.sentence, features), cosine, features))
        return tuple(sorted(found, key=lambda sentence: -sentence.score))

    def _coverage(
        self, question: Question, stems: Sequence[str], hits: Sequence[Hit], sentences: Sequence[Sentence],
        asked: Sequence[_Match],
    ) -> tuple[float, ...]:  # fmt: skip
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
        match = asked[0] if asked else _NO_MATCH
        told = set(content_words(f"{match.asked.question} {' '.join(match.asked.answer)}"))
        untold = [self._rarity(word) for word in english - told]
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
            match.cosine,
            match.overlap,
            max(untold, default=0.0),
            sum(untold) / (sum(self._rarity(word) for word in wanted) or 1.0),
            max((other.overlap for other in asked), default=0.0),
        )

    def _overlap(self, wanted: Set[str], have: Set[str]) -> float:
        """Share of the wanted stems, weighted by rarity, that are there. A stem the course lacks weighs most."""
        total = sum(self._rarity(word) for word in wanted)
        return sum(self._rarity(word) for word in wanted & have) / total if total else 0.0

    def _rarity(self, word: str) -> float:
        count = self._index.count(word)
        return math.log(1 + len(self._index.passages) / (1 + count))

    @cached_property
    def _versions(self) -> Versions:
        return Versions(self._index.passages)

    @cached_property
    def _course_words(self) -> dict[str, list[str]]:
        """The course's longer words, by first letter: what a misspelt word may have meant."""
        found: dict[str, list[str]] = {}
        for word in self._index.words:
            found.setdefault(word[0], []).append(word)
        return found

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
        found = process.extract(word, choices, scorer=distance.OSA.distance, score_cutoff=limit)
        near = [(far, -self._index.count(stem(other)), str(other)) for other, far, _ in found]
        return min(near)[2] if near else None  # of those as near, the one that the course has more often


def _compares(found: Found) -> bool:
    """True when one of the best sentences names both of the things that a question compares."""
    wanted = {word for side in found.question.compared for word in telling(side.search)}
    return any(wanted <= set(content_words(sentence.text)) for sentence in found.sentences[:3])


def _names(found: Found) -> bool:
    """True when the best sentence, or its passage, is about all that the question names."""
    best = found.sentences[0]
    said = content_words(" ".join((best.text, best.passage.title, *best.passage.aliases)))
    return set(telling(found.question.search)) <= set(said)


def _context(sentence: Sentence) -> str:
    """What tells the reader what a sentence is about: its passage's title, or in a teacher's prose the one before."""
    passage = sentence.passage
    return passage.sentences[sentence.place - 1] if passage.source == "document" and sentence.place else passage.title


def _by_sentence(hits: Sequence[Hit], sentences: Sequence[Sentence]) -> tuple[Hit, ...]:
    """The passages in the order of their best sentences; then those whose sentences were not looked at, as they are."""
    best: dict[str, float] = {}
    for sentence in sentences:
        best[sentence.passage.id] = max(sentence.score, best.get(sentence.passage.id, sentence.score))
    looked = [replace(hit, score=_sigmoid(best[hit.passage.id])) for hit in hits if hit.passage.id in best]
    rest = [hit for hit in hits if hit.passage.id not in best]
    return (*sorted(looked, key=lambda hit: -hit.score), *rest)


@lru_cache(maxsize=8192)
def _words_and_kinds(asked: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(content_words(asked)), frozenset(read_question(asked).asked)


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return float(np.dot(weights[:-1], features) + weights[-1]) if weights else 0.0


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))
