"""HTTP/1.1 as uvicorn speaks it, within bounds: on headers, and on those who write slowly or nothing at all.

uvicorn itself bounds neither. Who sends an endless header would fill the memory; who sends a byte now and then would
hold a connection for ever.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_HEADERS = 32_768
"""Bytes of a request line with its headers."""
HEADERS_SECONDS = 20.0
"""Seconds in which a request's headers have to come, from its first byte or from the connection's beginning."""
SPAN = 30.0
LEAST = 1000
"""Bytes of a body that have to come in each such span of seconds, while the service wants more."""
LOOK = 5.0


class BoundedProtocol(H11Protocol):
    """One connection. What cannot be read is answered in the envelope of all errors, and the connection closed."""

    def connection_made(self, transport: Any) -> None:
        """Watch the connection from now on."""
        super().connection_made(transport)
        self._began = self._span = time.monotonic()
        self._in_headers, self._bytes, self._head = True, 0, 0
        self._watch = self.loop.call_later(LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch it no more."""
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and note how much."""
        self._bytes += len(data)
        if self.conn.their_state is h11.IDLE and not self._in_headers:
            self._began, self._in_headers, self._head = time.monotonic(), True, 0
        if self._in_headers:  # h11 bounds only what comes in several parts
            end = data.find(b"\r\n\r\n")
            self._head += len(data) if end < 0 else end
            if self._head > MOST_HEADERS:
                self._refuse_headers()
                return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._in_headers = False

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read: 431 where its headers are too large."""
        error = sys.exc_info()[1]
        if isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == 431:
            self._refuse_headers()
        else:
            self._refuse(400, "invalid_request", "The request is not valid HTTP.")
        del msg

    def _look(self) -> None:
        """End a connection whose client writes too slowly; look again in a while."""
        now = time.monotonic()
        if self.transport.is_closing():
            return
        state = self.conn.their_state
        if state is h11.IDLE and self._in_headers and now - self._began > HEADERS_SECONDS:
            self._refuse(408, "request_timeout", "The request did not come in time.")
            return
        if state is not h11.SEND_BODY or self.flow.read_paused:
            self._span, self._bytes = now, 0
        elif now - self._span > SPAN:
            if self._bytes < LEAST:
                self.transport.close()
                return
            self._span, self._bytes = now, 0
        self._watch = self.loop.call_later(LOOK, self._look)

    def _refuse_headers(self) -> None:
        self._refuse(431, "headers_too_large", f"The headers are over {MOST_HEADERS // 1024} KB.")

    def _refuse(self, status: int, code: str, message: str) -> None:
        error = {"message": message, "type": "invalid_request_error", "code": code, "param": None}
        body = json.dumps({"error": error}).encode()
        reason = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}[status]
        head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        self.transport.close()
