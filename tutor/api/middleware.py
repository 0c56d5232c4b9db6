"""What every request passes: a bound on its body, a log line and a count."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.runtime.messages import say
from tutor.api.errors import error_response
from tutor.api.language import accepted
from tutor.api.metrics import Metrics
from tutor.errors import Problem

MOST_BYTES = 2_000_000
MOST_UPLOAD = 100_000_000
MOST_PICTURES = 50_000_000
CHATS = ("/v1/chat/completions", "/v1/responses", "/api/chat", "/api/generate")
_BEFORE, _AFTER = b";base64,", re.compile(rb"[^A-Za-z0-9+/=\\]")
_UPLOAD = re.compile(r"/v1/courses/[^/]+/documents/?")
log = logging.getLogger("tiza.access")


class BodyLimit:
    """Refuses a body over `most` bytes (`upload` for documents) with 413 once that is known, without reading on.

    Of chats only what is read counts: a chat repeats its pictures with every turn, and nobody looks at them.
    """

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES, upload: int = MOST_UPLOAD) -> None:
        self._app, self._most, self._upload = app, most, upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._upload if _UPLOAD.fullmatch(scope["path"]) else self._most
        pictures = Pictures() if scope["path"].rstrip("/") in CHATS else None
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length) > (most if pictures is None else MOST_PICTURES):
            await self._refuse(most, scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            if pictures is not None and message["type"] == "http.request":
                message = {**message, "body": pictures.without(message.get("body", b""))}
            taken += len(message.get("body", b""))
            if taken > most or (pictures is not None and pictures.left_out > MOST_PICTURES):
                raise HTTPException(413, _too_large(most))
            return message

        await self._app(scope, bounded, send)

    async def _refuse(self, most: int, scope: Scope, receive: Receive, send: Send) -> None:
        problem = Problem("body_too_large", _too_large(most), say("Send less at once."))
        response = error_response(problem.told(accepted(Headers(scope=scope))))
        response.headers["Connection"] = "close"
        await response(scope, receive, send)


class Pictures:
    """Leaves the data of pictures out of a body as it comes: `data:image/png;base64,` stays, and the text around it."""

    def __init__(self) -> None:
        self._inside, self._tail = False, b""
        self.left_out = 0

    def without(self, part: bytes) -> bytes:
        """What is left of the next part of a body."""
        kept = bytearray()
        while part:
            if self._inside:
                end = _AFTER.search(part)
                place = end.start() if end else len(part)
                self.left_out += place
                part, self._inside = part[place:], end is None
                continue
            window = self._tail + part
            found = window.find(_BEFORE)
            if found < 0:
                kept += part
                self._tail = window[-len(_BEFORE) + 1 :]
                break
            cut = found + len(_BEFORE) - len(self._tail)
            kept += part[:cut]
            part, self._tail, self._inside = part[cut:], b"", True
        return bytes(kept)


def _too_large(most: int) -> str:
    size = most // 1_000_000
    return say("The body is over {size} MB; start a new chat where one has grown so long.", size=size)


class PlainJson:
    """Reads bodies under /api/ as JSON whatever they are called: Ollama does, and clients of it name no type."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/api/"):
            headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
            scope = {**scope, "headers": [*headers, (b"content-type", b"application/json")]}
        await self._app(scope, receive, send)


class AccessLog:
    """One JSON line a request: route, status, time, and who asked. Never a path with ids, a query or a body."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, status = uuid.uuid4().hex, time.monotonic(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.requests.labels(route=route, status=str(status)).inc()
            seconds = round(time.monotonic() - started, 4)
            caller = scope.get("state", {}).get("caller")
            who = {"key": caller.key, "user": caller.user} if caller is not None else {}
            if caller is not None and caller.key:
                self._metrics.of_keys.labels(key=caller.key).inc()
            log.info("request", extra={"fields": {
                "id": request_id, "method": scope["method"], "route": route, "status": status,
                "seconds": seconds, **who,
            }})  # fmt: skip


class JsonLines(logging.Formatter):
    """Log records as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
