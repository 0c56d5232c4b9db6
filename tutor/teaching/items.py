"""Quizzes and flashcards made of the course's own units: nothing in them is invented.

A misconception of a topic gives a question with one right choice: the wrong sentences of that topic beside the right
one, each with the sentence that sets it right. What a unit says gives a card.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from knowledge.courses.units import Line, Topic, Unit
from knowledge.text import Language
from tutor.answering.answer import Desk
from tutor.answering.reply import Line as Said
from tutor.answering.reply import Reply
from tutor.i18n import Texts, mark
from tutor.teaching.practice import QUESTIONS, asks, gaps

MOST = 30
"""Items that one request may have."""
LETTERS = "abcdefgh"
WHICH = mark("Which statement on {topic} is true?")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a question; `feedback` is what the course says to it."""

    text: str
    right: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class Item:
    """A question with choices, one of them right. `topic` is its id, `title` its name, `slide` where it is told."""

    topic: str
    title: str
    slide: int
    question: str
    choices: tuple[Choice, ...]
    explanation: str
    hints: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The right choice."""
        return next(choice.text for choice in self.choices if choice.right)

    @property
    def place(self) -> int:
        """The place of the right choice, from 0."""
        return next(place for place, choice in enumerate(self.choices) if choice.right)


@dataclass(frozen=True, slots=True)
class Card:
    """A flashcard: a question of the course and what its unit says."""

    topic: str
    title: str
    slide: int
    front: str
    back: str
    hint: str


def quiz(topics: Sequence[Topic], language: Language, count: int, seed: int = 0) -> list[Item]:
    """Up to `count` questions, the topics in turn; fewer where the units give fewer."""
    rows = [list(_items(topic, Texts(language), seed)) for topic in topics]
    return [item for item in chain.from_iterable(zip_longest(*rows)) if item is not None][: min(count, MOST)]


def cards(topics: Sequence[Topic], language: Language, count: int) -> list[Card]:
    """Up to `count` cards, the topics in turn; fewer where the units give fewer."""
    rows = [list(_cards(topic, Texts(language))) for topic in topics]
    return [card for card in chain.from_iterable(zip_longest(*rows)) if card is not None][: min(count, MOST)]


def listed(desk: Desk, items: Sequence[Item], cards: Sequence[Card]) -> Reply:
    """A quiz or flashcards as text, each with its place in the course; declined where the course has none."""
    texts = desk.texts
    lines: list[Said] = []
    for number, item in enumerate(items, 1):
        lines.append(Said(f"**{number}. {item.question}**", opens="\n" if lines else ""))
        lettered = zip(LETTERS, item.choices, strict=False)
        lines += [Said(choice.text, opens=f"{letter}) ") for letter, choice in lettered]
        said = texts("Answer: {letter}) {answer}", letter=LETTERS[item.place], answer=item.answer)
        lines.append(Said(said, desk.course.passages.get((item.topic, "mistakes", "")), opens="\n"))
    for number, card in enumerate(cards, 1):
        lines.append(Said(f"**{number}. {card.front}**", opens="\n" if lines else ""))
        lines.append(Said(card.back, desk.course.passages.get((card.topic, "define", "")), opens="\n"))
    if not lines:
        return Reply((Said(texts("The course has no practice questions on that.")),), "not_covered")
    return Reply(tuple(lines), "answered", (), items[0].topic if items else cards[0].topic, "practise")


def _items(topic: Topic, texts: Texts, seed: int) -> Iterator[Item]:
    unit = topic.unit("mistakes")
    if unit is None:
        return
    language = texts.language
    wrong, right = _of(unit, "wrong"), _of(unit, "right")
    for place, true in enumerate(right):
        choices = [Choice(true.said(language), True, true.said(language))]
        choices += [
            Choice(false.said(language), False, remedy.said(language))
            for false, remedy in zip(wrong, right, strict=False)
        ]
        random.Random(f"{seed} {topic.id} {place}").shuffle(choices)
        yield Item(
            topic.id, topic.named(language), topic.slide, texts(WHICH, topic=topic.inline(language)),
            tuple(choices), true.said(language), tuple(_hints(topic, language)),
        )  # fmt: skip


def _hints(topic: Topic, language: Language) -> Iterator[str]:
    """A picture of the topic, then what it is, with gaps."""
    if (picture := topic.unit("simply")) and picture.lines:
        yield picture.lines[0].said(language)
    if (define := topic.unit("define")) and define.lines:
        yield gaps(define.lines[0].said(language), topic)


def _cards(topic: Topic, texts: Texts) -> Iterator[Card]:
    language = texts.language
    hint = next(_hints(topic, language), "")
    for act, question in QUESTIONS.items():
        unit = topic.unit(act)  # type: ignore[arg-type]
        if unit is not None and asks(topic, act, language) and (lines := _of(unit, "plain")):
            back = " ".join(line.said(language) for line in lines[: 1 if act == "facts" else 2])
            front = texts(question, topic=topic.inline(language))
            yield Card(topic.id, topic.named(language), topic.slide, front, back, hint)


def _of(unit: Unit, kind: str) -> list[Line]:
    return [line for line in unit.lines if line.kind == kind]


__all__ = ["Card", "Choice", "Item", "cards", "listed", "quiz"]
