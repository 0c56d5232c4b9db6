"""A demo run as a turn: its frames, its own summary, and the course's sentence on the idea."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from demos.runtime.contract import Demo, DemoError, Frame
from demos.runtime.texts import fixed, tell
from knowledge.courses.units import Topic
from tutor.answering.reply import Offer, Reply
from tutor.dialogue.context import Parts, Turn
from tutor.dialogue.loose_numbers import place_numbers
from tutor.dialogue.nearest_run import nearest_run, offer, request_of, what_it_takes
from tutor.dialogue.router import Clarify, RunDemo
from tutor.dialogue.utterance import Utterance
from tutor.events import DemoFinished, DemoFrame, DemoRun, DemoStarted, Event, Source, SourcesFound
from tutor.i18n import spanish
from tutor.runs.summary import rundown

OF_THE_REQUEST = ("invalid_parameters", "missing_capability", "demo_timeout", "demo_memory", "demo_frames")
"""What a run can end with because of what was asked for: an answer, no failure of the tutor."""


async def demonstrate(
    parts: Parts, turn: Turn, utterance: Utterance, intent: RunDemo, spoken: frozenset[str] = frozenset()
) -> AsyncGenerator[Event, None]:
    """Run a demo and say what it showed, with what the idea is where that is not among the sentences `spoken` before.
    What the demo cannot do is said, with what it can."""
    demo, found, language = intent.demo, intent.extracted, turn.texts.language
    values = {"seed": turn.seed, **intent.before, **found.params}
    model = await parts.model() if found.loose and found.open_fields else None
    values |= await place_numbers(model, demo, found, utterance.text, values)
    try:
        params = demo.parse(values)
    except DemoError as error:
        nearest = nearest_run(demo, values)
        yield turn.say(what_it_takes(demo, values, nearest, error, turn.texts))
        yield turn.say(offer(demo, nearest, turn.texts))
        yield turn.end(parts, _reply(demo, "clarify", [request_of(demo, nearest, turn.texts)]))
        return
    turn.demo = DemoRun(demo.name, params.model_dump(mode="json"), uuid.uuid4().hex)
    title = fixed(demo.title, language, demo.name)
    yield DemoStarted(demo.name, title, turn.demo.params, turn.demo.run_id, language)
    shown: list[Frame] = []
    try:
        async with aclosing(parts.run_frames(demo, params)) as frames:
            async for frame in frames:
                yield DemoFrame(len(shown), frame)
                shown.append(frame)
    except DemoError as error:
        if error.code not in OF_THE_REQUEST:
            raise
        turn.demo = None
        yield DemoFinished("", len(shown))
        told = (tell(text, language, demo.name, spanish()) for text in (error.message, error.hint))
        yield turn.say(" ".join(told).strip())
        yield turn.end(
            parts,
            _reply(
                demo, "clarify", [request_of(demo, demo.parse(), turn.texts), *_other_runs(parts, demo, turn, values)]
            ),
        )
        return
    summary = tell(shown[-1].caption, language, demo.name) if shown else ""
    turn.rundown = await asyncio.to_thread(rundown, demo, turn.demo.params, shown)
    yield DemoFinished(summary, len(shown))
    yield turn.say(summary)
    topic = _topic_of(parts, demo)
    if topic is not None and (unit := topic.unit("define")) is not None:
        line = parts.course.lines(unit, turn.texts.language)[0]
        assert line.passage is not None
        if line.text not in spoken:  # "again with 100 epochs" needs no second definition
            yield SourcesFound((Source(1, line.passage, 1.0, language),))
            yield turn.say(line.text, line.passage)
    others = _other_runs(parts, demo, turn)
    yield turn.end(parts, _reply(demo, "demonstrated", others, topic.id if topic else ""))


async def clarify(parts: Parts, turn: Turn, intent: Clarify) -> AsyncGenerator[Event, None]:
    """Ask which of several demos is meant."""
    language = turn.texts.language
    names = [
        f"**{fixed(demo.title, language, demo.name)}** ({fixed(demo.summary, language, demo.name).rstrip('.')})"
        for demo in intent.demos
    ]
    yield turn.say(
        turn.texts("Which demo do you mean: {demos} or {last}?", demos=", ".join(names[:-1]), last=names[-1])
    )
    offers = [
        Offer(turn.texts("Run the demo {demo}", demo=demo.name), "run_demo", demo=demo.name) for demo in intent.demos
    ]
    yield turn.end(parts, Reply((), "clarify", tuple(offers), act="run_demo"))


def _reply(demo: Demo, outcome: Any, requests: list[str], topic: str = "") -> Reply:
    offers = tuple(Offer(text, "run_demo", topic, demo.name) for text in requests)
    return Reply((), outcome, offers, topic, "run_demo")


def _other_runs(parts: Parts, demo: Demo, turn: Turn, values: Mapping[str, Any] | None = None) -> list[str]:
    """Two of the demo's example requests that would run it otherwise, those in the turn's language first."""
    params = values if values is not None else turn.demo.params if turn.demo else {}
    language = turn.texts.language
    other = [e.text for e in demo.examples if e.params and not e.params.items() <= params.items()]
    return sorted(other, key=lambda text: parts.languages.of(text, language) != language)[:2]


def _topic_of(parts: Parts, demo: Demo) -> Topic | None:
    """The topic that a demo is about: the one of its name, before others that it shows too."""
    shown = [topic for topic in parts.topics.values() if topic.demo == demo.name]
    return next((topic for topic in shown if topic.id == demo.name), shown[0] if shown else None)
