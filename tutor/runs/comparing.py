"""Two runs of one demo side by side: what was changed between them, and what that did to what they measured."""

from __future__ import annotations

from demos.runtime.messages import listed, say
from tutor.runs.measures import number
from tutor.runs.summary import Run

MOST = 3
"""Measures that are compared at most."""


def compared(run: Run, before: Run) -> list[str]:
    """What tells a run from the one before it; nothing where they are of different demos or share no measure."""
    if run.demo != before.demo:
        return []
    changed = [
        say("{name} = {value} instead of {before}", name=say(name.replace("_", " ")), value=str(value),
            before=str(before.params.get(name)))
        for name, value in run.params.items()
        if before.params.get(name) != value
    ]  # fmt: skip
    told = [sentence for measure in _judged(run, before) if (sentence := _against(measure, run, before))][:MOST]
    if not told:
        return []
    return [*told, say("This run used {changed}.", changed=listed(", ", changed))] if changed else told


def _judged(run: Run, before: Run) -> list[tuple[str, str, bool]]:
    """The measures of both runs of which less or more is better: their name, their words, and whether less is."""
    shared = [m for m in run.measures if m.metric in run.metrics and m.metric in before.metrics]
    return [(m.metric, m.words or m.metric, m.lower_is_better) for m in shared if m.lower_is_better is not None]


def _against(measure: tuple[str, str, bool], run: Run, before: Run) -> str:
    metric, words, less = measure
    now, then = run.values(metric), before.values(metric)
    if not now or not then:
        return ""
    value, old = now[-1][1], then[-1][1]
    if value == old:
        return say("The {words} ended the same, at {value}.", words=say(words), value=number(value))
    if (value < old) == less:
        return say("The {words} got better: {value} now, {old} before.", words=say(words), value=number(value),
                   old=number(old))  # fmt: skip
    return say("The {words} got worse: {value} now, {old} before.", words=say(words), value=number(value),
               old=number(old))  # fmt: skip
