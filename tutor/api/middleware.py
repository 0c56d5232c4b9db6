"""What every request passes: a bound on its body, a log line and a count."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tutor.api.errors import error_response
from tutor.api.metrics import Metrics
from tutor.errors import Problem

MOST_BYTES = 2_000_000
MOST_UPLOAD = 100_000_000
_UPLOAD = re.compile(r"/v1/courses/[^/]+/documents/?")
log = logging.getLogger("tiza.access")


class BodyLimit:
    """Refuses a body over `most` bytes (`upload` for documents) with 413 once that is known, without reading on."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES, upload: int = MOST_UPLOAD) -> None:
        self._app, self._most, self._upload = app, most, upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._upload if _UPLOAD.fullmatch(scope["path"]) else self._most
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length) > most:
            await self._refuse(most, scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, _too_large(most))
            return message

        await self._app(scope, bounded, send)

    async def _refuse(self, most: int, scope: Scope, receive: Receive, send: Send) -> None:
        problem = Problem("body_too_large", _too_large(most), "Send less at once.")
        response = error_response(problem)
        response.headers["Connection"] = "close"
        await response(scope, receive, send)


def _too_large(most: int) -> str:
    return f"The body is over {most // 1_000_000} MB."


class AccessLog:
    """One JSON line a request: route, status and time. Never a path with ids, a query or a body."""

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
            log.info("request", extra={"fields": {
                "id": request_id, "method": scope["method"], "route": route, "status": status, "seconds": seconds,
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
