"""Conversations with the tutor, for tests of its turns."""

from __future__ import annotations

from contextlib import aclosing

from tutor.conversations.records import exchange_of
from tutor.conversations.store import Exchange
from tutor.events import Answered, DemoStarted
from tutor.service.build import Tutor


async def talk(tutor: Tutor, *said: str) -> tuple[list[Answered], list[DemoStarted]]:
    """A conversation's endings, and the runs that began in it."""
    history: list[Exchange] = []
    endings, runs = [], []
    for text in said:
        async with aclosing(tutor.answer(text, history)) as events:
            async for event in events:
                if isinstance(event, DemoStarted):
                    runs.append(event)
                if isinstance(event, Answered):
                    endings.append(event)
                    history.append(exchange_of(text, event))
    assert len(endings) == len(said)
    return endings, runs
