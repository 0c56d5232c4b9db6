"""Who and when: verdicts that need no model."""

from __future__ import annotations

import pytest

from tutor.teaching.record import on_record

WHO_WHEN = "Who made the perceptron, and when?"
PERCEPTRON = "Frank Rosenblatt created the perceptron in 1957."
YEAR = "¿En qué año fue la escuela de verano de Dartmouth?"
DARTMOUTH = "La escuela de verano de Dartmouth fue en 1956."


@pytest.mark.parametrize(
    ("question", "expected", "said", "verdict"),
    [
        (WHO_WHEN, PERCEPTRON, "rosenblatt, in like 1957", "right"),
        (WHO_WHEN, PERCEPTRON, "rosenblat 57", "right"),
        (WHO_WHEN, PERCEPTRON, "frank rosenblatt", "partly"),
        (WHO_WHEN, PERCEPTRON, "rosenblatt in 1962", "partly"),
        (WHO_WHEN, PERCEPTRON, "hinton in 1986", "wrong"),
        (WHO_WHEN, PERCEPTRON, "hinton", None),
        (WHO_WHEN, PERCEPTRON, "not rosenblatt", None),
        (YEAR, DARTMOUTH, "en el 56 creo", "right"),
        (YEAR, DARTMOUTH, "1956", "right"),
        (YEAR, DARTMOUTH, "en el 65?", "wrong"),
        (YEAR, DARTMOUTH, "ni idea", None),
        ("Who invented GANs?", "Ian Goodfellow and others invented the GAN in 2014.", "goodfellow i think", "right"),
        ("Who invented GANs?", "Ian Goodfellow and others invented the GAN in 2014.", "yann lecun", None),
        ("What is a perceptron?", PERCEPTRON, "rosenblatt 1957", None),
        ("How many gates has an LSTM?", "An LSTM has three gates.", "3", None),
    ],
)
def test_a_name_or_a_year_is_judged_by_itself(question: str, expected: str, said: str, verdict: str | None) -> None:
    assert on_record(question, expected, said) == verdict
