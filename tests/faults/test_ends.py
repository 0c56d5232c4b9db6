"""Rows 5, 6, 7 and 9: slow readers, turns without end, SIGTERM, kill -9 and a full disk lose nothing."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import event

from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import ScriptedTutor, client_of
from tests.faults.serving import served
from tutor.api.context import Service
from tutor.conversations.owners import Owner
from tutor.conversations.store import Conversations
from tutor.errors import StorageError

ROOT = Path(__file__).parents[2]
CHAT = "/v1/chat/completions"
KILLS = int(os.environ.get("TIZA_FAULT_ROUNDS", "5"))
SERVE = """
import socket, sys
from pathlib import Path
from tests.api.scripted import ScriptedTutor
from tutor.api.app import build_service
from tutor.api.server import server_of
from tutor.settings import Settings
settings = Settings(home=Path(sys.argv[1]))
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
server_of(build_service(settings, ScriptedTutor(settings, 0.4))).run(sockets=[listener])
"""
WRITE = """
import sys
from tutor.conversations.store import Conversations
store = Conversations(sys.argv[1])
made = store.create("local").id
print(made, flush=True)
for number in range(100_000):
    exchange = store.ask("local", made, f"question {number}")
    print("asked", number, flush=True)
    store.settle(exchange, f"answer {number}", "complete")
    print("settled", number, flush=True)
"""


def _body(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Who?"}], **more}


@contextmanager
def _program(source: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", source, *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_who_does_not_read_holds_nobody_up_and_loses_nothing(make_service: Callable[..., Service]) -> None:
    service = make_service()
    made = service.conversations.create(Owner("")).id
    with served(service) as address, socket.create_connection(address) as unread:
        body = json.dumps(_body(stream=True, conversation=made)).encode()
        head = (
            f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        )
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        unread.sendall(f"{head}\r\n\r\n".encode() + body)
        for _ in range(1000):
            kept = service.conversations.get(Owner(""), made).exchanges
            if kept and kept[0].state == "complete":
                break
            time.sleep(0.01)
        assert kept[0].answer.startswith("Frank Rosenblatt")
        reply = httpx.post(f"http://{address[0]}:{address[1]}{CHAT}", json=_body(), timeout=30)
        assert reply.status_code == 200


@pytest.mark.parametrize("stream", [True, False])
async def test_a_turn_without_end_is_ended_and_what_it_said_is_kept(
    make_service: Callable[..., Service], stream: bool
) -> None:
    service = make_service(pause=60, turn_seconds=1)
    made = service.conversations.create(Owner("")).id
    async with client_of(service) as client:
        reply = await client.post(CHAT, json=_body(stream=stream, conversation=made))
        assert "turn_timeout" in reply.text and reply.status_code == (200 if stream else 503)
        assert [one.state for one in service.conversations.get(Owner(""), made).exchanges] == ["incomplete"]
        assert isinstance(service.tutor, ScriptedTutor)
        service.tutor.pause = 0
        assert (await client.post(CHAT, json=_body())).status_code == 200
        assert service.tutor.running == 0


def test_a_service_that_is_told_to_stop_ends_what_it_began(tmp_path: Path) -> None:
    with _program(SERVE, str(tmp_path)) as process:
        assert process.stdout is not None
        base = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        while True:
            try:
                if httpx.get(f"{base}/readyz").status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.05)
        made = httpx.post(f"{base}/v1/conversations", json={}).json()["id"]
        replies: list[httpx.Response] = []

        def ask(number: int) -> None:
            body = _body(conversation=made, stream=number % 2 == 0)
            replies.append(httpx.post(base + CHAT, json=body, timeout=60))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        while len(httpx.get(f"{base}/v1/conversations/{made}").json()["exchanges"]) < 6:
            time.sleep(0.02)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        with httpx.Client(base_url=base) as late:
            while (reply := late.get("/readyz")).status_code == 200:
                time.sleep(0.01)
            assert (reply.status_code, reply.json()["error"]["code"]) == (503, "stopping")
            refused = late.post(CHAT, json=_body())  # the turns that were asked before still wait in line
            assert refused.status_code == 503 and refused.headers["retry-after"]
            assert late.get("/healthz").status_code == 200 and len(replies) < 6
        for thread in threads:
            thread.join()
        assert process.wait(40) in (0, -signal.SIGTERM)
        assert all(reply.status_code == 200 and "in 1957" in reply.text for reply in replies)
        assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    store = Conversations(f"sqlite:///{tmp_path / 'conversations.db'}")
    assert [one.state for one in store.get(Owner(""), made).exchanges] == ["complete"] * 6
    store.close()


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_process_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "kept.db"
    with _program(WRITE, f"sqlite:///{path}") as process:
        assert process.stdout is not None
        made = process.stdout.readline().strip()
        said = [process.stdout.readline() for _ in range(random.Random(seed).randrange(1, 120))]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    settled = [int(line.split()[1]) for line in said if line.startswith("settled") and line.endswith("\n")]
    asked = [int(line.split()[1]) for line in said if line.startswith("asked") and line.endswith("\n")]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    store = Conversations(f"sqlite:///{path}")
    kept = store.get("local", made).exchanges
    store.close()
    answers = {one.question: one for one in kept}
    assert all(answers[f"question {number}"].answer == f"answer {number}" for number in settled)
    assert all(f"question {number}" in answers for number in asked)
    assert all(one.state != "pending" for one in kept)


async def test_a_full_disk_is_said_reading_goes_on_and_it_recovers(make_service: Callable[..., Service]) -> None:
    service = make_service()
    engine = service.conversations._engine
    pages = [0]

    def bound(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages[0] or 2**30}")

    event.listen(engine, "checkout", lambda connection, record, _proxy: bound(connection, record))
    async with client_of(service) as client:
        made = (await client.post("/v1/conversations", json={})).json()["id"]
        long = {"messages": [{"role": "user", "content": "Who? " + "x" * 3900}], "conversation": made}
        assert (await client.post(CHAT, json=long)).status_code == 200
        with engine.connect() as connection:
            pages[0] = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 1
        refused = [await client.post(CHAT, json=long) for _ in range(3)]
        assert refused[-1].status_code == 507 and "disk is full" in refused[-1].json()["error"]["message"]
        assert (await client.get(f"/v1/conversations/{made}")).status_code == 200
        assert (await client.post(CHAT, json=_body())).status_code == 200
        pages[0] = 0
        assert (await client.post(CHAT, json=long)).status_code == 200
    kept = service.conversations.get(Owner(""), made).exchanges
    assert {one.state for one in kept} == {"complete"} and len(kept) >= 2


async def test_a_read_only_database_is_a_sentence_without_its_path(
    make_service: Callable[..., Service], tmp_path: Path
) -> None:
    service = make_service()

    def fail() -> Any:
        raise StorageError("Conversations cannot be written.", hint="Make the folder writable.")

    service.conversations.create = lambda *_: fail()  # type: ignore[method-assign]
    async with client_of(service) as client:
        for path, body in (("/v1/conversations", {}), ("/v1/responses", {"input": "Who?"})):
            reply = await client.post(path, json=body)
            assert reply.status_code == 503 and str(tmp_path) not in reply.text
    await asyncio.sleep(0)
