"""Whether the course answers a question that stands alone."""

from __future__ import annotations

import json

import pytest

from tests.tutor.dialogue.talking import talk
from tutor.answering.told import FILE, Features, Model
from tutor.service.build import Tutor


def test_every_feature_has_its_weight() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert set(kept["weights"]) == {*Features._fields, "bias"}
    assert 0 < kept["threshold"] < 1


@pytest.mark.parametrize(
    ("name", "worse", "better"),
    [("covered", -4.0, 4.0), ("named", 0.0, 1.0), ("strange", 1.0, 0.0), ("off_topic", 1.0, 0.0)],
)
def test_what_speaks_for_an_answer_makes_it_likelier(name: str, worse: float, better: float) -> None:
    plain = Features(*[0.0] * len(Features._fields))
    model = Model.trained()
    assert model.probability(plain._replace(**{name: worse})) < model.probability(plain._replace(**{name: better}))


@pytest.mark.model
@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        ("explain xgboost to me", "not_covered"),
        ("¿cuántos hijos tiene el profesor?", "not_covered"),
        ("in which room is the museum of the perceptron?", "not_covered"),
        ("how does backpropagation work", "answered"),
        ("por qué necesitamos funciones de activación no lineales", "answered"),
        ("LSTM in one line", "answered"),
        ("explain pooling like I were a pirate", "answered"),
    ],
)
async def test_what_the_course_lacks_is_declined_and_what_it_has_is_told(
    tutor: Tutor, asked: str, outcome: str
) -> None:
    (told,), _ = await talk(tutor, asked)
    assert told.outcome == outcome
