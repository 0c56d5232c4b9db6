"""One turn on the built-in course: order of events, one ending, follow-ups, both languages, demos, declines."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

import pytest

from demos.runtime.messages import say
from tutor.conversations.records import exchange_of
from tutor.conversations.store import Exchange
from tutor.errors import ModelError
from tutor.events import (
    Answered,
    DemoFinished,
    DemoFrame,
    DemoStarted,
    Event,
    Failed,
    SourcesFound,
    Token,
)
from tutor.service.build import Tutor

pytestmark = pytest.mark.model


async def _events(tutor: Tutor, question: str, history: Sequence[Exchange] = ()) -> list[Event]:
    async with aclosing(tutor.answer(question, history)) as events:
        return [event async for event in events]


def _ending(events: list[Event]) -> Answered:
    endings = [event for event in events if isinstance(event, Answered | Failed)]
    assert len(endings) == 1
    assert events[-1] is endings[0]
    assert isinstance(endings[0], Answered), endings[0]
    return endings[0]


async def _talk(tutor: Tutor, *said: str) -> list[Answered]:
    """A conversation's endings."""
    history: list[Exchange] = []
    found = []
    for text in said:
        found.append(_ending(await _events(tutor, text, history)))
        history.append(exchange_of(text, found[-1]))
    return found


async def test_sources_come_first_and_the_tokens_are_the_text(tutor: Tutor) -> None:
    events = await _events(tutor, "Who made the perceptron, and when?")
    assert isinstance(events[0], SourcesFound)
    ending = _ending(events)
    assert "".join(event.text for event in events if isinstance(event, Token)) == ending.text
    assert "Rosenblatt" in ending.text and "1957" in ending.text
    assert ending.outcome == "answered"


@pytest.mark.parametrize("question", ["Who made the perceptron, and when?", "¿Quién inventó el perceptrón?"])
async def test_every_sentence_of_the_course_is_a_quotation(tutor: Tutor, question: str) -> None:
    ending = _ending(await _events(tutor, question))
    assert ending.citations
    for citation in ending.citations:
        assert citation.quote in (*citation.passage.sentences, *citation.passage.other)
        assert citation.quote in ending.text


async def test_the_answer_takes_the_language_of_the_turn(tutor: Tutor) -> None:
    first, second, third = await _talk(tutor, "What is self-attention?", "¿y para qué sirve?", "and its limits?")
    assert (first.turn or {})["language"] == (third.turn or {})["language"] == "en"
    assert (second.turn or {})["language"] == "es"
    assert "autoatención" in second.text.lower()
    assert {(ending.turn or {})["topic"] for ending in (first, second, third)} == {"self_attention"}


async def test_the_last_answer_is_said_again_in_the_other_language(tutor: Tutor) -> None:
    _, again = await _talk(tutor, "What is self-attention?", "in Spanish please")
    assert "La autoatención es una capa" in again.text


async def test_step_by_step_is_the_steps(tutor: Tutor) -> None:
    ending = _ending(await _events(tutor, "Explain self-attention step by step"))
    assert ending.text.startswith("First,") and "Fifth," in ending.text
    spanish = _ending(await _events(tutor, "explícame la autoatención paso a paso"))
    assert spanish.text.startswith("Primero,") and "Quinto," in spanish.text


async def test_what_is_asked_in_particular_comes_before_the_unit_of_the_act(tutor: Tutor) -> None:
    ending = _ending(await _events(tutor, "why do we divide by sqrt(d_k)?"))
    assert "makes softmax" in ending.text or "make softmax" in ending.text


async def test_more_goes_on_with_what_was_not_said(tutor: Tutor) -> None:
    endings = await _talk(tutor, "What is self-attention?", "more", "go on")
    assert len({ending.text for ending in endings}) == 3
    assert {(ending.turn or {})["topic"] for ending in endings} == {"self_attention"}


async def test_what_was_offered_is_taken_up(tutor: Tutor) -> None:
    first = _ending(await _events(tutor, "What is self-attention?"))
    history = [exchange_of("What is self-attention?", first)]
    offered = next(place for place, text in enumerate(first.suggestions) if "example" in text)
    pressed = _ending(await _events(tutor, first.suggestions[offered], history))
    assert "0.731" in pressed.text
    words = ("the first one", "the second one", "the third one")[offered]
    assert "0.731" in _ending(await _events(tutor, words, history)).text


async def test_a_client_that_keeps_texts_alone_has_the_same_topic(tutor: Tutor) -> None:
    first = _ending(await _events(tutor, "What is self-attention?"))
    kept = exchange_of("What is self-attention?", first)
    bare = Exchange("", kept.question, kept.answer, "complete", "", {}, kept.asked_at)
    ending = _ending(await _events(tutor, "and its limits?", [bare]))
    assert (ending.turn or {})["topic"] == "self_attention"


@pytest.mark.parametrize(
    "question",
    ["Who won the 2018 World Cup?", "¿Cuál es la capital de Francia?", "How do I cook pasta?", "asdf qwer zxcv"],
)
async def test_what_the_course_does_not_cover_is_declined_in_one_sentence(tutor: Tutor, question: str) -> None:
    ending = _ending(await _events(tutor, question))
    assert ending.outcome in ("not_covered", "clarify")
    assert ending.text.count(".") == 1 and not ending.citations


@pytest.mark.parametrize("question", ["Who won the 2018 World Cup?", "How do I cook pasta?"])
async def test_another_subject_does_not_lean_on_the_conversation(tutor: Tutor, question: str) -> None:
    _, other = await _talk(tutor, "Who made the perceptron, and when?", question)
    assert other.outcome == "not_covered"


async def test_a_demo_runs_with_exactly_the_stated_parameters(tutor: Tutor) -> None:
    events = await _events(tutor, "Train a perceptron on XOR for 30 epochs with learning rate 0.5")
    ending = _ending(events)
    assert isinstance(events[0], DemoStarted)
    frames = [event for event in events if isinstance(event, DemoFrame)]
    assert [event.index for event in frames] == list(range(len(frames)))
    finished = next(event for event in events if isinstance(event, DemoFinished))
    assert finished.frames == len(frames)
    assert ending.outcome == "demonstrated"
    assert ending.demo is not None
    assert ending.demo.params == {**ending.demo.params, "data": "xor", "epochs": 30, "learning_rate": 0.5}


async def test_a_run_that_is_asked_for_in_spanish_is_told_and_answered_in_spanish(tutor: Tutor) -> None:
    events = await _events(tutor, "Entrena un perceptrón con XOR durante 3 épocas")
    started = next(event for event in events if isinstance(event, DemoStarted))
    ending = _ending(events)
    assert (started.language, started.title) == ("es", "El perceptrón")
    assert ending.text.startswith("Tras 3 épocas y ") and "After" not in ending.text
    history = [exchange_of("Entrena un perceptrón con XOR durante 3 épocas", ending)]
    again = _ending(await _events(tutor, "¿Cuántos errores hubo en la época 2?", history))
    assert again.about_run and "errores" in again.text and "frame" not in again.text.lower()


async def test_the_last_demo_runs_again_with_one_thing_changed(tutor: Tutor) -> None:
    first, again, spanish = await _talk(
        tutor, "Train a perceptron on XOR for 3 epochs with learning rate 0.5", "again with 5 epochs",
        "otra vez con 7 épocas",
    )  # fmt: skip
    assert first.demo is not None and again.demo is not None and spanish.demo is not None
    assert again.demo.params == {**first.demo.params, "epochs": 5}
    assert spanish.demo.params == {**first.demo.params, "epochs": 7}


@pytest.mark.parametrize(
    ("request_", "takes"),
    [
        ("Train a perceptron for 1000000000 epochs", "1 to 500 for epochs"),
        ("Run the perceptron demo with learning rate -3", "0.001 to 10 for learning rate"),
        ("sort the letters CRABRC with nano-gpt", "only A, B and C"),
        ("Entrena un perceptrón durante 1000000000 épocas", "1 a 500 en épocas"),
    ],
)
async def test_impossible_parameters_are_answered_with_the_nearest_run(tutor: Tutor, request_: str, takes: str) -> None:
    ending = _ending(await _events(tutor, request_))
    assert ending.outcome == "clarify" and ending.demo is None
    assert takes in ending.text
    again = _ending(await _events(tutor, ending.suggestions[0]))
    assert again.outcome == "demonstrated"


@pytest.mark.parametrize(
    "question",
    ["What does it mean to train a perceptron?", "Why does a perceptron fail on XOR?", "Explain diffusion models"],
)
async def test_a_plain_question_runs_no_demo(tutor: Tutor, question: str) -> None:
    events = await _events(tutor, question)
    assert not any(isinstance(event, DemoStarted) for event in events)
    assert _ending(events).outcome == "answered"


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_question"), (" \n", "empty_question"), ("x" * 5000, "question_too_long")]
)
async def test_an_empty_or_huge_question_fails_in_words(tutor: Tutor, text: str, code: str) -> None:
    events = await _events(tutor, text)
    assert [type(event) for event in events] == [Failed]
    assert isinstance(events[0], Failed) and events[0].problem.code == code


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What is a Hopfield network?", "The model stopped in mid-answer. Ask again."),
        ("¿Qué es una red de Hopfield?", "El modelo se detuvo a mitad de la respuesta. Pregunta otra vez."),
    ],
)
async def test_what_goes_wrong_in_a_turn_is_told_in_its_language(
    tutor: Tutor, monkeypatch: pytest.MonkeyPatch, question: str, sentence: str
) -> None:
    def stop(*_: object) -> None:
        raise ModelError(say("The model stopped in mid-answer."), hint=say("Ask again."))

    monkeypatch.setattr("tutor.dialogue.turn.reply", stop)
    events = await _events(tutor, question)
    assert isinstance(events[-1], Failed) and str(events[-1].problem) == sentence


async def test_talk_is_answered_in_a_few_words_and_searches_nothing(tutor: Tutor) -> None:
    for question in ("Who are you?", "hello", "gracias", "thanks that was helpful!"):
        ending = _ending(await _events(tutor, question))
        assert ending.outcome == "about" and not ending.citations, question


@pytest.mark.parametrize("question", ["hi what is ai?", "hola que es ia", "Help with LSTM", "hey explain gpt"])
async def test_a_greeting_before_a_question_is_no_talk(tutor: Tutor, question: str) -> None:
    assert _ending(await _events(tutor, question)).outcome == "answered"


@pytest.mark.parametrize(
    ("question", "begins", "right"),
    [
        ("Why is a higher FID better?", "That is not so.", "A lower FID"),
        ("Is Gemini a product of OpenAI?", "No", "Google"),
        ("¿Por qué un FID más alto es mejor?", "No es así.", "FID más bajo"),
    ],
)
async def test_an_error_that_is_taken_for_granted_is_set_right_first(
    tutor: Tutor, question: str, begins: str, right: str
) -> None:
    ending = _ending(await _events(tutor, question))
    assert ending.text.startswith(begins) and right in ending.text.split("[1]")[0]


@pytest.mark.parametrize("question", ["Is Gemini a product of Google?", "Why is a lower FID better?"])
async def test_what_is_right_is_not_set_right(tutor: Tutor, question: str) -> None:
    assert not _ending(await _events(tutor, question)).text.startswith(("No.", "That is not so."))


async def test_courtesies_do_not_hide_what_is_asked(tutor: Tutor) -> None:
    ending, example = await _talk(tutor, "hola, no entiendo qué es un gradiente", "un ejemplo")
    assert "lista de pendientes" in ending.text
    assert (example.turn or {})["topic"] == "gradient"


async def test_two_topics_that_are_named_are_compared_whatever_was_spoken_of(tutor: Tutor) -> None:
    *_, ending = await _talk(tutor, "What is self-attention?", "gan vs vae")
    assert "GAN" in ending.text and "self-attention" not in ending.text.lower()


async def test_what_leans_on_nothing_is_about_the_course(tutor: Tutor) -> None:
    *_, first = await _talk(tutor, "What is an AI winter?", "what should i study first")
    assert first.text.startswith("A good way to begin:")


async def test_the_next_one_after_a_practice_question_is_another(tutor: Tutor) -> None:
    *_, ending = await _talk(tutor, "quiz me on attention", "no idea", "next")
    assert "A question on" in ending.text


async def test_sources_are_named_in_the_answer_s_language(tutor: Tutor) -> None:
    events = await _events(tutor, "¿Qué es una red de Hopfield?")
    source = next(event for event in events if isinstance(event, SourcesFound)).sources[0]
    assert source.passage.named(source.language) == "Red de Hopfield"
    assert source.passage.located(source.language) == "nota hopfield"


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        (("Why can't one perceptron learn XOR?",), "no straight line separates its classes"),
        (("¿Por qué un solo perceptrón no puede con el XOR?",), "ninguna línea recta"),
        (("why does the attention formula divide by the square root of d",), "dot product"),
        (("Which computer beat Kasparov?", "When?"), "1997"),
        (("Who made GPT?", "How many layers does it have?"), "12"),
        (("ntm vs dnc?", "tell me more about the second one"), "differentiable neural computer"),
        (("show me python code of self-attention",), "import numpy as np"),
        (("What do people usually get wrong about GANs?",), "GAN"),
        (("how does quantization shrink a model",), "fewer bits"),
        (("cómo hace una hopfield pa acordarse de un patrón dañado",), "guarda patrones en sus pesos"),
        (("how many parameters has nano-gpt?", "and what does it do with the letters?"), "letters"),
        (("In which year did Hinton build LeNet-5?",), "1989"),
        (("surprise me with something about hopfield",), "Hopfield network"),
        (("tl;dr of edge AI",), "device"),
        (("who made the perceptron?", "which slide is it on?"), "slide 18"),
    ],
)
async def test_what_is_asked_in_particular_is_answered(tutor: Tutor, said: tuple[str, ...], holds: str) -> None:
    assert holds in (await _talk(tutor, *said))[-1].text


@pytest.mark.parametrize(
    "question",
    ["How many dollars did Watson win on Jeopardy?", "How old was Rosenblatt?", "¿Cuánto costó entrenar GPT-3?"],
)
async def test_what_the_course_does_not_count_is_declined(tutor: Tutor, question: str) -> None:
    assert (await _talk(tutor, question))[-1].outcome == "not_covered"


async def test_nothing_is_said_twice_in_an_answer_of_two_sentences(tutor: Tutor) -> None:
    for question in ("how many params did the first GPT have?", "what FID does Imagen report on COCO?"):
        (ending,) = await _talk(tutor, question)
        quotes = [citation.quote for citation in ending.citations]
        assert len(set(quotes)) == len(quotes) <= 2


async def test_a_year_is_told_without_what_another_topic_says(tutor: Tutor) -> None:
    ending = (await _talk(tutor, "What did Watson win?", "When?"))[-1]
    assert "2011" in ending.text
    assert len({citation.passage.document for citation in ending.citations}) == 1


async def test_what_is_asked_in_particular_has_its_own_answer_alone_and_in_a_conversation(tutor: Tutor) -> None:
    alone = _ending(await _events(tutor, "every picture from my GAN comes out as the same face, why?"))
    assert "mode collapse" in alone.text
    _, wins = await _talk(tutor, "What is a GAN?", "ok and which of them wins at the end?")
    assert wins.text.startswith("Nobody wins")
    _, without = await _talk(tutor, "¿Qué es una función de activación?", "y si la quito qué pasa?")
    assert without.turn is not None
    assert without.turn["language"] == "es"
    assert "capa" in without.text


async def test_code_is_a_program_in_the_library_that_is_named(tutor: Tutor) -> None:
    numpy = _ending(await _events(tutor, "numpy perceptron, shortest you can"))
    assert "import numpy as np" in numpy.text
    torch = _ending(await _events(tutor, "dame el código de un perceptrón en pytorch"))
    assert "import torch" in torch.text


async def test_a_wish_for_one_question_gets_that_question_and_its_answer_is_judged(tutor: Tutor) -> None:
    asked, judged = await _talk(tutor, "preguntame en qué año fue lo de dartmouth", "en el 65?")
    assert "Dartmouth" in asked.text
    assert judged.text.startswith("No exactamente")
