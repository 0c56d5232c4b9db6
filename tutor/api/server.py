"""`tiza serve`: binds first, so that a taken port is said at once, then serves until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import time

import uvicorn
from fastapi import FastAPI

from demos.runtime.messages import say
from knowledge.messages import system_says
from tutor.api.app import build_service, create_app
from tutor.api.context import Service, is_loopback
from tutor.api.http import MOST_HEADERS, BoundedProtocol
from tutor.api.middleware import JsonLines
from tutor.errors import AccessError, InputError
from tutor.i18n import texts
from tutor.service.api_keys import Keys
from tutor.settings import Settings

GRACE_SECONDS = 30
LOOK = 0.2
"""Seconds after which it is looked again whether to end at once."""
SWITCH_SECONDS = 0.0005
"""How long a thread that computes may keep the interpreter from those who wait for it. Python's own 5 ms add up: a
request gives it away several times (to read, to write, to log), and would wait so long each time."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises InputError (`port_in_use`) and AccessError before anything is loaded."""
    listener = _bind(settings.host, settings.port)
    try:
        settings.open_home()
        _demand_a_key(settings)
    except Exception:
        listener.close()
        raise
    _configure_logs()
    host, port = listener.getsockname()[:2]
    url = f"http://{host}:{port}"
    sys.stderr.write(texts("Tiza listens on {url} (API docs at /docs).", url=url) + "\n")
    sys.setswitchinterval(SWITCH_SECONDS)
    server_of(build_service(settings)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Told to stop, it goes on listening until what is under way has ended: who comes meanwhile hears 503, and is not
    left with a refused connection. A second signal ends it at once, as uvicorn does."""

    def __init__(self, service: Service) -> None:
        super().__init__(config_of(create_app(service)))
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for the requests that have begun, then end as uvicorn does, within GRACE_SECONDS in all."""
        self._service.stopping = True
        begun, until = set(self.server_state.tasks), time.monotonic() + GRACE_SECONDS
        while begun and not self.force_exit and time.monotonic() < until:
            _, begun = await asyncio.wait(begun, timeout=LOOK)
        self.config.timeout_graceful_shutdown = max(1, round(until - time.monotonic()))
        await super().shutdown(sockets)


def server_of(service: Service) -> uvicorn.Server:
    """What serves `service`; it runs until it is told to stop."""
    return _Server(service)


def config_of(app: FastAPI) -> uvicorn.Config:
    """How the service speaks HTTP: within bounds, and without belief in what proxies say of a caller."""
    return uvicorn.Config(
        app, http=BoundedProtocol, ws="none", h11_max_incomplete_event_size=MOST_HEADERS, log_config=None,
        access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=20, proxy_headers=False,
    )  # fmt: skip


def _demand_a_key(settings: Settings) -> None:
    """Raises AccessError when keys are demanded and there is none that is valid."""
    if is_loopback(settings.host) and not settings.demand_keys:
        return
    keys = Keys(settings.database_url)
    try:
        if any(key.valid for key in keys.list()):
            return
    finally:
        keys.close()
    raise AccessError(
        say("Keys are demanded, and there is no key.")
        if is_loopback(settings.host)
        else say("{host} can be reached from other machines, and there is no key.", host=settings.host),
        hint=say("Make one with `tiza keys add NAME`, or bind to 127.0.0.1."),
    )


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise InputError(
            say(
                "Tiza cannot listen on {host}:{port} ({problem}).",
                host=host,
                port=port,
                problem=system_says(error),
            ),
            code="port_in_use",
            hint=say("Another program may use the port: choose one with `tiza serve --port`."),
        ) from None
    return listener


def _configure_logs() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("alembic", "httpx", "bm25s", "chromadb", "sentence_transformers", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
