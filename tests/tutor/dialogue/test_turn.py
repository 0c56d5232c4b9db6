"""One turn: order of events, one ending, quotation where the draft fails, follow-ups, demos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from tutor.answering.grounding import Evidence
from tutor.answering.verifier import Judge

from demos.runtime.catalogue import all_demos
from demos.runtime.runner import run
from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import Reader
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.retriever import Found, Retriever
from tutor.conversations.records import exchange_of
from tutor.conversations.store import Exchange
from tutor.dialogue.router import IntentReader
from tutor.dialogue.turn import Parts, answer
from tutor.errors import ModelError
from tutor.events import (
    Answered,
    DemoFinished,
    DemoFrame,
    DemoStarted,
    Event,
    Failed,
    Provenance,
    SourcesFound,
    Token,
)
from tutor.llm.scripted import ScriptedModel

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture(scope="module")
def make_parts(shared_home: Path, embedder: Embedder) -> Callable[..., Parts]:
    index = open_course(Course("ai-introduction", shared_home), embedder)
    intents = IntentReader(all_demos(), embedder, shared_home / "indexes")
    provenance = Provenance("scripted", "", None, 0, index.name, "0")

    def make(*replies: str | Exception, drafts: bool = True) -> Parts:
        return Parts(
            Retriever(index, embedder, reader=Reader(embedder)), Evidence(embedder), intents, run,
            ScriptedModel(replies), provenance,
            "the course", drafts, demos=all_demos(),
        )  # fmt: skip

    return make


async def _events(parts: Parts, question: str, history: Sequence[Exchange] = ()) -> list[Event]:
    async with aclosing(answer(parts, question, history)) as events:
        return [event async for event in events]


def _ending(events: list[Event]) -> Answered:
    endings = [event for event in events if isinstance(event, Answered | Failed)]
    assert len(endings) == 1
    assert events[-1] is endings[0]
    assert isinstance(endings[0], Answered), endings[0]
    return endings[0]


async def test_sources_come_first_and_the_tokens_are_the_text(make_parts: Callable[..., Parts]) -> None:
    events = await _events(make_parts(drafts=False), "Who made the perceptron, and when?")
    assert isinstance(events[0], SourcesFound)
    ending = _ending(events)
    assert "".join(event.text for event in events if isinstance(event, Token)) == ending.text
    assert "Rosenblatt" in ending.text and "1957" in ending.text
    assert ending.outcome == "answered"
    assert {citation.passage.slide for citation in ending.citations} == {18}


async def test_a_draft_that_the_passages_support_is_kept(make_parts: Callable[..., Parts]) -> None:
    events = await _events(
        make_parts("The perceptron was made by Frank Rosenblatt in 1957."), "Who made the perceptron, and when?"
    )
    ending = _ending(events)
    assert ending.text == "The perceptron was made by Frank Rosenblatt in 1957. [1]"
    assert ending.dropped == ()
    assert ending.usage.completion_tokens > 0


@pytest.mark.parametrize(
    "draft",
    [
        "The perceptron was made by Geoffrey Hinton in 1957.",
        "The perceptron was made by Frank Rosenblatt in 1975.",
        "I love teaching! The perceptron is great.",
        "",
    ],
)
async def test_a_draft_that_they_do_not_support_is_replaced_by_the_quotation(
    make_parts: Callable[..., Parts], draft: str
) -> None:
    ending = _ending(await _events(make_parts(draft), "Who made the perceptron, and when?"))
    assert "Rosenblatt" in ending.text and "1957" in ending.text
    assert "Hinton" not in ending.text and "1975" not in ending.text
    assert bool(draft) == bool(ending.dropped)


async def test_a_model_that_fails_leaves_the_quotation(make_parts: Callable[..., Parts]) -> None:
    ending = _ending(await _events(make_parts(ModelError("The model stopped.")), "Who made the perceptron, and when?"))
    assert "Rosenblatt" in ending.text


@pytest.mark.parametrize(
    "question",
    ["Who won the 2018 World Cup?", "What is the capital of France?", "How do I cook pasta?", "asdf qwer zxcv"],
)
async def test_what_the_course_does_not_cover_is_declined_without_the_model(
    make_parts: Callable[..., Parts], question: str
) -> None:
    parts = make_parts("I know that!")
    ending = _ending(await _events(parts, question))
    assert ending.outcome == "not_covered"
    assert ending.text.count(".") == 1
    assert isinstance(parts.model, ScriptedModel) and not parts.model.seen


async def test_a_slide_is_answered_by_its_number(make_parts: Callable[..., Parts]) -> None:
    parts = make_parts(drafts=False)
    shown = _ending(await _events(parts, "what's on slide 25"))
    assert shown.outcome == "answered" and {citation.passage.slide for citation in shown.citations} == {25}
    named = _ending(await _events(parts, "Which people does slide 19 name?"))
    assert "Rumelhart" in named.text and {citation.passage.slide for citation in named.citations} == {19}
    none = _ending(await _events(parts, "slide 99"))
    assert none.outcome == "not_covered" and "no slide 99" in none.text


async def test_another_subject_does_not_lean_on_the_conversation(make_parts: Callable[..., Parts]) -> None:
    parts = make_parts(drafts=False)
    first = _ending(await _events(parts, "Who made the perceptron, and when?"))
    history = [exchange_of("Who made the perceptron, and when?", first)]
    assert _ending(await _events(parts, "Who won the 2018 World Cup?", history)).outcome == "not_covered"
    other = _ending(await _events(parts, "What is dropout?", history))
    assert "random units" in other.text


async def test_a_follow_up_is_understood_from_the_conversation(make_parts: Callable[..., Parts]) -> None:
    parts = make_parts(drafts=False)
    first = _ending(await _events(parts, "Who made the Hopfield network?"))
    history = [exchange_of("Who made the Hopfield network?", first)]
    second = _ending(await _events(parts, "And in which year?", history))
    assert "1982" in second.text
    third = _ending(
        await _events(parts, "What about the perceptron?", [*history, exchange_of("And in which year?", second)])
    )
    assert "1957" in third.text


async def test_a_follow_up_may_be_read_in_the_model_s_words(make_parts: Callable[..., Parts]) -> None:
    first = _ending(await _events(make_parts(drafts=False), "Who made the Hopfield network?"))
    history = [exchange_of("Who made the Hopfield network?", first)]
    parts = replace(make_parts("When was the Hopfield network made?", drafts=False), rewords=True)
    second = _ending(await _events(parts, "since when?", history))
    assert "1982" in second.text
    assert isinstance(parts.model, ScriptedModel)
    assert "Last: since when?" in parts.model.seen[0][1].content
    invented = replace(make_parts("Who wrote about black holes in 1974?", drafts=False), rewords=True)
    assert "1982" in _ending(await _events(invented, "And in which year?", history)).text
    broken = replace(make_parts(ModelError("The model stopped."), drafts=False), rewords=True)
    assert "1982" in _ending(await _events(broken, "And in which year?", history)).text


class _Decided:
    """A judge that has decided."""

    def __init__(self, verdict: bool | ModelError) -> None:
        self._verdict = verdict

    async def answerable(self, _found: Found) -> bool:
        if isinstance(self._verdict, ModelError):
            raise self._verdict
        return self._verdict


async def test_a_judge_has_the_last_word_on_what_is_covered(make_parts: Callable[..., Parts]) -> None:
    question = "Who made the perceptron, and when?"
    for verdict, outcome in (
        (True, "answered"), (False, "not_covered"), (ModelError("The model stopped."), "answered"),
    ):  # fmt: skip
        parts = replace(make_parts(drafts=False), judge=cast(Judge, _Decided(verdict)))
        assert _ending(await _events(parts, question)).outcome == outcome


async def test_a_demo_runs_with_exactly_the_stated_parameters(make_parts: Callable[..., Parts]) -> None:
    events = await _events(make_parts(), "Train a perceptron on XOR for 30 epochs with learning rate 0.5")
    ending = _ending(events)
    assert isinstance(events[0], DemoStarted)
    frames = [event for event in events if isinstance(event, DemoFrame)]
    assert [event.index for event in frames] == list(range(len(frames)))
    finished = next(event for event in events if isinstance(event, DemoFinished))
    assert finished.frames == len(frames)
    assert ending.outcome == "demonstrated"
    assert ending.demo is not None
    assert ending.demo.params == {**ending.demo.params, "data": "xor", "epochs": 30, "learning_rate": 0.5}
    assert "never converges" in ending.text
    assert "not linearly separable" in ending.text


async def test_the_last_demo_runs_again_with_one_thing_changed(make_parts: Callable[..., Parts]) -> None:
    parts = make_parts()
    first = _ending(await _events(parts, "Train a perceptron on XOR for 3 epochs with learning rate 0.5"))
    again = _ending(await _events(parts, "again with 5 epochs", [exchange_of("Train a perceptron on XOR", first)]))
    assert again.demo is not None and first.demo is not None
    assert again.demo.params == {**first.demo.params, "epochs": 5}


async def test_questions_after_a_demo_are_answered_from_that_run(make_parts: Callable[..., Parts]) -> None:
    parts = make_parts()
    request = "Train a perceptron on XOR for 3 epochs with learning rate 0.5"
    events = await _events(parts, request)
    frames = [event.frame for event in events if isinstance(event, DemoFrame)]
    history = [exchange_of(request, _ending(events))]
    last = _ending(await _events(parts, "What was the final accuracy?", history))
    assert f"accuracy is {frames[-1].metrics['accuracy']:.4g}, at frame {len(frames)} of {len(frames)}" in last.text
    assert last.outcome == "answered" and not last.citations and last.demo is None
    history.append(exchange_of("What was the final accuracy?", last))
    plain = _ending(await _events(parts, "Who made the perceptron, and when?", history))
    assert "Rosenblatt" in plain.text and plain.citations
    history.append(exchange_of("Who made the perceptron, and when?", plain))
    shown = _ending(await _events(parts, "What happened at frame 4?", history))
    assert frames[3].caption in shown.text


async def test_a_question_about_the_run_does_not_come_between_it_and_its_repetition(
    make_parts: Callable[..., Parts],
) -> None:
    parts, request = make_parts(), "Train a perceptron on XOR for 3 epochs with learning rate 0.5"
    history = [exchange_of(request, _ending(await _events(parts, request)))]
    asked = _ending(await _events(parts, "What does the last frame show?", history))
    history.append(exchange_of("What does the last frame show?", asked))
    again = _ending(await _events(parts, "again with 5 epochs", history))
    assert again.demo is not None and again.demo.params["epochs"] == 5 and again.demo.params["data"] == "xor"


@pytest.mark.parametrize(
    ("request_", "takes"),
    [
        ("Train a perceptron for 1000000000 epochs", "1 to 500 for epochs"),
        ("Run the perceptron demo with learning rate -3", "0.001 to 10 for learning rate"),
        ("Translate 'good morning' into Japanese", "in words it knows"),
        ("sort the letters CRABRC with nano-gpt", "only A, B and C"),
    ],
)
async def test_impossible_parameters_are_answered_with_the_nearest_run(
    make_parts: Callable[..., Parts], request_: str, takes: str
) -> None:
    ending = _ending(await _events(make_parts(), request_))
    assert ending.outcome == "clarify" and ending.demo is None
    assert takes in ending.text
    again = _ending(await _events(make_parts(), ending.suggestions[0]))
    assert again.outcome == "demonstrated"


@pytest.mark.parametrize("request_", ["paso a paso: ...", "paso a paso: cómo funciona el perceptrón"])
async def test_step_by_step_in_spanish_is_no_failure(make_parts: Callable[..., Parts], request_: str) -> None:
    assert _ending(await _events(make_parts(), request_)).text


@pytest.mark.parametrize(
    "question",
    ["What does it mean to train a perceptron?", "Why does a perceptron fail on XOR?", "Explain diffusion models"],
)
async def test_a_plain_question_runs_no_demo(make_parts: Callable[..., Parts], question: str) -> None:
    events = await _events(make_parts(drafts=False), question)
    assert not any(isinstance(event, DemoStarted) for event in events)
    assert _ending(events).outcome == "answered"


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_question"), (" \n", "empty_question"), ("x" * 5000, "question_too_long")]
)
async def test_an_empty_or_huge_question_fails_in_words(make_parts: Callable[..., Parts], text: str, code: str) -> None:
    events = await _events(make_parts(), text)
    assert [type(event) for event in events] == [Failed]
    assert isinstance(events[0], Failed) and events[0].problem.code == code


async def test_a_broken_part_is_a_failure_without_its_internals(make_parts: Callable[..., Parts]) -> None:
    parts = replace(make_parts(), retriever=None)  # type: ignore[arg-type]
    events = await _events(parts, "Who made the perceptron?")
    assert isinstance(events[-1], Failed)
    assert events[-1].problem.code == "internal_error"
    assert "NoneType" not in str(events[-1].problem)


async def test_talk_about_the_tutor_itself(make_parts: Callable[..., Parts]) -> None:
    for question in ("Who are you?", "hello", "What can I ask you?"):
        assert _ending(await _events(make_parts(), question)).outcome == "about"
