"""`tiza serve`: binds first, so that a taken port is said at once, then serves until it is told to stop."""

from __future__ import annotations

import logging
import socket
import sys

import uvicorn
from fastapi import FastAPI

from tutor.api.app import build_service, create_app
from tutor.api.context import is_loopback
from tutor.api.http import MOST_HEADERS, BoundedProtocol
from tutor.api.middleware import JsonLines
from tutor.errors import AccessError, InputError
from tutor.service.api_keys import Keys
from tutor.settings import Settings

GRACE_SECONDS = 30


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
    sys.stderr.write(f"Tiza listens on http://{host}:{port} (API docs at /docs).\n")
    app = create_app(build_service(settings))
    uvicorn.Server(config_of(app)).run(sockets=[listener])


def config_of(app: FastAPI) -> uvicorn.Config:
    """How the service speaks HTTP: within bounds, and without belief in what proxies say of a caller."""
    return uvicorn.Config(
        app, http=BoundedProtocol, ws="none", h11_max_incomplete_event_size=MOST_HEADERS, log_config=None,
        access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=20, proxy_headers=False,
    )  # fmt: skip


def _demand_a_key(settings: Settings) -> None:
    """Raises AccessError when keys are demanded and there is none that is valid."""
    why = "Keys are demanded" if is_loopback(settings.host) else f"{settings.host} can be reached from other machines"
    if is_loopback(settings.host) and not settings.demand_keys:
        return
    keys = Keys(settings.database_url)
    try:
        if any(key.valid for key in keys.list()):
            return
    finally:
        keys.close()
    raise AccessError(f"{why}, and there is no key.", hint="Make one with `tiza keys add NAME`, or bind to 127.0.0.1.")


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise InputError(
            f"Tiza cannot listen on {host}:{port} ({error.strerror or error}).",
            code="port_in_use",
            hint="Another program may use the port: choose one with `tiza serve --port`.",
        ) from None
    return listener


def _configure_logs() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("alembic", "httpx", "bm25s", "chromadb", "sentence_transformers", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
