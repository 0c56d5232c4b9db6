"""The third look: what the model says turns a decision that is in doubt, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import pytest

from knowledge.passages import Hit, Passage
from knowledge.retrieval.questions import read_question
from knowledge.retrieval.retriever import Found, Sentence
from tutor.answering.prompts import judge_messages
from tutor.answering.verifier import MOST, Judge, Scales, log_odds, read_scales
from tutor.errors import ModelError
from tutor.llm.base import OpenModel

T = TypeVar("T")
EVEN = Scales(belief=1.0, said=0.5, bias=0.0)


@dataclass
class Says:
    """An open model that says Yes by so many log-odds, and counts how often it is asked."""

    odds: float | Exception
    asked: int = 0
    seen: list[str] = field(default_factory=list)

    async def inside(self, _work: Callable[[Any], T]) -> T:
        self.asked += 1
        if isinstance(self.odds, Exception):
            raise self.odds
        return cast(T, self.odds)


def _found(covered: float, source: Any = "notes") -> Found:
    passage = Passage("p", "course", source, "d", "Perceptron", "", "It learns.", ("It learns.",))
    sentence = Sentence(passage, "It learns.", 0, 1.0, 0.9)
    return Found(read_question("Does it learn?"), (Hit(passage, 1, 1, 1),), (sentence,), covered, covered > 0.5, (0.1,))


def _judge(model: Says) -> Judge:
    return Judge(cast(OpenModel, model), {"asked": EVEN, "plain": replace(EVEN, bias=-100.0)})


@pytest.mark.parametrize(("odds", "answerable"), [(4.0, True), (-4.0, False)])
async def test_the_model_decides_what_is_in_doubt(odds: float, answerable: bool) -> None:
    model = Says(odds)
    assert await _judge(model).answerable(_found(0.5)) is answerable
    assert model.asked == 1


@pytest.mark.parametrize(("covered", "answerable"), [(0.99, True), (0.01, False)])
async def test_it_is_not_asked_where_it_could_not_turn_the_decision(covered: float, answerable: bool) -> None:
    model = Says(-MOST if answerable else MOST)
    assert await _judge(model).answerable(_found(covered)) is answerable
    assert model.asked == 0


async def test_documents_of_a_teacher_have_scales_of_their_own() -> None:
    assert not await _judge(Says(MOST)).answerable(_found(0.99, "document"))


async def test_nothing_found_is_not_put_to_it() -> None:
    model = Says(MOST)
    assert not await _judge(model).answerable(replace(_found(0.4), sentences=()))
    assert model.asked == 0


async def test_a_model_that_fails_says_so() -> None:
    with pytest.raises(ModelError):
        await _judge(Says(ModelError("The model stopped."))).answerable(_found(0.5))


def test_the_fitted_scales_weigh_both() -> None:
    scales = read_scales()
    assert set(scales) == {"asked", "plain"}
    assert all(found.belief > 0 and found.said > 0 for found in scales.values())


def test_notes_are_shown_with_their_titles() -> None:
    asked = judge_messages("Does it learn?", [("Perceptron", "It learns."), ("", "It does.")])
    assert asked[1].content == "Notes:\n- Perceptron: It learns.\n- It does.\n\nQuestion: Does it learn?"
    assert "Yes or No" in asked[0].content


def test_log_odds_stay_finite() -> None:
    assert log_odds(0.5) == 0
    assert 20 < log_odds(1.0) < 30
    assert -30 < log_odds(0.0) < -20
