"""Whether the course answers what is asked by itself, so that it is told and not declined: what a thing is, why, how,
with which limits. Whether it has a fact is for the retriever alone.

The retriever says how likely the course covers a question. Where topics have units more is known: which words tell of
something that the course does not use on the topic, whether a topic is named, whether a question of the course asks the
same, which act it is. A linear model of these, fitted by `python -m training fit-told` on the training part of the
labelled questions and on what students asked and the course leaves open, gives the probability.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from knowledge.retrieval.retriever import Found
from knowledge.text import stem
from tutor.answering.course import TAUGHT, Course, Wanted

FILE = Path(__file__).with_name("told.json")
SMALL = 1e-4
"""Least distance of a probability from 0 and 1 in log-odds."""


class Features(NamedTuple):
    """What the weights in told.json go by."""

    covered: float
    """Log-odds, by the retriever, that the course covers the words."""
    unknown: float
    """Words of its own that the course does not use where it speaks of the topic."""
    share: float
    """The same as a share of its own words."""
    never: float
    """Those of them that the course does not use at all."""
    rarity: float
    """How rare the unknown words are in the course, together."""
    rarest: float
    own: float
    """Words that tell, beside the names of topics."""
    named: float
    """1 where a topic is named."""
    match: float
    """Log-odds that a question of the course asks the same."""
    strange: float
    """1 where a name is written large that the course does not know."""
    taught: float
    """1 for an act that asks for what every topic has."""
    off_topic: float
    """How likely it is off the course's topics."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by feature, with "bias", and the least probability at which it is told."""

    weights: Mapping[str, float]
    threshold: float

    @classmethod
    @cache
    def trained(cls) -> Model:
        """The packaged weights."""
        return cls(**json.loads(FILE.read_text(encoding="utf-8")))

    def probability(self, features: Features) -> float:
        """That the course answers it."""
        odds = sum(self.weights[name] * value for name, value in features._asdict().items()) + self.weights["bias"]
        return 1 / (1 + math.exp(-odds))

    def tells(self, features: Features) -> bool:
        """Whether it is told."""
        return self.probability(features) >= self.threshold


def features_of(
    course: Course, wanted: Wanted, found: Found, own: list[str], unknown: list[str], match: float, strange: bool
) -> Features:
    """The features of a question: `own` are the words that tell beside names, `unknown` those that the course does not
    use on the topic, `match` the probability that a question of the course asks the same."""
    rare = [course.retriever.rarity(stem(word, wanted.language)) for word in unknown]
    return Features(
        covered=_log_odds(found.covered),
        unknown=float(len(unknown)),
        share=len(unknown) / max(1, len(own)),
        never=float(sum(not course.retriever.knows(word) for word in unknown)),
        rarity=sum(rare),
        rarest=max(rare, default=0.0),
        own=float(len(own)),
        named=float(any(name.document in course.topics for name in found.names)),
        match=_log_odds(match),
        strange=float(strange),
        taught=float(wanted.act in TAUGHT),
        off_topic=wanted.probability if wanted.act == "off_topic" else 0.0,
    )


def _log_odds(probability: float) -> float:
    within = min(max(probability, SMALL), 1 - SMALL)
    return math.log(within / (1 - within))
