"""Sentences of a teacher's prose are said so that they can be understood alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from knowledge.passages import Passage
from knowledge.retrieval.retriever import Sentence, SentenceFeatures
from tutor.answering.course import Wanted
from tutor.answering.prose import MOST, gives_reason, points_back, told

TEXT = (
    "Glass of sand and soda melts in rain.",
    "Lime is added to prevent this.",
    "It makes the glass hard.",
    "Venice had many furnaces.",
    "They burnt all year, because they crack when they cool.",
    "The masters were paid well.",
)


def _sentences(places: Sequence[int], texts: Sequence[str] = TEXT) -> list[Sentence]:
    passage = Passage(
        id="0", course="c", source="document", document="glass.txt", title="Glass", section="Glass",
        text=" ".join(texts), sentences=tuple(texts),
    )  # fmt: skip
    features = SentenceFeatures(*[0.0] * 17)
    return [Sentence(passage, texts[place], place, 10.0 - n, 0.9, features) for n, place in enumerate(places)]


def _said(places: Sequence[int], act: str) -> list[str]:
    return [line.text for line in told(_sentences(places), Wanted("?", "en", act, {}))]


def test_what_says_this_of_something_is_said_after_it() -> None:
    assert _said([1], "fact") == list(TEXT[:2])


def test_what_follows_is_said_where_a_reason_is_asked_for() -> None:
    assert _said([1], "why") == list(TEXT[:3])
    assert _said([0], "fact") == [TEXT[0]]


def test_what_gives_its_reason_needs_nothing_after_it() -> None:
    assert _said([4], "why") == list(TEXT[3:5])


@pytest.mark.parametrize("places", [[3], [0, 3], [3, 0], [5, 4, 3, 0]])
def test_they_are_few_and_in_the_order_of_reading(places: list[int]) -> None:
    said = _said(places, "explain")
    assert TEXT[places[0]] in said
    assert len(said) <= MOST
    assert [TEXT.index(text) for text in said] == sorted(TEXT.index(text) for text in said)


@pytest.mark.parametrize(
    ("sentence", "back"),
    [
        ("It has three arches.", True), ("They were laid in 1871.", True), ("Lime prevents this.", True),
        ("For this reason it stands.", True), ("Por eso se inunda.", True), ("Estas hojas la protegen.", True),
        ("Italy has many.", False), ("The bridge has three arches.", False), ("El río crece en abril.", False),
        ("La laguna es honda.", False),
    ],
)  # fmt: skip
def test_what_points_back(sentence: str, back: bool) -> None:
    assert points_back(sentence) is back


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("They crack because they cool.", True), ("The mill stopped due to the frost.", True),
        ("Se cierra a causa de la nieve.", True), ("Ya que pesa poco, sube.", True),
        ("The mill has six sails.", False), ("El molino tiene seis aspas.", False),
    ],
)  # fmt: skip
def test_what_gives_a_reason(sentence: str, why: bool) -> None:
    assert gives_reason(sentence) is why
