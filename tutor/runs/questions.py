"""Questions about a demo that has run: answered with that run's own numbers, each with the frame it stands in.

A question is about the run only when every word of it is a word about runs or a word of this run, and when it points at
the run: at a frame or step of it, at its end, at a change or an extreme of something that it measured. All others are
left to the course ("What is gradient descent?", "What is the last layer for?").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from demos.runtime.messages import listed, say
from knowledge.text import fold
from tutor.runs import lexicon as words
from tutor.runs.measures import Measure, Place, measures, number, place_of, said
from tutor.runs.summary import Run

__all__ = ["about_run", "meaning"]

FOLLOWED = 3
"""Most measures that one answer speaks of."""


LOOKED_AT = 2
"""Sentences on what to look for that are told before the measures."""


def about_run(question: str, run: Run) -> list[str] | None:
    """The sentences that answer a question about this run; None when it is not about it."""
    text = " ".join(re.sub(r"[^\w.%#-]+", " ", fold(question)).split()).rstrip(" .")
    for reader in READERS:
        if text and (found := reader(text, run)):
            return found
    return None


def meaning(run: Run, look_for: Sequence[str]) -> list[str]:
    """What a run's numbers mean: what the demo says is to be looked at, and what the first of its measures came to."""
    known = [
        measure
        for measure in run.measures
        if measure.words and measure.metric in run.metrics and run.values(measure.metric)
    ]
    told = [
        Measure(run, m.metric, tuple((float(at), v) for at, v in run.values(m.metric)), declared=m).final()
        for m in known
    ]
    return [*look_for[:LOOKED_AT], *told[:FOLLOWED]]


def _settings(text: str, run: Run) -> list[str] | None:
    """ "Which learning rate did you use?": the run's own parameters."""
    match = words.SETTINGS.search(text)
    if match is None or not _only_of(run, text, *run.params):
        return None
    asked = _word_set(match[1]) - words.GRAMMAR
    named = {name: value for name, value in run.params.items() if asked & _word_set(name)}
    if not named and not asked & {"parameter", "parameters", "setting", "settings", "values"}:
        return None
    told = [
        say("{name} = {value}", name=say(name.replace("_", " ")), value=_value(value))
        for name, value in (named or run.params).items()
    ]
    return [say("The run used {listed}.", listed=_listed(told))]


def _at_place(text: str, run: Run) -> list[str] | None:
    """ "Why did the loss jump at step 12?", "What does the last frame show?" """
    place = _place(text, run)
    if place is None or not _only_of(run, text, *run.captions, place.words):
        return None
    if place.missing:
        return [place.missing]
    told = [_moved(text, measure, place) for measure in measures(text, run, besides=place.words)[:FOLLOWED]]
    lines = [sentence for sentence in told if sentence]
    at_end = place.frame == run.count and run.panels and not lines
    drawn = [say("It draws: {panels}.", panels=listed(", ", run.panels))] if at_end else []
    return [*([place.nearest] if place.nearest else []), *lines, said(run, place.frame), *drawn]


def _place(text: str, run: Run) -> Place | None:
    if place := place_of(text, run, loosely=bool(words.PAST.search(text) or words.SHOWN.search(text))):
        return place
    match = words.ENDS.search(text)
    if match is None or (match[2] == "step" and not words.PAST.search(text)):
        return None
    return Place(1 if match[1] in ("first", "opening") else run.count, match[0])


def _moved(text: str, measure: Measure, place: Place) -> str:
    """What a measure did at a place: its change when one is asked for, else its value."""
    if (wanted := _way(text)) or words.CHANGE.search(text):
        return measure.change(place, wanted)
    return measure.at(place)


def _at_moment(text: str, run: Run) -> list[str] | None:
    """ "When was the first mistake?": a moment that the demo itself names."""
    if not words.WHEN.search(text) or not _only_of(run, text):
        return None
    asked = _word_set(text) - words.GRAMMAR - {"frame", "step", "epoch", "moment", "happen", "happened"}
    for frame, name in run.moments.items():
        if asked - {"end", "last", "first"} and asked <= _word_set(name):
            return [said(run, frame)]
    return None


def _crossing(text: str, run: Run) -> list[str] | None:
    """ "When did the accuracy reach 90 %?" """
    match = words.CROSSING.search(text)
    asked = words.WHEN.search(text) or words.HOW_LONG.search(text)
    if match is None or not asked or not _only_of(run, text):
        return None
    found = measures(text, run)
    below = match[1] in ("below", "under") or _way(text) < 0
    return [found[0].crossing(float(match[2]), bool(match[3]), below)] if found else None


def _extreme(text: str, run: Run) -> list[str] | None:
    """ "At which step was the error lowest?" """
    wanted = next((name for name, pattern in words.EXTREMES.items() if pattern.search(text)), None)
    if wanted is None or not _only_of(run, text):
        return None
    return [measure.extreme(wanted) for measure in measures(text, run, counters=False)[:FOLLOWED]] or None


def _rest(text: str, run: Run) -> list[str] | None:
    """ "When did it converge?", "Why did it not converge?": what the demo itself takes for that."""
    if not run.rest or not words.CONVERGED.search(text) or not _only_of(run, text):
        return None
    if not (words.PAST.search(text) or words.WHEN.search(text)):
        return None
    if run.rest_at:
        return [say("It converged: {rest}.", rest=say(run.rest)), said(run, run.rest_at)]
    return [
        say("It did not converge in this run. What would have shown it: {rest}.", rest=say(run.rest)),
        said(run, run.count),
    ]


def _weights(text: str, run: Run) -> list[str] | None:
    """ "What were the final weights?" """
    if not words.WEIGHTS.search(text) or not words.LEARNT.search(text):
        return None
    if text.startswith("how many") or not _only_of(run, text, "weights biases bias"):
        return None
    if not run.weights:
        sizes = [measure for measure in run.measures if measure.role == "size" and "weight" in measure.metric]
        return (
            [
                say(
                    "This run does not show its weights; it has {values}.",
                    values=number(run.values(sizes[0].metric)[-1][1]),
                )
            ]
            if sizes
            else None
        )
    told = [
        say("{name} = {value}", name=_weight_name(run, name), value=number(value))
        for name, value in run.weights["values"].items()
    ]
    place = say("frame {frame} of {count}", frame=run.weights["frame"], count=run.count)
    if told:
        return [say("The weights at the end are {listed} ({place}).", listed=_listed(told), place=place)]
    return [
        say("What was learnt is drawn in “{panel}”, last at {place}.", panel=say(run.weights["panel"]), place=place)
    ]


def _weight_name(run: Run, name: str) -> str:
    return next((say(measure.words) for measure in run.measures if measure.metric == name and measure.words), name)


def _change(text: str, run: Run) -> list[str] | None:
    """ "Why did the loss go up?" without a place: where it did so most; "how much", from its start to its end."""
    wanted = _way(text)
    if not wanted or not words.PAST.search(text) or not _only_of(run, text):
        return None
    found = measures(text, run)
    if not found:
        return None
    if words.HOW_FAR.search(text):
        return [found[0].whole()]
    frame, sentence = found[0].steepest(wanted)
    return [sentence, said(run, frame)] if frame else [sentence]


def _final(text: str, run: Run) -> list[str] | None:
    """ "What was the final accuracy?", "What was the loss?" """
    pointed = words.FINAL.search(text) and (words.PAST.search(text) or re.search(r"\bfinal\b", text))
    if not (pointed or words.VALUE.match(text)) or not _only_of(run, text):
        return None
    if re.match(r"how many (?:frames|pictures|moments|steps)\b", text) and "step" not in run.metrics:
        return [say("The run has {count} frames.", count=run.count)]
    found = measures(text, run)
    if not pointed:  # "What was the LSTM?" is about the idea, though a line has that name
        found = [measure for measure in found if not measure.along]
    if found:
        return [measure.final() for measure in found[:FOLLOWED]]
    lacking = next((word for word in words.LOOSE if re.search(rf"\b{word}\b", text)), None)
    if pointed and lacking and run.metrics:
        return [
            say(
                "This run does not measure the {lacking}; it measures {listed}.",
                lacking=lacking,
                listed=_listed([say(name.replace("_", " ")) for name in run.metrics]),
            )
        ]
    return None


def _verdict(text: str, run: Run) -> list[str] | None:
    """ "Did it converge?", "Was my guess right?": what the run proved, and its last words."""
    if not words.VERDICT.search(text) or not _only_of(run, text, run.question, run.captions[-1]):
        return None
    proved = (
        [say("{question} The run says: {proved}.", question=say(run.question), proved=say(run.proved))]
        if run.proved
        else []
    )
    return [*proved, said(run, run.count)]


def _whole(text: str, run: Run) -> list[str] | None:
    """ "What did it show?": the last frame's words, and the moments on the way."""
    if not words.WHOLE.search(text) or not _only_of(run, text):
        return None
    shown = [
        say("{name} (frame {frame})", name=name, frame=frame)
        for frame, name in run.moments.items()
        if frame < run.count
    ]
    if words.RESULT.search(text):
        return [said(run, run.count)]
    return [said(run, run.count), *([say("Moments on the way: {listed}.", listed=_listed(shown[:8]))] if shown else [])]


READERS: tuple[Callable[[str, Run], list[str] | None], ...] = (
    _settings, _at_place, _rest, _weights, _at_moment, _crossing, _extreme, _change, _final, _verdict, _whole,
)  # fmt: skip


def _only_of(run: Run, text: str, *more: str) -> bool:
    """True when every word is a word about runs, or one of this run's own: its measures, moments, lines, and `more`."""
    lines = [part for line in run.lines for part in (line.name, line.title, line.along)]
    own = _word_set(*run.metrics, *lines, *run.moments.values(), *words.LOOSE, *more)
    if words.PAST.search(text):  # "What was the final accuracy of the perceptron?"
        own |= _word_set(run.title)
    known = words.GRAMMAR | words.OF_RUNS | own
    return all(word in known or word.removesuffix("s") in known for word in _word_set(text))


def _word_set(*texts: str) -> set[str]:
    """All words of the texts, folded."""
    return {word for text in texts for word in re.findall(r"[^\W\d_]+\d*", fold(text).replace("_", " "))}


def _way(text: str) -> int:
    """1 for a question about a rise, -1 about a fall, else 0."""
    return 1 if words.UP.search(text) else -1 if words.DOWN.search(text) else 0


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _listed(parts: list[str]) -> str:
    return (
        say("{parts} and {last}", parts=listed(", ", parts[:-1]), last=parts[-1]) if len(parts) > 1 else "".join(parts)
    )
