"""A reply worded by a fluent model: the course's first sentence at once, then the model's, each when it has passed.

What does not pass is replaced by the unit's own next sentence; when the model fails, the rest of the unit is said. An
everyday comparison is no statement of the course: it is marked as a picture and cites nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from demos.runtime.messages import say
from tutor.answering.fluent import MOST, Sentences, Task, again, go_on, picture
from tutor.answering.grounding import Checked, Grounding, is_picture
from tutor.answering.reply import Line
from tutor.dialogue.context import Parts, Turn
from tutor.errors import ModelError, Problem
from tutor.events import Dropped, Token, Usage
from tutor.llm.base import LanguageModel, Message, Sampling

LONGEST = 150
"""Tokens of what the model adds."""
Voice = Callable[[], Awaitable[tuple[LanguageModel, Grounding] | None]]
"""What loads the model that words, and what checks it; None where there is none."""
log = logging.getLogger(__name__)


async def worded(parts: Parts, turn: Turn, task: Task, voice: Voice) -> AsyncGenerator[Token, None]:
    """The tokens of a worded answer. Closing it frees the model; `voice` loads it, after the first sentence is said."""
    for line in task.lead:
        yield turn.say(line.text, line.passage, opens=line.opens)
    left = list(task.left)
    if task.picture:
        for line in left:
            yield turn.say(line.text, line.passage, opens=line.opens)
        left = []
    said = [line.text for line in (*task.lead, *(task.left if task.picture else ()))]
    told = 0
    try:
        if (heard := await voice()) is None:
            raise ModelError(say("No language model is there."))
        model, grounding = heard
        turn.model = model.describe()
        async with aclosing(_sentences(turn, model, picture(task) if task.picture else go_on(task))) as found:
            async for text in found:
                if told == MOST:
                    break
                if parts.languages.of(text, task.language) != task.language or again(text, said):
                    turn.dropped.append(Dropped(text, "said before, or in another language"))
                    continue
                if task.picture:
                    if is_picture(text):
                        yield turn.say(text, opens=_mark(turn) if not told else "")
                        told += 1
                    continue
                checked = await asyncio.to_thread(grounding.check, text, task.notes, task.question, task.language)
                token = _told(turn, text, checked, left, said)
                if token is not None:
                    yield token
                    told += 1
    except Exception as error:  # whatever a model or its file does, the course can be quoted
        log.warning("the model worded no more: %s", Problem.of(error))
    for line in left if not told else ():
        yield turn.say(line.text, line.passage, opens=line.opens)


def _told(turn: Turn, text: str, checked: Checked, left: list[Line], said: list[str]) -> Token | None:
    """The sentence with what supports it, or the unit's own next one where it did not pass."""
    if checked.line is not None and checked.line.passage is not None:
        said.append(text)
        left[:] = [line for line in left if line is not checked.line and not again(line.text, [text])]
        return turn.say(text, checked.line.passage, checked.line.text)
    turn.dropped.append(Dropped(text, checked.reason))
    while left:
        line = left.pop(0)
        if not again(line.text, said):
            said.append(line.text)
            return turn.say(line.text, line.passage, opens=line.opens)
    return None


def _mark(turn: Turn) -> str:
    return turn.texts("A picture, not the course:") + " "


async def _sentences(turn: Turn, model: LanguageModel, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
    """The sentences that the model writes, each when it is whole; what it used is added to the turn's."""
    parted = Sentences()
    sampling = Sampling(max_tokens=LONGEST, seed=turn.seed)
    async with aclosing(model.stream(messages, sampling)) as pieces:
        async for piece in pieces:
            if piece.prompt_tokens:
                used = turn.usage
                turn.usage = Usage(
                    used.prompt_tokens + piece.prompt_tokens, used.completion_tokens + piece.completion_tokens
                )
            for text in parted.feed(piece.text):
                yield text
    if text := parted.rest():
        yield text
