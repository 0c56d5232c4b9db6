"""POST /v1/chat/completions and GET /v1/models, as OpenAI's clients and learning platforms expect them."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from demos.runtime.catalogue import load
from tutor.api.context import Caller, CallerDep, Service, ServiceDep, TutorDep
from tutor.api.errors import envelope, error_response
from tutor.api.schemas import ChatMessage, ChatRequest
from tutor.api.turns import Asked, EventStream, run_turn, take_place, while_connected
from tutor.conversations.records import citation_record
from tutor.conversations.store import RECENT, Exchange
from tutor.errors import InputError, Problem
from tutor.events import Answered, Failed, Token, Usage
from tutor.runs.summary import rundown
from tutor.service.build import Tutor
from tutor.service.queue import Place

router = APIRouter(prefix="/v1", tags=["chat"])
MODEL = "tiza"
_FLAT_TURN = re.compile(r"^(User|Assistant): ?", re.MULTILINE)


@router.get("/models")
async def list_models(service: ServiceDep, tutor: TutorDep) -> dict[str, Any]:
    """The model that this service answers with."""
    provenance = tutor.provenance
    entry = {"id": MODEL, "object": "model", "created": service.started, "owned_by": "tiza"}
    return {"object": "list", "data": [{**entry, "tutor": asdict(provenance) if provenance else None}]}


@router.post("/chat/completions", response_model=None)
async def complete(
    body: ChatRequest, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> Response:
    """Answer the last user message from the course (`X-Course`), with citations in `tutor`; streamed on `stream`."""
    if service.settings.strict_models and body.model not in (MODEL, ""):
        raise InputError(
            f"There is no model {body.model[:80]!r}.", code="not_found", hint=f"There is {MODEL}.", param="model"
        )
    caller = caller.acting_for(body.user)
    asked = await _asked(service, caller, tutor, body)
    place = take_place(service, caller, asked)
    try:
        reply = _Reply(service, body, caller, asked, place)
        if not body.stream:
            return await while_connected(request, reply.whole())
    except BaseException:
        place.give_back()
        raise
    return EventStream(_guarded(reply), place)


async def _asked(service: Service, caller: Caller, tutor: Tutor, body: ChatRequest) -> Asked:
    question, history = read_messages(body.messages)
    if not body.conversation:
        told = history[-RECENT:]
        history = await run_in_threadpool(lambda: [_with_run(service, caller, exchange) for exchange in told])
    else:
        history = await run_in_threadpool(service.conversations.recent, caller.owner, body.conversation)
    seed = body.seed & 0x7FFFFFFF if body.seed is not None else None
    return Asked(tutor, question, history, seed, body.conversation or "")


def _with_run(service: Service, caller: Caller, exchange: Exchange) -> Exchange:
    """The exchange with the demo run that it told of, so that it can be asked about and run again."""
    if (run := service.runs.told(caller.owner, exchange.answer)) is None:
        return exchange
    demo = {"name": run.demo, "params": run.params, "run_id": run.id}
    return replace(exchange, detail={"demo": demo, "rundown": rundown(load(run.demo), run.params, run.frames)})


def read_messages(messages: Sequence[ChatMessage]) -> tuple[str, list[Exchange]]:
    """The last user turn and what was said before it. System texts do not change what the course says.

    One platform sends the whole chat as one user message with lines "User: ..." and "Assistant: ...": it is unfolded.
    """
    said: list[tuple[str, str]] = [
        (message.role, message.text) for message in messages if message.role in ("user", "assistant")
    ]
    if not said or said[-1][0] != "user":
        raise InputError("The last message must be the user's.", code="invalid_value", param="messages")
    if len([role for role, _ in said if role == "user"]) == 1 and len(turns := _unfold(said[-1][1])) > 1:
        said = turns
    question = said[-1][1]
    history: list[Exchange] = []
    asked = ""
    for role, text in said[:-1]:
        if role == "user":
            asked = text
        elif asked:
            history.append(Exchange("", asked, text, "complete", "", {}, datetime.now(UTC)))
            asked = ""
    return question, history


def _unfold(text: str) -> list[tuple[str, str]]:
    marks = list(_FLAT_TURN.finditer(text))
    while marks and marks[-1][1] == "Assistant" and not text[marks[-1].end() :].strip():
        text, marks = text[: marks[-1].start()], marks[:-1]
    if not marks or marks[-1][1] != "User":
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [(mark[1].lower(), text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]


@dataclass
class _Reply:
    """One completion under way."""

    service: Service
    body: ChatRequest
    caller: Caller
    asked: Asked
    place: Place
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    @property
    def head(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "created": self.created,
            "model": self.body.model or MODEL,
            "system_fingerprint": self.service.fingerprint(self.asked.tutor),
        }

    async def whole(self) -> JSONResponse:
        """The completion in one piece."""
        text, finish = "", "stop"
        async with aclosing(self.events()) as events:
            async for event in events:
                match event:
                    case str():
                        text += event
                    case Failed():
                        return error_response(event.problem)
                    case (Answered() as ending, str() as reason):
                        finish = reason
                        usage = await self.usage(ending.usage, text)
                        content = self.formatted(text)
                        choice = {
                            "index": 0,
                            "message": {"role": "assistant", "content": content, "refusal": None},
                            "logprobs": None,
                            "finish_reason": finish,
                        }
                        head = {**self.head, "object": "chat.completion", "choices": [choice], "usage": usage}
                        return JSONResponse({**head, "tutor": extension(ending)})
        return error_response(Problem("internal_error", "The turn ended without an answer."))

    async def events(self) -> AsyncGenerator[str | Failed | tuple[Answered, str], None]:
        """Text within the asked limits, then the ending with its finish reason."""
        cut = _Cut(self.asked.tutor, self.body.limit, self.body.stops)
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

    async def lines(self) -> AsyncGenerator[str, None]:
        """The completion as server-sent events."""
        yield self.chunk({"role": "assistant", "content": ""})
        text = ""
        async with aclosing(self.events()) as events:
            async for event in events:
                match event:
                    case str():
                        text += event
                        if not self.wants_json:
                            yield self.chunk({"content": event})
                    case Failed():
                        yield _data(envelope(event.problem))
                    case (Answered() as ending, str() as reason):
                        if self.wants_json:
                            yield self.chunk({"content": self.formatted(text)})
                        yield self.chunk({}, finish_reason=reason, tutor=extension(ending))
                        if self.body.stream_options and self.body.stream_options.include_usage:
                            usage = await self.usage(ending.usage, text)
                            yield _data({**self.head, "object": "chat.completion.chunk", "choices": [], "usage": usage})
        yield "data: [DONE]\n\n"

    def chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **extra: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _data({**self.head, "object": "chat.completion.chunk", "choices": [choice], **extra})

    @property
    def wants_json(self) -> bool:
        return self.body.response_format is not None and self.body.response_format.type != "text"

    def formatted(self, text: str) -> str:
        """The answer as the asked format wants it: checked sentences go into the schema's text fields as they are."""
        if not self.wants_json or self.body.response_format is None:
            return text
        schema = (self.body.response_format.json_schema or {}).get("schema")
        return json.dumps(fill(schema, text), ensure_ascii=False)

    async def usage(self, usage: Usage, text: str) -> dict[str, int]:
        """Tokens read and written. An answer that quotes has read the question and written its text."""
        prompt = usage.prompt_tokens or await self.asked.tutor.count(self.asked.question)
        completion = await self.asked.tutor.count(text)
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


async def _guarded(reply: _Reply) -> AsyncGenerator[str, None]:
    """The lines; a failure on the way is a chunk with `error`, and the stream still ends as it should."""
    try:
        async with aclosing(reply.lines()) as lines:
            async for line in lines:
                yield line
    except Exception as error:
        yield _data(envelope(Problem.of(error)))
        yield "data: [DONE]\n\n"


class _Cut:
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


def fill(schema: Any, text: str) -> Any:
    """A value of a JSON Schema made from checked text alone: nothing that the course does not say is put into it.

    The answer goes into the first text property (one called "answer" before others); other required properties get
    their schema's default, its first allowed value, or an empty value of their type. What is no schema is as none.
    """
    properties = _parts(schema) or {"answer": {"type": "string"}}
    texts = [name for name, part in properties.items() if _kind(part) == "string" and "enum" not in part]
    chosen = "answer" if "answer" in texts else texts[0] if texts else None
    return {name: text if name == chosen else _empty(part) for name, part in properties.items()}


def _empty(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return None
    if "default" in schema:
        return schema["default"]
    if isinstance(allowed := schema.get("enum"), list) and allowed:
        return allowed[0]
    if _kind(schema) == "object":
        return {name: _empty(part) for name, part in _parts(schema).items()}
    return {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}.get(_kind(schema))


def _parts(schema: Any) -> dict[str, Any]:
    """The properties of a schema; {} where it has none, or something else in their place."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def _kind(schema: Any) -> str:
    return str(schema.get("type")) if isinstance(schema, dict) else ""


def extension(ending: Answered) -> dict[str, Any]:
    """The `tutor` object beside OpenAI's fields."""
    return {
        "outcome": ending.outcome,
        "citations": [citation_record(citation) for citation in ending.citations],
        "demo": asdict(ending.demo) if ending.demo else None,
        "suggestions": list(ending.suggestions),
        "provenance": asdict(ending.provenance),
    }


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
