"""Questions that lean on the conversation, each with the same question in words that stand alone.

Most are made from questions that stand alone: the topic's name gives way to a pronoun ("Who made the perceptron?" ->
"And who made it?"), or another topic takes its place ("What about the LSTM?"). Some of the bank's training half were
written by hand. A third stand alone as they are, whatever was spoken of before, and stay so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from knowledge.courses.builtin import read_notes, read_slides
from knowledge.courses.labelled import read_bank
from knowledge.text import content_words
from training.example import Example
from training.material import Known, Material
from tutor.answering.prompts import follow_up_messages

WRITTEN = Path(__file__).with_name("follow_ups.txt")
ALONE, CHANGED = 0.35, 0.2
"""The shares of examples that stand alone, and that change the topic."""
_PRONOUNS = ("it", "it", "it", "that", "this one")
_OPENINGS = ("", "", "And ", "and ", "So ", "ok ")
_INTRODUCTIONS = ("What is {}?", "What is {}?", "Explain {}.", "Tell me about {}.", "How does {} work?", "what is {}")
_CHANGES = ("What about {}?", "And {}?", "and {}", "How about {}?", "And for {}?", "what about {}")


@dataclass(frozen=True, slots=True)
class _Named:
    """A question with the name of its topic in it, article included."""

    known: Known
    topic: str
    name: str
    start: int
    end: int

    def with_name(self, name: str) -> str:
        """The question with other words in the name's place."""
        question = self.known.question
        return f"{question[: self.start]}{name}{question[self.end :]}"


class FollowUps:
    """Makes the examples of one material. The same seed gives the same ones."""

    def __init__(self, material: Material, seed: int) -> None:
        self._material, self._seed = material, seed

    @cached_property
    def _named(self) -> list[_Named]:
        alone = (known for known in self._material.known if known.document and not known.history)
        return [named for known in alone if (named := self._find(known)) is not None]

    def _find(self, known: Known) -> _Named | None:
        names = _names().get(known.document, ())
        for name in sorted(names, key=len, reverse=True):
            pattern = rf"(?<![\w-])(?:(?:the|an?) )?{re.escape(name)}(?![\w-])"
            if match := re.search(pattern, known.question, re.IGNORECASE):
                return _Named(known, names[0], match[0], match.start(), match.end())
        return None

    def examples(self) -> Iterator[Example]:
        """One example for each question that names its topic, then the written ones."""
        for place, named in enumerate(self._named):
            draw = random.Random(f"follow-up {self._seed} {self._material.name} {place}")
            if _can_be_said(example := self._example(named, draw)):
                yield example
        yield from filter(_can_be_said, _written(self._material))

    def _example(self, named: _Named, draw: random.Random) -> Example:
        whole, chance = named.known.question, draw.random()
        if chance < ALONE:
            other = draw.choice(self._named)
            return _follow_up(self._material, named.known, whole, self._before(other, draw), other.topic, whole)
        if chance < ALONE + CHANGED:
            other = draw.choice(self._named)
            said = draw.choice(_CHANGES).format(other.name)
            return _follow_up(self._material, named.known, said, whole, named.topic, named.with_name(other.name))
        said = _leaning(named, draw)
        return _follow_up(self._material, named.known, said, self._before(named, draw), named.topic, whole)

    def _before(self, named: _Named, draw: random.Random) -> str:
        """A question that the conversation may have had just before: on the same topic, but another."""
        others = [
            other.known.question
            for other in self._named
            if other.known.document == named.known.document and other.known.answer != named.known.answer
        ]
        introduction = draw.choice(_INTRODUCTIONS).format(named.name)
        return draw.choice(others) if others and draw.random() < 0.5 else introduction


def _can_be_said(example: Example) -> bool:
    """False when the answer has words that the conversation lacks: the product drops such a rewording."""
    return set(content_words(example.answer)) <= set(content_words(example.user))


def _leaning(named: _Named, draw: random.Random) -> str:
    """The question with a pronoun for the topic's name."""
    pronoun = draw.choice(_PRONOUNS)
    question = named.known.question
    if re.match(r"['’]s\b", question[named.end :]):
        said = f"{question[: named.start]}its{question[named.end + 2 :]}"
    else:
        said = named.with_name(pronoun)
    opening = draw.choice(_OPENINGS)
    said = f"{opening}{said[0].lower()}{said[1:]}" if opening else said
    return said if draw.random() < 0.7 else said.lower().rstrip("?. ")


def _written(material: Material) -> Iterator[Example]:
    """The training half's own follow-ups, as far as they belong to the material."""
    targets = dict(
        line.split(": ", 1) for line in WRITTEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
    learnt = {(known.question, known.history): known.document for known in material.known}
    for item in read_bank(split="train"):
        if item.id in targets and (item.question, item.history) in learnt:
            document = learnt[item.question, item.history]
            topic = _names().get(document, ("",))[0]
            known = Known("follow_up", document, item.question, (), history=item.history)
            yield _follow_up(material, known, item.question, item.history[-1], topic, targets[item.id])


def _follow_up(material: Material, known: Known, question: str, before: str, topic: str, whole: str) -> Example:
    system, user = follow_up_messages(question, before, topic)
    return Example(
        "stand_alone", material.name, known.document, question, (before,), (), system.content, user.content, whole
    )


@cache
def _names() -> dict[str, Sequence[str]]:
    """What each document of the built-in course is called: its title first."""
    return {
        **{f"slide-{slide.number}": (slide.title, *slide.aliases) for slide in read_slides()},
        **{note.id: (note.title, *note.aliases) for note in read_notes()},
    }
