"""POST /v1/learning-assistant, as the plugin of that name for Open edX asks its chat service.

Its first form sends `message_list` and takes one message; its second sends `messages` beside `system_message` and takes
a list of messages. Both are told from what is sent.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from demos.runtime.messages import say
from tutor.api.asking import Wanted, begin, patience_of
from tutor.api.completion import Completion
from tutor.api.context import CallerDep, ServiceDep, TutorDep, acting_for
from tutor.api.documented import ANSWERS, PLACE
from tutor.api.errors import error_response
from tutor.api.schemas import ChatMessage, LearningAssistantRequest
from tutor.api.turns import in_one_piece
from tutor.errors import InputError
from tutor.events import Failed

router = APIRouter(prefix="/v1", tags=["chat"])
_MESSAGE = {
    "type": "object", "required": ["role", "content"],
    "properties": {"role": {"const": "assistant"}, "content": {"type": "string"}},
}  # fmt: skip
_SAID: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer: a message, or a list of one for the second form.", "headers": PLACE,
        "content": {"application/json": {"schema": {"anyOf": [_MESSAGE, {"type": "array", "items": _MESSAGE}]}}},
    }
}  # fmt: skip


@router.post("/learning-assistant", response_model=None, responses={**ANSWERS, **_SAID})
async def ask(
    body: LearningAssistantRequest, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> Response:
    """Answer the last message of a learner from the course."""
    messages = body.message_list if body.message_list is not None else body.messages
    if not messages:
        raise InputError(say("There is no message to answer."), code="invalid_value", param="message_list")
    if body.system_message:
        messages = [ChatMessage(role="system", content=body.system_message), *messages]
    wanted = Wanted(None, (), patience=patience_of(request, service, streamed=False))
    made = await begin(service, acting_for(request, caller, None), tutor, messages, wanted)

    async def whole() -> JSONResponse:
        return await _told(made, alone=body.message_list is not None)

    return await in_one_piece(request, made.place, whole)


async def _told(made: Completion, *, alone: bool) -> JSONResponse:
    """The answer as a message, `alone` or as the only one of a list."""
    ending = await made.whole()
    if isinstance(ending, Failed):
        return error_response(ending.problem)
    message: dict[str, Any] = {"role": "assistant", "content": ending.content}
    return JSONResponse(message if alone else [message])
