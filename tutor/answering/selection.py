"""The spine of an answer: the few passage sentences that answer the question, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from knowledge.passages import Passage
from knowledge.retrieval.questions import Question, fits, telling
from knowledge.retrieval.retriever import Found, Sentence
from knowledge.text import content_words

LENGTH = {"who": 2, "when": 2, "where": 2, "how_many": 2, "link": 2, "formula": 2}
"""How many sentences an answer takes at most; four where the question is of another kind."""

SPREAD = 3.0
"""A further sentence joins when its score is at most this far below the best one's. Both were chosen on train and dev
(docs/adr/0005-asked-questions.md)."""

WORKED = 2.0
"""What a sentence of a worked example counts less where neither an example nor a number is asked for."""

EACH = 2
"""How many sentences each of two things gets that are compared."""

_BARE_LINK = re.compile(r"Slide \d+ \(.*\) links to ")
"""How the course's list of a slide's links begins: where to read, not an answer."""
_ADDRESS = frozenset("link page url site websit web blog".split())
"""Stems of a question that asks for an address."""
_EXAMPLE = re.compile(r"\b(example|instance|calculate|compute|number)", re.IGNORECASE)
_COMPUTING = re.compile(r"\b(comput|calculat|formula|equation|symbol|math)", re.IGNORECASE)
_BARE_FORMULA = re.compile(r"(?:The formula \([^$]*\):\s*)?\$\$")
_POINTS_BACK = re.compile(r"(It|Its|He|His|She|Her|They|Their|Them|This|That|These|Those|Both|Such)\b")
"""How a sentence of prose begins that is not understood without the one before."""
_LIGHT = frozenset("lectur slide cours note date".split())
"""Stems that say where something stands, not what it is."""


def choose(found: Found) -> tuple[Sentence, ...]:
    """The sentences to answer with, best passage first and in the passage's order; () when nothing was found."""
    if not found.sentences:
        return ()
    if found.sides:
        return _of_each(found.sides)
    sentences = _weighed(found)
    best = sentences[0]
    if best.passage.section == "In short" and _asks_what(found.question, best.passage):
        short = [sentence for sentence in sentences if sentence.passage.id == best.passage.id]
        return tuple(sorted(short, key=lambda sentence: sentence.place))
    chosen = [best]
    wants_address = _wants_an_address(found.question)
    limit = max(LENGTH.get(kind, 4) for kind in found.question.asked)
    for sentence in sentences:
        if len(chosen) >= limit or sentence.score < best.score - SPREAD:
            break
        if not _repeats(sentence, chosen) and not ("http" in sentence.text and not wants_address):
            chosen.append(sentence)
    chosen += _missing_part(found, chosen)
    chosen = [sentence for sentence in chosen if not _within_another(sentence, chosen)]
    return _ordered([*chosen, *_antecedents(found, chosen)])


def _of_each(sides: Sequence[Found]) -> tuple[Sentence, ...]:
    """The first sentences on each of the things that are compared, none twice."""
    chosen: list[Sentence] = []
    for side in sides:
        new = [sentence for sentence in choose(side) if not _repeats(sentence, chosen)]
        chosen += new[:EACH]
    return tuple(chosen)


def _weighed(found: Found) -> list[Sentence]:
    """The sentences by score; bare addresses, worked examples and formulas that are not asked for count less."""
    question = found.question
    addresses = "where" in question.asked or _wants_an_address(question)
    examples = "how_many" in question.asked or _EXAMPLE.search(question.search)
    formulas = "formula" in question.asked or _COMPUTING.search(question.search)
    less = [
        SPREAD * (not addresses and _BARE_LINK.match(sentence.text) is not None)
        + WORKED * (not examples and sentence.passage.section == "Worked example")
        + 2 * SPREAD * (not formulas and _BARE_FORMULA.match(sentence.text) is not None)
        for sentence in found.sentences
    ]
    counted = [
        replace(sentence, score=sentence.score - penalty)
        for sentence, penalty in zip(found.sentences, less, strict=True)
    ]
    return sorted(counted, key=lambda sentence: -sentence.score)


def _wants_an_address(question: Question) -> bool:
    """True for "Which page is linked?" and the like."""
    return bool("link" in question.asked or _ADDRESS & set(content_words(question.search)))


def _asks_what(question: Question, passage: Passage) -> bool:
    """True for a plain "What is X?", which a note's short answer was written for: all it names is the note's title."""
    named = set(content_words(" ".join((passage.title, *passage.aliases))))
    plain = set(question.asked) <= {"what", "other"} and len(set(content_words(question.search))) <= 3
    return plain and set(telling(question.search)) <= named


def _antecedents(found: Found, chosen: Sequence[Sentence]) -> Iterable[Sentence]:
    """In a teacher's prose, the sentence before one that points back to it ("Its designer was ...")."""
    taken = {(sentence.passage.id, sentence.place) for sentence in chosen}
    for sentence in chosen:
        before = (sentence.passage.id, sentence.place - 1)
        if sentence.passage.source == "document" and _POINTS_BACK.match(sentence.text) and before not in taken:
            taken.add(before)
            yield from (other for other in found.sentences if (other.passage.id, other.place) == before)


def _missing_part(found: Found, chosen: Sequence[Sentence]) -> Iterable[Sentence]:
    """One more sentence for each part of a double question that the chosen ones leave open, and for a link."""
    asked = found.question.asked
    for kind in ("link", *asked[1:]) if "link" in asked else asked[1:]:
        if any(fits(kind, sentence.text) for sentence in chosen):
            continue
        for sentence in found.sentences[:12]:
            if fits(kind, sentence.text) and sentence.passage.title == chosen[0].passage.title:
                yield sentence
                break


def _repeats(sentence: Sentence, chosen: Iterable[Sentence]) -> bool:
    return adds_nothing(sentence.text, [other.text for other in chosen])


def adds_nothing(text: str, said: Sequence[str]) -> bool:
    """True when nearly all that a sentence tells was said already, in one of these or in several."""
    new = _telling(text)
    return len(new - {word for other in said for word in content_words(other)}) <= 0.25 * len(new)


def _within_another(sentence: Sentence, chosen: Sequence[Sentence]) -> bool:
    """True when another of the chosen ones tells all that it does, and more."""
    mine = _telling(sentence.text)
    return any(mine < _telling(other.text) for other in chosen)


def _telling(text: str) -> set[str]:
    return set(content_words(text)) - _LIGHT


def _ordered(chosen: Sequence[Sentence]) -> tuple[Sentence, ...]:
    passages = list(dict.fromkeys(sentence.passage.id for sentence in chosen))
    return tuple(sorted(chosen, key=lambda sentence: (passages.index(sentence.passage.id), sentence.place)))
