"""Which questions lean on what was said before."""

from __future__ import annotations

import pytest

from knowledge.question import leans, read_question


@pytest.mark.parametrize("text", ["And in which year?", "Who made it, and when?", "What about the LSTM?", "why?"])
def test_a_question_that_names_nothing_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is overfitting and how do I notice it?",
        "what is dropout, and why does it help",
        "Who made the perceptron, and when?",
        "Why was the transformer a breakthrough for machine translation?",
    ],
)
def test_a_question_that_names_what_it_means_does_not(text: str) -> None:
    assert not leans(text)
    assert read_question(text, "supervised learning", "Supervised learning").search.startswith(text[:8])
