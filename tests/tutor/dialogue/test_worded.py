"""An answer that a model words: the course's sentence first, what passes, what replaces what does not, and failures."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from knowledge.passages import Passage
from knowledge.text import Language
from tutor.answering.fluent import Task
from tutor.answering.grounding import Checked, Grounding
from tutor.answering.reply import Line
from tutor.dialogue.context import Parts, Turn
from tutor.dialogue.language import Languages
from tutor.dialogue.worded import Voice, worded
from tutor.errors import ModelError
from tutor.i18n import Texts
from tutor.llm.base import LanguageModel
from tutor.llm.scripted import ScriptedModel

TEXTS = ("A GRU has two gates.", "The update gate mixes old and new memory.", "Training takes less time than an LSTM.")
PASSAGE = Passage("p", "", "notes", "gru", "GRU", "", " ".join(TEXTS), TEXTS, act="define")
LINES = tuple(Line(text, PASSAGE) for text in TEXTS)
PARTS = cast(Parts, SimpleNamespace(languages=Languages.trained()))


class Passes:
    """Lets sentences pass that hold one of some words, each with the line that it is said to come from."""

    def __init__(self, **lines: int) -> None:
        self.lines = lines

    def check(self, claim: str, material: Sequence[Line], question: str, language: Language) -> Checked:
        del question, language
        place = next((place for word, place in self.lines.items() if word in claim), None)
        return Checked(None, "no") if place is None else Checked(material[place])


def _voice(model: ScriptedModel, grounding: Any) -> Voice:
    async def voice() -> tuple[LanguageModel, Grounding]:
        return model, cast(Grounding, grounding)

    return voice


async def _told(task: Task, model: ScriptedModel, grounding: Any) -> tuple[list[str], Turn]:
    turn = Turn(0, Texts(task.language))
    tokens = [token.text async for token in worded(PARTS, turn, task, _voice(model, grounding))]
    assert "".join(tokens) == "".join(turn.said)
    return tokens, turn


def _task(language: Language = "en", *, picture: bool = False) -> Task:
    return Task("What is a GRU?", language, LINES[:1], LINES[1:], LINES, picture)


async def test_the_course_speaks_first_and_the_model_goes_on() -> None:
    model = ScriptedModel(["The update gate blends what it knew with what is new. So it is quick to train."])
    tokens, turn = await _told(_task(), model, Passes(blends=1, quick=2))
    assert tokens == [
        "A GRU has two gates. [1]",
        " The update gate blends what it knew with what is new. [1]",
        " So it is quick to train. [1]",
    ]
    assert [citation.quote for citation in turn.citations] == list(TEXTS)
    assert turn.model is not None and turn.model.name == "scripted"
    assert turn.usage.completion_tokens > 0


async def test_what_does_not_pass_is_replaced_by_the_units_own_sentence() -> None:
    model = ScriptedModel(["It was made by aliens long ago. So it is quick to train."])
    tokens, turn = await _told(_task(), model, Passes(quick=2))
    assert tokens[1:] == [f" {TEXTS[1]} [1]", " So it is quick to train. [1]"]
    assert [dropped.text for dropped in turn.dropped] == ["It was made by aliens long ago."]


async def test_when_nothing_passes_the_unit_is_said() -> None:
    model = ScriptedModel(["Aliens made it, they say. Aliens are green and small. Aliens come from far away."])
    tokens, _ = await _told(_task(), model, Passes())
    assert tokens == [f"{TEXTS[0]} [1]", f" {TEXTS[1]} [1]", f" {TEXTS[2]} [1]"]


async def test_a_model_that_fails_costs_nothing() -> None:
    tokens, _ = await _told(_task(), ScriptedModel([ModelError("The model stopped.")]), Passes())
    assert tokens == [f"{TEXTS[0]} [1]", f" {TEXTS[1]} [1]", f" {TEXTS[2]} [1]"]


async def test_nothing_is_said_twice_nor_in_another_language() -> None:
    model = ScriptedModel(["Two gates has a GRU. La compuerta mezcla la memoria vieja con la nueva. It blends."])
    tokens, turn = await _told(_task(), model, Passes(gates=0, mezcla=1, blends=1))
    assert tokens == ["A GRU has two gates. [1]", " It blends. [1]"]
    assert len(turn.dropped) == 2


async def test_a_picture_is_marked_and_cites_nothing() -> None:
    model = ScriptedModel(["Imagine a child with two buckets of paint. It mixes the old with the new. It is 3 now."])
    tokens, turn = await _told(_task(picture=True), model, Passes())
    assert tokens[3:] == [
        "\nA picture, not the course: Imagine a child with two buckets of paint.", " It mixes the old with the new."
    ]  # fmt: skip
    assert len(turn.citations) == len(TEXTS)


async def test_three_sentences_are_enough() -> None:
    model = ScriptedModel(["One blends here. Quick it is there. More blends come. And quick again it is."])
    tokens, _ = await _told(_task(), model, Passes(blends=1, quick=2, Quick=2))
    assert len(tokens) == 4


async def test_leaving_frees_the_model() -> None:
    model = ScriptedModel(["It blends one. It blends two."], pause=0.01)
    stream = worded(PARTS, Turn(0, Texts("en")), _task(), _voice(model, Passes(blends=1)))
    async for token in stream:
        if "blends" in token.text:
            break
    await stream.aclose()
    assert model.running == 0


async def test_the_first_sentence_does_not_wait_for_the_model() -> None:
    loaded: list[str] = []

    async def voice() -> None:
        loaded.append("asked for")

    stream = worded(PARTS, Turn(0, Texts("en")), _task(), voice)
    assert (await anext(stream)).text == f"{TEXTS[0]} [1]"
    assert not loaded
    assert [token.text async for token in stream] == [f" {text} [1]" for text in TEXTS[1:]]


async def test_a_model_that_cannot_be_loaded_costs_nothing() -> None:
    async def voice() -> None:
        raise ModelError("The model file is damaged.")

    tokens = [token.text async for token in worded(PARTS, Turn(0, Texts("en")), _task(), voice)]
    assert len(tokens) == len(TEXTS)
