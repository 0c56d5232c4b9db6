"""A turn under HTTP: it waits in the queue, is recorded and measured, and ends when its client leaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from demos.runtime.contract import Frame
from tutor.api.context import Caller, Service
from tutor.conversations.records import detail, state
from tutor.conversations.store import Exchange
from tutor.dialogue.turn import checked
from tutor.errors import BusyError
from tutor.events import Answered, DemoFrame, DemoStarted, Event, Failed, Token
from tutor.service.build import Tutor
from tutor.service.queue import Place

T = TypeVar("T")
KEEP_ALIVE = 15.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a tutor with what came before it. `conversation` is the stored one to keep it in, or ""."""

    tutor: Tutor
    question: str
    history: Sequence[Exchange]
    seed: int | None
    conversation: str = ""


def take_place(service: Service, caller: Caller, asked: Asked) -> Place:
    """A place in the queue for a question that can be asked. Raises InputError, and BusyError when it is full."""
    checked(asked.question)
    try:
        return service.queue.place(caller.client)
    except BusyError:
        service.metrics.refused.inc()
        raise


async def run_turn(service: Service, caller: Caller, asked: Asked, place: Place) -> AsyncGenerator[Event, None]:
    """The events of one turn, once its place in the queue came; the turn is recorded and measured."""
    exchange = ""
    if asked.conversation:
        exchange = await run_in_threadpool(service.conversations.ask, caller.owner, asked.conversation, asked.question)
    ending: Event | None = None
    said: list[str] = []
    frames: list[Frame] = []
    started = time.monotonic()
    try:
        async with place:
            events = asked.tutor.answer(asked.question, asked.history, seed=asked.seed)
            async with aclosing(events) as stream:
                async for event in stream:
                    if isinstance(event, Token) and not said:
                        service.metrics.first.observe(time.monotonic() - started)
                    if isinstance(event, Token):
                        said.append(event.text)
                    if isinstance(event, Answered | Failed):
                        ending = event
                    if isinstance(event, DemoStarted):
                        frames = service.runs.start(event.run_id, caller.owner, event.name, event.params)
                    if isinstance(event, DemoFrame):
                        frames.append(event.frame)
                    yield event
    finally:
        service.metrics.whole.observe(time.monotonic() - started)
        service.metrics.turns.labels(outcome=_outcome(ending)).inc()
        if exchange:
            service.conversations.settle(exchange, "".join(said), state(ending), _outcome(ending), detail(ending))


def _outcome(ending: Event | None) -> str:
    if isinstance(ending, Answered):
        return ending.outcome
    return "failed" if isinstance(ending, Failed) else "cancelled"


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """The result of `work`, which is cancelled as soon as the client hangs up."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
        return await task
    finally:
        watch.cancel()
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def with_keep_alive(lines: AsyncGenerator[str, None], seconds: float = KEEP_ALIVE) -> AsyncGenerator[str, None]:
    """The lines of an event stream, with a comment whenever none came for so long."""
    queue: asyncio.Queue[str | BaseException | None] = asyncio.Queue(64)

    async def pump() -> None:
        try:
            async with aclosing(lines) as source:
                async for line in source:
                    await queue.put(line)
            await queue.put(None)
        except Exception as error:
            await queue.put(error)

    task = asyncio.create_task(pump())
    try:
        while True:
            try:
                item = await asyncio.wait_for(queue.get(), seconds)
            except TimeoutError:
                yield ": keep-alive\n\n"
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
