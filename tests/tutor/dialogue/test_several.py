"""Questions on several things at once, and on another thing than the one that is spoken of."""

from __future__ import annotations

import pytest

from tests.tutor.dialogue.talking import talk
from tutor.service.build import Tutor

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("asked", "years"),
    [
        ("order by year: lenet, the perceptron, clip", ["1957", "1989", "2021"]),
        ("ponlos en orden de fecha: bert, lstm y hopfield", ["1982", "1997", "2018"]),
        ("what came first, the transformer block or the neocognitron?", ["1979", "2017"]),
    ],
)
async def test_things_are_put_in_the_order_of_their_years(tutor: Tutor, asked: str, years: list[str]) -> None:
    (told,), _ = await talk(tutor, asked)
    places = [told.text.index(year) for year in years]
    assert places == sorted(places)


async def test_which_came_first_is_asked_of_what_was_compared(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "compara la lstm con la red de hopfield", "cuál es más vieja?")
    assert endings[1].text.startswith("Primero vino una red de Hopfield (1982) y después una LSTM (1997).")


async def test_an_order_to_learn_things_is_that_of_the_course(tutor: Tutor) -> None:
    (told,), _ = await talk(tutor, "which of these should I learn first: GPT, the perceptron or embeddings?")
    places = [told.text.index(name) for name in ("perceptron", "embedding", "GPT")]
    assert places == sorted(places)


async def test_a_comparison_is_no_question_of_dates(tutor: Tutor) -> None:
    (told,), _ = await talk(tutor, "compare BERT and GPT")
    assert "2018" not in told.text.split("[1]")[0] and "both directions" in told.text


async def test_another_list_is_asked_for_after_a_list(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "which models are from google?", "and from openai?")
    assert "Gemini" in endings[0].text and "DALL-E 2" not in endings[0].text
    assert "DALL-E 2" in endings[1].text and "Gemini" not in endings[1].text


@pytest.mark.parametrize(
    ("before", "asked", "told"),
    [
        ("What is an echo state network?", "and the GRU, who made it and when", "Cho"),
        ("qué es una GAN", "y el perceptrón, de quién es?", "Rosenblatt"),
    ],
)
async def test_another_system_that_is_named_is_what_is_asked_about(
    tutor: Tutor, before: str, asked: str, told: str
) -> None:
    endings, _ = await talk(tutor, before, asked)
    assert told in endings[1].text


@pytest.mark.parametrize("asked", ["give me un ejemplo de eso", "thx, now the code of it", "y un ejemplo?"])
async def test_a_form_is_told_of_what_is_spoken_of(tutor: Tutor, asked: str) -> None:
    endings, _ = await talk(tutor, "What is pooling?", asked)
    assert endings[1].outcome == "answered" and "ool" in endings[1].text


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ("what is seq2seq", "A sequence to sequence model turns"),
        ("What is a dense layer?", "A dense layer is a layer"),
        ("what is dalle2", "DALL-E 2, by OpenAI, makes images"),
        ("que es nanogpt", "El modelo nano-gpt es un GPT"),
    ],
)
async def test_what_a_thing_is_is_told_by_its_definition(tutor: Tutor, asked: str, begins: str) -> None:
    (told,), _ = await talk(tutor, asked)
    assert told.text.startswith(begins)


async def test_a_wish_for_a_language_is_met_with_the_answer(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "what does pruning do? contéstame en español", "and why is it used?")
    assert "poda" in endings[0].text and "pruning" in endings[1].text.lower()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can ChatGPT talk in Spanish?", "en"),
        ("what is a token in spanish", "es"),
        ("explica la LSTM in English", "en"),
    ],
)
async def test_a_language_that_is_wished_for(tutor: Tutor, text: str, language: str) -> None:
    endings, _ = await talk(tutor, text)
    assert (endings[0].turn or {})["language"] == language


async def test_who_says_only_a_name_takes_nothing_for_granted(tutor: Tutor) -> None:
    (told,), _ = await talk(tutor, "what is a Kohonen network for")
    assert not told.text.startswith(("No", "That is not so"))


async def test_a_section_goes_on_with_its_first_topic(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "sum up the part on recurrent layers", "go on")
    assert endings[1].outcome == "answered" and endings[1].text.startswith("A Hopfield network")
