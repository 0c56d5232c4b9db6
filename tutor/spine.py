"""The spine of an answer: the few passage sentences that answer the question, in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge.question import Question, fits, telling
from knowledge.retrieve import Found, Sentence
from knowledge.text import content_words

LENGTH = {"who": 2, "when": 2, "where": 2, "how_many": 2, "link": 2, "formula": 2}
"""How many sentences an answer takes at most; three where the question is of another kind."""

SPREAD = 3.0
"""A further sentence joins when its score is at most this far below the best one's. Both were chosen on train and dev
(docs/adr/0005-asked-questions.md)."""


_LIGHT = frozenset("lectur slide cours note".split())
"""Stems that say where something stands, not what it is."""


def choose(found: Found) -> tuple[Sentence, ...]:
    """The sentences to answer with, best passage first and in the passage's order; () when nothing was found."""
    if not found.sentences:
        return ()
    best = found.sentences[0]
    if best.passage.section == "In short" and _asks_what(found.question):
        short = [sentence for sentence in found.sentences if sentence.passage.id == best.passage.id]
        return tuple(sorted(short, key=lambda sentence: sentence.place))
    chosen = [best]
    limit = max(LENGTH.get(kind, 3) for kind in found.question.asked)
    for sentence in found.sentences[1:]:
        if len(chosen) >= limit or sentence.score < best.score - SPREAD:
            break
        if not _repeats(sentence, chosen) and not ("http" in sentence.text and "link" not in found.question.asked):
            chosen.append(sentence)
    chosen += _missing_part(found, chosen)
    return _ordered([sentence for sentence in chosen if not _within_another(sentence, chosen)])


def _asks_what(question: Question) -> bool:
    """True for a plain "What is X?", which a note's short answer was written for."""
    return set(question.asked) <= {"what", "other"} and len(set(content_words(question.search))) <= 3


def _missing_part(found: Found, chosen: Sequence[Sentence]) -> Iterable[Sentence]:
    """One more sentence for each part of a double question that the chosen ones leave open."""
    for kind in found.question.asked[1:] if len(found.question.asked) > 1 else ():
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
    return set(telling(text)) - _LIGHT


def _ordered(chosen: Sequence[Sentence]) -> tuple[Sentence, ...]:
    passages = list(dict.fromkeys(sentence.passage.id for sentence in chosen))
    return tuple(sorted(chosen, key=lambda sentence: (passages.index(sentence.passage.id), sentence.place)))
