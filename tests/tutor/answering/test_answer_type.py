"""What kind of thing is asked for, in both languages, and which sentences have one."""

from __future__ import annotations

import pytest

from knowledge.text import Language
from tutor.answering.answer_type import Kind, asked_for, counted, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("In which year was it made?", "year"),
        ("and when was that", "year"),
        ("When?", "year"),
        ("¿y en qué año fue?", "year"),
        ("¿Cuándo?", "year"),
        ("How many layers has GPT?", "count"),
        ("¿Cuántas neuronas hacen falta?", "count"),
        ("How much did it cost to train?", "money"),
        ("¿Cuánto costó entrenar GPT-3?", "money"),
        ("how much faster is it", "count"),
        ("how old was he", "age"),
        ("Who made it?", "name"),
        ("¿Quién la hizo?", "name"),
        ("When is plain classification enough?", None),
        ("¿cuándo me conviene usarla?", None),
        ("What is a GAN?", None),
    ],
)
def test_the_kind_is_read_from_the_question_word(question: str, kind: Kind | None) -> None:
    assert asked_for(question) == kind


@pytest.mark.parametrize(
    ("sentence", "kind", "has"),
    [
        ("Slide 22 dates LeNet-5 to 1989.", "year", True),
        ("The first AI winter was in the 1970s.", "year", True),
        ("IBM's Watson won Jeopardy.", "year", False),
        ("A GRU has two gates.", "count", True),
        ("Una GRU tiene dos compuertas.", "count", True),
        ("A GRU has gates.", "count", False),
        ("Slide 26 dates the network to 1982.", "count", False),
        ("It cost 4.6 million dollars.", "money", True),
        ("Costó unos 4 millones de dólares.", "money", True),
        ("GPT-3 has 175B parameters at a high cost.", "money", False),
        ("The perceptron was made by Frank Rosenblatt.", "name", True),
        ("Nobody knows.", "name", False),
        ("Anything.", None, True),
    ],
)
def test_a_sentence_has_it_or_not(sentence: str, kind: Kind | None, has: bool) -> None:
    assert holds(sentence, kind) is has


@pytest.mark.parametrize(
    ("question", "language", "stem"),
    [
        ("How many dollars did Watson win?", "en", "dollar"),
        ("¿Cuántas capas tiene?", "es", "cap"),
        ("How much did it cost to train?", "en", ""),
        ("so if I double the length it gets how much worse", "en", ""),
        ("What is it?", "en", ""),
    ],
)
def test_what_is_counted(question: str, language: Language, stem: str) -> None:
    assert counted(question, language) == stem
