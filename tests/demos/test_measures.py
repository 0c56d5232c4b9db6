"""Claims, measures and convergence, by hand-worked runs."""

from __future__ import annotations

import pytest

from demos.runtime import catalogue
from demos.runtime.measures import Claim, Convergence, Measure

RUN: list[dict[str, float]] = [{"error": 3}, {"step": 1}, {"error": 1}, {"error": 2, "naive": 2.5}]


@pytest.mark.parametrize(
    ("claim", "proved"),
    [
        (Claim("error", "<=", 2), True),
        (Claim("error", "<", 2), False),
        (Claim("error", "==", 1, "ever"), True),
        (Claim("error", "<", 3, "always"), False),
        (Claim("error", ">", 0, "always"), True),
        (Claim("error", "<", "naive"), True),
        (Claim("error", "!=", 2), False),
        (Claim("energy", ">=", 0), False),
    ],
    ids=str,
)
def test_a_claim_is_proved_by_the_numbers_of_a_run(claim: Claim, proved: bool) -> None:
    assert claim.proved(RUN) is proved


def test_a_role_says_which_way_is_better() -> None:
    assert Measure("loss", "loss").lower_is_better is True
    assert Measure("right", "accuracy").lower_is_better is False
    assert Measure("w1", "weight").lower_is_better is None


def test_convergence_is_where_a_claim_starts_to_hold_for_good() -> None:
    settled = Convergence("small", claim=Claim("error", "<=", 2))
    frames = [("", {"error": value}) for value in (1.0, 3.0, 2.0)]
    assert settled.reached(frames) == 2
    assert settled.reached(frames[:2]) is None
    assert settled.reached([*frames, ("a moment", {"step": 3.0})]) == 2


def test_convergence_may_be_a_named_moment() -> None:
    rest = Convergence("rest", moment="the last change")
    assert rest.reached([("the start", {}), ("the last change", {}), ("", {})]) == 1
    assert rest.reached([("", {})]) is None


def test_mistakes_of_one_epoch_are_not_the_running_total() -> None:
    demo = catalogue.load("perceptron")
    frames = list(demo.steps(demo.parse({"data": "and"})))
    spans = {measure.metric: measure.span for measure in demo.measures}
    assert (spans["mistakes"], spans["epoch_mistakes"]) == ("run", "epoch")
    by_epoch = {frame.metrics["epoch"]: frame.metrics["epoch_mistakes"] for frame in frames[:-1]}
    assert sum(by_epoch.values()) == frames[-1].metrics["mistakes"]
    assert demo.converged and by_epoch[frames[-1].metrics["epoch"]] == 0


@pytest.mark.parametrize("name", ["perceptron", "delta_rule", "backpropagation", "hopfield"])
def test_a_default_run_shows_when_it_converged(name: str) -> None:
    demo = catalogue.load(name)
    run = [(frame.moment, frame.metrics) for frame in demo.steps(demo.parse())]
    assert demo.converged
    found = demo.converged.reached(run)
    assert found is None or 0 < found < len(run)
