"""What a student wants: an answer, a demo run, or a word about the tutor itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from demos.runtime.contract import Demo
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.spanish import in_english, in_plain_words
from knowledge.text import fold
from tutor.dialogue import run_orders as phrases
from tutor.dialogue.demo_names import Names
from tutor.dialogue.demo_ranking import Nearness
from tutor.dialogue.slots import Extracted, extract

CLOSE = 0.62
"""Least nearness of a request to a demo before the demo is run without being named."""

CLAIMED = 0.08
"""How much less near it has to be when the request states parameters of that demo."""

MARGIN = 0.03
"""Demos closer to each other than this are both meant, so the student is asked."""

KIN = 0.12
"""How much nearer a demo has to be than the one whose name is a part of its own, to be meant by that name."""

RIVAL = 0.3
"""How much nearer any other demo has to be than those that are named, to be meant all the same."""

AHEAD = 0.1
"""How much nearer than any other a demo has to be that is neither named nor ordered."""

ALIKE = 1.0
"""Least nearness at which the wording alone shows that a demo is wanted."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to answer from the course."""


@dataclass(frozen=True, slots=True)
class About:
    """Talk about the tutor itself."""


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


Intent = Ask | About | RunDemo | Clarify


class IntentReader:
    """Reads intents by the demos' names, aliases and example requests."""

    def __init__(self, demos: Sequence[Demo], embedder: Embedder, cache: Path | None = None) -> None:
        """`cache` is a folder where the examples' vectors are kept between starts."""
        self._demos = tuple(demos)
        self._names = Names(demos, embedder.vocabulary)
        self._nearness = Nearness(demos, embedder, cache)

    def read(self, text: str, last_demo: tuple[str, Mapping[str, Any]] | None = None) -> Intent:
        """The intent of `text`; `last_demo` is the run that "again with 50 epochs" would change."""
        plain = fold(" ".join(text.split()))
        if plain.startswith("/demo "):
            return self._pick(text[6:], text[6:], CLOSE)
        if phrases.is_about_tutor(plain):
            return About()
        if last_demo and phrases.asks_again(plain) and not self._names.found(plain):
            demo = next((demo for demo in self._demos if demo.name == last_demo[0]), None)
            if demo is not None and ((found := extract(demo, text)).params or phrases.is_only_a_change(plain)):
                return RunDemo(demo, found, last_demo[1])
        english = self._in_english(text)
        example = self._examples.get(_bare(text))
        if example is not None:
            return self._run(example, text, english)
        if phrases.wants_run(plain) or (not phrases.is_question(plain) and phrases.wants_run(fold(english))):
            return self._pick(text, english, CLOSE if phrases.wants_run_surely(plain) else CLOSE + 0.05)
        if phrases.may_state_run(plain):
            return self._stated(text, english, least=ALIKE if phrases.orders_words(plain) else None)
        return Ask()

    @cached_property
    def _examples(self) -> dict[str, Demo]:
        return {_bare(example.text): demo for demo in self._demos for example in demo.examples}

    def _in_english(self, text: str) -> str:
        """The text with Spanish, short and misspelt words in the course's own."""
        english = in_english(text)
        if english != text and "?" not in text:
            english = english.rstrip("?")
        return self._names.spelt(in_plain_words(english))

    def _stated(self, text: str, english: str, least: float | None) -> Intent:
        """A demo with its parameters and no order: "gru 25 epochs lr 0.1"; without any when it is as near as `least`."""
        found = self._pick(text, english, CLOSE)
        if not isinstance(found, RunDemo):
            return Ask()
        (_, first), (_, second) = self._ranked(text, english)[:2]
        if least is not None and first >= least:
            return found
        fields = found.demo.params.model_fields
        changed = any(
            not isinstance(value, bool) or fields[name].default != value
            for name, value in found.extracted.params.items()
        )
        return found if changed and (self._named(text, english) or first > second + AHEAD) else Ask()

    def _pick(self, text: str, english: str, least: float) -> Intent:
        """The demo that is meant; one that is not named has to be as near as `least`."""
        named, ranked = self._named(text, english), self._ranked(text, english)
        if named:
            ranked = self._meant(named, text, english, ranked)
        elif ranked[0][1] < least - (CLAIMED if self._run(ranked[0][0], text, english).extracted.params else 0):
            return Ask()
        close = tuple(demo for demo, score in ranked if score > ranked[0][1] - MARGIN)
        if len(close) > 1:
            return Clarify(close[:4])
        return self._run(ranked[0][0], text, english)

    def _ranked(self, text: str, english: str) -> list[tuple[Demo, float]]:
        return self._nearness.ranked((_courtesy(english), _courtesy(text)), self._names.only_choices)

    def _meant(
        self, named: Sequence[Demo], text: str, english: str, ranked: Sequence[tuple[Demo, float]]
    ) -> list[tuple[Demo, float]]:
        """Those of the ranked demos that the names may mean: the named, or one much nearer than all of them.

        A demo whose longer name holds the name said need not be as much nearer: "a tiny GPT that sorts".
        """
        best = max(score for demo, score in ranked if demo in named)
        kin = self._names.kin(fold(self._names.spelt(text))) or self._names.kin(fold(english))
        nearer = [(demo, score) for demo, score in ranked if score > best + (KIN if demo in kin else RIVAL)]
        return nearer or [pair for pair in ranked if pair[0] in named]

    def _named(self, text: str, english: str) -> list[Demo]:
        return (
            self._names.found(fold(self._names.spelt(text)))
            or self._names.found(fold(english))
            or self._names.in_parts(english)
            or self._names.by_choice(english)
        )

    @staticmethod
    def _run(demo: Demo, text: str, english: str) -> RunDemo:
        """The demo with the parameters of the text as typed, and those that only its English wording shows."""
        typed = extract(demo, text)
        if english == text:
            return RunDemo(demo, typed)
        read = extract(demo, english)
        return RunDemo(demo, Extracted({**read.params, **typed.params}, read.loose, read.open_fields))


def _courtesy(text: str) -> str:
    """The text without please and thanks, which examples do not have."""
    return " ".join(re.sub(r"\b(?:please|plese|pls|por favor|thanks|thank you)\b[,!.]?", " ", text, flags=re.I).split())


def _bare(text: str) -> str:
    """The words of a text alone, as an example is known by."""
    return " ".join(re.findall(r"[\w.]+", fold(_courtesy(text)).rstrip(".")))
