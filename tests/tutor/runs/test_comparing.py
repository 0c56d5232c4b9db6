"""Two runs of one demo side by side, and the questions that a run can be asked, written out."""

from __future__ import annotations

from dataclasses import replace

from demos.runtime.measures import Measure as Declared
from tests.tutor.runs.test_questions import run
from tutor.runs.canonical import written_out
from tutor.runs.comparing import compared
from tutor.runs.questions import about_run
from tutor.runs.summary import Run


def _measured() -> Run:
    return replace(run(), measures=(Declared("test_error", "loss"), Declared("accuracy", "accuracy")))


def _said(sentences: list[str]) -> str:
    return " ".join(map(str, sentences))


def test_a_run_with_less_error_than_the_one_before_got_better_and_says_what_was_changed() -> None:
    before = _measured()
    metrics = {**before.metrics, "test_error": (*before.metrics["test_error"][:-1], 0.05)}
    now = replace(before, metrics=metrics, params={**before.params, "epochs": 40})
    told = _said(compared(now, before))
    assert "epochs = 40" in told and "got better: 0.05 now, 0.2 before" in told
    assert "got worse: 0.2 now, 0.05 before" in _said(compared(before, now))
    assert "the same" in _said(compared(before, before))


def test_runs_of_two_demos_are_not_compared() -> None:
    assert compared(_measured(), replace(_measured(), demo="another")) == []


def test_every_written_out_question_is_read() -> None:
    found = written_out(run())
    assert all(f"Which {name} did it use?" in found for name in run().params)
    own = {
        asked: read
        for asked, read in found.items()
        if any(name in read for name in ("slope", "accuracy", "test error"))
    }
    assert len(own) > 10
    for asked, read in own.items():
        assert about_run(read, run()) is not None, asked
