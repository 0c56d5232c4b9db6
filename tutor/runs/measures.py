"""What a run measured, read from its rundown: a value at a place, its end, its extremes, where it moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from demos.runtime.contract import Measure as Declared
from demos.runtime.messages import say
from knowledge.text import fold
from tutor.runs.lexicon import LOOSE, ROLES
from tutor.runs.summary import Round, Run

__all__ = ["Measure", "Place", "measures", "number", "place_of", "said"]

_FEWER_IS_BETTER = re.compile(r"error|loss|mistake|wrong|off|worst|lost|torn|spread|rank")
_NAMED = re.compile(r"\b([a-z]\w*?)(?: number| no\.?)? ?#?(\d+(?:\.\d+)?)(?![\w%])|\b(\d+)(?:st|nd|rd|th) ([a-z]\w*)\b")
_FRAMES = ("frame", "step", "picture", "image", "iteration", "moment")
_CLOCKS = ("epoch", "step", "game", "pass", "round", "t")
_WANTED = {"highest": say("highest"), "lowest": say("lowest"), "best": say("best"), "worst": say("worst")}
_COUNTERS = (*_CLOCKS, "layer", "block", "word", "point", "sentence", "customer", "token")
"""Metrics that say where a run is, rather than how it does; the first ones count its time."""


@dataclass(frozen=True, slots=True)
class Place:
    """A frame that a question names with `words`. `missing` says why there is none, `nearest` that it is the nearest.

    `counter` and `value` are what was named, where the run has such a counter: epoch, 20.
    """

    frame: int
    words: str = ""
    missing: str = ""
    nearest: str = ""
    counter: str = ""
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured quantity with its values as (place, value).

    A metric's places are frames; a curve's line has those of its x axis, which counts `along` ("" for a metric).
    `called` is the question's own word for it. `declared` is what the demo says of it, `rounds` what it counted in each
    epoch, when it counts.
    """

    run: Run
    name: str
    points: tuple[tuple[float, float], ...]
    along: str = ""
    called: str = ""
    declared: Declared | None = None
    rounds: tuple[Round, ...] = ()

    @property
    def noun(self) -> str:
        """Its name without the epoch's: "mistakes" for epoch_mistakes."""
        words = self.name.replace("_", " ")
        return say(words.removeprefix(f"{self.run.clock} ") if self.run.clock else words)

    @property
    def words(self) -> str:
        name = say(self.name.replace("_", " "))
        if self.declared is not None and self.declared.span != "now":
            by_round = (
                say("{noun} in one {clock}", noun=self.noun, clock=say(self.run.clock)) if self.run.clock else self.noun
            )
            name = (
                by_round
                if self.declared.span == "epoch"
                else say(self.declared.words)
                if self.declared.words
                else say("{noun} since the start", noun=self.noun)
            )
        return (
            say("{called} (“{name}”)", called=self.called, name=name) if self.called and self.called != name else name
        )

    def where(self, at: float) -> str:
        """A place in words: "frame 12 of 40 (epoch 3 of 20)"."""
        return say("{along} {at}", along=self.along, at=number(at)) if self.along else _place_words(self.run, int(at))

    def by_round(self) -> Measure:
        """What it counted epoch by epoch; of a measure that does not count, itself."""
        if not self.rounds or self.declared is None:
            return self
        points = tuple((float(at), count) for _, count, at in self.rounds)
        return replace(self, points=points, declared=replace(self.declared, span="epoch"), rounds=())

    def in_round(self, epoch: float) -> str:
        """What it counted in one epoch, "" where that is not known."""
        last = number(self.run.values(self.run.clock)[-1][1]) if self.run.clock in self.run.metrics else ""
        counted = [count for one, count, _ in self.rounds if one == epoch]
        return (
            say(
                "In {clock} {epoch} of {last}: {counted} {noun}.",
                clock=say(self.run.clock),
                epoch=number(epoch),
                last=last,
                counted=number(counted[0]),
                noun=self.noun,
            )
            if counted
            else ""
        )

    def final(self) -> str:
        """Its last value and where that stands."""
        at, value = self.points[-1]
        if self.name in _COUNTERS:
            return say("The run went up to {name} {v}.", name=say(self.name), v=number(max(v for _, v in self.points)))
        return say(
            "The final value of {words} is {value}, at {where}.",
            words=self.words,
            value=number(value),
            where=self.where(at),
        )

    def extreme(self, wanted: str) -> str:
        """Its highest, lowest, best or worst value and where it was first reached."""
        if self.rounds:
            return self.by_round().extreme(wanted)
        fewer = self.declared.lower_is_better if self.declared else None
        fewer = bool(_FEWER_IS_BETTER.search(self.name)) if fewer is None else fewer
        upwards = wanted == "highest" or (wanted == "best" and not fewer) or (wanted == "worst" and fewer)
        at, value = max(self.points, key=lambda point: point[1] if upwards else -point[1])
        first = say("first reached at ") if sum(v == value for _, v in self.points) > 1 else say("at ")
        return say(
            "The {wanted} value of {words} is {value}, {first}{where}.",
            wanted=_WANTED[wanted],
            words=self.words,
            value=number(value),
            first=first,
            where=self.where(at),
        )

    def at(self, place: Place) -> str:
        """Its value at a place, "" where it has none."""
        if self.along:
            there = [v for x, v in self.points if self.along.startswith(place.counter or "-") and x == place.value]
            return (
                say(
                    "At {words} the {words2} is {there}, as its curve shows.",
                    words=place.words,
                    words2=self.words,
                    there=number(there[0]),
                )
                if there
                else ""
            )
        if place.counter == self.run.clock and (counted := self.in_round(place.value)):
            return counted
        before = [point for point in self.points if point[0] <= place.frame]
        return (
            say(
                "At {where} the {words} is {before}.",
                where=self.where(before[-1][0]),
                words=self.words,
                before=number(before[-1][1]),
            )
            if before
            else ""
        )

    def change(self, place: Place, wanted: int) -> str:
        """How it moved at a place: up where `wanted` is 1, down where it is -1; says so when it did not."""
        if self.rounds and place.counter == self.run.clock:
            return self.by_round().change(place, wanted)
        before = [v for at, v in self.points if at < place.frame and not self.along]
        here = [v for at, v in self.points if at == place.frame and not self.along]
        if not before or not here:
            return ""
        old, new = before[-1], here[0]
        verb = say("rose") if new > old else say("fell") if new < old else say("stayed")
        if wanted * (new - old) < 0 or (wanted and new == old):
            verb = say("did not rise: it went") if wanted > 0 else say("did not fall: it went")
        return say(
            "At {where} the {words} {verb} from {old} to {new}.",
            where=self.where(place.frame),
            words=self.words,
            verb=verb,
            old=number(old),
            new=number(new),
        )

    def whole(self) -> str:
        """How far it went from its first value to its last."""
        (_, old), (_, new) = self.points[0], self.points[-1]
        verb = say("rose") if new > old else say("fell") if new < old else say("did not move")
        by = say(", by {value}", value=number(abs(float(f"{new - old:.6g}")))) if new != old else ""
        return say(
            "Over the run the {words} {verb}: from {old} to {new}{by}.",
            words=self.words,
            verb=verb,
            old=number(old),
            new=number(new),
            by=by,
        )

    def steepest(self, way: int) -> tuple[int, str]:
        """The frame at which it moved most in one direction (0 where there is none), and a sentence that says so."""
        if self.rounds:
            return self.by_round().steepest(way)
        steps = [(way * (b - a), at, a, b) for (_, a), (at, b) in zip(self.points, self.points[1:], strict=False)]
        verb = say("rose") if way > 0 else say("fell")
        most, at, old, new = max(steps, default=(0.0, 0.0, 0.0, 0.0), key=lambda step: step[0])
        if most <= 0:
            ends = say(
                "from {points} to {points2}", points=number(self.points[0][1]), points2=number(self.points[-1][1])
            )
            return 0, say(
                "In this run the {words} never {verb}: it went {ends}.", words=self.words, verb=verb, ends=ends
            )
        sentence = say(
            "The {words} {verb} most at {where}: from {old} to {new}.",
            words=self.words,
            verb=verb,
            where=self.where(at),
            old=number(old),
            new=number(new),
        )
        return 0 if self.along else int(at), sentence

    def crossing(self, level: float, percent: bool, below: bool) -> str:
        """Where it first went past a level; a percentage is one of shares."""
        if self.rounds and below:
            return self.by_round().crossing(level, percent, below)
        if max(v for _, v in self.points) <= 1 and (percent or level > 1):
            level /= 100
        words = (
            say("at or below {level}", level=number(level))
            if below
            else say("at or above {level}", level=number(level))
        )
        for at, value in self.points:
            if (value <= level) if below else (value >= level):
                return say(
                    "The {words} is first {words2} at {where}: {value}.",
                    words=self.words,
                    words2=words,
                    where=self.where(at),
                    value=number(value),
                )
        at, value = (min if below else max)(self.points, key=lambda point: point[1])
        return say(
            "The {words} is never {words2} in this run; nearest is {value}, at {where}.",
            words=self.words,
            words2=words,
            value=number(value),
            where=self.where(at),
        )


def number(value: float) -> str:
    """Four digits that count, as the player shows them; whole numbers in full."""
    return f"{int(value):,}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"


def said(run: Run, frame: int) -> str:
    """A frame's caption with its place, and its name where it is a moment."""
    moment = say(", “{moment}”", moment=run.moments[frame]) if frame in run.moments else ""
    clock = _clock_words(run, frame)
    caption = run.caption(frame)
    return say(
        "Frame {frame} of {count}{clock}{moment}: {caption}",
        frame=frame,
        count=run.count,
        clock=clock,
        moment=moment,
        caption=caption,
    )


def _place_words(run: Run, frame: int) -> str:
    """ "frame 12 of 40 (epoch 3 of 20)": with the counter that this frame itself shows."""
    return say("frame {frame} of {count}{clock}", frame=frame, count=run.count, clock=_clock_words(run, frame))


def _clock_words(run: Run, frame: int) -> str:
    """ " (epoch 3 of 20)", or nothing."""
    index = run.frames.index(frame)
    for name in _COUNTERS:
        value = run.metrics[name][index] if name in run.metrics else None
        if value is not None:
            last = say(" of {values}", values=number(run.values(name)[-1][1])) if name in _CLOCKS[:-1] else ""
            return say(" ({name} {value}{last})", name=say(name), value=number(value), last=last)
    return ""


def place_of(text: str, run: Run, *, loosely: bool) -> Place | None:
    """The frame that "step 12", "epoch 3" or "the 5th frame" name: by a counter of the run, else by its frames.

    Counters that are no clock ("layer 2") name one only `loosely`.
    """
    for match in _NAMED.finditer(text):
        unit, value = (match[1], float(match[2])) if match[1] else (match[4], float(match[3]))
        singular = unit.removesuffix("s")
        counter = next((name for name in run.metrics if fold(name) in (unit, singular)), "")
        if counter and (counter in _CLOCKS or (loosely and counter in _COUNTERS)):
            return _counted(run, counter, value, match[0])
        if singular in _FRAMES:
            return _numbered(run, int(value), match[0])
    return None


def _counted(run: Run, counter: str, value: float, words: str) -> Place:
    points = run.values(counter)
    least, most = min(v for _, v in points), max(v for _, v in points)
    if not least <= value <= most:
        return Place(
            0,
            words,
            say(
                "This run has no {words}: its {counter} goes from {least} to {most}.",
                words=words,
                counter=say(counter),
                least=number(least),
                most=number(most),
            ),
        )
    off = min(abs(v - value) for _, v in points)
    frame = [at for at, v in points if abs(v - value) == off][-1]
    nearest = say("No frame shows {words}; the nearest does this.", words=words) if off else ""
    return Place(frame, words, "", nearest, counter, value)


def _numbered(run: Run, value: int, words: str) -> Place:
    if not 1 <= value <= run.count:
        return Place(
            0, words, say("This run has no {words}: its frames are 1 to {count}.", words=words, count=run.count)
        )
    frame = min(run.frames, key=lambda kept: abs(kept - value))
    return Place(
        frame, words, "", "" if frame == value else say("The nearest frame that was kept is {frame}.", frame=frame)
    )


def measures(text: str, run: Run, *, besides: str = "", counters: bool = True) -> list[Measure]:
    """What a question speaks of, of all that the run measured: by its name, a word of it, or a word that means it.

    `besides` are words that name a place, not a measure. Without `counters`, "at which step" speaks of none.
    """
    spoken = set(re.findall(r"[^\W\d_]\w*", text.replace(besides, " ") if besides else text))
    spoken |= {word.removesuffix("s") for word in spoken}
    every = list(_all(run))
    whole = [measure for measure in every if _words(measure.name) and _words(measure.name) <= spoken]
    found = [m for m in whole if not any(_words(m.name) < _words(other.name) for other in whole)]
    found = found or [m for m in every if _words(m.name) & spoken - {"of", "the", "in", "by", "a", "is", "was", "at"}]
    told = [measure for measure in found if measure.name not in _COUNTERS]
    if told or (found and counters and not besides):
        return _metrics_first(told or found)
    return _metrics_first(_meant(every, spoken))


def _meant(every: Sequence[Measure], spoken: set[str]) -> list[Measure]:
    """The measures that a loose word means ("loss" for "test_error"), or the lines of a curve with it as its title."""
    for word in [word for word in LOOSE if word in spoken]:
        for role in ROLES.get(word, ()):  # the demo's own first one of that role
            if meant := [measure for measure in every if measure.declared and measure.declared.role == role][:1]:
                return [replace(meant[0], called=word)]
        for meaning in LOOSE[word]:
            if meant := [measure for measure in every if meaning in _words(measure.name)]:
                return [replace(measure, called=word) for measure in meant]
    return []


def _all(run: Run) -> Iterator[Measure]:
    """The metrics, then the lines of the curves."""
    declared = {measure.metric: measure for measure in run.measures}
    for name in sorted(run.metrics, key=lambda name: list(declared).index(name) if name in declared else len(declared)):
        if points := run.values(name):
            yield Measure(run, name, tuple(points), declared=declared.get(name), rounds=run.rounds.get(name, ()))
    for line in run.lines:
        if line.along and len(line.x) > 1:
            yield Measure(run, line.name, tuple(zip(line.x, line.y, strict=True)), fold(line.along))


def _metrics_first(found: Sequence[Measure]) -> list[Measure]:
    """The metrics, or where there are none the lines, one of each name."""
    chosen = [measure for measure in found if not measure.along] or found
    return list({measure.name: measure for measure in reversed(chosen)}.values())[::-1]


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]\w*", fold(name).replace("_", " ")))
