"""Which questions lean on what was said before."""

from __future__ import annotations

import pytest

from knowledge.retrieval.questions import leans, read_question


@pytest.mark.parametrize(
    "text", ["And in which year?", "Who made it, and when?", "What about the LSTM?", "why?", "And the first one?"]
)
def test_a_question_that_names_nothing_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is overfitting and how do I notice it?",
        "so what is AI in one sentence",
        "what kinds of data are there",
        "what is dropout, and why does it help",
        "Who made the perceptron, and when?",
        "Why was the transformer a breakthrough for machine translation?",
    ],
)
def test_a_question_that_names_what_it_means_does_not(text: str) -> None:
    assert not leans(text)
    assert read_question(text, "supervised learning", "Supervised learning").search.startswith(text[:8])


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("What is the difference between an LSTM and a GRU?", ("an LSTM", "a GRU")),
        ("self attention vs. cross attention", ("self attention", "cross attention")),
        ("how is a GAN different from a VAE", ("a GAN", "a VAE")),
        ("RNN or transformer, which is better?", ("RNN", "transformer")),
        ("is deep learning the same as machine learning?", ("deep learning", "machine learning")),
        ("¿Cuál es la diferencia entre una GAN y un VAE?", ("a gan", "a vae")),
    ],
)
def test_a_comparison_asks_what_each_side_is(text: str, sides: tuple[str, str]) -> None:
    asked = [side.text.casefold() for side in read_question(text).compared]
    assert asked == [f"what is {side}?".casefold() for side in sides]


@pytest.mark.parametrize("text", ["Is it the same as the other?", "What is different between layers?", "LSTM or not?"])
def test_what_names_no_two_things_compares_none(text: str) -> None:
    assert read_question(text).compared == ()
