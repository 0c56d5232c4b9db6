"""Which demo is wanted, with which parameters: by name, by what the demos are known by, and by nearness of meaning.

Whether a demo is wanted at all is the reading's to say (tutor/dialogue/reading.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from demos.runtime.contract import Demo
from knowledge.retrieval.embedder import Embedder
from knowledge.text import fold
from tutor.answering.reply import Offer
from tutor.dialogue.demo_names import Names
from tutor.dialogue.demo_ranking import Nearness
from tutor.dialogue.relative import relative
from tutor.dialogue.slots import Extracted, extract

CLOSE = 0.55
"""Least nearness of a request to a demo before the demo is run without being named; chosen on the train split of the
labelled demo requests."""

DOUBTFUL = 0.12
"""How much nearer it has to be when the reading is not sure that a demo is wanted."""

MARGIN = 0.03
"""Demos closer to each other than this are both meant, so the student is asked."""

KIN = 0.12
"""How much nearer a demo has to be than the one whose name is a part of its own, to be meant by that name."""

RIVAL = 0.35
"""How much nearer any other demo has to be than those that are named, to be meant all the same."""


@dataclass(frozen=True, slots=True)
class RunDemo:
    """A demo to run. `extracted` is what the words fix; `before` the parameters of the run that is to be changed."""

    demo: Demo
    extracted: Extracted
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clarify:
    """A request that fits several demos."""

    demos: tuple[Demo, ...]


class DemoReader:
    """Reads demo requests by the demos' names, aliases and example requests."""

    def __init__(self, demos: Sequence[Demo], embedder: Embedder) -> None:
        self._demos = {demo.name: demo for demo in demos}
        self._names = Names(demos, embedder.vocabulary)
        self._nearness = Nearness(demos, embedder)

    def offered(self, offer: Offer, before: str = "") -> RunDemo | None:
        """The run that an offer means, with what the question `before` named where the offer sets nothing."""
        demo = self._demos.get(offer.demo)
        example = self._examples.get(_bare(offer.text))
        if demo is None:
            return RunDemo(example, extract(example, offer.text)) if example else None
        stated = {**extract(demo, offer.text).params, **offer.params}
        return RunDemo(demo, Extracted(stated or _named(demo, before), (), ()))

    def changed(self, text: str, last: tuple[str, Mapping[str, Any]] | None, before: str = "") -> RunDemo | None:
        """The last run with what the text changes; None when there is none, or when another demo is named. A bare
        number means what the words `before` set: "train it for 30 epochs", "and with 5?"."""
        demo = self._demos.get(last[0]) if last else None
        if demo is None or last is None:
            return None
        named = self._names.found(fold(self._names.spelt(text)))
        if named and demo not in named:
            return None
        found = extract(demo, text)
        if told := relative(demo, text, last[1]):
            return RunDemo(demo, Extracted(told, (), ()), last[1])
        if (
            not found.params
            and len(found.loose) == 1
            and (only := _only_fitting(demo, found.loose[0], last[1], extract(demo, before).params if before else ()))
        ):
            found = Extracted(only, (), ())
        return RunDemo(demo, found, last[1])

    def asked(self, text: str, about: str = "", *, sure: bool = True, before: str = "") -> RunDemo | Clarify | None:
        """The demo that a request is for; `about` is the demo of what was spoken of, for "show me", which then runs with
        what the question `before` named ("why can't it learn XOR?"). None for none."""
        text = text.removeprefix("/demo ").strip()
        if example := self._examples.get(_bare(text)):
            return RunDemo(example, extract(example, text))
        named = self._named(text)
        ranked = self._nearness.ranked((_courtesy(text),), self._names.only_choices)
        if named:
            ranked = self._meant(named, text, ranked)
        elif about in self._demos and len(text.split()) <= SHORT:
            demo = self._demos[about]
            found = extract(demo, text)
            return RunDemo(demo, replace(found, params={**_named(demo, before), **found.params}))
        elif ranked[0][1] < CLOSE + (0 if sure else DOUBTFUL):
            return None
        close = tuple(demo for demo, score in ranked if score > ranked[0][1] - MARGIN)
        if len(close) > 1:
            return Clarify(close[:4]) if sure or named else None
        return RunDemo(ranked[0][0], extract(ranked[0][0], text))

    @cached_property
    def _examples(self) -> dict[str, Demo]:
        return {_bare(example.text): demo for demo in self._demos.values() for example in demo.examples}

    def _meant(
        self, named: Sequence[Demo], text: str, ranked: Sequence[tuple[Demo, float]]
    ) -> list[tuple[Demo, float]]:
        """Those of the ranked demos that the names may mean: the named, or one much nearer than all of them.

        A demo whose longer name holds the name said need not be as much nearer: "a tiny GPT that sorts".
        """
        best = max(score for demo, score in ranked if demo in named)
        kin = self._names.kin(fold(self._names.spelt(text)))
        nearer = [(demo, score) for demo, score in ranked if score > best + (KIN if demo in kin else RIVAL)]
        return nearer or [pair for pair in ranked if pair[0] in named]

    def _named(self, text: str) -> list[Demo]:
        found = self._names.found(fold(self._names.spelt(text)))
        return found or self._names.in_parts(text) or self._names.by_choice(text)


def _named(demo: Demo, question: str) -> dict[str, Any]:
    """What a question that was no request names of a demo: a data set, a task, and no number that it may speak of."""
    return {name: value for name, value in extract(demo, question).params.items() if isinstance(value, str)}


def _only_fitting(demo: Demo, value: float, before: Mapping[str, Any], said: Collection[str]) -> dict[str, Any]:
    """The parameter that one bare number must mean: of those that were `said` before, then of all, the first that takes
    it and has another value now; a whole number goes to one that counts, another to one that does not."""
    whole = float(value).is_integer()
    for name, schema in sorted(demo.schema()["properties"].items(), key=lambda pair: pair[0] not in said):
        counts = schema.get("type") == "integer"
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        fits = schema.get("type") in ("integer", "number") and name != "seed" and counts == whole
        if fits and low <= value <= high and before.get(name) != value:
            return {name: int(value) if counts else value}
    return {}


SHORT = 6
"""Words of a request at most that names nothing and means what was spoken of."""


def _courtesy(text: str) -> str:
    """The text without please and thanks, which examples do not have."""
    return " ".join(re.sub(r"\b(?:please|plese|pls|por favor|thanks|thank you)\b[,!.]?", " ", text, flags=re.I).split())


def _bare(text: str) -> str:
    """The words of a text alone, as an example is known by."""
    return " ".join(re.findall(r"[\w.]+", fold(_courtesy(text)).rstrip(".")))
