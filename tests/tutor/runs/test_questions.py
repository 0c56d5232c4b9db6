"""Questions about a run: its own numbers, and nothing that the course is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.runtime.catalogue import all_demos, load
from demos.runtime.contract import Claim, Convergence, Curve, Frame, Series
from demos.runtime.contract import Measure as Declared
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


TEACHER = replace(
    WALK,
    measures=(
        Declared("slips", "mistakes", "slips since the start", "run"),
        Declared("epoch_faults", "mistakes", "faults in this epoch", "epoch"),
        Declared("gap", "error", "distance to the goal"),
        Declared("epoch", "clock"),
        Declared("u", "weight", "weight u"),
        Declared("c", "weight"),
    ),
    converged=Convergence("every point is right from then on", claim=Claim("gap", "<", 0.3)),
)
"""A demo whose counts are a running total, and a count that starts again at each epoch."""


def lesson(counts: Sequence[Sequence[int]], gaps: Sequence[float]) -> list[Frame]:
    """A scene before the first epoch, then a frame for every presentation: how many slips it brings, epoch by epoch."""
    total, shown = 3, [Frame(caption="Before.", progress=0, metrics={"epoch": 0, "slips": 3, "gap": 1.0})]
    for epoch, (slips, gap) in enumerate(zip(counts, gaps, strict=True), 1):
        for number, slip in enumerate(slips, 1):
            total += slip
            metrics = {"epoch": epoch, "slips": total, "epoch_faults": sum(slips[:number]), "gap": gap}
            learnt = {"u": gap + 1, "c": -gap}
            shown.append(Frame(caption=f"Shown {number}.", progress=0.5, metrics={**metrics, **learnt}))
    return shown


def remembered(shown: Sequence[Frame]) -> Run:
    found = Run.of(json.loads(json.dumps(rundown(TEACHER, {}, shown))))
    assert found is not None
    return found


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(["slips", "faults"]),
)
def test_a_count_of_an_epoch_is_that_epoch_s_own(counts: list[list[int]], name: str) -> None:
    known = remembered(lesson(counts, [0.5] * len(counts)))
    for epoch, slips in enumerate(counts, 1):
        told = about_run(f"how many {name} in epoch {epoch}?", known)
        assert told is not None and told[0] == f"In epoch {epoch} of {len(counts)}: {sum(slips)} {name}."
    sums = [sum(slips) for slips in counts]
    told = about_run(f"In which epoch were the {name} lowest?", known)
    assert told is not None and f"is {min(sums)}, " in told[0]
    assert f"(epoch {1 + sums.index(min(sums))} of {len(counts)})" in told[0]
    told = about_run(f"what was the final number of {'epoch ' * (name == 'faults')}{name}?", known)
    assert told is not None and f" is {3 + sum(sums) if name == 'slips' else sums[-1]}, at" in told[0]


def test_the_growth_over_epochs_that_no_frame_shows_is_no_epoch_s() -> None:
    shown = [frame for frame in lesson([[1], [2], [4]], [0.5] * 3) if frame.metrics["epoch"] != 2]
    assert [epoch for epoch, _, _ in remembered(shown).rounds["slips"]] == [1]
    told = about_run("how many slips in epoch 3?", remembered(shown))
    assert told is not None and "slips since the start is 10" in told[0]


@pytest.mark.parametrize(
    ("gaps", "question", "held"),
    [
        (
            (0.5, 0.2, 0.4),
            "At which step was the error lowest?",
            "lowest value of error (“gap”) is 0.2, at frame 3 of 4",
        ),
        ((0.5, 0.2, 0.4), "What were the final weights?", "weight u = 1.4 and c = -0.4 (frame 4 of 4)"),
        ((0.5, 0.2, 0.4), "When did it converge?", "It did not converge in this run"),
        ((0.5, 0.4, 0.2), "When did it converge?", "Frame 4 of 4 (epoch 3 of 3)"),
        ((0.5, 0.2, 0.2), "How long did it take to converge?", "Frame 3 of 4 (epoch 2 of 3)"),
        ((0.5, 0.2, 0.2), "Did it converge?", "It converged: every point is right from then on."),
        ((0.5, 0.2, 0.4), "Why did it not converge?", "What would have shown it: every point is right"),
        ((0.5, 0.2, 0.4), "What was u at the end?", "is 1.4, at frame 4 of 4"),
        ((0.5, 0.2, 0.1), "How much did the error fall?", "from 1 to 0.1, by 0.9"),
    ],
)
def test_what_the_demo_says_of_its_measures_answers(gaps: tuple[float, ...], question: str, held: str) -> None:
    told = about_run(question, remembered(lesson([[1]] * len(gaps), gaps)))
    assert told is not None and held in " ".join(told), told


def test_a_rundown_of_before_is_a_run_still() -> None:
    kept = rundown(WALK, {}, tuple(frames()))
    old = {name: value for name, value in kept.items() if name not in NEW}
    assert Run.of(old) is not None and len(old) == len(kept) - len(NEW)


NEW = ("measures", "clock", "rounds", "rest", "rest_at", "weights")


COUNTING = {
    demo.name: any(measure.role == "clock" for measure in demo.measures)
    for demo in all_demos()
    if any(measure.span != "now" for measure in demo.measures)
}
"""The demos that count something, with whether they have a clock: what a search or a proof counts has no epochs."""


@pytest.mark.parametrize("name", [name for name, clocked in COUNTING.items() if clocked])
def test_the_counts_of_every_demo_that_counts_agree_with_its_frames(name: str) -> None:
    """By another way than the rundown's: what each frame adds, summed over its epoch."""
    demo = load(name)
    shown = tuple(demo.steps(demo.parse()))
    known = Run.of(rundown(demo, {}, shown))
    assert known is not None and known.clock
    for measure in demo.measures:
        added: dict[float, float] = {}
        before = 0.0
        for frame in shown:
            if measure.metric in frame.metrics and known.clock in frame.metrics:
                epoch, value = frame.metrics[known.clock], frame.metrics[measure.metric]
                added[epoch] = added.get(epoch, 0.0) + (value - before if measure.span == "run" else 0.0)
                added[epoch] = value if measure.span == "epoch" else added[epoch]
                before = value
        if measure.span != "now":
            assert {epoch: count for epoch, count, _ in known.rounds.get(measure.metric, ())}.items() <= added.items()


@pytest.mark.parametrize("name", [name for name, clocked in COUNTING.items() if not clocked])
def test_a_running_total_without_a_clock_is_told_at_frames_and_of_no_epoch(name: str) -> None:
    demo = load(name)
    shown = tuple(demo.steps(demo.parse()))
    known = Run.of(rundown(demo, {}, shown))
    assert known is not None and known.clock == "" and known.rounds == {}
    for measure in (measure for measure in demo.measures if measure.span == "run"):
        values = [(number, frame.metrics[measure.metric]) for number, frame in enumerate(shown, 1)
                  if measure.metric in frame.metrics]  # fmt: skip
        for number, value in (values[0], values[-1]):
            told = about_run(f"What was {measure.metric} at frame {number}?", known)
            assert told is not None and f"the {measure.words} is {value:,.0f}." in told[0], told
        told = about_run(f"How many {measure.metric} in epoch 2?", known)
        assert told is None or "In epoch" not in told[0]


@pytest.mark.parametrize(
    ("name", "values", "question", "held"),
    [
        ("perceptron", {"data": "xor"}, "how many mistakes in epoch 3?", "In epoch 3 of 20: 2 mistakes."),
        ("perceptron", {"data": "xor"}, "When did it converge?", "It did not converge in this run"),
        ("perceptron", {"data": "and"}, "When did it converge?", "an epoch passed without a mistake"),
        ("perceptron", {"data": "and"}, "What were the final weights?", "w1 = 0.488"),
        ("perceptron", {"data": "xor"}, "At which step was the error lowest?", "(“mistakes in one epoch”) is 1, first"),
        ("backpropagation", {}, "What were the final weights?", "drawn in “Weights”, last at frame"),
    ],
)
def test_the_questions_of_a_student_on_real_runs(
    name: str, values: dict[str, object], question: str, held: str
) -> None:
    demo = load(name)
    params = demo.parse(values)
    known = Run.of(rundown(demo, params.model_dump(mode="json"), tuple(demo.steps(params))))
    assert known is not None
    told = about_run(question, known)
    assert told is not None and held in " ".join(told), told


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
