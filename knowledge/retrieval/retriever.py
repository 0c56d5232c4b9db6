"""From a question to ranked passages, ranked sentences and a calibrated belief that the course covers it.

Dense ranks (e5 in Chroma, each passage in each language that it stands in), sparse ones (BM25) and those of the
questions that students ask are fused by reciprocal rank (Cormack et al., 2009). The sentences of the best passages are
then scored one by one, because an answer says sentences; the cross-encoder reads the best of them together with the
question. Everything is deterministic.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from knowledge.passages import WHOLE, Asked, Hit, Passage
from knowledge.retrieval.answer_kinds import asked_kind, lacks
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.index import Index
from knowledge.retrieval.names import Named, TopicNames
from knowledge.retrieval.query import Query
from knowledge.retrieval.question_space import Match, Questions, QuestionSpace, read_by
from knowledge.retrieval.versions import Versions
from knowledge.text import Language, content_words, is_stop, question_stems, stem, words

RANK_CONSTANT = 60
CANDIDATES = 80
LOOKED = 12
"""How many passages' sentences are scored."""
READ = 10
"""How many sentences, the best of the first ranking, the cross-encoder reads."""
UNREAD = -8.0
"""The log-odds that the cross-encoder would give a sentence that it did not read, at most."""
ASKED = 12
IN_PARTICULAR = (WHOLE, "compare")
"""The acts of passages that answer what is not asked of every topic."""
PLAUSIBLE = 3
"""Of the nearest questions, those among which one in particular has to be for the answers to be read."""
Kind = Literal["course", "documents", "across"]
"""The built-in course, a teacher's documents, and those of them that are in the language that was not asked in."""
_WEIGHTS = Path(__file__).with_name("weights.json")


class SentenceFeatures(NamedTuple):
    """What the first ranking knows of a sentence. The weights in weights.json go by these names."""

    cosine: float
    """With the question, in the nearer of its languages."""
    passage: float
    """Cosine of its passage."""
    rank: float
    """1 for the first passage, 1/2 for the second."""
    shared: float
    """Share of the question's stems, by rarity, that the sentence or its title has."""
    shared_alone: float
    """The same without the title."""
    first: float
    lecture: float
    short: float
    """A formula alone, or under five words."""
    link: float
    asked: float
    """Cosine of the nearest asked question that the sentence answers."""
    asked_shared: float
    asked_best: float
    """1 where that is the nearest asked question of all."""
    asked_fits: float
    """The same where its unit's act is the one that is wanted, as likely as that is."""
    act: float
    """How likely its unit's act is the one that is wanted."""
    named: float
    """1 where the question names its topic."""
    topic: float
    """1 where its topic is the conversation's and the question leans on that."""
    lacking: float = 0.0
    """1 where it has not the kind of thing that is asked for (answer_kinds.py); told of a teacher's documents alone."""
    holding: float = 0.0
    """1 where it has it."""


class CoverageFeatures(NamedTuple):
    """What tells a covered question from another."""

    read: float
    """The cross-encoder's best log-odds."""
    read_first: float
    """Its log-odds for the sentence that is ranked first."""
    score: float
    """The score of that sentence."""
    passage: float
    """Cosine of the nearest passage."""
    cosine: float
    """Cosine of the sentence that is ranked first."""
    asked: float
    asked_shared: float
    opened: float
    """Cosine of the nearest question that the course leaves open, less that of the nearest that it answers."""
    missing: float
    """Share of the question's stems, by rarity, that the best passages lack."""
    missing_most: float
    """The rarest of them."""
    named: float
    another_language: float
    """1 where the best passage is in the other language alone: words in common say nothing then."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a found passage, `text` in the question's language where the course has it. `score` is the log-odds
    that it answers the question, `read` the cross-encoder's part of it."""

    passage: Passage
    text: str
    place: int
    score: float
    cosine: float
    features: SentenceFeatures
    first: float = 0.0
    read: float = UNREAD


@dataclass(frozen=True, slots=True)
class Found:
    """What the course has on a query. `covered` is the probability that it answers it at all, `answerable` whether that
    reaches the threshold; `names` are the topics that the query names."""

    query: Query
    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    covered: float
    answerable: bool
    features: CoverageFeatures
    names: tuple[Named, ...] = ()
    vector: Vectors | None = None
    ahead: float = 0.0
    """Log-odds of `covered` over those of the threshold: what compares what is found in two languages."""


@dataclass(frozen=True, slots=True)
class _Near:
    """An asked question beside the student's: `shared` is the share of their words that they have in common."""

    row: int
    asked: Asked
    cosine: float
    shared: float

    @property
    def score(self) -> float:
        return self.cosine + 0.05 * self.shared


_NO_NEAR = _Near(-1, Asked("", ()), 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear models fitted by `python -m training.fit_retrieval`, by the features' names; "bias" is one of them.

    `sentence` is fitted on the train split; `read` and `covered`, which add what the cross-encoder says, on dev, since
    it has learnt the train split. There is a set for each kind of passages; those two of "documents" and "across" are
    fitted on passages from outside. Where `read` weighs what lacks the kind of thing that is asked for, a question
    whose best sentence lacks it is not covered. Empty weights score everything 0.
    """

    sentence: Mapping[str, float]
    read: Mapping[str, float]
    covered: Mapping[str, float]
    threshold: float = 0.5

    @classmethod
    def empty(cls) -> Weights:
        """Weights before anything is fitted."""
        return cls({}, {}, {})

    @classmethod
    def of(cls, kind: Kind, path: Path = _WEIGHTS) -> Weights:
        """The weights of a kind of course."""
        return cls(**json.loads(path.read_text(encoding="utf-8"))[kind])


T = TypeVar("T")
KEPT = 8
_KEPT: dict[tuple[str, str], Any] = {}


def _made_once(key: tuple[str, str], make: Callable[[], T]) -> T:
    """What hangs on an index alone, by the index's name: retrievers of the same one share it. The oldest goes first."""
    if key not in _KEPT:
        made = make()
        while len(_KEPT) >= KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[key] = made
        return made
    found: T = _KEPT[key]
    return found


class Retriever:
    """Searches one index. Safe to call from several threads."""

    def __init__(
        self, index: Index, embedder: Embedder, cross_encoder: CrossEncoder | None = None,
        weights: Mapping[Kind, Weights] | None = None,
    ) -> None:  # fmt: skip
        """Without a cross-encoder sentences are ranked, and coverage is judged, at first sight."""
        self._index, self._embedder, self._cross_encoder = index, embedder, cross_encoder
        self._questions: dict[str, Vectors] = {}
        self.weights = weights or {kind: Weights.of(kind) for kind in get_args(Kind)}

    @property
    def version(self) -> str:
        """The index's name: it changes with every change of the course."""
        return self._index.name

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self._index.passages

    @cached_property
    def names(self) -> TopicNames:
        """The names of the course's topics."""
        return _made_once(("names", self.version), lambda: TopicNames(self._index.passages, self._embedder.vocabulary))

    @cached_property
    def questions(self) -> Questions:
        """The questions that the course answers, where those that want the same lie together."""
        return _made_once(
            ("questions", self.version),
            lambda: Questions(QuestionSpace.trained(), self._index.passages, *self._index.questions),
        )

    def question(self, query: Query, topics: Collection[str] = ()) -> Match | None:
        """The question in particular of the course that is likeliest a student's, or another one that is likelier; None
        where none of the nearest is in particular. `topics` are those that the conversation speaks of."""
        query = self.corrected(query)
        vector = self._embedder.encode_questions([query.text])[0]
        named = {name.document for name in self.names.found(query.text)}
        candidates = self.questions.nearest(vector, query.acts, topics, named)
        if not any(candidate.passage.act in IN_PARTICULAR for candidate in candidates[:PLAUSIBLE]):
            return None  # what every topic is asked: nothing in particular
        said = words(query.text)
        literal = [candidate for candidate in candidates if words(candidate.question.question) == said]
        literal.sort(key=lambda candidate: -query.acts.get(candidate.passage.act, 0.0))  # of several the act's unit
        if literal and (match := self.questions.match(literal[:1], [UNREAD], topics, named)) is not None:
            return replace(match, probability=1.0)  # "is all A a B?" lies beside "is all B an A?", whose answer is no
        if self._cross_encoder is None:
            read = [UNREAD] * len(candidates)
        else:
            read = read_by(self._cross_encoder, query.text, candidates, topics, named, query.language)
        return self.questions.match(candidates, read, topics, named)

    def near(self, text: str, topics: Collection[str] = ()) -> list[Passage]:
        """The passages whose questions are nearest to a text, the nearest first."""
        vector = self._embedder.encode_questions([text])[0]
        return [candidate.passage for candidate in self.questions.nearest(vector, {}, topics)]

    def alike(self, vector: Vectors, texts: Sequence[str]) -> list[float]:
        """Cosines of texts, read as questions, with a question's vector. What was read once is remembered."""
        new = [text for text in dict.fromkeys(texts) if text not in self._questions]
        if new:
            self._questions.update(zip(new, self._embedder.encode_questions(new), strict=True))
        return [float(self._questions[text] @ vector) for text in texts]

    def corrected(self, query: Query) -> Query:
        """A query with the words that nobody knows as the course's nearest ones."""
        return query.corrected(self._corrections(query))

    def knows(self, word: str) -> bool:
        """Whether the course uses a word, in either language."""
        return self._index.knows(stem(word)) or self._index.knows(stem(word, "es"))

    def search(self, text: str, top_k: int = 8) -> list[Hit]:
        """The best passages for a text, best first."""
        return list(self.retrieve(Query.of(text)).hits[:top_k])

    def retrieve(self, query: Query) -> Found:
        """Passages, sentences and coverage for one query. Where a teacher's documents are in both languages, each
        language is searched for itself, since words in common say much in one and little in the other; what is likelier
        to answer is given, and the other language's passages follow in `hits`."""
        first, *others = sorted(self.judged(query), key=lambda found: (not found.answerable, -found.ahead))
        return replace(first, hits=(*first.hits, *(hit for found in others for hit in found.hits)))

    def judged(self, query: Query) -> tuple[Found, ...]:
        """What is found, once for each language that a teacher's documents are in; all at once in other courses."""
        query = self.corrected(query)
        vector = self._embedder.encode_questions([query.text])[0]
        if len(self._languages) < 2:
            return (self._found(query, vector, None),)
        return tuple(self._found(query, vector, language) for language in self._languages)

    @cached_property
    def _languages(self) -> tuple[Language, ...]:
        """The languages of a course of documents; none where other passages are among them, which stand in both."""
        found = {(passage.source, passage.language) for passage in self._index.passages}
        return tuple(sorted(language for _, language in found)) if {s for s, _ in found} == {"document"} else ()

    def _found(self, query: Query, vector: Vectors, language: Language | None) -> Found:
        """What is found, in the passages of one language where one is given."""
        names = tuple(self.names.found(query.text))
        stems = question_stems(query.text, query.language)
        asked, opened = self._asked(vector, stems)
        hits = self._fuse(vector, stems, asked, names, language)
        looked = [entry for entry in hits if not entry[1].passage.whole][:LOOKED]
        told = [match for match in asked if not self._index.passages[match.row].whole][:ASKED]
        weights = self.weights[self._kind(query, hits)]
        sentences = self._rank_sentences(query, vector, stems, looked, told, names, weights)
        sentences = self._read(query, sentences, weights)
        features = self._coverage(query, looked, sentences, asked, opened, names)
        odds = _dot(weights.covered, features)
        covered = 0.0 if self._versions.another(query.text) else _sigmoid(odds)
        ordered = _by_sentence([hit for _, hit in hits], sentences)
        answerable = covered >= weights.threshold and not (sentences and sentences[0].features.lacking)
        ahead = odds - _log_odds(weights.threshold)
        return Found(query, ordered, sentences, covered, answerable, features, names, vector, ahead)

    def _kind(self, query: Query, hits: Sequence[tuple[int, Hit]]) -> Kind:
        best = hits[0][1].passage if hits else None
        if best is None or best.source != "document":
            return "course"
        return "documents" if best.language == query.language else "across"

    def _asked(self, vector: Vectors, stems: Sequence[str]) -> tuple[tuple[_Near, ...], _Near]:
        """The asked questions that are nearest, with how much of the words of each the other holds; and the nearest one
        of those that the course leaves open."""
        wanted = set(stems)
        found = []
        for row, asked, cosine in self._index.asked(vector, 4 * ASKED):
            theirs = set(content_words(asked.question)) | set(content_words(asked.question, "es"))
            both = 0.5 * (self._shared(wanted, theirs) + self._shared(theirs, wanted))
            found.append(_Near(row, asked, cosine, both))
        found.sort(key=lambda match: -match.score)
        opened = next((match for match in found if not match.asked.answer), _NO_NEAR)
        return tuple(match for match in found if match.asked.answer), opened

    def _fuse(
        self, vector: Vectors, stems: Sequence[str], asked: Sequence[_Near], names: Sequence[Named],
        language: Language | None,
    ) -> list[tuple[int, Hit]]:  # fmt: skip
        """Passages by reciprocal rank, of a language where one is given; those of a topic that is named are a ranking
        of their own."""
        dense, sparse = (
            self._index.dense(vector, CANDIDATES, language),
            self._index.sparse(stems, CANDIDATES, language),
        )

        def counts(row: int) -> bool:
            return language is None or self._index.passages[row].language == language

        nearest: dict[int, float] = {}
        for match in asked:
            if counts(match.row):
                nearest.setdefault(match.row, match.score)
        named = {name.document for name in names}
        own = {row: dense.get(row, 0.0) for row in self._rows_of(named) if counts(row)}
        fused: dict[int, float] = {}
        for scores in (dense, sparse, nearest, own):
            for rank, row in enumerate(sorted(scores, key=lambda row: -scores[row])):
                fused[row] = fused.get(row, 0.0) + 1.0 / (RANK_CONSTANT + rank + 1)
        best = sorted(fused, key=lambda row: (-fused[row], row))
        return [
            (row, Hit(self._index.passages[row], fused[row], dense.get(row, 0.0), sparse.get(row, 0.0))) for row in best
        ]

    def _rows_of(self, documents: Set[str]) -> list[int]:
        return [row for document in documents for row in self._rows.get(document, ())]

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, passage in enumerate(self._index.passages):
            found.setdefault(passage.document, []).append(row)
        return found

    def _rank_sentences(
        self, query: Query, vector: Vectors, stems: Sequence[str], looked: Sequence[tuple[int, Hit]],
        asked: Sequence[_Near], names: Sequence[Named], weights: Weights,
    ) -> tuple[Sentence, ...]:  # fmt: skip
        wanted, named = set(stems), {name.document for name in names}
        in_particular = "lacking" in weights.read and bool(asked_kind(query.asked))
        told: dict[tuple[int, str], tuple[int, _Near]] = {}
        for order, match in enumerate(asked):
            for text in match.asked.answer:
                told.setdefault((match.row, text), (order, match))
        found = []
        for rank, (row, hit) in enumerate(looked):
            passage = hit.passage
            cosines = (self._index.sentence_vectors(row) @ vector).max(axis=0)
            title = self._title_stems(passage)
            for place, (text, said) in enumerate(zip(passage.sentences, passage.said(query.language), strict=True)):
                order, match = told.get((row, text), (ASKED, _NO_NEAR))
                own = _stems_of(said, query.language)
                fits = query.acts.get(passage.act, 0.0)
                without = _without(query, passage, said) if in_particular else None
                features = SentenceFeatures(
                    cosine=float(cosines[place]),
                    passage=hit.dense,
                    rank=1.0 / (1 + rank),
                    shared=self._shared(wanted, own | title),
                    shared_alone=self._shared(wanted, own),
                    first=float(place == 0),
                    lecture=float(passage.source == "lecture"),
                    short=float(text.startswith("$$") or len(text.split()) < 5),
                    link=float("http" in text),
                    asked=match.cosine,
                    asked_shared=match.shared,
                    asked_best=float(order == 0),
                    asked_fits=fits if order == 0 else 0.0,
                    act=fits,
                    named=float(passage.document in named),
                    topic=float(passage.document == query.topic),
                    lacking=float(without is True),
                    holding=float(without is False),
                )
                found.append(Sentence(passage, said, place, _dot(weights.sentence, features), features[0], features))
        return tuple(sorted(found, key=lambda sentence: -sentence.score))

    def _title_stems(self, passage: Passage) -> set[str]:
        names = " ".join((passage.title, passage.title_other, *passage.aliases))
        return set(content_words(names)) | set(content_words(names, "es"))

    def _read(self, query: Query, sentences: tuple[Sentence, ...], weights: Weights) -> tuple[Sentence, ...]:
        """The sentences in the order that the cross-encoder's judgement gives."""
        if self._cross_encoder is None or not sentences:
            return sentences
        best = [(_context(sentence, query.language), sentence.text) for sentence in sentences[:READ]]
        read = [*map(float, self._cross_encoder.scores(query.text, best))]
        read += [min(UNREAD, *read)] * (len(sentences) - len(read))
        again = [
            replace(
                sentence, first=sentence.score, read=value,
                score=_dot(weights.read, reading(sentence.score, value, sentence.features)) if weights.read else value,
            )
            for sentence, value in zip(sentences, read, strict=True)
        ]  # fmt: skip
        return tuple(sorted(again, key=lambda sentence: -sentence.score))

    def _coverage(
        self, query: Query, looked: Sequence[tuple[int, Hit]], sentences: Sequence[Sentence],
        asked: Sequence[_Near], opened: _Near, names: Sequence[Named],
    ) -> CoverageFeatures:  # fmt: skip
        top = [hit.passage for _, hit in looked[:3]]
        own = {word for passage in top for word in self._all_stems(passage, query.language)}
        missing = [self.rarity(word) for word in set(content_words(query.text, query.language)) - own]
        total = sum(self.rarity(word) for word in set(content_words(query.text, query.language))) or 1.0
        match = asked[0] if asked else _NO_NEAR
        best = sentences[0] if sentences else None
        return CoverageFeatures(
            read=max((sentence.read for sentence in sentences), default=UNREAD),
            read_first=best.read if best else UNREAD,
            score=best.score if best else UNREAD,
            passage=max((hit.dense for _, hit in looked), default=0.0),
            cosine=best.cosine if best else 0.0,
            asked=match.cosine,
            asked_shared=match.shared,
            opened=opened.score - match.score,
            missing=sum(missing) / total,
            missing_most=max(missing, default=0.0),
            named=float(bool(names)),
            another_language=float(bool(top) and not top[0].other and top[0].language != query.language),
        )

    def _all_stems(self, passage: Passage, language: Language) -> set[str]:
        text = " ".join(passage.said(language))
        return self._title_stems(passage) | _stems_of(f"{text} {passage.text}", language)

    def _shared(self, wanted: Set[str], have: Set[str]) -> float:
        """Share of the wanted stems, weighted by rarity, that are there. A stem the course lacks weighs most."""
        total = sum(self.rarity(word) for word in wanted)
        return sum(self.rarity(word) for word in wanted & have) / total if total else 0.0

    def rarity(self, word: str) -> float:
        """How rare a stem is in the course: the logarithm of its inverse share of passages."""
        return math.log(1 + len(self._index.passages) / (1 + self._index.count(word)))

    @cached_property
    def _versions(self) -> Versions:
        return _made_once(("versions", self.version), lambda: Versions(self._index.passages))

    @cached_property
    def _course_words(self) -> dict[str, list[str]]:
        """The course's longer words, by first letter: what a misspelt word may have meant."""
        found: dict[str, list[str]] = {}
        for word in self._index.words:
            found.setdefault(word[0], []).append(word)
        return found

    def _corrections(self, query: Query) -> dict[str, str]:
        """Words that neither the embedder nor the course knows, each with the course's nearest one."""
        found = {}
        for typed in dict.fromkeys(query.text.split()):
            word = next(iter(words(typed)), "")
            if len(word) >= 5 and word.isalpha() and self._is_unknown(word) and (best := self._nearest(word)):
                found[typed] = best
        return found

    def _is_unknown(self, word: str) -> bool:
        if is_stop(word, "en") or is_stop(word, "es") or word in self._embedder.vocabulary:
            return False
        return not self._index.knows(stem(word)) and not self._index.knows(stem(word, "es"))

    def _nearest(self, word: str) -> str | None:
        from rapidfuzz import distance, process

        choices = self._course_words.get(word[0], [])
        limit = 1 if len(word) < 7 else 2
        found = process.extract(word, choices, scorer=distance.OSA.distance, score_cutoff=limit)
        near = [(far, -self._index.count(stem(other)), str(other)) for other, far, _ in found]
        return min(near)[2] if near else None  # of those as near, the one that the course has more often


def reading(first: float, read: float, features: SentenceFeatures) -> dict[str, float]:
    """What ranks a sentence once the cross-encoder has read it; the weights "read" go by these names."""
    return {"first": first, "read": read, "lacking": features.lacking, "holding": features.holding}


def _without(query: Query, passage: Passage, said: str) -> bool | None:
    """Whether a sentence has not what is asked for in particular; None where nothing is."""
    return lacks(query.asked, said, f"{passage.title} {passage.text}" if passage.language == query.language else None)


def _context(sentence: Sentence, language: Language) -> str:
    """What tells the cross-encoder what a sentence is about: its title, or in a teacher's prose the one before."""
    passage = sentence.passage
    if passage.source == "document" and sentence.place:
        return passage.sentences[sentence.place - 1]
    return passage.named(language)


def _stems_of(text: str, language: Language) -> set[str]:
    """The stems of a text as questions in a language are stemmed."""
    return set(question_stems(text, language))


def _by_sentence(hits: Sequence[Hit], sentences: Sequence[Sentence]) -> tuple[Hit, ...]:
    """The passages in the order of their best sentences; then those whose sentences were not looked at, as they are."""
    best: dict[str, float] = {}
    for sentence in sentences:
        best[sentence.passage.id] = max(sentence.score, best.get(sentence.passage.id, sentence.score))
    looked = [replace(hit, score=_sigmoid(best[hit.passage.id])) for hit in hits if hit.passage.id in best]
    rest = [hit for hit in hits if hit.passage.id not in best]
    return (*sorted(looked, key=lambda hit: -hit.score), *rest)


def _dot(weights: Mapping[str, float], features: NamedTuple | Mapping[str, float]) -> float:
    values: Mapping[str, float] = features if isinstance(features, Mapping) else features._asdict()
    return sum(weights.get(name, 0.0) * value for name, value in values.items()) + weights.get("bias", 0.0)


def _log_odds(probability: float) -> float:
    kept = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(kept / (1 - kept))


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))


__all__ = ["CoverageFeatures", "Found", "Retriever", "Sentence", "SentenceFeatures", "Weights"]
