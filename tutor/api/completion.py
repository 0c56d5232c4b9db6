"""One answer under way, whatever protocol it is told in: its text within the asked limits, then its ending."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool

from demos.runtime.messages import say
from tutor.api.context import Caller, Service
from tutor.api.structured import Facts, Form
from tutor.api.turns import Asked, run_turn
from tutor.conversations.records import citation_record
from tutor.errors import Problem
from tutor.events import Answered, Failed, Token, Usage
from tutor.service.build import Tutor
from tutor.service.queue import Place


@dataclass(frozen=True, slots=True)
class Ending:
    """How an answer ended. `content` is all of it in the asked form, `reason` is `stop` or `length`."""

    answered: Answered
    content: str
    reason: str
    prompt_tokens: int
    completion_tokens: int

    @property
    def usage(self) -> dict[str, int]:
        """Tokens read and written, as OpenAI's chat counts them."""
        total = self.prompt_tokens + self.completion_tokens
        return {
            "prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens, "total_tokens": total,
        }  # fmt: skip


@dataclass
class Completion:
    """`ready` is an answer that needs no turn, and no place; `lead` what is said before the answer."""

    service: Service
    caller: Caller
    asked: Asked
    place: Place | None = None
    limit: int | None = None
    stops: Sequence[str] = ()
    form: Form | None = None
    ready: Answered | None = None
    lead: str = ""
    exchange: str = field(default="")

    async def pieces(self) -> AsyncGenerator[str | Ending | Failed, None]:
        """Text, then Ending or Failed. In a form that is asked for the text comes in one piece, when it is whole."""
        text = ""
        async with aclosing(self._texts()) as texts:
            async for piece in texts:
                match piece:
                    case str():
                        text += piece
                        if self.form is None:
                            yield piece
                    case Failed():
                        yield piece
                    case (Answered() as answered, str() as reason):
                        content = text
                        if self.form is not None:
                            content = await self._formed(answered, text)
                            yield content
                        yield Ending(answered, content, reason, *await self._counts(answered.usage, text))

    async def whole(self) -> Ending | Failed:
        """The answer in one piece."""
        async with aclosing(self.pieces()) as pieces:
            async for piece in pieces:
                if not isinstance(piece, str):
                    return piece
        problem = Problem("internal_error", say("The turn ended without an answer."))
        return Failed(problem.told(self.caller.language))

    async def _texts(self) -> AsyncGenerator[str | Failed | tuple[Answered, str], None]:
        cut = Cut(self.asked.tutor, self.limit, self.stops)
        if self.lead and (shown := await cut.feed(self.lead)):
            yield shown
        if self.ready is not None or self.place is None:
            assert self.ready is not None
            if shown := await cut.feed(self.ready.text, last=True):
                yield shown
            yield self.ready, cut.reason
            return
        async with aclosing(run_turn(self.service, self.caller, self.asked, self.place)) as events:
            async for event in events:
                match event:
                    case Token():
                        if shown := await cut.feed(event.text):
                            yield shown
                    case Answered():
                        if shown := await cut.feed("", last=True):
                            yield shown
                        yield event, cut.reason
                    case Failed():
                        yield event
                    case _:
                        pass

    async def _formed(self, answered: Answered, text: str) -> str:
        assert self.form is not None
        facts = Facts(self.asked.question, text, answered, self.asked.count)
        if self.form.wants_topics:
            facts.topics = await self.asked.tutor.topics(self.asked.question) or await self.asked.tutor.topics(text)
        return await run_in_threadpool(self.form.fill, facts)

    async def _counts(self, usage: Usage, text: str) -> tuple[int, int]:
        """An answer that quotes has read the question and written its text."""
        prompt = usage.prompt_tokens or await self.asked.tutor.count(self.asked.question)
        return prompt, await self.asked.tutor.count(text)


class Cut:
    """Holds an answer to the asked number of tokens and ends it before a stop string.

    What may be the beginning of a stop string waits for the text after it.
    """

    def __init__(self, tutor: Tutor, limit: int | None, stops: Sequence[str]) -> None:
        self._tutor, self._limit, self._stops = tutor, limit, [stop for stop in stops if stop]
        self._held, self._used, self.reason, self._ended = "", 0, "stop", False

    async def feed(self, text: str, *, last: bool = False) -> str:
        """What of `text`, and of what waited, may be sent; after the `last` nothing waits."""
        if self._ended:
            return ""
        text = self._held + text
        places = [place for stop in self._stops if (place := text.find(stop)) >= 0]
        self._ended = bool(places) or last
        end = min(places) if places else len(text) - (0 if last else self._begun(text))
        text, self._held = text[:end], text[end:]
        return text if self._limit is None else await self._within(text)

    def _begun(self, text: str) -> int:
        """Characters at the end of `text` that a stop string begins with."""
        longest = max((min(len(stop) - 1, len(text)) for stop in self._stops), default=0)
        begins = (tuple(stop[:n] for stop in self._stops if n < len(stop)) for n in range(longest, 0, -1))
        return next((len(begin[0]) for begin in begins if text.endswith(begin)), 0)

    async def _within(self, text: str) -> str:
        """Whole words of `text`, as many as the limit leaves room for."""
        assert self._limit is not None
        shown = ""
        for word in re.findall(r"\s*\S+|\s+$", text):
            self._used += await self._tutor.count(word)
            if self._used > self._limit:
                self._ended, self.reason = True, "length"
                break
            shown += word
        return shown


def extension(answered: Answered) -> dict[str, Any]:
    """The `tutor` object beside a protocol's own fields."""
    return {
        "outcome": answered.outcome,
        "citations": [citation_record(citation) for citation in answered.citations],
        "demo": asdict(answered.demo) if answered.demo else None,
        "suggestions": list(answered.suggestions),
        "provenance": asdict(answered.provenance),
    }
