"""What the numbers of a run are, and what may be claimed of them.

`Frame.metrics` are bare numbers under names. A demo's `measures` say which of them is an error, a loss or a weight,
what each counts over, and which way is better; a `Claim` is a statement on one of them that a run proves or refutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal["clock", "error", "loss", "mistakes", "accuracy", "score", "energy", "weight", "size", "quantity"]
"""A clock says where the run is (epoch, step); a score is any figure that should be high; a size describes the set-up;
a quantity is neither good nor bad."""
Span = Literal["now", "epoch", "run"]
"""What a value covers: this moment, the epoch so far (it starts again at 0), or everything since the start."""
Relation = Literal["<", "<=", "==", "!=", ">=", ">"]
When = Literal["end", "ever", "always"]

_LOWER_IS_BETTER = {"error": True, "loss": True, "mistakes": True, "energy": True, "accuracy": False, "score": False}
_RELATIONS: dict[Relation, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of a demo's frames: its name there, its role, and the words in which it is told ("mistakes so far").

    The measures of a demo stand in the order of importance: of several errors the first is meant by "the error".
    """

    metric: str
    role: Role
    words: str = ""
    span: Span = "now"

    @property
    def lower_is_better(self) -> bool | None:
        """None where neither way is better."""
        return _LOWER_IS_BETTER.get(self.role)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement on one metric: Claim("modes", "<=", 2). `value` is a number or the name of another metric of the same
    frame; `when` says whether it holds at the end (the last frame that shows the metric), in some frame, or in all."""

    metric: str
    relation: Relation
    value: float | str
    when: When = "end"

    def applies(self, metrics: Mapping[str, float]) -> bool:
        """Whether a frame shows what the claim speaks of."""
        return self.metric in metrics and (not isinstance(self.value, str) or self.value in metrics)

    def holds(self, metrics: Mapping[str, float]) -> bool:
        """Whether it is true of one frame. Raises KeyError when the frame lacks the metric."""
        against = metrics[self.value] if isinstance(self.value, str) else self.value
        return _RELATIONS[self.relation](metrics[self.metric], against)

    def proved(self, run: Sequence[Mapping[str, float]]) -> bool:
        """Whether a run, given as its frames' metrics, proves it; a run that never shows the metric does not."""
        found = [self.holds(metrics) for metrics in run if self.applies(metrics)]
        if not found:
            return False
        return found[-1] if self.when == "end" else any(found) if self.when == "ever" else all(found)

    def __str__(self) -> str:
        where = {"end": "at the end", "ever": "at some moment", "always": "all the time"}[self.when]
        value = self.value if isinstance(self.value, str) else f"{self.value:g}"
        return f"{self.metric} {self.relation} {value} {where}"


@dataclass(frozen=True, slots=True)
class Convergence:
    """How a run shows that it has come to rest: a `moment` of that name (or one that starts so), or the first frame
    from which on `claim` holds. `words` say what that means: "an epoch without a mistake"."""

    words: str
    moment: str = ""
    claim: Claim | None = None

    def reached(self, run: Sequence[tuple[str, Mapping[str, float]]]) -> int | None:
        """The index of the frame at which the run, given as (moment, metrics) a frame, converged; None if never."""
        if self.moment:
            return next((index for index, (name, _) in enumerate(run) if name.startswith(self.moment)), None)
        assert self.claim, "a convergence names a moment or a claim"
        first = None
        for index, (_, metrics) in enumerate(run):
            if self.claim.applies(metrics):
                first = (index if first is None else first) if self.claim.holds(metrics) else None
        return first
