"""What a conversation keeps of a demo run, so that it can speak of that very run later: captions, metrics, curves.

A rundown is plain JSON of bounded size; the pictures are not in it, because the same seed makes them again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from demos.runtime.contract import Curve, Demo, Frame, Measure
from demos.runtime.messages import read, written
from tutor.runs.weights import learnt

__all__ = ["LARGEST", "Line", "Round", "Run", "rundown"]

LARGEST = 128_000
"""Most characters of a rundown as JSON: enough for every frame of nearly every run."""

POINTS = 120
LINES = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a curve as it was when it was last drawn; `along` is what its x axis counts."""

    title: str
    name: str
    along: str
    x: tuple[float, ...]
    y: tuple[float, ...]


Round = tuple[float, float, int]
"""An epoch, what a counting measure counted in it, and the number of the epoch's last frame."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is remembered.

    `frames` are the numbers (from 1) of the frames that are kept, of `count` in all; `captions` and each metric's
    values (None where a frame does not show it) go with them. `panels` are the last frame's titles; `proved` is what
    the run answered to `question`.

    `measures` say what the metrics are. `rounds` are those that count something, epoch by epoch (see `Round`); `clock`
    is the metric that tells the epoch. `rest` is what it means to have converged ("" where nothing converges), and
    `rest_at` the frame at which the run did (0: never). `weights` are what it learnt (see `learnt`).
    """

    title: str
    params: dict[str, Any]
    count: int
    frames: tuple[int, ...]
    captions: tuple[str, ...]
    moments: dict[int, str]
    metrics: dict[str, tuple[float | None, ...]]
    lines: tuple[Line, ...]
    panels: tuple[str, ...]
    question: str
    proved: str
    measures: tuple[Measure, ...] = ()
    clock: str = ""
    rounds: dict[str, tuple[Round, ...]] = field(default_factory=dict)
    rest: str = ""
    rest_at: int = 0
    weights: dict[str, Any] = field(default_factory=dict)
    demo: str = ""

    @classmethod
    def of(cls, kept: Any) -> Run | None:
        """The run that a rundown tells of; None for what is none."""
        try:
            return cls(
                str(kept["title"]), dict(kept["params"]), int(kept["count"]), tuple(map(int, kept["frames"])),
                tuple(map(read, kept["captions"])), {int(at): read(name) for at, name in kept["moments"].items()},
                {str(name): tuple(values) for name, values in kept["metrics"].items()},
                tuple(Line(**{**line, "x": tuple(line["x"]), "y": tuple(line["y"])}) for line in kept["lines"]),
                tuple(map(read, kept["panels"])), str(kept["question"]), str(kept["proved"]),
                tuple(Measure(**measure) for measure in kept.get("measures", ())), str(kept.get("clock", "")),
                {str(name): tuple((float(epoch), float(count), int(at)) for epoch, count, at in rounds)
                 for name, rounds in kept.get("rounds", {}).items()},
                str(kept.get("rest", "")), int(kept.get("rest_at", 0)), dict(kept.get("weights", {})),
                str(kept.get("demo", "")),
            )  # fmt: skip
        except (TypeError, KeyError, ValueError, AttributeError):
            return None

    def values(self, metric: str) -> list[tuple[int, float]]:
        """A metric's values with the numbers of their frames."""
        return [(at, v) for at, v in zip(self.frames, self.metrics[metric], strict=True) if v is not None]

    def caption(self, frame: int) -> str:
        """What was said at a frame that is kept."""
        return self.captions[self.frames.index(frame)]


def rundown(demo: Demo, params: Mapping[str, Any], frames: Sequence[Frame]) -> dict[str, Any]:
    """The rundown of a run. Where it would be too long, frames that are no moments are left out evenly."""
    kept = list(range(len(frames)))
    rest = _rest(demo, frames)
    while True:
        told = _told(demo, params, frames, kept) | rest
        plain = [at for at in kept[1:-1] if not frames[at].moment and at + 1 != rest["rest_at"]]
        if len(json.dumps(told)) <= LARGEST or not plain:
            return told
        gone = set(plain[::2])
        kept = [number for number in kept if number not in gone]


def _told(demo: Demo, params: Mapping[str, Any], frames: Sequence[Frame], kept: Sequence[int]) -> dict[str, Any]:
    names = dict.fromkeys(name for frame in frames for name in frame.metrics)
    values = {name: [_short(frames[number].metrics.get(name)) for number in kept] for name in names}
    return {
        "demo": demo.name,
        "title": demo.title,
        "params": dict(params),
        "count": len(frames),
        "frames": [number + 1 for number in kept],
        "captions": [written(frames[number].caption) for number in kept],
        "moments": {str(number + 1): written(frames[number].moment) for number in kept if frames[number].moment},
        "metrics": values,
        "lines": [asdict(line) for line in _lines(frames)],
        "panels": [written(panel.title) for panel in frames[-1].panels] if frames else [],
        "question": demo.prediction.question,
        "proved": _proved(demo, frames),
        "measures": [asdict(measure) for measure in demo.measures if measure.metric in names],
        "clock": (clock := _clock(demo, names)),
        "rounds": _rounds(demo, frames, clock, {number + 1 for number in kept}) if clock else {},
        "weights": learnt(demo, frames),
    }


def _clock(demo: Demo, names: Iterable[str]) -> str:
    """The metric that tells the epoch, or else the first that tells the time."""
    clocks = [measure.metric for measure in demo.measures if measure.role == "clock" and measure.metric in names]
    return "epoch" if "epoch" in clocks else clocks[0] if clocks else ""


def _rounds(demo: Demo, frames: Sequence[Frame], clock: str, kept: set[int]) -> dict[str, list[Round]]:
    """What each counting measure counted in each epoch: its last value there, or for a running total the growth."""
    found: dict[str, list[Round]] = {}
    for measure in demo.measures:
        if measure.span == "now":
            continue
        ends: dict[float, tuple[float, int]] = {}
        for number, frame in enumerate(frames, 1):
            if clock in frame.metrics and measure.metric in frame.metrics:
                ends[frame.metrics[clock]] = (frame.metrics[measure.metric], number)
        before = (0.0, 0.0)
        for epoch, (value, number) in ends.items():
            if epoch <= 0:  # the scene before the first epoch
                before = (0.0, value)
                continue
            # The growth over several epochs, of which no frame shows the first ones, is no epoch's.
            if measure.span == "epoch" or epoch - before[0] <= 1:
                count = value - (before[1] if measure.span == "run" else 0.0)
                found.setdefault(measure.metric, []).append((epoch, count, _nearest(number, kept)))
            before = (epoch, value)
    return found


def _nearest(number: int, kept: set[int]) -> int:
    return number if number in kept else min(kept, key=lambda one: abs(one - number))


def _rest(demo: Demo, frames: Sequence[Frame]) -> dict[str, Any]:
    """What it means to have converged, and where the run did."""
    if demo.converged is None:
        return {"rest": "", "rest_at": 0}
    reached = demo.converged.reached([(frame.moment, frame.metrics) for frame in frames])
    return {"rest": demo.converged.words, "rest_at": 0 if reached is None else reached + 1}


def _lines(frames: Sequence[Frame]) -> list[Line]:
    """Every curve's lines as they were drawn last, in the order of their first appearance."""
    found: dict[tuple[str, str], Line] = {}
    for frame in frames:
        for panel in frame.panels:
            if isinstance(panel, Curve):
                for series in panel.series:
                    line = Line(panel.title, series.name, panel.x_label, series.x, series.y)
                    found[panel.title, series.name] = line
    return [_thinned(line) for line in list(found.values())[:LINES]]


def _thinned(line: Line) -> Line:
    """At most POINTS of a line's points, its ends, its lowest and its highest among them."""
    count = len(line.x)
    chosen = set(range(count))
    if count > POINTS:
        chosen = {round(step * (count - 1) / (POINTS - 3)) for step in range(POINTS - 2)}
        chosen |= {line.y.index(min(line.y)), line.y.index(max(line.y))}
    order = sorted(chosen)
    x, y = (tuple(float(f"{axis[at]:.6g}") for at in order) for axis in (line.x, line.y))
    return Line(line.title, line.name, line.along, x, y)


def _proved(demo: Demo, frames: Sequence[Frame]) -> str:
    try:
        return demo.prediction.check(frames)
    except Exception:  # a run that was stopped may have proved nothing yet
        return ""


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
