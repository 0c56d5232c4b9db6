"""What is remembered beside answers: whose it is, how much of it, and how little room it takes."""

from __future__ import annotations

import json

from demos.runtime.catalogue import load
from tutor.runs.summary import rundown
from tutor.service.memory import KEPT, Told


def test_what_stood_beside_an_answer_is_its_owner_s_and_the_oldest_makes_room() -> None:
    told = Told(most=2)
    for number in range(3):
        told.keep("ana", f"Answer {number}.", {"turn": {"topic": "lstm", "offers": [number, None, "ñ"]}})
    assert told.of("ana", "Answer 0.") is None
    assert told.of("ana", "Answer\n 2.") == {"turn": {"topic": "lstm", "offers": [2, None, "ñ"]}}
    assert told.of("ben", "Answer 2.") is None


def test_as_many_runs_as_are_remembered_take_some_megabytes() -> None:
    demo, told = load("perceptron"), Told()
    params = demo.parse({"data": "xor", "epochs": 30})
    kept = {"rundown": rundown(demo, params.model_dump(mode="json"), list(demo.steps(params)))}
    told.keep("ana", "It ran.", kept)
    assert len(json.dumps(kept)) > 50_000
    assert told.of("ana", "It ran.") == json.loads(json.dumps(kept))
    assert KEPT * sum(map(len, told._kept.values())) < 10_000_000
