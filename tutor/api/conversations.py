"""/v1/conversations: kept for the key and user that made them; nobody else's exist for a caller."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from tutor.api.context import CallerDep, ServiceDep
from tutor.api.schemas import ConversationRequest
from tutor.conversations.store import Conversation

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


PAGE = 100


@router.get("")
async def list_conversations(
    service: ServiceDep, caller: CallerDep, q: str = "", limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:  # fmt: skip
    """The caller's conversations, latest first; `q` filters by words, `offset` goes on after those before."""
    found = await run_in_threadpool(service.conversations.list, caller.owner, q[:200], limit + 1, offset)
    return {"object": "list", "data": [_head(one) for one in found[:limit]], "has_more": len(found) > limit}


@router.post("", status_code=201)
async def create_conversation(body: ConversationRequest, service: ServiceDep, caller: CallerDep) -> dict[str, Any]:
    """A new conversation; name its id as `conversation` in a chat completion to keep the turn in it."""
    return _head(await run_in_threadpool(service.conversations.create, caller.owner, body.title))


@router.get("/{conversation_id}")
async def get_conversation(conversation_id: str, service: ServiceDep, caller: CallerDep) -> dict[str, Any]:
    """One conversation with its exchanges."""
    found = await run_in_threadpool(service.conversations.get, caller.owner, conversation_id)
    exchanges = [
        {
            "id": exchange.id,
            "question": exchange.question,
            "answer": exchange.answer,
            "state": exchange.state,
            "outcome": exchange.outcome,
            "asked_at": exchange.asked_at.isoformat(),
            **{name: exchange.detail.get(name) for name in ("citations", "demo", "provenance")},
        }
        for exchange in found.exchanges
    ]
    return {**_head(found), "exchanges": exchanges}


@router.patch("/{conversation_id}")
async def rename_conversation(
    conversation_id: str, body: ConversationRequest, service: ServiceDep, caller: CallerDep
) -> dict[str, Any]:
    """Give a conversation another title."""
    await run_in_threadpool(service.conversations.rename, caller.owner, conversation_id, body.title)
    return _head(await run_in_threadpool(service.conversations.get, caller.owner, conversation_id))


@router.delete("")
async def forget_conversations(service: ServiceDep, caller: CallerDep) -> dict[str, Any]:
    """Remove all conversations of the caller, the user that is named, for good."""
    count = await run_in_threadpool(service.conversations.forget, caller.owner)
    return {"object": "list", "deleted": count}


@router.delete("/{conversation_id}", status_code=204)
async def delete_conversation(conversation_id: str, service: ServiceDep, caller: CallerDep) -> Response:
    """Remove a conversation for good."""
    await run_in_threadpool(service.conversations.delete, caller.owner, conversation_id)
    return Response(status_code=204)


def _head(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "object": "conversation",
        "title": conversation.title,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
    }
