"""What a question asks for in particular, and which sentences have it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.answer_kinds import CourseKind, asked_for, asked_kind, counted, holds, lacks, several_numbers
from knowledge.text import Language

KINDS = {
    "How many eggs does a hen lay?": "count",
    "¿Cuántos huevos pone una gallina?": "count",
    "What did the new roof cost?": "money",
    "¿Cuánto cuesta el techo?": "money",
    "¿Cuánto pagaron por el techo?": "money",
    "¿Cuánto le pagan al picador?": "money",
    "¿Cuánto tarda el picador?": "span",
    "What percentage of the milk is fat?": "share",
    "Which colour has the door?": "colour",
    "¿De qué color es la puerta?": "colour",
    "How tall is the mast?": "length",
    "mast height": "length",
    "¿Qué altura tiene el mástil?": "length",
    "How heavy is the anchor?": "weight",
    "At what temperature does tin melt?": "temperature",
    "How long did the voyage last?": "span",
    "¿Cuánto tiempo duró el viaje?": "span",
    "When did the captain die?": "death",
    "¿Cuándo murió el capitán?": "death",
    "Where was the cook born?": "birth",
    "Whom did the sailor marry?": "marriage",
    "When was the ship built?": "when",
    "¿En qué año se construyó el barco?": "when",
    "Who steered the ship?": "who",
    "¿Quién llevaba el timón?": "who",
    "Why does a ship float?": "",
    "When ships meet, what do they do?": "",
    "What is a mast?": "",
    "How is tin made?": "",
}


@pytest.mark.parametrize(("question", "kind"), KINDS.items(), ids=KINDS)
def test_the_words_of_a_question_tell_what_it_asks_for(question: str, kind: str) -> None:
    assert asked_kind(question) == kind


ANSWERS = [
    ("What does a ticket cost?", "A ticket is sold at the gate.", True),
    ("What does a ticket cost?", "A ticket is sold for two pounds.", False),
    ("¿Cuánto cuesta la entrada?", "La entrada se paga en la puerta: 3000 pesos.", False),
    ("¿Cuánto pagaron por los molinos?", "Los compraron por doscientas mil pesetas.", False),
    ("How tall is the mast?", "The mast was set up in 1904.", True),
    ("How tall is the mast?", "The mast rises thirty-one metres over the deck.", False),
    ("How tall is the 20 m mast in fact?", "It is the 20 m mast.", True),
    ("When was the ship built in 1904 burnt?", "The ship was built in 1904.", True),
    ("When was the ship burnt?", "The ship burnt down in 1911.", False),
    ("When did the captain die?", "The captain built the ship in 1904.", True),
    ("When did the captain die?", "The captain drowned in 1911.", False),
    ("Whom did the sailor marry?", "The sailor came from Bergen in Norway.", True),
    ("Which colour has the door?", "The door was painted by Ana.", True),
    ("Which colour has the door?", "The door is painted dark green.", False),
    ("Who steered the ship?", "It was steered with a wheel of oak.", True),
    ("Who steered the ship?", "It was steered by Ana Ruiz.", False),
    ("Who steered Ana Ruiz's ship?", "The ship of Ana Ruiz is of oak.", True),
    ("Why does a ship float?", "It displaces water.", None),
]


@pytest.mark.parametrize(("question", "sentence", "found"), ANSWERS)
def test_a_sentence_has_what_is_asked_for_or_not(question: str, sentence: str, found: bool | None) -> None:
    assert lacks(question, sentence) is found


def test_what_is_counted_has_to_be_spoken_of_nearby_in_the_same_language() -> None:
    question, sentence = "How many masts has the ship?", "It carries three of them."
    assert lacks(question, sentence, "The masts are of pine. It carries three of them.") is False
    assert lacks(question, sentence, "The anchors are of iron. It carries three of them.") is True
    assert lacks(question, "Lleva tres.", None) is False


@pytest.mark.parametrize(
    ("sentence", "several"),
    [
        ("There were fourteen, of which five stand.", True), ("De catorce quedan cinco.", True),
        ("It has four sails.", False), ("It has 4 sails, and 4 windows.", False), ("It turns.", False),
    ],
)  # fmt: skip
def test_a_sentence_may_have_several_numbers(sentence: str, several: bool) -> None:
    assert several_numbers(sentence) is several


@given(st.integers(0, 9999), st.text("bcdfgh ", max_size=30))
def test_a_number_of_the_question_is_never_the_one_that_it_asks_for(number: int, words: str) -> None:
    question = f"How many masts had ship {number}?"
    assert lacks(question, f"masts {words} {number}", "masts") is True
    assert lacks(question, f"masts {words} {number} {number + 1}", "masts") is False


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_may_be_asked_and_said(question: str, sentence: str) -> None:
    assert (lacks(question, sentence) is None) is (asked_kind(question) == "")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("In which year was it made?", "when"),
        ("and when was that", "when"),
        ("When?", "when"),
        ("¿y en qué año fue?", "when"),
        ("¿Cuándo?", "when"),
        ("How many layers has GPT?", "count"),
        ("¿Cuántas neuronas hacen falta?", "count"),
        ("How much did it cost to train?", "money"),
        ("¿Cuánto costó entrenar GPT-3?", "money"),
        ("how much faster is it", "count"),
        ("how old was he", "birth"),
        ("Who made it?", "who"),
        ("¿Quién la hizo?", "who"),
        ("When is plain classification enough?", None),
        ("¿cuándo me conviene usarla?", None),
        ("What is a GAN?", None),
    ],
)
def test_what_is_asked_of_the_course_is_read_from_the_question_word(question: str, kind: CourseKind | None) -> None:
    assert asked_for(question) == kind


@pytest.mark.parametrize(
    ("sentence", "kind", "has"),
    [
        ("Slide 22 dates LeNet-5 to 1989.", "when", True),
        ("The first AI winter was in the 1970s.", "when", True),
        ("IBM's Watson won Jeopardy.", "when", False),
        ("A GRU has two gates.", "count", True),
        ("Una GRU tiene dos compuertas.", "count", True),
        ("A GRU has gates.", "count", False),
        ("Slide 26 dates the network to 1982.", "count", False),
        ("It cost 4.6 million dollars.", "money", True),
        ("Costó unos 4 millones de dólares.", "money", True),
        ("GPT-3 has 175B parameters at a high cost.", "money", False),
        ("The perceptron was made by Frank Rosenblatt.", "who", True),
        ("Nobody knows.", "who", False),
        ("Anything.", None, True),
    ],
)
def test_a_sentence_of_the_course_has_it_or_not(sentence: str, kind: CourseKind | None, has: bool) -> None:
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
