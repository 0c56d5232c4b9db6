"""Questions about a run: its own numbers, and nothing that the course is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest

from demos.runtime.catalogue import load
from demos.runtime.contract import Curve, Frame, Series
from knowledge.courses.labelled import read_bank
from tests.tui.scripted import WALK
from tutor.runs.questions import about_run
from tutor.runs.summary import LARGEST, Run, rundown

LOSSES = (0.9, 0.7, 0.75, 0.4, 0.2, 0.2)
RIGHT = (0.5, 0.5, 0.6, 0.8, 1.0, 1.0)


def frames() -> Iterator[Frame]:
    """A run that shows every second of its epochs; the loss rises once, at frame 3."""
    for number, (loss, right) in enumerate(zip(LOSSES, RIGHT, strict=True)):
        epochs = tuple(float(epoch) for epoch in range(2 * number + 1))
        yield Frame(
            caption=f"Epoch {2 * number}: the loss is {loss}, for the line moved.",
            progress=number / 5,
            metrics={"epoch": 2 * number, "test_error": loss, "accuracy": right},
            panels=(Curve(title="Error", series=(Series(name="training", x=epochs, y=epochs),), x_label="epoch"),),
            moment={3: "first success", 5: "the end"}.get(number, ""),
        )


@cache
def run() -> Run:
    kept = json.loads(json.dumps(rundown(WALK, {"steps": 6, "slope": 0.5, "seed": 7}, tuple(frames()))))
    found = Run.of(kept)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("What was the final accuracy?", "accuracy is 1, at frame 6 of 6"),
        ("final error?", "0.2, at frame 6 of 6"),
        ("Why did the loss jump at epoch 4?", "rose from 0.7 to 0.75"),
        ("why did the loss jump at frame 3", "Epoch 4: the loss is 0.75, for the line moved."),
        ("Why did the error rise at frame 4?", "did not rise: it went from 0.75 to 0.4"),
        ("When did the error go up?", "rose most at frame 3 of 6 (epoch 4 of 10): from 0.7 to 0.75"),
        ("Why did the loss drop?", "fell most at frame 4 of 6 (epoch 6 of 10): from 0.75 to 0.4"),
        ("Why did the accuracy fall?", "never fell: it went from 0.5 to 1"),
        ("At which step was the error lowest?", "0.2, first reached at frame 5 of 6"),
        ("When was the accuracy best?", "is 1, first reached at frame 5 of 6"),
        ("What was the worst loss?", "is 0.9, at frame 1 of 6"),
        ("When did the accuracy reach 80%?", "first at or above 0.8 at frame 4 of 6"),
        ("When did the loss get below 0.1?", "never at or below 0.1 in this run; nearest is 0.2"),
        ("What does the last frame show?", "Epoch 10: the loss is 0.2"),
        ("What does the last frame show?", "It draws: Error."),
        ("What happened at frame 2?", "Frame 2 of 6 (epoch 2 of 10): Epoch 2: the loss is 0.7"),
        ("What happened at epoch 5?", "No frame shows epoch 5"),
        ("What was the training error at epoch 3?", "At epoch 3 the training is 3"),
        ("What happened at frame 40?", "no frame 40: its frames are 1 to 6"),
        ("and at epoch 99?", "no epoch 99: its epoch goes from 0 to 10"),
        ("When was the first success?", "Frame 4 of 6 (epoch 6 of 10), “first success”"),
        ("How many frames did the run have?", "6 frames"),
        ("Did it work?", "Does it end above zero? The run says: yes."),
        ("What did the run show?", "first success (frame 4)"),
        ("Which slope did you use?", "slope = 0.5"),
        ("What seed was used?", "seed = 7"),
    ],
)
def test_a_question_about_the_run_gets_its_numbers_with_the_frame(question: str, held: str) -> None:
    told = about_run(question, run())
    assert told is not None and held in " ".join(told), told


@pytest.mark.parametrize(
    "question",
    [
        "What is gradient descent?",
        "Why does the loss jump?",
        "What is the learning rate?",
        "What is the last layer for?",
        "When was the first perceptron built?",
        "What was the final accuracy of AlexNet?",
        "How many layers has LeNet?",
        "What is accuracy?",
        "What is an epoch?",
        "What does step 3 of back-propagation do?",
        "Which demos are there?",
        "Why do we need a test set?",
        "again with 5 steps",
        "Run it with 12 epochs",
        "show me the walk with slope 2",
    ],
)
def test_any_other_question_is_left_alone(question: str) -> None:
    assert about_run(question, run()) is None


@pytest.mark.parametrize("name", ["backpropagation", "perceptron", "lenet", "lstm"])
def test_no_question_about_the_course_is_taken_for_one_about_a_run(name: str) -> None:
    demo = load(name)
    kept = Run.of(rundown(demo, {}, tuple(demo.steps(demo.parse()))))
    assert kept is not None
    plain = [item.question for item in read_bank() if item.split != "test" and item.kind != "demo_request"]
    assert [question for question in plain if about_run(question, kept)] == []


def test_a_run_that_measures_no_loss_says_so() -> None:
    kept = Run.of(rundown(WALK, {}, tuple(WALK.steps(WALK.parse()))))
    assert kept is not None
    assert about_run("What was the final loss?", kept) == [
        "This run does not measure the loss; it measures step and height."
    ]


def test_a_rundown_is_bounded_and_keeps_ends_and_moments() -> None:
    many = [
        Frame(caption=f"{number} {'x' * 300}", progress=0.5, metrics={"step": number}, moment="m" * (number == 777))
        for number in range(1500)
    ]
    kept = rundown(WALK, {}, many)
    assert len(json.dumps(kept)) <= LARGEST
    found = Run.of(kept)
    assert found is not None and found.count == 1500
    assert {1, 778, 1500} <= set(found.frames)
    told = about_run("What happened at frame 3?", found)
    assert told is not None and "nearest" in told[0]


@pytest.mark.parametrize("kept", [None, {}, [], "x", {"title": "x"}, {"metrics": 3}])
def test_what_is_no_rundown_is_no_run(kept: object) -> None:
    assert Run.of(kept) is None
