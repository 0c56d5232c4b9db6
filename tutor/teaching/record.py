"""Answers to "who?" and "when?": a name or a year is right or wrong by itself, whatever is said around it."""

from __future__ import annotations

import re
from typing import Literal

from rapidfuzz import fuzz

from knowledge.retrieval.answer_kinds import asked_for
from knowledge.text import fold, is_stop, words

Judged = Literal["right", "partly", "wrong"]
ALIKE = 85
"""Least likeness of a name that is misspelt ("rosenblat"), as rapidfuzz gives it."""
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_NUMBER = re.compile(r"(?<![\d.,])\d{2}(?:\d\d)?(?![\d.,]?\d)")
"""A year, whole or by its last two digits."""
_NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑ][\w'-]{2,}")
_WHEN = frozenset("when year cuando ano".split())
_DENIES = frozenset("not no nunca never tampoco".split())


def on_record(question: str, expected: str, said: str) -> Judged | None:
    """The verdict on what was `said` to a question for a name or a year that the sentence `expected` gives; None where
    another judge is needed."""
    plain = set(words(said))
    years = _YEAR.findall(expected)
    when = bool(years) and (asked_for(question) == "when" or bool(_WHEN & set(words(question))))
    names = _names(expected, question) if asked_for(question) == "who" else set()
    if not (when or names) or plain & _DENIES:
        return None
    given = _NUMBER.findall(said)
    year = any(number in years or any(held.endswith(number) for held in years) for number in given)
    name = any(fuzz.ratio(one, other) >= ALIKE for one in names for other in plain)
    if when and names:
        if year and name:
            return "right"
        return "partly" if year or name else ("wrong" if given else None)
    if when:
        return "right" if year else ("wrong" if given else None)
    return "right" if name else None


def clue(question: str, expected: str) -> tuple[Literal["decade", "initials"], str] | None:
    """What helps to remember the year or the name that the sentence `expected` gives: the decade ("1950"), or how the
    names begin ("R"); None where a question asks for neither."""
    years = _YEAR.findall(expected)
    if years and (asked_for(question) == "when" or _WHEN & set(words(question))):
        return "decade", f"{years[0][:3]}0"
    if asked_for(question) == "who" and (names := _names(expected, question)):
        held = [word for word in _NAME.findall(expected) if fold(word) in names]
        return "initials", ", ".join(dict.fromkeys(word[0] for word in held))
    return None


def _names(expected: str, question: str) -> set[str]:
    """The words of names in a sentence that are not in the question."""
    asked = set(words(question))
    found = {fold(word) for word in _NAME.findall(expected)}
    return {word for word in found - asked if not is_stop(word, "en") and not is_stop(word, "es")}
