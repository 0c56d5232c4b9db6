"""What /openapi.json says of answers: the errors that there are, the headers, and what is written by hand."""

from __future__ import annotations

from typing import Any

ERROR: dict[str, Any] = {
    "type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["message", "type", "code", "param"], "properties": {
            "message": {"type": "string"}, "type": {"type": "string"}, "code": {"type": "string"},
            "param": {"type": ["string", "null"]},
        },
    }},
}  # fmt: skip
_REASONS = {
    400: "The request cannot be read.", 401: "A valid key is needed.", 403: "This caller may not do that.",
    404: "There is no such thing.", 405: "There is no such method.", 413: "It is too large.",
    415: "It is not in a format that can be read.", 422: "Something in it is not valid.",
    429: "The queue is full, or the key has asked too often.", 431: "The headers are too large.",
    500: "Something went wrong inside.", 503: "It cannot be done now; try again after Retry-After seconds.",
    507: "The disk is full.",
}  # fmt: skip
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Descriptions of error answers."""
    return {
        status: {
            "description": _REASONS[status], "content": {"application/json": {"schema": ERROR}},
            **({"headers": _RETRY} if status in (429, 503) else {}),
        }
        for status in statuses
    }  # fmt: skip


PLACE = {
    "X-Queue-Place": {
        "description": "How many were served before this request when it came.",
        "schema": {"type": "integer", "minimum": 0},
    }
}


def answers(streamed: str = "text/event-stream") -> dict[int | str, dict[str, Any]]:
    """Descriptions of an answer in one piece or streamed, and of what may come instead."""
    content = {"application/json": {"schema": {"type": "object"}}, streamed: {"schema": {}}}
    said = "The answer; a stream where `stream` is true."
    return {
        200: {"description": said, "headers": PLACE, "content": content},
        **errors(400, 404, 413, 415, 422, 429, 503, 507),
    }


ANSWERS = answers()
