"""Whether the course says what a worded sentence claims: a check by meaning, and hard checks on what is counted.

A language model words answers; nothing of it reaches a student that the sentences it was given do not say. Numbers
and names are compared as they stand. For the rest a cross-encoder reads the course's sentences and the claim
together (knowledge/retrieval/entailment.safetensors, trained by `python -m training grounding`), in either language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval import cross_encoder
from knowledge.text import Language, fold
from tutor.answering.reply import Line

FILE = Path(cross_encoder.__file__).with_name("entailment.safetensors")
LONGEST = 128
"""Tokens of premise and claim together."""
WINDOW = 3
"""Sentences of one unit that are read together with a claim."""
SUPPORTED = 2.0
"""Least log-odds of a claim that passes: on claims about topics that nothing was trained on, written by hand, 0.025 of
the false ones pass and 0.46 of the true ones; what does not is replaced by the course's own sentence."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<![.!?:¿¡\"«(] )(?<!^)\b[A-ZÁÉÍÓÚÑ][\wáéíóúñ-]*")
_COUNTS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7",
    "ocho": "8", "nueve": "9", "diez": "10",
}  # fmt: skip
_MATH = re.compile(r"\$[^$]*\$|\\[a-z]+|[=∑√∂≤≥]")


class Reader(Protocol):
    """What reads a premise and claims together."""

    def scores(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]: ...

    def load(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a claim: the sentence of the course that says it, or None and the reason why none does."""

    line: Line | None
    reason: str = ""
    score: float = 0.0


class Grounding:
    """Checks claims against sentences of the course. Safe to call from several threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def load(self) -> None:
        """Load what reads now."""
        self._reader.load()

    def check(self, claim: str, material: Sequence[Line], question: str, language: Language) -> Checked:
        """The line of `material` that says most of what is claimed; it may name what the student's `question` does."""
        told = " ".join(text for line in material for text in both(line))
        if reason := _counted(claim, f"{told} {question}"):
            return Checked(None, reason)
        windows = [list(window) for window in _windows(material)]
        if not windows:
            return Checked(None, "nothing to check it against")
        scores = self._reader.scores(claim, [("", premise(window, language)) for window in windows])
        best = int(np.argmax(scores))
        if scores[best] < SUPPORTED:
            return Checked(None, "not said by the course", float(scores[best]))
        return Checked(_nearest(claim, windows[best]), score=float(scores[best]))


def is_picture(text: str) -> bool:
    """True for an everyday comparison: it names and counts nothing."""
    return not (_MATH.search(text) or _NUMBER.search(text) or _NAME.search(text))


def premise(window: Sequence[Line], language: Language) -> str:
    """The sentences as the cross-encoder reads them: their topic's title tells what "it" is."""
    title = window[0].passage.named(language) if window[0].passage else ""
    return f"{title}. {' '.join(line.text for line in window)}"


def both(line: Line) -> tuple[str, ...]:
    """A line in the languages in which the course has it, with its title."""
    passage = line.passage
    if passage is None:
        return (line.text,)
    told = [passage.title, passage.title_other, line.text]
    for one, other in zip(passage.sentences, passage.other, strict=False):
        if line.text in (one, other):
            told += [one, other]
    return tuple(told)


def _windows(material: Sequence[Line]) -> list[Sequence[Line]]:
    """Runs of neighbouring lines of one passage, WINDOW at most."""
    found: list[Sequence[Line]] = []
    for _, group in groupby(material, key=lambda line: line.passage.id if line.passage else ""):
        lines = list(group)
        found += [lines[start : start + WINDOW] for start in range(0, len(lines), WINDOW)]
    return found


def _counted(claim: str, told: str) -> str:
    """Why a claim cannot pass whatever it means; "" when nothing speaks against it."""
    if _MATH.search(claim):
        return "a formula of its own"
    numbers = _numbers(claim) - _numbers(told)
    if numbers:
        return f"a number of its own: {min(numbers)}"
    known = set(re.findall(r"\w+", fold(told)))
    for name in _NAME.findall(claim):
        parts = re.findall(r"\w+", fold(name))
        if any(part not in known and part.removesuffix("s") not in known for part in parts):
            return f"a name of its own: {name}"
    return ""


def _numbers(text: str) -> set[str]:
    digits = {_plain(number) for number in _NUMBER.findall(text)}
    return digits | {_COUNTS[word] for word in re.findall(r"\w+", fold(text)) if word in _COUNTS}


def _plain(number: str) -> str:
    """A number as both languages write it: "85,584" and "85.584" are one, "0,5" and "0.50" too."""
    whole, _, part = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", number).replace(",", ".").partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}" if part else whole


def _nearest(claim: str, window: Sequence[Line]) -> Line:
    """The line that shares most with the claim."""
    said = set(re.findall(r"\w{4,}", fold(claim)))
    return max(window, key=lambda line: len(said & set(re.findall(r"\w{4,}", fold(" ".join(both(line)))))))
