"""A turn under HTTP: it waits in the queue, is recorded and measured, and ends when its client leaves.

Whoever takes a place in the queue gives it back, on every way out: a place is never left to the garbage collector.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from demos.runtime.catalogue import load
from demos.runtime.contract import Frame
from demos.runtime.messages import say
from tutor.api.context import Caller, Service
from tutor.api.errors import ClientLeft
from tutor.api.language import Language, language_of
from tutor.api.messages import Wish
from tutor.api.runs import in_own_words, write_down
from tutor.conversations.records import detail, state
from tutor.conversations.runs import RunRecord
from tutor.conversations.store import Exchange
from tutor.dialogue.turn import checked
from tutor.errors import BusyError, Problem
from tutor.events import Answered, DemoFrame, DemoStarted, Event, Failed, Token
from tutor.service.build import Tutor
from tutor.service.queue import Place

T = TypeVar("T")
KEEP_ALIVE = 10.0
AHEAD = 4096
"""Lines that a turn may be ahead of its reader."""
SLOWEST = 60.0
"""Seconds that a reader may take who is so far behind; then the turn ends without them."""
SSE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a tutor with what came before it. `conversation` is the stored one to keep it in, or ""."""

    tutor: Tutor
    question: str
    history: Sequence[Exchange]
    seed: int | None
    conversation: str = ""
    exchange: str = ""
    """The id that the exchange is to have where it is kept; "" for a new one."""

    wish: Wish = "question"
    count: int | None = None

    def events(self) -> AsyncGenerator[Event, None]:
        """What the tutor says."""
        if self.wish == "question":
            return self.tutor.answer(self.question, self.history, seed=self.seed)
        return self.tutor.study(self.question, self.wish, self.count, seed=self.seed)


def take_place(service: Service, caller: Caller, asked: Asked, patience: float | None = None) -> Place:
    """A place in the queue for a question that can be asked.

    Raises InputError, BusyError when the queue is full, and WaitError when the wait would pass `patience` seconds.
    """
    if asked.wish == "question":
        checked(asked.question)
    try:
        return service.queue.place(caller.client, patience=patience)
    except BusyError:
        service.metrics.refused.labels(key=caller.key).inc()
        raise


@dataclass
class _Told:
    """What a turn said so far, for its record."""

    started: float = field(default_factory=time.monotonic)
    said: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    ending: Event | None = None

    def hear(self, event: Event, service: Service, caller: Caller) -> None:
        match event:
            case Token():
                if not self.said:
                    service.metrics.first.observe(time.monotonic() - self.started)
                self.said.append(event.text)
            case DemoStarted():
                self.frames = service.runs.start(event.run_id, caller.owner, event.name, event.params)
            case DemoFrame():
                self.frames.append(event.frame)
            case Answered() | Failed():
                self.ending = event
            case _:
                pass


async def run_turn(service: Service, caller: Caller, asked: Asked, place: Place) -> AsyncGenerator[Event, None]:
    """The events of one turn, once its place in the queue came; the turn is recorded and measured.

    Raises StorageError and InputError when the question cannot be kept as was asked; what goes wrong when the answer
    is kept is logged and changes nothing of the answer.
    """
    told, exchange = _Told(), ""
    try:
        if asked.conversation:
            exchange = await run_in_threadpool(
                service.conversations.ask, caller.owner, asked.conversation, asked.question, asked.exchange
            )
        told.started = time.monotonic()
        async with place:
            try:
                async with asyncio.timeout(service.settings.turn_seconds), aclosing(asked.events()) as events:
                    async for event in events:
                        event = _in_language(event, caller)
                        told.hear(event, service, caller)
                        if isinstance(event, DemoStarted):
                            await _write_down(service, caller, asked.conversation, event)
                        yield event
            except TimeoutError:  # what was said so far is kept as incomplete
                said = say("The answer took more than {seconds} s.", seconds=service.settings.turn_seconds)
                problem = Problem("turn_timeout", said, say("Ask for less at once."))
                yield Failed(problem.told(caller.language))
    finally:
        place.give_back()
        service.metrics.whole.observe(time.monotonic() - told.started)
        service.metrics.turns.labels(outcome=_outcome(told.ending)).inc()
        if isinstance(told.ending, Answered):
            service.pulse.beat()
            service.told.keep(caller.owner, told.ending.text, detail(told.ending))
        if exchange:
            await _settle(service, exchange, told)


def _in_language(event: Event, caller: Caller) -> Event:
    """A failure in the caller's language, where the turn had none of its own yet."""
    return Failed(event.problem.told(caller.language)) if isinstance(event, Failed) else event


async def _write_down(service: Service, caller: Caller, conversation: str, run: DemoStarted) -> None:
    """Keep how the run is made, but nothing that a student wrote in a chat that is kept nowhere."""
    if conversation or not in_own_words(load(run.name), run.params):
        await write_down(service, caller.owner, RunRecord(run.run_id, run.name, run.params), conversation)


async def _settle(service: Service, exchange: str, told: _Told) -> None:
    """Keep the answer. It is kept in a thread, and to its end, also when the client leaves meanwhile."""

    async def keep() -> None:
        kept = "".join(told.said), state(told.ending), _outcome(told.ending), detail(told.ending)
        try:
            await asyncio.to_thread(service.conversations.settle, exchange, *kept)
        except Exception as error:
            log.error("an answer could not be kept: %s", Problem.of(error))

    keeping = asyncio.create_task(keep())
    service.keeping.add(keeping)
    keeping.add_done_callback(service.keeping.discard)
    await asyncio.shield(keeping)


class EventStream(StreamingResponse):
    """A stream of something that holds a place in a queue: given back however the stream ends.

    Also when it never begins, because the client left before the first byte. `waiting` gives the line that says that
    it is still going on; nobody waits in silence for more than KEEP_ALIVE seconds.
    """

    def __init__(
        self, lines: AsyncGenerator[str, None], place: Place | None, *, waiting: Callable[[], str] | None = None,
        media_type: str = "text/event-stream",
    ) -> None:  # fmt: skip
        self._lines, self._place = with_keep_alive(lines, waiting=waiting or partial(comment, place)), place
        headers = SSE | place_header(place)
        super().__init__(self._lines, media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            try:
                await self._lines.aclose()
            finally:
                if self._place is not None:
                    self._place.give_back()


async def respond(
    request: Request, place: Place | None, whole: Callable[[], Awaitable[Response]] | None,
    lines: Callable[[], AsyncGenerator[str, None]], *, failed: Callable[[Problem], str],
    waiting: Callable[[], str] | None = None, media_type: str = "text/event-stream",
) -> Response:  # fmt: skip
    """The response in one piece, or a stream of `lines` where `whole` is None; the place is given back on every way.

    `failed` is the line that tells of a failure in mid-stream.
    """
    if whole is None:
        return EventStream(
            _guarded(lines(), failed, language_of(request)), place, waiting=waiting, media_type=media_type
        )
    return await in_one_piece(request, place, whole)


async def in_one_piece(request: Request, place: Place | None, whole: Callable[[], Awaitable[Response]]) -> Response:
    """The response of a protocol that has no stream; the place is given back on every way."""
    header = place_header(place)
    try:
        response = await while_connected(request, whole())
    finally:
        if place is not None:
            place.give_back()
    response.headers.update(header)
    return response


async def _guarded(
    lines: AsyncGenerator[str, None], failed: Callable[[Problem], str], language: Language
) -> AsyncGenerator[str, None]:
    """The lines; after a failure on the way the stream still ends as it should."""
    try:
        async with aclosing(lines) as source:
            async for line in source:
                yield line
    except Exception as error:
        problem = Problem.of(error, language)
        if problem.code == "internal_error":
            log.exception("a stream failed")
        yield failed(problem)


def place_header(place: Place | None) -> dict[str, str]:
    """How many come before this request, as it was when it came."""
    return {"X-Queue-Place": str(place.ahead)} if place is not None else {}


def comment(place: Place | None) -> str:
    """The comment that keeps a stream alive: the place in line where it still waits."""
    ahead = place.ahead if place is not None else 0
    return f": waiting, {ahead} before you\n\n" if ahead else ": keep-alive\n\n"


def _outcome(ending: Event | None) -> str:
    if isinstance(ending, Answered):
        return ending.outcome
    return "failed" if isinstance(ending, Failed) else "cancelled"


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """The result of `work`, which is cancelled as soon as the client hangs up. Raises ClientLeft then."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return await task
        raise ClientLeft
    finally:
        watch.cancel()
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def with_keep_alive(
    lines: AsyncGenerator[str, None], seconds: float = KEEP_ALIVE, *, waiting: Callable[[], str] = lambda: comment(None)
) -> AsyncGenerator[str, None]:
    """The lines of a stream, with the line that `waiting` gives whenever none came for so long.

    Who reads slowly holds nobody up: the lines wait for the reader, and what makes them does not, up to AHEAD lines.
    """
    queue: asyncio.Queue[str | BaseException | None] = asyncio.Queue(AHEAD)

    async def pump() -> None:
        try:
            async with aclosing(lines) as source:
                async for line in source:
                    await asyncio.wait_for(queue.put(line), SLOWEST)
            await queue.put(None)
        except Exception as error:
            if not isinstance(error, TimeoutError):
                await queue.put(error)

    task = asyncio.create_task(pump())
    try:
        while True:
            try:
                item = await asyncio.wait_for(queue.get(), seconds)
            except TimeoutError:
                if task.done() and queue.empty():
                    return
                yield waiting()
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
