"""One turn from start to end: what was said is read once, one handler answers, and exactly one ending comes.

utterance, state -> reading -> explain | navigate | demonstrate | about the run | practise | talk -> Answered

Handlers do not know each other. Nothing parses the raw text again but what is grammar: a demo's parameters.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from demos.runtime.messages import say
from knowledge.passages import Passage
from knowledge.text import Language
from tutor.answering.fluent import task_of
from tutor.answering.page import digest, topics_in
from tutor.answering.reply import Reply
from tutor.conversations.store import Exchange
from tutor.dialogue.context import Parts, RunFrames, Turn
from tutor.dialogue.demonstrate import clarify, demonstrate
from tutor.dialogue.handlers import reply
from tutor.dialogue.of_runs import demo_wanted
from tutor.dialogue.router import Clarify, RunDemo
from tutor.dialogue.said import Said, read
from tutor.dialogue.worded import worded
from tutor.errors import InputError, Problem
from tutor.events import Event, Failed, Source, SourcesFound
from tutor.i18n import Texts
from tutor.teaching.items import cards, listed, quiz

__all__ = ["Parts", "RunFrames", "answer", "checked", "study"]

LONGEST_QUESTION = 4000
MOST_TOPICS = 8
"""Topics that one quiz is about at most."""
SOME = 5
"""Items of a quiz where it is not said how many."""
log = logging.getLogger(__name__)


async def answer(
    parts: Parts, text: str, history: Sequence[Exchange] = (), *, seed: int = 0, language: Language | None = None
) -> AsyncGenerator[Event, None]:
    """The events of one turn. Never raises for what goes wrong inside it: that becomes `Failed`.

    `language` is what the user has set; the turn's own language comes first, then the conversation's. What goes wrong
    before it is known is for the front end to say. Closing the iterator frees the model and ends a demo that runs.
    """
    spoken: Language | None = None
    try:
        said = await asyncio.to_thread(read, parts, checked(text), history, language)
        spoken = said.language
        async with aclosing(_answer(parts, said, seed)) as events:
            async for event in events:
                yield event
    except Exception as error:
        problem = Problem.of(error, spoken)
        if problem.code == "internal_error":
            log.exception("turn failed")
        yield Failed(problem)


async def study(parts: Parts, text: str, wish: str, count: int | None, *, seed: int = 0) -> AsyncGenerator[Event, None]:
    """The events of a turn about a text that is no question: `wish` is `summarise`, `explain`, `quiz` or `cards`.

    Never raises for what goes wrong inside it. No demo runs, whatever the text speaks of.
    """
    turn = Turn(seed, Texts(parts.languages.of(text[:LONGEST_QUESTION])))
    try:
        found = await asyncio.to_thread(_studied, parts, turn, text, wish, count)
        async with aclosing(_tell(parts, turn, found)) as events:
            async for event in events:
                yield event
    except Exception as error:
        problem = Problem.of(error, turn.texts.language)
        if problem.code == "internal_error":
            log.exception("turn failed")
        yield Failed(problem)


def _studied(parts: Parts, turn: Turn, text: str, wish: str, count: int | None) -> Reply:
    desk = parts.desk(turn.texts)
    if wish in ("summarise", "explain"):
        return digest(desk, text, wish)
    topics = topics_in(parts.course, text, MOST_TOPICS)
    if wish == "quiz":
        return listed(desk, quiz(topics, turn.texts.language, count or SOME, turn.seed), ())
    return listed(desk, (), cards(topics, turn.texts.language, count or SOME))


def checked(text: str) -> str:
    """The question without surrounding space. Raises InputError when it is empty or too long."""
    text = text.strip()
    if not text:
        raise InputError(
            say("The question is empty."), code="empty_question", hint=say("Type a question about the course.")
        )
    if len(text) > LONGEST_QUESTION:
        raise InputError(
            say(
                "The question has {count:,} characters; the limit is {limit:,}.",
                count=len(text),
                limit=LONGEST_QUESTION,
            ),
            code="question_too_long",
            hint=say("Ask a shorter one, or split it."),
        )
    return text


async def _answer(parts: Parts, said: Said, seed: int) -> AsyncGenerator[Event, None]:
    turn = Turn(seed, Texts(said.language), said.utterance.text)
    intent = await asyncio.to_thread(demo_wanted, parts, said)
    if isinstance(intent, RunDemo):
        events = demonstrate(parts, turn, said.utterance, intent, said.state.spoken)
    elif isinstance(intent, Clarify):
        events = clarify(parts, turn, intent)
    else:
        events = _tell(parts, turn, await asyncio.to_thread(reply, parts, said, turn.texts, seed))
    async with aclosing(events):
        async for event in events:
            yield event


async def _tell(parts: Parts, turn: Turn, found: Reply) -> AsyncGenerator[Event, None]:
    """The events of a reply: its sources, its sentences in order, and the ending."""
    voice = parts.wording
    task = task_of(found, turn.search, turn.texts.language) if voice is not None else None
    sources: dict[int, Passage] = {}
    for line in (*found.lines, *(task.notes if task is not None else ())):
        if line.passage is not None:
            sources.setdefault(turn.marker(line.passage), line.passage)
    if sources:
        said = turn.texts.language
        yield SourcesFound(tuple(Source(number, passage, 0.0, said) for number, passage in sources.items()))
    if task is not None and voice is not None:
        async with aclosing(worded(parts, turn, task, voice)) as tokens:
            async for token in tokens:
                yield token
        yield turn.end(parts, found)
        return
    for line in found.lines:
        yield turn.say(line.text, line.passage, opens=line.opens)
    yield turn.end(parts, found)


__all__ += ["Said"]
