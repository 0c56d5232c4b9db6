"""What is read by rules: slide numbers, quotations, ordinals; and what is told apart by training: the language."""

from __future__ import annotations

import pytest

from tutor.dialogue.language import Languages
from tutor.dialogue.said import ordinal
from tutor.dialogue.utterance import Utterance


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages.trained()


@pytest.mark.parametrize(
    ("text", "slide"),
    [("show slide 36", 36), ("¿qué hay en la diapositiva 12?", 12), ("slide no. 7", 7), ("36 slides", None),
     ("the slides", None), ("diapositiva número 40 por favor", 40)],
)  # fmt: skip
def test_a_slide_is_known_by_its_number(languages: Languages, text: str, slide: int | None) -> None:
    assert Utterance.of(text, languages).slide == slide


def test_what_is_quoted_is_kept_whole(languages: Languages) -> None:
    said = Utterance.of('translate "the old cat" and «el gato»', languages)
    assert said.quoted == ("the old cat", "el gato")


@pytest.mark.parametrize(
    ("text", "place"), [("the second one", 1), ("la segunda", 1), ("the first", 0), ("el último", -1), ("yes", None)]
)
def test_an_ordinal_names_a_place(languages: Languages, text: str, place: int | None) -> None:
    assert ordinal(Utterance.of(text, languages).plain) == place


@pytest.mark.parametrize(
    ("text", "language"),
    [("what is a neural network", "en"), ("qué es una red neuronal", "es"), ("q es una lstm", "es"),
     ("por que se usa softmax", "es"), ("why is softmax used", "en"), ("dame un ejemplo", "es")],
)  # fmt: skip
def test_a_few_words_tell_the_language(languages: Languages, text: str, language: str) -> None:
    assert Utterance.of(text, languages).language == language


@pytest.mark.parametrize("text", ["Continue", "continue.", "demo", "No", "ok, continue", "demo, ok?"])
def test_what_is_said_in_both_languages_tells_neither(languages: Languages, text: str) -> None:
    assert [languages.of(text, before) for before in ("en", "es")] == ["en", "es"]


def test_what_could_be_either_takes_the_conversation_s_language(languages: Languages) -> None:
    for before in ("en", "es"):
        assert Utterance.of("42", languages, before).language == before
