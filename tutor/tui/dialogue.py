"""The conversation that is open: asks the tutor, runs demos, and keeps every exchange."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from demos.runtime.contract import Demo, Frame, Params
from demos.runtime.messages import say
from demos.runtime.texts import fixed, label, tell
from knowledge.passages import Passage
from tutor.conversations.records import detail, state
from tutor.conversations.store import Conversation, Conversations, Exchange
from tutor.errors import InputError, Problem, TizaError
from tutor.events import (
    Answered,
    Citation,
    DemoFinished,
    DemoFrame,
    DemoStarted,
    Event,
    Failed,
    Token,
)
from tutor.i18n import preferred, texts
from tutor.runs.summary import rundown
from tutor.tui.ports import RunDemo, Tutor

__all__ = ["Dialogue", "citations", "request"]

NO_ENDING = Problem("model_failed", say("The answer ended too early."), say("Ask again."))


class Dialogue:
    """One student's open conversation.

    A question is stored before it is answered. When that fails the answer goes on all the same and `unsaved` says why.
    """

    def __init__(self, tutor: Tutor, conversations: Conversations, owner: str, seed: int = 0) -> None:
        self._tutor, self._conversations, self.owner, self.seed = tutor, conversations, owner, seed
        self.conversation: Conversation | None = None
        self.exchanges: list[Exchange] = []
        self.unsaved: Problem | None = None
        self._prepared = False
        self._preparing = asyncio.Lock()

    @property
    def title(self) -> str:
        if self.conversation is not None and self.conversation.title:
            return self.conversation.title
        return " ".join(self.exchanges[0].question.split())[:80] if self.exchanges else ""

    def retitle(self, titles: dict[str, str]) -> None:
        """Take over the new title of the open conversation, by its id."""
        if self.conversation is not None and self.conversation.id in titles:
            self.conversation = replace(self.conversation, title=titles[self.conversation.id])

    async def prepare(self) -> None:
        """Wait until the tutor is ready. A preparation that failed is tried again by the next call."""
        async with self._preparing:
            if not self._prepared:
                await self._tutor.prepare()
                self._prepared = True

    def begin_new(self) -> None:
        """Leave this conversation; the next question begins another."""
        self.conversation, self.exchanges, self.unsaved = None, [], None

    async def open(self, conversation_id: str) -> None:
        """Go on with a kept conversation. Raises InputError (`not_found`)."""
        found = await asyncio.to_thread(self._conversations.get, self.owner, conversation_id)
        self.conversation, self.exchanges, self.unsaved = found, list(found.exchanges), None

    async def ask(self, question: str) -> AsyncIterator[Event]:
        """The events of one turn, with exactly one ending; nothing that goes wrong is raised but cancellation."""
        history = tuple(self.exchanges)
        exchange = await self._begin(question)
        text: list[str] = []
        ending: Answered | Failed = Failed(NO_ENDING)
        try:
            await self.prepare()
            async with _closing(self._tutor.answer(question, history, seed=self.seed)) as events:
                async for event in events:
                    if isinstance(event, Answered | Failed):
                        ending = event
                        break
                    if isinstance(event, Token):
                        text.append(event.text)
                    yield event
        except (asyncio.CancelledError, GeneratorExit):
            await self._end(replace(exchange, answer="".join(text), state="incomplete"))
            raise
        except Exception as error:
            ending = Failed(Problem.of(error))
        if isinstance(ending, Failed):  # the turn's language comes first, where it had one
            ending = Failed(ending.problem.told(preferred()))
        await self._end(_settled(exchange, ending, "".join(text)))
        yield ending

    async def run(self, demo: Demo, params: Params, run_demo: RunDemo) -> AsyncIterator[Event]:
        """A demo outside of any answer: DemoStarted, its frames, and DemoFinished or Failed."""
        chosen = params.model_dump(mode="json")
        language = preferred()
        title = fixed(demo.title, language, demo.name)
        exchange = await self._begin(request(demo, params))
        run_id, shown = uuid.uuid4().hex, list[Frame]()
        kept: dict[str, Any] = {"demo": {"name": demo.name, "title": title, "params": chosen, "run_id": run_id}}
        try:
            yield DemoStarted(demo.name, title, chosen, run_id, language)
            async with _closing(run_demo(demo, params)) as frames:
                async for frame in frames:
                    yield DemoFrame(len(shown), frame)
                    shown.append(frame)
        except (asyncio.CancelledError, GeneratorExit):
            await self._end(
                replace(exchange, answer=_last_words(shown, language, demo), state="incomplete", detail=kept)
            )
            raise
        except Exception as error:
            await self._end(replace(exchange, answer=_last_words(shown, language, demo), state="failed", detail=kept))
            yield Failed(Problem.of(error, language))
            return
        kept["rundown"] = await asyncio.to_thread(rundown, demo, chosen, shown)
        caption = _last_words(shown, language, demo)
        await self._end(replace(exchange, answer=caption, state="complete", outcome="demonstrated", detail=kept))
        yield DemoFinished(caption, len(shown))

    async def _begin(self, question: str) -> Exchange:
        """Store the question and return its exchange, with an id of its own even where it cannot be stored."""
        exchange_id = uuid.uuid4().hex
        try:
            exchange_id = await self._store(question)
            self.unsaved = None
        except Exception as error:
            self.unsaved = _storage_problem(error)
        return Exchange(exchange_id, question, "", "pending", "", {}, datetime.now(UTC))

    async def _store(self, question: str) -> str:
        """Store the question in the open conversation, or in a new one; returns the exchange's id."""
        if self.conversation is not None:
            try:
                return await asyncio.to_thread(self._conversations.ask, self.owner, self.conversation.id, question)
            except InputError:  # it was deleted meanwhile, perhaps by another window
                pass
        self.conversation = await asyncio.to_thread(self._conversations.create, self.owner)
        return await asyncio.to_thread(self._conversations.ask, self.owner, self.conversation.id, question)

    async def _end(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        if self.unsaved is not None:
            return
        try:
            await asyncio.shield(
                asyncio.to_thread(
                    self._conversations.settle,
                    exchange.id,
                    exchange.answer,
                    exchange.state,
                    exchange.outcome,
                    exchange.detail,
                )
            )
        except Exception as error:
            self.unsaved = _storage_problem(error)


def citations(exchange: Exchange) -> tuple[Citation, ...]:
    """The citations that an exchange kept. Of a passage that is no slide, its cited sentences are all there is."""
    return tuple(
        Citation(item["marker"], _passage(item), item["quote"]) for item in exchange.detail.get("citations") or ()
    )


def _passage(item: dict[str, Any]) -> Passage:
    place, slide, page = str(item["place"]), item.get("slide"), item.get("page")
    source: Literal["lecture", "notes", "document"] = "document"
    if place == f"slide {slide}":
        source = "lecture"
    elif place.startswith("note "):
        source = "notes"
    document = re.sub(r"^note |, (slide|page) \d+$", "", place)
    return Passage(
        item.get("passage_id", ""), "", source, document, item["title"], item.get("section", ""), item["quote"],
        (item["quote"],), slide, page,
    )  # fmt: skip


def _settled(exchange: Exchange, ending: Answered | Failed, text: str) -> Exchange:
    answer, outcome = (ending.text or text, ending.outcome) if isinstance(ending, Answered) else (text, "")
    return replace(exchange, answer=answer, state=state(ending), outcome=outcome, detail=detail(ending))


def _last_words(frames: Sequence[Frame], language: str, demo: Demo) -> str:
    return tell(frames[-1].caption, language, demo.name) if frames else ""


def request(demo: Demo, params: Params) -> str:
    """What a run from the list or the form is asked by: the demo, and the parameters that differ from their defaults.
    "Run the demo The perceptron with data xor, epochs 30"."""
    language, defaults = preferred(), demo.parse().model_dump(mode="json")
    title, chosen = fixed(demo.title, language, demo.name), params.model_dump(mode="json")
    changed = [
        f"{label(name, language, demo.name)} {value}" for name, value in chosen.items() if value != defaults[name]
    ]
    if changed:
        return texts("Run the demo {demo} with {settings}", demo=title, settings=", ".join(changed))
    return texts("Run the demo {demo}", demo=title)


def _storage_problem(error: Exception) -> Problem:
    if isinstance(error, TizaError):
        return Problem.of(error, preferred())
    return Problem("read_only", texts("The conversation could not be written to the data folder."))


def _closing(stream: AsyncIterator[Any]) -> aclosing[Any]:
    return aclosing(stream)
