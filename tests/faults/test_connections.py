"""Row 40: headers without end, bodies that never come, and connections that say nothing, on a real socket."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.faults.serving import served
from tutor.api import http
from tutor.api.context import Service

Address = tuple[str, int]


@pytest.fixture
def address(make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """The service, with the same bounds in shorter times."""
    monkeypatch.setattr(http, "HEADERS_SECONDS", 0.6)
    monkeypatch.setattr(http, "SPAN", 0.6)
    monkeypatch.setattr(http, "LOOK", 0.1)
    with served(make_service()) as found:
        yield found


def _reply(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    connection.settimeout(30)
    found = b""
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            found += part
    return found


def _error(reply: bytes) -> str:
    return str(json.loads(reply.partition(b"\r\n\r\n")[2])["error"]["code"])


def _healthy(address: Address) -> bool:
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return _reply(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"GET /", b"POST /v1/chat/completions HTTP/1.1\r\nA: ",
    ],
)  # fmt: skip
def test_an_endless_header_is_ended_at_its_bound(address: Address, head: bytes) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(head)
        sent = 0
        with suppress(ConnectionError):
            for _ in range(400):  # 1.6 MB, if nobody stopped it
                connection.sendall(b"x" * 4096)
                sent += 4096
                time.sleep(0.0005)
        reply = _reply(connection)
    assert sent < 1_600_000
    assert not reply or (reply.startswith(b"HTTP/1.1 431 ") and _error(reply) == "headers_too_large")
    assert _healthy(address)


def test_headers_over_the_bound_are_431_in_the_envelope(address: Address) -> None:
    for extra, status in ((1_000, b"200"), (http.MOST_HEADERS + 10, b"431"), (1_000_000, b"431")):
        with socket.create_connection(address) as connection:
            head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: "
            with suppress(ConnectionError):
                connection.sendall(head + b"x" * extra + b"\r\n\r\n")
            reply = _reply(connection)
        assert reply.split(b" ")[1:2] == [status] or (not reply and extra == 1_000_000)
        if status == b"431" and reply:
            assert _error(reply) == "headers_too_large"
    many = b"".join(b"X-%d: y\r\n" % number for number in range(5000))
    with socket.create_connection(address) as connection:
        with suppress(ConnectionError):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + many + b"\r\n")
        reply = _reply(connection)
    assert not reply or reply.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"])
def test_who_never_ends_its_headers_is_let_go(address: Address, sent: bytes) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(sent)
        reply = _reply(connection)
    assert reply.startswith(b"HTTP/1.1 408 ") and _error(reply) == "request_timeout"


def test_who_writes_a_header_a_while_is_let_go_too(address: Address) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        with suppress(ConnectionError):
            for number in range(200):
                connection.sendall(b"X-%d: y\r\n" % number)
                time.sleep(0.05)
        assert number < 199


def test_a_body_that_comes_a_byte_at_a_time_is_not_waited_for(address: Address) -> None:
    head = (
        b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
    )
    with socket.create_connection(address) as connection:
        connection.sendall(head)
        sent = 0
        with suppress(ConnectionError):
            while sent < 200:
                connection.sendall(b" ")
                sent += 1
                time.sleep(0.05)
        assert sent < 200
        _reply(connection)
    assert _healthy(address)


def test_a_body_that_comes_in_time_is_read_and_a_connection_serves_again(address: Address) -> None:
    body = b'{"query": "perceptron"}' + b" " * 20_000
    head = (
        b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    )
    with socket.create_connection(address) as connection:
        for _ in range(2):
            connection.sendall(head % len(body))
            for start in range(0, len(body), 2500):
                connection.sendall(body[start : start + 2500])
                time.sleep(0.1)
            connection.settimeout(30)
            found = b""
            while b"passage_id" not in found:
                found += connection.recv(65536)
            assert found.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "wrong",
    [
        b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_http_gets_the_envelope(address: Address, wrong: bytes) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(wrong)
        reply = _reply(connection)
    assert reply.startswith(b"HTTP/1.1 400 ") and _error(reply) == "invalid_request"


def test_a_hundred_silent_connections_hold_nobody_up(address: Address) -> None:
    silent = [socket.create_connection(address) for _ in range(100)]
    assert _healthy(address)
    for connection in silent:
        assert _reply(connection).startswith(b"HTTP/1.1 408 ")
        connection.close()


def test_http_1_0_is_what_a_proxy_that_says_nothing_speaks(address: Address) -> None:
    """nginx's plain proxy_pass: the Host is this machine's, and no header tells of the way."""
    for path, status in ((b"/healthz", b"200"), (b"/v1/models", b"401"), (b"/metrics", b"401")):
        with socket.create_connection(address) as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert _reply(connection).split(b" ")[1] == status
