"""A student's answer beside the course's: which of the words that tell are there, and how near the two are in meaning.

The judgement chooses only the words before the course's sentences, which follow in every case: a wrong one does no
harm. When in doubt it is "other words". The limits below were chosen on some sixty answers written for the purpose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA

from knowledge.retrieval.questions import read_question
from knowledge.text import fold, is_stop, stem, words
from tutor.answering.grounding import denies_otherwise, opposes

Kind = Literal["right", "partly", "other", "wrong"]
Closeness = Callable[[str, Sequence[str]], list[float]]

_NUMBERS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "half": "0.5", "quarter": "0.25", "twenties": "1920",
    "thirties": "1930", "forties": "1940", "fifties": "1950", "sixties": "1960", "seventies": "1970",
    "eighties": "1980", "nineties": "1990",
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)*s?%?")
_NAME = re.compile(r"(?<!^)(?<![.!?«\"] )\b[A-ZÁÉÍÓÚÑ][\w’'-]*(?: (?:[A-Z]\. )?[A-ZÁÉÍÓÚÑ][\w’'-]*)*")
_MAGNITUDES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_ONLY = (frozenset({"only"}), frozenset({"every", "all", "always", "any", "each"}))
_ROUNDED = 100
_BOTH = 0.7
SAME = 0.75
"""Least cosine of two sentences that say the same."""
NEAR = 0.35
"""Least cosine of an answer that may well say the same in other words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer compares; `missing` are the places of the course's sentences that it leaves out, where it does."""

    kind: Kind
    missing: tuple[int, ...] = ()


def judge(question: str, expected: Sequence[str], said: str, closeness: Closeness) -> Verdict:
    """The verdict on what a student `said` to a question whose answer is `expected`. All three are English."""
    if (fact := _fact(question, " ".join(expected), said)) is not None:
        return Verdict(fact)
    whole = " ".join(expected)
    alone, after, before = closeness(whole, [said, f"{question} {said}", question])
    clash = _clashes(expected, said)
    told = [share(question, sentence, said) for sentence in expected]
    recall = max(share(question, whole, said), *told)
    precision = _precision(question, whole, said)
    if not clash and _is_right(recall, precision, alone, after - before):
        missing = _left_out(expected, told, closeness)
        half = "difference" in question and recall < _BOTH  # the other half of a comparison is not told
        return Verdict("partly" if missing or half else "right", missing)
    if not clash and recall >= 0.2 and precision >= 0.5 and after > before:
        return Verdict("partly")
    doubtful = recall >= 0.5 if clash else precision > 0 or alone >= NEAR or after > before + 0.015
    return Verdict("other" if doubtful else "wrong")


def telling(text: str) -> list[str]:
    """The stems of a text that carry meaning, in order; number words as numbers."""
    return [_NUMBERS.get(word) or stem(word) for word in words(text) if word in _NUMBERS or not is_stop(word)]


def share(question: str, expected: str, said: str) -> float:
    """How much of what an expected sentence tells beyond the question is said."""
    wanted = set(telling(expected)) - set(telling(question))
    have = telling(said)
    return sum(_is_among(word, have) for word in wanted) / len(wanted) if wanted else 0.0


def _precision(question: str, expected: str, said: str) -> float:
    """How much of what is said beyond the question is in the expected sentences."""
    new = set(telling(said)) - set(telling(question))
    have = telling(expected)
    return sum(_is_among(word, have) for word in new) / len(new) if new else 0.0


def _is_right(recall: float, precision: float, alone: float, gain: float) -> bool:
    """Whether words and meaning together say so; `gain` is how much nearer the answer brings the question."""
    if recall >= 0.5 and precision >= 0.4 and (gain > 0.015 or recall >= 0.75):
        return True
    if recall >= 0.4 and gain > 0:
        return precision >= 0.6 or (precision >= 0.4 and gain >= 0.07)
    return alone >= SAME and precision > 0


def _clashes(expected: Sequence[str], said: str) -> bool:
    """True when the answer denies what every expected sentence affirms, or says the opposite."""
    mine = set(words(said))
    return all(
        denies_otherwise(said, sentence)
        or opposes(said, sentence)
        or (_ONLY[0] & set(words(sentence)) and _ONLY[1] & mine and not _ONLY[0] & mine)
        for sentence in expected
    )


def _left_out(expected: Sequence[str], told: Sequence[float], closeness: Closeness) -> tuple[int, ...]:
    """The sentences of which nothing is said, unless they say the same as the one that is told best."""
    silent = [place for place, value in enumerate(told) if value == 0]
    if not silent or len(silent) == len(expected):
        return ()
    best = expected[max(range(len(told)), key=lambda place: told[place])]
    near = closeness(best, [expected[place] for place in silent])
    return tuple(place for place, cosine in zip(silent, near, strict=True) if cosine < SAME)


def _fact(question: str, expected: str, said: str) -> Kind | None:
    """The verdict where a name, a year or a number is asked for, or only numbers are said; None elsewhere."""
    kinds = read_question(question).asked
    bare = all(word.lstrip("-").rstrip("s%").replace(".", "").isdigit() for word in telling(said))
    if "who" in kinds and (names := _names(expected, question)):
        return _compared([_is_said(name, said) for name in names], bool(telling(said)) and not bare)
    asks = "when" in kinds or "how_many" in kinds
    if (asks or bare) and (numbers := _numbers(expected) - _numbers(question)):
        mine, exact = _numbers(said), "when" in kinds
        there = [any(_same(number, other, exact) for other in mine) for number in sorted(numbers)]
        found = _compared(there, bool(mine - numbers))
        return "other" if found == "partly" and not asks else found
    return None


def _compared(there: Sequence[bool], others: bool) -> Kind:
    """All facts are there, or some; `others` says that the student names others instead."""
    if all(there):
        return "right"
    if any(there):
        return "other" if others else "partly"
    return "wrong" if others else "other"


def _names(expected: str, question: str) -> list[str]:
    known = set(words(question))
    return [name for name in dict.fromkeys(_NAME.findall(f". {expected}")) if not set(words(name)) <= known]


def _is_said(name: str, said: str) -> bool:
    """Whether a person is named: the family name, or one like it, is enough."""
    return _is_among(telling(name)[-1] if telling(name) else name, telling(said))


def _numbers(text: str) -> set[str]:
    """The numbers in a text, as digits and with their sign; a decade is its first year."""
    plain = re.sub(r"\b(?:minus|negative) (?=\d|one\b|two\b)", "-", fold(text))
    plain = re.sub(r"[a-z]+", lambda match: _NUMBERS.get(match[0], match[0]), plain)
    plain = re.sub(r"(?<!\w)'?([3-9]0)s\b", r"19\1", plain)
    found = [number.replace("−", "-").replace(",", "").rstrip("s%.") for number in _NUMBER.findall(plain)]
    for number, magnitude in re.findall(rf"(\d+(?:\.\d+)?) ({'|'.join(_MAGNITUDES)})", plain):
        found[found.index(number)] = f"{float(number) * _MAGNITUDES[magnitude]:.0f}"
    return set(found)


def _same(number: str, other: str, exact: bool) -> bool:
    """Whether two numbers are the same; a large one that is no year may be rounded."""
    if exact or number == other or number.count(".") > 1 or other.count(".") > 1:
        return number == other
    return abs(float(number)) >= _ROUNDED and abs(float(number) - float(other)) <= 0.02 * abs(float(number))


def _is_among(word: str, have: Sequence[str]) -> bool:
    """Whether a stem is there, or one that is it but for a slip of the finger."""
    if word in have:
        return True
    slips = 0 if len(word) < 5 or word.isdigit() else 1 if len(word) < 8 else 2
    return any(OSA.distance(word, other, score_cutoff=slips) <= slips for other in have if slips and len(other) >= 4)
