"""Every text of the tutor stands in both languages, with the same values in each."""

from __future__ import annotations

from tutor.i18n import Texts
from tutor.i18n.__main__ import problems, said


def test_the_catalogue_is_complete_and_holds_nothing_else() -> None:
    assert len(said()) > 50
    assert not list(problems())


def test_values_are_put_in() -> None:
    assert Texts("en")("What is {topic}?", topic="softmax") == "What is softmax?"
    assert Texts("es")("What is {topic}?", topic="softmax") == "¿Qué es softmax?"
    assert Texts("es")("Show me the demo of {topic}", topic="el perceptrón") == "Muéstrame la demo del perceptrón"
    assert Texts("es")("Show me the demo of {topic}", topic="él") == "Muéstrame la demo de él"
