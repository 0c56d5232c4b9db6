"""Which question of the course a student's is: a space in which questions that want the same answer lie together.

The encoder brings questions on one topic together, whatever they ask of it: "what if it is too large?" lies as near
"what is it?" as another wording of itself. One linear map over its vectors, with what kind of unit is wanted beside it,
is trained on the ways in which the course's own units are asked for (`python -m training questions`): of held-out ways
0.3 find their unit by the encoder's own cosine, 0.6 to 0.7 in this space. The encoder stays as it is, and with it
the search in prose. The cross-encoder then reads the answers of the nearest questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.passages import Asked, Passage
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Vectors
from knowledge.text import Language

FILE = Path(__file__).with_name("questions.npz")


SPOKEN = 0.1
"""By how much a question on the conversation's topic counts as nearer than one on another, where the words name none:
more loses questions that leave the topic (of another hand's, 0.84 to 0.79 right at 0.15), less loses follow-ups (0.76
to 0.72 at 0.05)."""


NEAREST = 6
"""Candidates that the cross-encoder reads."""


class MatchFeatures(NamedTuple):
    """What tells whether a question of the course is the student's."""

    cosine: float
    """In the space."""
    second: float
    """The same of the next nearest question that wants the same."""
    margin: float
    """By how much it is nearer than the nearest question of another passage; less than 0 where that is nearer."""
    read: float
    """The cross-encoder's log-odds that the passage's first sentence answers the student's words."""
    read_margin: float
    """The same less the best of the other candidates."""
    follows: float
    """1 where it names no topic, and the conversation gives it."""
    spoken: float
    """1 where its topic is the conversation's."""
    named: float
    """1 where the words name its topic."""
    others: float
    """1 where they name other topics alone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with its question that lies nearest to the student's."""

    row: int
    passage: Passage
    question: Asked
    cosine: float
    second: float = 0.0
    """Cosine of the next nearest question of the same passage."""


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate; `probability` that its question is what was asked."""

    passage: Passage
    question: str
    features: MatchFeatures
    probability: float


class QuestionSpace:
    """The trained map."""

    def __init__(
        self, matrix: NDArray[np.float32], shift: NDArray[np.float32], kinds: Sequence[str],
        wanted: NDArray[np.float32], given: NDArray[np.float32], calibration: Mapping[str, float],
    ) -> None:  # fmt: skip
        """`matrix` (dimension of the space, the encoder's) is applied to vectors less `shift`; `wanted` and `given`
        (kinds, dimension of the space) stand for the kind of unit that is asked for, and for that of a passage, the
        first for none; `calibration` has the weights of MatchFeatures and the bias."""
        self._matrix, self._shift, self._wanted, self._given = matrix, shift, wanted, given
        self._kinds, self._calibration = tuple(kinds), calibration

    @classmethod
    @cache
    def trained(cls) -> QuestionSpace:
        """The packaged one."""
        with np.load(FILE, allow_pickle=False) as data:
            matrix, shift, wanted, given = (
                data[name].astype(np.float32) for name in ("matrix", "shift", "wanted", "given")
            )
            names = (*MatchFeatures._fields, "bias")
            calibration = dict(zip(names, map(float, data["calibration"]), strict=True))
            return cls(matrix, shift, [*map(str, data["kinds"])], wanted, given, calibration)

    def asked(self, vector: Vectors, acts: Mapping[str, float]) -> Vectors:
        """Where a student's question lies: its encoder's vector, and how likely each kind of unit is wanted."""
        likely = np.array([acts.get(kind, 0.0) for kind in self._kinds], dtype=np.float32)
        return _unit((vector - self._shift) @ self._matrix.T + np.sqrt(likely) @ self._wanted)

    def answered(self, vectors: Vectors, kinds: Sequence[str]) -> Vectors:
        """Where questions of the course lie, (questions, dimension): those of passages of these kinds."""
        known = {kind: row for row, kind in enumerate(self._kinds)}
        rows = np.array([known.get(kind, 0) for kind in kinds], dtype=np.int64)
        return _unit((vectors - self._shift) @ self._matrix.T + self._given[rows])

    def probability(self, features: MatchFeatures) -> float:
        """That a match is what was asked."""
        odds = sum(self._calibration[name] * value for name, value in features._asdict().items())
        return float(1 / (1 + np.exp(-(odds + self._calibration["bias"]))))


class Questions:
    """The questions of one course, in the space."""

    def __init__(
        self, space: QuestionSpace, passages: Sequence[Passage], asked: Sequence[tuple[int, Asked]], vectors: Vectors
    ) -> None:
        """`asked` are questions with the row of their passage, `vectors` the encoder's (questions, dimension)."""
        kept = [place for place, (_, question) in enumerate(asked) if question.answer]
        self._space, self._passages = space, passages
        self._asked = [asked[place] for place in kept]
        self._rows = np.array([row for row, _ in self._asked], dtype=np.int64)
        self._places: dict[int, list[int]] = {}
        for place, row in enumerate(self._rows):
            self._places.setdefault(int(row), []).append(place)
        self._follows = np.array([question.follows for _, question in self._asked], dtype=bool)
        documents = [passages[row].document for row in self._rows]
        self._numbers = {document: number for number, document in enumerate(dict.fromkeys(documents))}
        self._documents = np.array([self._numbers[document] for document in documents], dtype=np.int64)
        kinds = [passages[row].act for row in self._rows]
        self._vectors = space.answered(vectors[kept], kinds) if kept else np.zeros((0, 1), dtype=np.float32)

    def nearest(
        self, vector: Vectors, acts: Mapping[str, float], topics: Collection[str] = (), named: Collection[str] = ()
    ) -> list[Candidate]:
        """The passages whose questions are nearest, the nearest first, NEAREST at most. `topics` are those that the
        conversation speaks of, of which questions that name nothing count too; `named` those that the words name."""
        if not self._asked:
            return []
        spoken = np.isin(self._documents, [self._numbers[topic] for topic in topics if topic in self._numbers])
        cosines = within(
            self._vectors @ self._space.asked(vector, acts), self._follows, spoken, set(topics), set(named)
        )
        found: dict[int, Candidate] = {}
        for place in np.argsort(-cosines, kind="stable"):
            row = int(self._rows[place])
            if row not in found:
                found[row] = Candidate(row, self._passages[row], self._asked[place][1], float(cosines[place]))
            if len(found) == NEAREST:
                break
        return [replace(each, second=self._second(each.row, cosines)) for each in found.values()]

    def _second(self, row: int, cosines: NDArray[Any]) -> float:
        """The second best cosine of a passage's questions; of one alone its own."""
        own = np.sort(cosines[self._places[row]])
        return float(own[-2:][0])

    def match(
        self, candidates: Sequence[Candidate], read: Sequence[float], topics: Collection[str], named: Collection[str]
    ) -> Match | None:
        """The likeliest of the candidates, of which the cross-encoder says `read`; None where there is none."""
        found = [
            Match(candidate.passage, candidate.question.question, features, self._space.probability(features))
            for candidate, features in zip(candidates, features_of(candidates, read, topics, named), strict=True)
        ]
        return max(found, key=lambda match: match.probability, default=None)


def within(
    cosines: NDArray[Any], follows: NDArray[np.bool_], spoken: NDArray[np.bool_], topics: Set[str], named: Set[str]
) -> NDArray[Any]:  # fmt: skip
    """The cosines as they count in a conversation: `spoken` are the questions on its `topics`, `follows` those that
    name no topic, which count on these alone; `named` are the topics that the words name."""
    near = SPOKEN if topics and (not named or named & topics) else 0.0
    found: NDArray[Any] = np.where(follows & ~spoken, -1.0, cosines + near * spoken)
    return found


def features_of(
    candidates: Sequence[Candidate], read: Sequence[float], topics: Collection[str], named: Collection[str]
) -> list[MatchFeatures]:
    """The features of each candidate among the others."""
    return [
        MatchFeatures(
            cosine=candidate.cosine,
            second=candidate.second,
            margin=candidate.cosine - _best(other.cosine for other in candidates if other is not candidate),
            read=value,
            read_margin=value - _best(other for at, other in enumerate(read) if at != place),
            follows=float(candidate.question.follows),
            spoken=float(candidate.passage.document in topics),
            named=float(candidate.passage.document in named),
            others=float(bool(named) and candidate.passage.document not in named),
        )
        for place, (candidate, value) in enumerate(zip(candidates, read, strict=True))
    ]


def words_for(
    text: str, candidate: Candidate, topics: Collection[str], named: Collection[str], language: Language
) -> str:
    """What the cross-encoder reads of a student's words: with the topic before them where they lean on it."""
    leans = candidate.passage.document in topics and not named
    return f"{candidate.passage.named(language)}: {text}" if leans else text


def read_by(
    reader: CrossEncoder, text: str, candidates: Sequence[Candidate], topics: Collection[str], named: Collection[str],
    language: Language,
) -> list[float]:  # fmt: skip
    """The cross-encoder's log-odds that the candidates' first sentences answer a student's words."""
    asked = [words_for(text, candidate, topics, named, language) for candidate in candidates]
    found: dict[int, float] = {}
    for said in dict.fromkeys(asked):
        own = [candidate for candidate, words in zip(candidates, asked, strict=True) if words == said]
        pairs = [(c.passage.named(language), c.passage.said(language)[0]) for c in own]
        found |= {c.row: float(score) for c, score in zip(own, reader.scores(said, pairs), strict=True)}
    return [found[candidate.row] for candidate in candidates]


def _best(values: Iterable[float]) -> float:
    return max(values, default=0.0)


def _unit(vectors: NDArray[Any]) -> Vectors:
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
    return unit
