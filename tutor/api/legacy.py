"""POST /v1/completions, the way to ask before chats: the prompt is the question, or a chat in one text."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from demos.runtime.messages import say
from tutor.api.asking import MODEL, Wanted, begin, check_model, patience_of
from tutor.api.chat import DONE, data
from tutor.api.completion import Completion, Ending, extension
from tutor.api.context import CallerDep, ServiceDep, TutorDep, acting_for
from tutor.api.documented import ANSWERS
from tutor.api.errors import envelope, error_response
from tutor.api.schemas import ChatMessage, CompletionRequest, stops
from tutor.api.turns import respond
from tutor.errors import InputError
from tutor.events import Failed

router = APIRouter(prefix="/v1", tags=["chat"])


@router.post("/completions", response_model=None, responses=ANSWERS)
async def complete(
    body: CompletionRequest, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> Response:
    """Answer one prompt from the course."""
    check_model(service, body.model)
    prompt = body.prompt[0] if isinstance(body.prompt, list) and len(body.prompt) == 1 else body.prompt
    if not isinstance(prompt, str):
        raise InputError(say("One prompt is answered at a time, as text."), code="invalid_value", param="prompt")
    wanted = Wanted(
        body.max_tokens, stops(body.stop), seed=body.seed, patience=patience_of(request, service, streamed=body.stream)
    )  # fmt: skip
    made = await begin(
        service, acting_for(request, caller, body.user), tutor, [ChatMessage(role="user", content=prompt)], wanted
    )
    if body.echo:
        made.lead = f"{prompt}\n\n{made.lead}"
    reply = _Reply(body, made)
    return await respond(
        request, made.place, reply.whole if not body.stream else None, reply.lines,
        failed=lambda problem: f"{data(envelope(problem))}{DONE}",
    )  # fmt: skip


@dataclass
class _Reply:
    """A completion as OpenAI's older route tells it."""

    body: CompletionRequest
    made: Completion
    id: str = field(default_factory=lambda: f"cmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def told(self, text: str, reason: str | None, **extra: Any) -> dict[str, Any]:
        choices = [
            {"index": index, "text": text, "logprobs": None, "finish_reason": reason} for index in range(self.body.n)
        ]
        head = {"id": self.id, "object": "text_completion", "created": self.created, "model": self.body.model or MODEL}
        fingerprint = self.made.service.fingerprint(self.made.asked.tutor)
        return {**head, "system_fingerprint": fingerprint, "choices": choices, **extra}

    async def whole(self) -> JSONResponse:
        """The completion in one piece."""
        ending = await self.made.whole()
        if isinstance(ending, Failed):
            return error_response(ending.problem)
        extra = {"usage": ending.usage, "tutor": extension(ending.answered)}
        return JSONResponse(self.told(ending.content, ending.reason, **extra))

    async def lines(self) -> AsyncGenerator[str, None]:
        """The completion as server-sent events."""
        async with aclosing(self.made.pieces()) as pieces:
            async for piece in pieces:
                match piece:
                    case str():
                        yield data(self.told(piece, None))
                    case Failed():
                        yield data(envelope(piece.problem))
                    case Ending():
                        yield data(self.told("", piece.reason, tutor=extension(piece.answered)))
                        if self.body.stream_options and self.body.stream_options.include_usage:
                            yield data({**self.told("", None, usage=piece.usage), "choices": []})
        yield DONE
