"""/v1/responses: OpenAI's newer way to chat, which keeps the conversation on this side.

A response is an exchange of a stored conversation; `previous_response_id` names the one that the next follows.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BeforeValidator, Field
from starlette.concurrency import run_in_threadpool

from demos.runtime.messages import say
from tutor.api.asking import MODEL, Wanted, begin, check_model, patience_of
from tutor.api.completion import Completion, Ending, extension
from tutor.api.context import Caller, CallerDep, Service, ServiceDep, TutorDep, acting_for
from tutor.api.documented import ANSWERS, errors
from tutor.api.errors import envelope, error_response
from tutor.api.schemas import ChatMessage, ContentPart, Limit, Sampling, limit_of
from tutor.api.structured import Form
from tutor.api.turns import respond
from tutor.conversations.records import detail
from tutor.conversations.store import Exchange
from tutor.errors import InputError, Problem
from tutor.events import Failed

router = APIRouter(prefix="/v1/responses", tags=["responses"])
_ROLES = ("user", "assistant", "system", "developer")
Item = dict[str, Any]


class ResponsesRequest(Sampling):
    """Body of /v1/responses. Unknown fields are ignored."""

    input: str | list[Any] = ""
    instructions: str | None = None
    previous_response_id: str | None = Field(None, max_length=200)
    max_output_tokens: Annotated[Limit | None, BeforeValidator(limit_of)] = None
    text: dict[str, Any] | None = None
    tools: list[Any] | None = None
    tool_choice: str | dict[str, Any] | None = None
    store: bool = True
    metadata: dict[str, Any] | None = None


@router.post("", response_model=None, responses={**ANSWERS, **errors(400)})
async def create(
    body: ResponsesRequest, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> Response:
    """Answer from the course, after what `previous_response_id` names; streamed on `stream`."""
    check_model(service, body.model)
    caller = acting_for(request, caller, body.user)
    messages = _messages(body)
    thread, before = "", None
    if body.previous_response_id:
        thread, before = await run_in_threadpool(_before, service, caller, body.previous_response_id)
    exchange = uuid.uuid4().hex
    wanted = Wanted(
        body.max_output_tokens, (), _form(body), body.seed, "", exchange,
        patience_of(request, service, streamed=body.stream), before,
    )  # fmt: skip
    made = await begin(service, caller, tutor, messages, wanted)
    if body.store:
        await _keep(service, caller, made, thread, exchange)
    reply = _Reply(body, made, f"resp_{exchange}", int(datetime.now(UTC).timestamp()))
    return await respond(
        request, made.place, reply.whole if not body.stream else None, reply.lines, failed=reply.failed
    )


@router.get("/{response}", responses=errors(404))
async def get_response(response: str, service: ServiceDep, caller: CallerDep) -> dict[str, Any]:
    """A response that was kept."""
    _, exchanges = await run_in_threadpool(service.conversations.until, caller.owner, _exchange_id(response))
    kept, before = exchanges[-1], exchanges[:-1]
    body = ResponsesRequest(previous_response_id=f"resp_{before[-1].id}" if before else None)
    output = [_message(kept.id, kept.answer)] if kept.answer else []
    status = {"complete": "completed", "pending": "in_progress", "failed": "failed"}.get(kept.state, "incomplete")
    return _told(body, response, int(kept.asked_at.timestamp()), status, output)


@router.get("/{response}/input_items", responses=errors(404))
async def get_input(response: str, service: ServiceDep, caller: CallerDep) -> dict[str, Any]:
    """What a response that was kept answers."""
    _, exchanges = await run_in_threadpool(service.conversations.until, caller.owner, _exchange_id(response))
    kept = exchanges[-1]
    content = [{"type": "input_text", "text": kept.question}]
    item = {"id": f"msg_q{kept.id}", "type": "message", "role": "user", "status": "completed", "content": content}
    return {"object": "list", "data": [item], "first_id": item["id"], "last_id": item["id"], "has_more": False}


@router.delete("/{response}", responses=errors(404))
async def delete_response(response: str, service: ServiceDep, caller: CallerDep) -> dict[str, Any]:
    """Remove the conversation that a response is of, for good."""
    thread, _ = await run_in_threadpool(service.conversations.until, caller.owner, _exchange_id(response))
    await run_in_threadpool(service.conversations.delete, caller.owner, thread)
    return {"id": response, "object": "response", "deleted": True}


async def _keep(service: Service, caller: Caller, made: Completion, thread: str, exchange: str) -> None:
    """Have the answer kept in its conversation; a new one is made only now, for what was neither refused nor empty.

    Raises StorageError and InputError; the place in the queue is given back then.
    """

    def kept() -> str:
        found = thread or service.conversations.create(caller.owner).id
        if (ready := made.ready) is not None:  # no turn will keep it
            service.conversations.ask(caller.owner, found, made.asked.question, exchange)
            service.conversations.settle(exchange, ready.text, "complete", ready.outcome, detail(ready))
        return found

    try:
        made.asked = replace(made.asked, conversation=await run_in_threadpool(kept))
    except BaseException:
        if made.place is not None:
            made.place.give_back()
        raise


def _exchange_id(response: str) -> str:
    return response.removeprefix("resp_")[:64]


def _before(service: Service, caller: Caller, response: str) -> tuple[str, list[Exchange]]:
    """The conversation of a response, and its exchanges up to it. Raises InputError as OpenAI names it."""
    try:
        return service.conversations.until(caller.owner, _exchange_id(response))
    except InputError:
        raise InputError(
            say("Previous response with id {response!r} not found.", response=response[:80]),
            code="previous_response_not_found",
            hint=say("Begin anew without previous_response_id."),
            param="previous_response_id",
        ) from None


def _messages(body: ResponsesRequest) -> list[ChatMessage]:
    messages = [ChatMessage(role="system", content=body.instructions)] if body.instructions else []
    if isinstance(body.input, str):
        return [*messages, ChatMessage(role="user", content=body.input)]
    for item in body.input:
        if isinstance(item, dict) and item.get("role") in _ROLES:
            messages.append(ChatMessage(role=item["role"], content=_content(item.get("content"))))
    return messages


def _content(content: Any) -> str | list[ContentPart]:
    """Text, or its parts; what is neither is read as nothing."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    parts = [part for part in content if isinstance(part, dict)]
    return [
        ContentPart(type=str(part.get("type", "")), text=part["text"] if isinstance(part.get("text"), str) else None)
        for part in parts
    ]


def _form(body: ResponsesRequest) -> Form | None:
    choice = body.tool_choice if isinstance(body.tool_choice, dict) else {}
    for tool in body.tools or ():
        if isinstance(tool, dict) and choice.get("name") and tool.get("name") == choice["name"]:
            return Form(tool.get("parameters", {}), str(tool["name"]), "tools")
    form = (body.text or {}).get("format")
    kind = form.get("type", "text") if isinstance(form, dict) else "text"
    if not isinstance(form, dict) or kind == "text":
        return None
    return Form(form.get("schema") if kind == "json_schema" else None, param="text.format")


@dataclass
class _Reply:
    """A completion as /v1/responses tells it."""

    body: ResponsesRequest
    made: Completion
    id: str
    created: int
    number: int = 0

    def told(self, status: str, ending: Ending | None = None, **extra: Any) -> dict[str, Any]:
        output = self.output(ending.content) if ending else []
        if ending is not None:
            cut = {"reason": "max_output_tokens"} if ending.reason == "length" else None
            extra = {"usage": _usage(ending), "incomplete_details": cut, "tutor": extension(ending.answered), **extra}
            status = "incomplete" if cut else status
        return _told(self.body, self.id, self.created, status, output, **extra)

    def output(self, content: str) -> list[Item]:
        """The answer as an item: a message, or the call of the function whose arguments it is."""
        form = self.made.form
        if form is not None and form.tool:
            call = {"type": "function_call", "id": f"fc_{self.id[5:]}", "call_id": f"call_{self.id[5:29]}"}
            return [{**call, "name": form.tool, "arguments": content, "status": "completed"}]
        return [_message(self.id[5:], content)]

    async def whole(self) -> JSONResponse:
        """The response in one piece."""
        ending = await self.made.whole()
        if isinstance(ending, Failed):
            return error_response(ending.problem)
        return JSONResponse(self.told("completed", ending))

    async def lines(self) -> AsyncGenerator[str, None]:
        """The response as server-sent events."""
        for kind in ("response.created", "response.in_progress"):
            yield self.event(kind, response=self.told("in_progress"))
        begun, at = False, {"item_id": f"msg_{self.id[5:]}", "output_index": 0, "content_index": 0}
        async with aclosing(self.made.pieces()) as pieces:
            async for piece in pieces:
                match piece:
                    case str() if self.made.form is None or not self.made.form.tool:
                        if not begun:
                            for line in self.opened(at):
                                yield line
                        begun = True
                        yield self.event("response.output_text.delta", **at, delta=piece, logprobs=[])
                    case Failed():
                        yield self.failed(piece.problem)
                    case Ending():
                        for line in self.closed(piece, at, begun):
                            yield line
                        yield self.event("response.completed", response=self.told("completed", piece))
                    case _:
                        pass

    def opened(self, at: dict[str, Any]) -> Sequence[str]:
        """What comes before the first text."""
        item = {**_message(self.id[5:], ""), "status": "in_progress", "content": []}
        return (
            self.event("response.output_item.added", output_index=0, item=item),
            self.event("response.content_part.added", **at, part=_part("")),
        )

    def closed(self, ending: Ending, at: dict[str, Any], begun: bool) -> list[str]:
        """What comes after the last text."""
        item = self.output(ending.content)[0]
        if item["type"] == "function_call":
            place = {"item_id": item["id"], "output_index": 0}
            return [
                self.event("response.output_item.added", output_index=0, item={**item, "arguments": ""}),
                self.event("response.function_call_arguments.delta", **place, delta=item["arguments"]),
                self.event("response.function_call_arguments.done", **place, arguments=item["arguments"]),
                self.event("response.output_item.done", output_index=0, item=item),
            ]
        return [
            *(() if begun else self.opened(at)),
            self.event("response.output_text.done", **at, text=ending.content, logprobs=[]),
            self.event("response.content_part.done", **at, part=_part(ending.content)),
            self.event("response.output_item.done", output_index=0, item=item),
        ]

    def failed(self, problem: Problem) -> str:
        """What tells of a failure in mid-stream."""
        error = envelope(problem)["error"]
        said = {"code": error["code"], "message": error["message"]}
        return self.event("response.failed", response=self.told("failed", error=said))

    def event(self, kind: str, **values: Any) -> str:
        line = json.dumps({"type": kind, "sequence_number": self.number, **values}, ensure_ascii=False)
        self.number += 1
        return f"event: {kind}\ndata: {line}\n\n"


def _told(
    body: ResponsesRequest, response: str, created: int, status: str, output: list[Item], **extra: Any
) -> dict[str, Any]:
    """The response object; clients read its fields without a guard."""
    return {
        "id": response, "object": "response", "created_at": created, "status": status, "background": False,
        "error": None, "incomplete_details": None, "instructions": body.instructions,
        "max_output_tokens": body.max_output_tokens, "model": body.model or MODEL, "output": output,
        "parallel_tool_calls": True, "previous_response_id": body.previous_response_id,
        "reasoning": {"effort": None, "summary": None}, "store": body.store, "temperature": body.temperature,
        "text": body.text or {"format": {"type": "text"}}, "tool_choice": body.tool_choice or "auto",
        "tools": body.tools or [], "top_p": body.top_p, "truncation": "disabled", "usage": None, "user": body.user,
        "metadata": body.metadata or {}, **extra,
    }  # fmt: skip


def _message(exchange: str, text: str) -> Item:
    head = {"type": "message", "id": f"msg_{exchange}", "status": "completed", "role": "assistant"}
    return {**head, "content": [_part(text)]}


def _part(text: str) -> Item:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _usage(ending: Ending) -> dict[str, Any]:
    return {
        "input_tokens": ending.prompt_tokens, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": ending.completion_tokens, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": ending.prompt_tokens + ending.completion_tokens,
    }  # fmt: skip
