"""Two questions in one turn are both answered; what only looks like two stays one."""

from __future__ import annotations

import pytest

from tutor.dialogue.two_questions import two_questions

SPLIT = (
    ("What is an LSTM and who made it?", "What is an LSTM", "who made it?"),
    ("qué es una LSTM y para qué sirve?", "qué es una LSTM", "para qué sirve?"),
    ("¿Qué es el sobreajuste? ¿Cómo se evita?", "¿Qué es el sobreajuste?", "¿Cómo se evita?"),
    ("explain pooling layers, and why they help", "explain pooling layers", "why they help"),
)
WHOLE = (
    "how and why does it work?", "Which is better and why?", "What is the difference between a cat and a dog?",
    "who made the perceptron and when?", "what is bread and butter?", "What is a GAN?", "",
    "what is A and what is B and what is C",
)  # fmt: skip


@pytest.mark.parametrize(("text", "first", "second"), SPLIT)
def test_where_one_ends_the_next_begins(text: str, first: str, second: str) -> None:
    assert two_questions(text) == (first, second)


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_one_question_stays_one(text: str) -> None:
    assert two_questions(text) is None
