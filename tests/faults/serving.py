"""The service on a real socket, as `tiza serve` runs it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tutor.api.context import Service
from tutor.api.server import server_of


@contextmanager
def served(service: Service) -> Iterator[tuple[str, int]]:
    """Address and port of a service that runs in a thread."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = server_of(service)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join()
