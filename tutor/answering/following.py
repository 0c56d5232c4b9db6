"""What is asked after an answer from a teacher's document: "and why?", "how many of them?", "¿y cuándo fue?".

A document has no topic that a pronoun could stand for. So what leans is read after the question before it, and after
the sentence that was said last, and what stands near that sentence is looked at first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.retrieval.answer_kinds import asked_kind, lacks, several_numbers
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import Found, Sentence
from knowledge.text import fold, stem
from tutor.answering.course import LEAN, Course, Wanted, stems
from tutor.answering.prose import gives_reason

ALONE_SAID = 0.1
"""Probability that words lean on what was said under which they are taken alone: "What is a prime number?"."""
FEW = 1
"""Words that tell something, up to which what leans has no subject of its own: "¿cuánto pagaron?"."""
BESIDE, NEXT = 1, 2
"""Passages before and after that of what was said, and sentences after it, which are near."""
SAME, NEIGHBOUR, FOLLOWS = 2.0, 1.0, 1.0
"""Log-odds for a sentence of the passage that what was said stands in, of one beside it, and for one that follows."""
AGAIN = 6.0
"""Log-odds that what was said loses in each reading with the question before, which it answers anyway."""
SURELY = 0.8
"""Probability that words lean from which "that", "there" or "its" stand for what was said, and not for what the
question itself names: "In which year did the water reach its highest mark?"."""
_POINTS = re.compile(r"\b(?:it|he|him|she|they|them|ell[oa]s?|eso)\b")
"""Words that stand for what was said."""
_MAY_POINT = re.compile(
    r"\b(?:its|his|her|hers|their|theirs|that|those|this|these|there|then|ones?|es[ea]s?|esos|est[oea]s?|suyo|suya|sus?|"
    r"alli|ahi|entonces|mism[oa]s?)\b"
)
_HE = re.compile(r"\bél\b", re.IGNORECASE)
_GOES_ON = re.compile(r"^(?:and|so|but|or|what about|how about|y|e|pero|entonces|o|que tal)\b")


def found_after(course: Course, wanted: Wanted) -> Found:
    """What is found for words that may lean on an answer from a document, or stand alone."""
    points = _points(wanted)
    query = Query(wanted.text, wanted.language, wanted.units)
    if not wanted.said or (wanted.leans < ALONE_SAID and not points):
        return course.retriever.retrieve(query)
    alone = course.retriever.retrieve(query)
    near = _nearness(course, wanted)
    of_itself = len(wanted.telling) > FEW and not points
    if alone.answerable and len(wanted.telling) > FEW and wanted.leans < (LEAN if points else SURELY):
        return alone
    if of_itself and not alone.answerable:
        return alone  # "Who won the World Cup?" after an otter: what was said does not make it covered
    texts = dict.fromkeys(text for text in (wanted.asked, wanted.said[0]) if text)
    readings = [_found(course, replace(query, text=f"{text} {wanted.text}", alone=wanted.text), near) for text in texts]
    if wanted.telling:
        readings.append(_found(course, query, near))
    leaning = _together(readings, near)
    if alone.answerable and of_itself and not (leaning.sentences and leaning.sentences[0].passage.id in near.passages):
        return alone
    if leaning.answerable or not alone.answerable or (wanted.leans >= LEAN and not of_itself):
        return leaning
    return alone


@dataclass(frozen=True, slots=True)
class _Nearness:
    """Log-odds for sentences by what they have to do with what was said: by passage's id, and by text; and what was
    said and answers nothing more."""

    passages: Mapping[str, float]
    texts: Mapping[str, float]
    spent: frozenset[str]

    def of(self, sentence: Sentence, completed: float) -> float:
        """`completed` is the share of the readings that hold the question before."""
        text = sentence.passage.sentences[sentence.place]
        again = AGAIN * completed if text in self.spent else 0.0
        return self.passages.get(sentence.passage.id, 0.0) + self.texts.get(text, 0.0) - again


def _nearness(course: Course, wanted: Wanted) -> _Nearness:
    passages = course.of_document(wanted.topic)
    by_passage: dict[str, float] = {}
    by_text: dict[str, float] = {}
    for at, passage in enumerate(passages):
        places = [place for place, text in enumerate(passage.sentences) if text in wanted.said]
        if not places:
            continue
        for other in passages[max(0, at - BESIDE) : at + BESIDE + 1]:
            by_passage.setdefault(other.id, NEIGHBOUR)
        by_passage[passage.id] = SAME
        by_text |= dict.fromkeys(passage.sentences[places[-1] + 1 : places[-1] + 1 + NEXT], FOLLOWS)
    return _Nearness(by_passage, by_text, frozenset(text for text in wanted.said if _spent(course, wanted, text)))


def _found(course: Course, query: Query, near: _Nearness) -> Found:
    """What is found in the language of what was said."""
    judged = course.retriever.judged(query)
    own = [found for found in judged if any(sentence.passage.id in near.passages for sentence in found.sentences)]
    return max(own or judged, key=lambda found: found.ahead)


def _together(readings: Sequence[Found], near: _Nearness) -> Found:
    """The sentences by what all readings say of them on the average and how near they are; of the rest the reading that
    is likeliest to be covered."""
    best = max(readings, key=lambda found: found.ahead)
    completed = sum(bool(found.query.alone) for found in readings) / len(readings)
    scores: dict[tuple[str, int], list[float]] = {}
    for found in readings:
        for sentence in found.sentences:
            scores.setdefault((sentence.passage.id, sentence.place), []).append(sentence.score)
    least = min((score for found in scores.values() for score in found), default=0.0)

    def again(sentence: Sentence) -> Sentence:
        told = scores[sentence.passage.id, sentence.place]
        missing = len(readings) - len(told)
        return replace(sentence, score=(sum(told) + missing * least) / len(readings) + near.of(sentence, completed))

    sentences = sorted(map(again, best.sentences), key=lambda sentence: -sentence.score)
    lacking = bool(sentences and sentences[0].features.lacking)
    return replace(best, sentences=tuple(sentences), answerable=best.ahead >= 0 and not lacking)


def _points(wanted: Wanted) -> bool:
    """True where words stand for what was said, go on from it, or tell nothing of their own."""
    plain = fold(wanted.text).lstrip("¿¡ ")
    if not wanted.telling or _POINTS.search(plain) or _HE.search(wanted.text):
        return True
    return wanted.leans >= SURELY and bool(_MAY_POINT.search(plain) or _GOES_ON.match(plain))


def _spent(course: Course, wanted: Wanted, text: str) -> bool:
    """True for a sentence that was said and answers nothing more. It does again where the words tell of nothing else
    ("which island was that?"), where it has the kind of thing that they ask for and that was not asked for before, or
    several numbers ("how many of them?"), and where it gives the reason that is asked for."""
    if wanted.act == "why" and gives_reason(text):
        return False
    passage = next((p for p in course.of_document(wanted.topic) if text in p.sentences), None)
    about = passage.text if passage is not None and passage.language == wanted.language else None
    without = lacks(wanted.text, text, about)
    if wanted.act == "fact" and wanted.telling and _of_what_was_said(wanted):
        return without is True
    another = asked_kind(wanted.text) != asked_kind(wanted.asked) or several_numbers(text)
    return not (another and without is False)


def _of_what_was_said(wanted: Wanted) -> bool:
    """True where all that words tell of stands in what was said last: "Which island was that?"."""
    said = frozenset().union(*(stems(text, wanted.language) for text in wanted.said))
    return bool(wanted.said) and all(stem(word, wanted.language) in said for word in wanted.telling)
