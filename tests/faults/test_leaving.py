"""Row 4: a client that leaves frees its place, queued or running, and the others notice nothing."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
import uvicorn

from tests.api.conftest import *  # noqa: F403
from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.app import create_app
from tutor.api.context import Service

BODY = {"messages": [{"role": "user", "content": "Who made the perceptron?"}]}


@pytest.fixture
def slow(make_service: Callable[..., Service]) -> Service:
    return make_service(pause=0.05, queue=300)


@pytest.fixture
def address(slow: Service) -> Iterator[str]:
    """The service on a real socket: only there can a client hang up."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(slow), log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


async def test_two_hundred_random_departures_free_every_place(slow: Service, address: str) -> None:
    choose = random.Random(3)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=httpx.Limits(max_connections=None)) as client:

        async def leaver(number: int) -> None:
            body = {**BODY, "stream": number % 2 == 0, "user": str(number % 7)}
            with suppress(TimeoutError, httpx.HTTPError):
                await asyncio.wait_for(client.post("/v1/chat/completions", json=body), choose.random() * 0.4)

        stayers = [
            asyncio.create_task(client.post("/v1/chat/completions", json={**BODY, "user": f"stays {number}"}))
            for number in range(5)
        ]
        await asyncio.gather(*(leaver(number) for number in range(200)))
        replies = [await stayer for stayer in stayers]
    texts = {reply.json()["choices"][0]["message"]["content"] for reply in replies}
    assert texts == {"Frank Rosenblatt made the perceptron in 1957. [1]"}
    assert isinstance(slow.tutor, ScriptedTutor)
    for _ in range(100):
        if slow.queue.depth == 0 and slow.tutor.running == 0:
            break
        await asyncio.sleep(0.05)
    assert slow.queue.depth == 0
    assert slow.tutor.running == 0
    assert slow.tutor.most == 1


async def test_a_stopped_turn_is_kept_as_incomplete(slow: Service, address: str) -> None:
    assert isinstance(slow.tutor, ScriptedTutor)
    slow.tutor.pause = 5
    async with httpx.AsyncClient(base_url=address) as client:
        made = (await client.post("/v1/conversations", json={})).json()["id"]
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/v1/chat/completions", json={**BODY, "conversation": made}, timeout=0.5)
        for _ in range(60):
            kept = (await client.get(f"/v1/conversations/{made}")).json()["exchanges"][0]
            if kept["state"] != "pending":
                break
            await asyncio.sleep(0.05)
    assert kept["state"] == "incomplete"
    assert kept["question"] == BODY["messages"][0]["content"]


async def test_beyond_the_bound_it_is_429_at_once(make_service: Callable[..., Service]) -> None:
    async with client_of(make_service(pause=0.3, queue=2)) as client:
        posts = [
            asyncio.create_task(client.post("/v1/chat/completions", json={**BODY, "stream": number % 2 == 0}))
            for number in range(8)
        ]
        replies = await asyncio.gather(*posts)
    refused = [reply for reply in replies if reply.status_code == 429]
    assert len(refused) >= 3
    assert all(int(reply.headers["retry-after"]) >= 1 for reply in refused)
    assert sum(reply.status_code == 200 for reply in replies) + len(refused) == 8


async def test_who_leaves_is_no_failure_of_the_service(
    slow: Service, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(slow.tutor, ScriptedTutor)
    slow.tutor.pause = 5
    with caplog.at_level("INFO"):
        async with httpx.AsyncClient(base_url=address) as client:
            for _ in range(2):
                with pytest.raises(httpx.ReadTimeout):
                    await client.post("/v1/chat/completions", json=BODY, timeout=0.3)
            for _ in range(60):
                told = [record.fields["status"] for record in caplog.records if hasattr(record, "fields")]
                if len(told) == 2:
                    break
                await asyncio.sleep(0.05)
    assert told == [499, 499]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
