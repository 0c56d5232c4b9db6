"""Tutor moves: simpler words, examples and practice, and no question of a student's taken for one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from demos.runtime.catalogue import all_demos
from demos.runtime.runner import run
from knowledge.courses.builtin import FOLDER, read_notes
from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import Reader
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.retriever import Retriever
from tutor.answering.grounding import Evidence
from tutor.conversations.records import exchange_of
from tutor.conversations.store import Exchange
from tutor.dialogue.acts import kind
from tutor.dialogue.router import IntentReader
from tutor.dialogue.turn import Parts, answer
from tutor.events import Answered, DemoStarted, Event, Failed, Provenance, SourcesFound, Token
from tutor.llm.scripted import ScriptedModel
from tutor.teaching import reply
from tutor.teaching.note_index import shelf_of
from tutor.teaching.practice import LEADS

Talk = Callable[..., Awaitable[list[Answered]]]
_QUESTIONS = [
    line[3:].strip()
    for path in sorted((FOLDER / "asked").glob("*.md"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line.startswith(("Q: ", "U: "))
]
_REALLY = {
    "example": re.compile("^Give a"),
    "simpler": re.compile("explained simply$|explain .* (simply|in simple words)|^i dont understand .*explain it$"),
    "practice": re.compile("^test me in english"),
}
"""Those that ask for an example, for simple words or for practice, and name on what."""
_NEVER = re.compile(r"(?!)")


def test_no_question_about_the_course_is_a_move() -> None:
    taken = {text: kind(text) for text in _QUESTIONS if kind(text)}
    assert len(_QUESTIONS) > 3000
    assert {text: name for text, name in taken.items() if not _REALLY.get(name, _NEVER).search(text)} == {}
    assert len(taken) > 50


SAID = {
    "simpler": [
        reply.SIMPLER, "simpler please", "ELI5", "I don't get it", "in plain words", "más simple", "no entiendo",
        "Can you explain that more simply?", "explain LSTM in simple words", "I still don't understand",
        "explícame el perceptrón en palabras sencillas", "explain dropout simply", "that's too hard",
    ],
    "example": [
        reply.EXAMPLE, "for example?", "un ejemplo", "an example of overfitting", "dame un ejemplo de softmax",
        "Can you give me an example, please?", "por ejemplo?", "another example",
    ],
    "practice": [
        reply.PRACTICE, reply.ANOTHER, "quiz me", "Quiz me please!", "ask me something", "test me on attention",
        "ask me another one", "practice question", "pregúntame sobre redes", "hazme una pregunta",
    ],
    "hint": [reply.HINT, "a hint?", "hint", "una pista por favor"],
    "reveal": [reply.REVEAL, "I don't know", "tell me", "give up", "no sé", "No idea."],
    "": [
        "Can I ask you a question?", "Ask the network", "What is a simple model?", "What is an adversarial example?",
        "Which are the simplest networks?", "Who tests the model?", "Train a perceptron on XOR",
        "Is there a quiz on attention?", "Why is a simpler model better?", "Another question: what is dropout?",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("said", "name"), [(text, name) for name, texts in SAID.items() for text in texts])
def test_what_students_say_is_told_apart(said: str, name: str) -> None:
    assert kind(said) == name


@pytest.fixture(scope="module")
def parts(shared_home: Path) -> Parts:
    embedder = Embedder()
    index = open_course(Course("ai-introduction", shared_home), embedder)
    intents = IntentReader(all_demos(), embedder, shared_home / "indexes")
    provenance = Provenance("scripted", "", None, 0, index.name, "0")
    retriever = Retriever(index, embedder, reader=Reader(embedder))
    return Parts(
        retriever, Evidence(embedder), intents, run, ScriptedModel(["Not asked."]), provenance, "the course",
        drafts=False, notes=read_notes(), demos=all_demos(),
    )  # fmt: skip


@pytest.fixture
def talk(parts: Parts) -> Talk:
    """Plays a conversation, checks of each turn what holds of all, and returns the endings."""

    async def play(*lines: str, seed: int = 0, stateless: bool = False) -> list[Answered]:
        history: list[Exchange] = []
        endings = []
        for line in lines:
            async with aclosing(answer(parts, line, history, seed=seed)) as events:
                endings.append(_checked([event async for event in events]))
            exchange = exchange_of(line, endings[-1])
            history.append(replace(exchange, detail={}, outcome="") if stateless else exchange)
        return endings

    return play


def _checked(events: list[Event]) -> Answered:
    endings = [event for event in events if isinstance(event, Answered | Failed)]
    assert endings == events[-1:] and isinstance(endings[0], Answered), events[-1]
    ending = endings[0]
    assert "".join(event.text for event in events if isinstance(event, Token)) == ending.text
    assert len(ending.suggestions) <= reply.MOST_OFFERS and len(set(ending.suggestions)) == len(ending.suggestions)
    if ending.citations and not any(isinstance(event, DemoStarted) for event in events):
        assert isinstance(events[0], SourcesFound)
    for citation in ending.citations:
        whole = "…" not in citation.quote
        assert not whole or any(citation.quote in text for text in citation.passage.sentences)
    return ending


def _sections(ending: Answered) -> set[str]:
    return {citation.passage.section for citation in ending.citations}


@pytest.mark.model
async def test_simpler_words_go_on_where_the_last_ones_ended(talk: Talk) -> None:
    first, *steps = await talk("What is a perceptron?", reply.SIMPLER, "I don't get it", "más simple", "simpler please")
    assert _sections(first) == {"In short"} and reply.EXAMPLE in first.suggestions
    assert [_sections(step) for step in steps] == [{"The idea"}, {"Worked example"}, set(), set()]
    said = [citation.quote for step in (first, *steps) for citation in step.citations]
    assert len(said) == len(set(said))
    assert "no simpler words" in steps[-1].text and "perceptron" in " ".join(steps[-1].suggestions)
    assert {step.outcome for step in steps} == {"answered"}


@pytest.mark.model
async def test_simpler_words_after_a_slide_or_a_demo_are_the_notes(talk: Talk) -> None:
    _, slide = await talk("Who made the Hopfield network?", "eli5")
    assert _sections(slide) == {"In short"} and {c.passage.document for c in slide.citations} == {"hopfield"}
    run_, after = await talk("Train a perceptron on XOR for 3 epochs", "I don't get it")
    assert reply.PRACTICE in run_.suggestions
    assert after.citations and {c.passage.document for c in after.citations} == {"perceptron"}


@pytest.mark.model
async def test_a_topic_of_its_own_is_answered_in_short(talk: Talk) -> None:
    (lstm,) = await talk("explain LSTM in simple words")
    assert _sections(lstm) == {"In short"} and lstm.citations[0].passage.document == "lstm"
    (dropout,) = await talk("explain dropout simply")
    assert "random units" in dropout.text


@pytest.mark.model
async def test_an_example_is_the_notes_worked_example_whole(parts: Parts, talk: Talk) -> None:
    whole = [line.text for line in shelf_of(parts.retriever).section("perceptron", "Worked example")]
    for said in (
        ("What is a perceptron?", reply.EXAMPLE),
        ("an example of the perceptron",),
        ("un ejemplo de perceptrón",),
    ):
        ending = (await talk(*said))[-1]
        assert [citation.quote for citation in ending.citations] == whole
        assert "perceptron" in ending.suggestions[0]
    (other,) = await talk("give me an example of structured data")
    assert "Credit Risk" in other.text
    _, _, again = await talk("What is a perceptron?", "for example?", "another example")
    assert not again.citations and "one example" in again.text


@pytest.mark.model
async def test_a_demo_request_with_an_example_stays_one(talk: Talk) -> None:
    (ending,) = await talk("show me an example of the perceptron demo")
    assert ending.demo is not None and ending.demo.name == "perceptron"


@pytest.mark.model
async def test_without_a_topic_the_tutor_asks_for_one(talk: Talk) -> None:
    for said in ("simpler please", "for example?", "hint"):
        (ending,) = await talk(said)
        assert ending.outcome == "clarify" and not ending.citations


@pytest.mark.model
def test_practice_questions_stand_alone_and_have_answers(parts: Parts) -> None:
    shelf = shelf_of(parts.retriever)
    items = [item for held in shelf.items.values() for item in held]
    assert len(items) > 800 and all(shelf.items.get(note) for note in shelf.notes)
    opened = {item.question for passage in parts.retriever.passages for item in passage.asked if not item.answer}
    for item in items:
        assert item.answer and item.question.endswith("?") and item.question not in opened
        assert all(line.passage and line.text in line.passage.sentences for line in item.answer)


@pytest.mark.model
async def test_no_question_comes_twice_while_others_remain(parts: Parts, talk: Talk) -> None:
    shelf = shelf_of(parts.retriever)
    documents = shelf.documents_of("seq2seq")
    count = sum(len(shelf.items.get(document, ())) for document in documents)
    endings = await talk("quiz me on seq2seq", *["another one"] * count)
    asked = [str((ending.practice or {})["question"]) for ending in endings]
    assert len(set(asked[:count])) == count and asked[count] != asked[count - 1]
    assert {str((ending.practice or {})["document"]) for ending in endings} <= set(documents)


@pytest.mark.model
async def test_the_seed_chooses_and_the_same_seed_chooses_alike(talk: Talk) -> None:
    texts = [(await talk("quiz me", seed=seed))[0].text for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1] and len(set(texts)) > 1


@pytest.mark.model
@pytest.mark.parametrize("stateless", [False, True])
async def test_hints_lead_to_the_answer(talk: Talk, stateless: bool) -> None:
    said = ("quiz me on the perceptron", "hint", "a hint?", "hint")
    posed, *hints = await talk(*said, seed=4, stateless=stateless)
    assert posed.practice and posed.suggestions == (reply.HINT, reply.REVEAL) and not posed.citations
    answered = hints[-1]
    told = [citation.quote for citation in answered.citations]
    assert answered.practice and not answered.practice["open"] and reply.ANOTHER in answered.suggestions
    for hint in hints[:-1]:
        assert hint.citations and not any(quote in hint.text for quote in told)
    assert any("…" in hint.text for hint in hints)


@pytest.mark.model
@pytest.mark.parametrize("said", ["I don't know", "no sé", reply.REVEAL])
async def test_who_gives_up_gets_the_answer(talk: Talk, said: str) -> None:
    _, ending = await talk("quiz me on the LSTM", said)
    assert ending.outcome == "answered" and ending.citations and not ending.text.startswith(tuple(LEADS.values()))


@pytest.mark.model
async def test_an_answer_gets_feedback_and_always_the_courses_words(talk: Talk) -> None:
    posed, echoed = await talk("quiz me on the perceptron", "placeholder")
    expected = " ".join(citation.quote for citation in echoed.citations)
    _, right = await talk("quiz me on the perceptron", expected)
    _, wrong = await talk("quiz me on the perceptron", "banana pancakes")
    assert posed.practice and right.text.startswith(LEADS["right"]) and wrong.text.startswith(LEADS["wrong"])
    assert right.citations and wrong.citations and right.suggestions[0] == wrong.suggestions[0] == reply.ANOTHER


@pytest.mark.model
async def test_words_of_an_answer_are_no_demo_and_no_question(talk: Talk) -> None:
    for said in ("suma todos los números y divide", "removes the noise step by step", "Rosenblatt?", "is it the LSTM?"):
        _, ending = await talk("quiz me on softmax", said)
        assert ending.text.startswith(tuple(LEADS.values())) and ending.citations


@pytest.mark.model
@pytest.mark.parametrize("said", ["What is dropout?", "¿qué es el dropout?", "what is dropout"])
async def test_a_question_of_ones_own_ends_the_practice(talk: Talk, said: str) -> None:
    _, ending = await talk("quiz me on the perceptron", said)
    assert "random units" in ending.text and ending.practice is None


@pytest.mark.model
async def test_a_demo_request_ends_the_practice(talk: Talk) -> None:
    _, ending = await talk("quiz me on the LSTM", "Train a perceptron on XOR for 3 epochs")
    assert ending.demo is not None and ending.practice is None


@pytest.mark.model
async def test_yes_and_stop_are_no_answers(talk: Talk) -> None:
    posed, still, over = await talk("quiz me", "ok", "stop")
    assert still.practice == posed.practice and over.practice is None and not over.citations


@pytest.mark.model
async def test_what_the_course_does_not_cover_is_not_practised(talk: Talk) -> None:
    (ending,) = await talk("quiz me on cooking pasta")
    assert ending.outcome == "not_covered"


@pytest.mark.model
async def test_every_offer_is_understood(talk: Talk) -> None:
    (ending,) = await talk("Who made the perceptron, and when?")
    assert ending.suggestions[1:] == (reply.SIMPLER, reply.PRACTICE)
    for offer in ending.suggestions:
        assert (await talk("Who made the perceptron, and when?", offer))[-1].outcome in ("answered", "demonstrated")
