"""POST /v1/chat/completions, as OpenAI's clients and learning platforms expect it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from tutor.api.asking import MODEL, Wanted, begin, check_model, patience_of
from tutor.api.completion import Completion, Ending, extension
from tutor.api.context import CallerDep, ServiceDep, TutorDep, acting_for
from tutor.api.documented import ANSWERS
from tutor.api.errors import envelope, error_response
from tutor.api.schemas import ChatRequest, stops
from tutor.api.structured import Form
from tutor.api.turns import comment, respond
from tutor.errors import Problem
from tutor.events import Failed

router = APIRouter(prefix="/v1", tags=["chat"])


@router.post("/chat/completions", response_model=None, responses=ANSWERS)
async def complete(
    body: ChatRequest, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> Response:
    """Answer the last user message from the course (`X-Course`), with citations in `tutor`; streamed on `stream`.

    A page with the order to sum it up or to explain it is answered from the page and the course; quizzes and
    flashcards are made of the course's own; `response_format` with a schema is filled from the course or refused.
    """
    check_model(service, body.model)
    wanted = Wanted(
        body.limit, stops(body.stop), _form(body), body.seed, body.conversation or "",
        patience=patience_of(request, service, streamed=body.stream),
    )  # fmt: skip
    made = await begin(service, acting_for(request, caller, body.user), tutor, body.messages, wanted)
    reply = _Reply(body, made)
    return await respond(
        request, made.place, reply.whole if not body.stream else None, reply.lines,
        failed=lambda problem: f"{data(envelope(problem))}{DONE}", waiting=reply.waiting,
    )  # fmt: skip


def _form(body: ChatRequest) -> Form | None:
    """The form that is asked for: a format, or the arguments of the one function that must be called."""
    choice = body.tool_choice if isinstance(body.tool_choice, dict) else {}
    function = choice.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    for tool in body.tools or ():
        described = tool.get("function") if isinstance(tool, dict) else None
        if name and isinstance(described, dict) and described.get("name") == name:
            return Form(described.get("parameters", {}), str(name), "tools")
    if body.response_format is None or body.response_format.type == "text":
        return None
    return Form(body.response_format.schema_ if body.response_format.type == "json_schema" else None)


DONE = "data: [DONE]\n\n"


@dataclass
class _Reply:
    """A completion as OpenAI's chat tells it."""

    body: ChatRequest
    made: Completion
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    @property
    def head(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "created": self.created,
            "model": self.body.model or MODEL,
            "system_fingerprint": self.made.service.fingerprint(self.made.asked.tutor),
        }

    async def whole(self) -> JSONResponse:
        """The completion in one piece."""
        ending = await self.made.whole()
        if isinstance(ending, Failed):
            return error_response(ending.problem)
        message = {"role": "assistant", **self.said(ending.content), "refusal": None}
        choices = [
            {"index": index, "message": message, "logprobs": None, "finish_reason": self.reason(ending)}
            for index in range(self.body.n)
        ]
        head = {**self.head, "object": "chat.completion", "choices": choices, "usage": ending.usage}
        return JSONResponse({**head, "tutor": extension(ending.answered)})

    def said(self, content: str) -> dict[str, Any]:
        """The answer's text, or the call of the function whose arguments it is."""
        form = self.made.form
        if form is None or not form.tool:
            return {"content": content}
        function = {"name": form.tool, "arguments": content}
        return {
            "content": None,
            "tool_calls": [{"id": f"call_{self.id[9:33]}", "type": "function", "function": function}],
        }

    def reason(self, ending: Ending) -> str:
        return ending.reason

    async def lines(self) -> AsyncGenerator[str, None]:
        """The completion as server-sent events."""
        yield self.chunk({"role": "assistant", "content": ""})
        async with aclosing(self.made.pieces()) as pieces:
            async for piece in pieces:
                match piece:
                    case str():
                        delta = self.said(piece)
                        if calls := delta.get("tool_calls"):
                            delta = {"tool_calls": [{"index": 0, **calls[0]}]}
                        yield self.chunk(delta)
                    case Failed():
                        yield data(envelope(piece.problem))
                    case Ending():
                        yield self.chunk({}, finish_reason=self.reason(piece), tutor=extension(piece.answered))
                        if self.body.stream_options and self.body.stream_options.include_usage:
                            last = {"object": "chat.completion.chunk", "choices": [], "usage": piece.usage}
                            yield data({**self.head, **last})
        yield DONE

    def chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **extra: Any) -> str:
        choices = [
            {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
            for index in range(self.body.n)
        ]
        return data({**self.head, "object": "chat.completion.chunk", "choices": choices, **extra})

    def waiting(self) -> str:
        """What a client that waits hears: a comment, or an empty delta where it wants none."""
        options = self.body.stream_options
        return comment(self.made.place) if options is None or options.comments else self.chunk({"content": ""})


def data(value: dict[str, Any]) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


__all__ = ["Problem", "data", "router"]
