"""A student's answer beside the course's, in either language: right, partly, wrong, or to be compared.

Each of the course's sentences is looked for in what the student said: by nearness of meaning (e5) and by the words and
numbers that tell. A number or a denial that clashes makes it wrong. When in doubt it is "compare": the course's
sentences follow in every case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.retrieval.embedder import Vectors
from knowledge.text import Language, content_words, words

Kind = Literal["right", "partly", "wrong", "compare"]
SAME, NEAR, FAR = 0.92, 0.87, 0.82
"""Cosines (as e5 gives them) of an answer that says a sentence, of one that may, and of one on something else."""
SHARED = 0.4
"""Share of a sentence's telling stems that an answer in its words holds."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_DENIES = {
    "en": frozenset("not no never cannot can't doesn't don't isn't aren't without nothing".split()),
    "es": frozenset("no nunca jamas sin tampoco nada ningun ninguna".split()),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer compares; `missing` are the places of the course's sentences that it leaves out, where it does."""

    kind: Kind
    missing: tuple[int, ...] = ()


def grade(
    question: str, expected: Sequence[str], said: str, vector: Vectors, vectors: Vectors, language: Language
) -> Verdict:
    """The verdict on what a student `said`; `vector` is its own, `vectors` those of the `expected` sentences."""
    asked = set(content_words(question, language))
    own = set(content_words(said, language)) - asked
    if not own and not _NUMBER.search(said):
        return Verdict("compare")
    cosines = [float(row @ vector) for row in vectors]
    shares = [_share(text, own, asked, language) for text in expected]
    told = [c >= SAME or (c >= NEAR and s >= SHARED / 2) or s >= SHARED for c, s in zip(cosines, shares, strict=True)]
    if max(cosines, default=0.0) < FAR and max(shares, default=0.0) < SHARED / 2:
        return Verdict("wrong")
    if not any(told):
        return Verdict("compare")
    best = max(range(len(expected)), key=lambda place: (told[place], cosines[place]))
    if _clashes(expected[best], said, language):
        return Verdict("compare")
    missing = tuple(place for place, ok in enumerate(told) if not ok)
    if told[0] or len(missing) * 2 <= len(told):
        return Verdict("right")
    return Verdict("partly", missing)


def _share(text: str, own: set[str], asked: set[str], language: Language) -> float:
    telling = set(content_words(text, language)) - asked
    return len(telling & own) / len(telling) if telling else 0.0


def _clashes(text: str, said: str, language: Language) -> bool:
    """True for a number that the sentence has not, or where one denies and the other does not."""
    numbers = set(_NUMBER.findall(said))
    if numbers and not numbers & set(_NUMBER.findall(text)) and _NUMBER.search(text):
        return True
    return bool(set(words(said)) & _DENIES[language]) != bool(set(words(text)) & _DENIES[language])
