"""A student's answer beside the course's, in either language: right, partly, wrong, off the point, or to be compared.

What the answer and the course's sentences share is put into numbers: nearness of meaning (e5), words that tell, whether
the entailment reader finds the answer in the course and the course's first sentence in the answer, denials and numbers
that clash, and whether another topic is nearer. A linear model of these, fitted by `python -m training grading` on
answers that were written and judged by hand (training/student_answers/), gives the probability of each verdict. Where
none is sure enough the course's sentences are shown to compare with.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from knowledge.retrieval.embedder import Vectors
from knowledge.text import Language, content_words, words
from tutor.answering.grounding import Reader

Kind = Literal["right", "partly", "wrong", "off", "compare"]
VERDICTS: tuple[Kind, ...] = ("right", "partly", "wrong", "off")
FILE = Path(__file__).with_name("grading.json")
TOLD = 0.5
"""Share of an expected sentence's telling stems, or the probability by the reader, from which it was said."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_DENIES = frozenset(
    "not no never cannot can't doesn't don't isn't aren't without nothing nunca "
    "jamas sin tampoco nada ningun ninguna".split()
)
_LOST = frozenset("idea se know jaja jajaja lol nose sorry profe parce".split())


class Features(NamedTuple):
    """What the weights in grading.json go by."""

    nearest: float
    """Largest cosine with one of the expected sentences."""
    mean: float
    first: float
    question: float
    """Cosine with the question itself: who repeats it has not answered."""
    shared: float
    """Largest share of an expected sentence's telling stems."""
    shared_all: float
    """The same of all of them together."""
    length: float
    """Logarithm of how many stems of its own the answer has."""
    empty: float
    """1 where it has none."""
    denies: float
    """1 where the answer denies and no expected sentence does, or the nearest one does and the answer does not."""
    clashes: float
    """1 for a number that the expected sentences have not."""
    said: float
    """Log-odds, by the reader, that the expected sentences say the answer."""
    says: float
    """Log-odds that the answer says the first expected sentence."""
    other: float
    """Cosine with what another topic is, less that with the nearest expected sentence."""
    lost: float
    """Share of words that give up or joke."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer compares, with the probability of each verdict; `missing` are the places of the course's sentences
    that it leaves out, where it is right in part."""

    kind: Kind
    missing: tuple[int, ...] = ()
    odds: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A practice question with what answers it, and the vectors of all texts: `own` the answer's, `expected` those of
    the course's sentences, `question`, and `others` what each other topic is."""

    question: str
    sentences: Sequence[str]
    own: Vectors
    expected: Vectors
    asked: Vectors
    others: Vectors


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by verdict and feature, means and spreads of the features, and the least probability of a verdict."""

    weights: Mapping[str, Sequence[float]]
    bias: Mapping[str, float]
    mean: Sequence[float]
    spread: Sequence[float]
    sure: Mapping[str, float]

    @classmethod
    @cache
    def trained(cls) -> Model:
        """The packaged weights."""
        return cls(**json.loads(FILE.read_text(encoding="utf-8")))

    def odds(self, features: Features) -> dict[str, float]:
        """The probability of each verdict."""
        row = (np.array(features) - np.array(self.mean)) / np.array(self.spread)
        scores = {kind: float(np.dot(self.weights[kind], row)) + self.bias[kind] for kind in VERDICTS}
        top = max(scores.values())
        shares = {kind: math.exp(score - top) for kind, score in scores.items()}
        total = sum(shares.values())
        return {kind: share / total for kind, share in shares.items()}


def grade(asked: Asked, said: str, language: Language, reader: Reader) -> Verdict:
    """The verdict on what a student `said`."""
    model = Model.trained()
    odds = model.odds(features_of(asked, said, language, reader))
    best = max(VERDICTS, key=lambda kind: odds[kind])
    if odds[best] < model.sure[best]:
        return Verdict("compare", odds=odds)
    return Verdict(best, missing(asked, said, language) if best == "partly" else (), odds)


def features_of(asked: Asked, said: str, language: Language, reader: Reader) -> Features:
    """The numbers that an answer is judged by."""
    stems = set(content_words(asked.question, language))
    own = set(content_words(said, language)) - stems
    cosines = [float(row @ asked.own) for row in asked.expected]
    telling = [set(content_words(text, language)) - stems for text in asked.sentences]
    shares = [len(own & found) / len(found) if found else 0.0 for found in telling]
    together = set().union(*telling)
    best = int(np.argmax(cosines))
    whole = " ".join(asked.sentences)
    scores = reader.scores(said, [("", f"{asked.question} {whole}")])
    back = reader.scores(asked.sentences[0], [("", f"{asked.question} {said}")])
    numbers = set(_NUMBER.findall(said)) - set(_NUMBER.findall(f"{whole} {asked.question}"))
    plain = words(said)
    return Features(
        nearest=cosines[best],
        mean=sum(cosines) / len(cosines),
        first=cosines[0],
        question=float(asked.asked @ asked.own),
        shared=max(shares),
        shared_all=len(own & together) / len(together) if together else 0.0,
        length=math.log1p(len(own)),
        empty=float(not own),
        denies=float((_denies(said) and not _denies(whole)) or (_denies(asked.sentences[best]) and not _denies(said))),
        clashes=float(bool(numbers)),
        said=float(scores[0]),
        says=float(back[0]),
        other=float((asked.others @ asked.own).max()) - cosines[best] if len(asked.others) else 0.0,
        lost=sum(word in _LOST for word in plain) / max(1, len(plain)),
    )


def _denies(text: str) -> bool:
    return bool(set(words(text)) & _DENIES)


def missing(asked: Asked, said: str, language: Language) -> tuple[int, ...]:
    """The places of the expected sentences that an answer leaves out: those farther than its nearest one."""
    stems = set(content_words(asked.question, language))
    own = set(content_words(said, language)) - stems
    cosines = [float(row @ asked.own) for row in asked.expected]
    best = int(np.argmax(cosines))
    left = []
    for place, text in enumerate(asked.sentences):
        telling = set(content_words(text, language)) - stems
        share = len(own & telling) / len(telling) if telling else 0.0
        if place != best and share < TOLD:
            left.append(place)
    return tuple(left)
