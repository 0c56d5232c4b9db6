"""Row 32: whatever goes wrong around a turn, its place in the queue is given back and its answer arrives."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.types import Message

from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.context import Caller, Service
from tutor.api.turns import Asked, EventStream, run_turn, take_place
from tutor.conversations.owners import Owner
from tutor.conversations.store import Conversations
from tutor.errors import InputError, Problem, StorageError
from tutor.events import Failed

ROUNDS = int(os.environ.get("TIZA_FAULT_ROUNDS", "20"))
FAULTS: tuple[Exception, ...] = (
    StorageError("The database is locked.", hint="Try again."), StorageError("The disk is full.", code="disk_full"),
    InputError("There is no such conversation.", code="not_found", hint="List yours."), ValueError("NUL"),
    OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked")), RuntimeError("unforeseen"),
)  # fmt: skip


def _body(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Who made the perceptron?"}], **more}


def _is_free(service: Service) -> bool:
    return (service.queue.depth, service.queue._free, service.queue._kept) == (0, 1, 0)


async def _answers(client: httpx.AsyncClient) -> bool:
    async with asyncio.timeout(30):
        reply = await client.post("/v1/chat/completions", json=_body())
    return reply.status_code == 200 and "Rosenblatt" in reply.text


class Faulty:
    """Stands before the store and lets some of its calls go wrong, before or after they were done."""

    def __init__(self, store: Conversations, choose: random.Random) -> None:
        self._store, self._choose = store, choose

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)
        if name not in ("ask", "create", "settle", "recent"):
            return call

        def perhaps(*values: Any, **named: Any) -> Any:
            fault = self._choose.choice((None, None, *FAULTS))
            if fault is not None and self._choose.random() < 0.5:
                raise fault
            done = call(*values, **named)
            if fault is not None:
                raise fault
            return done

        return perhaps


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_random_faults_lose_no_place(service: Service, seed: int) -> None:
    """The question cannot be kept, the answer cannot, the conversation is deleted meanwhile, the client leaves."""
    choose = random.Random(seed)
    store = service.conversations
    service.conversations = Faulty(store, choose)  # type: ignore[assignment]
    assert isinstance(service.tutor, ScriptedTutor)
    service.tutor.pause = 0.001

    async def one(client: httpx.AsyncClient, number: int) -> None:
        made = store.create(Owner(""), "x").id
        text = choose.choice(
            ("Who made it?", "Who\x00?", "", "x" * 5000, "### Task:\nGenerate a title.", "Make a quiz on LSTM")
        )
        body = _body(
            stream=choose.random() < 0.5, user=f"{number % 5}" if choose.random() < 0.3 else None,
            conversation=choose.choice((made, made, "nowhere", None)), seed=choose.choice((1, None)),
        )  # fmt: skip
        body["messages"][0]["content"] = text
        path = choose.choice(
            ("/v1/chat/completions", "/v1/chat/completions", "/v1/responses", "/api/chat", "/v1/completions")
        )
        if path == "/v1/responses":
            body |= {"input": text, "previous_response_id": choose.choice((None, None, "resp_nowhere"))}
        asking = client.post(path, json={**body, "prompt": text})
        with suppress(TimeoutError, InputError, httpx.HTTPError):
            if choose.random() < 0.4:
                await asyncio.wait_for(asking, choose.random() * 0.01)
            else:
                reply, _ = await asyncio.gather(asking, asyncio.to_thread(store.delete, Owner(""), made))
                assert reply.status_code in (200, 400, 404, 413, 422, 429, 500, 503, 507)

    async with client_of(service) as client:
        for batch in range(20):
            service.tutor.failure = Failed(Problem("model_failed", "It stopped.")) if choose.random() < 0.2 else None
            await asyncio.gather(*(one(client, batch * 5 + number) for number in range(5)))
        service.tutor.failure = None
        if service.keeping:
            await asyncio.wait(service.keeping)
        for _ in range(200):
            if _is_free(service):
                break
            await asyncio.sleep(0.01)
        assert _is_free(service)
        assert await _answers(client)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{type(fault).__name__} {fault}"[:40])
async def test_a_question_that_cannot_be_kept_leaves_the_queue_at_once(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, fault: Exception, stream: bool
) -> None:
    made = service.conversations.create(Owner("")).id

    def fail(*_: object) -> str:
        raise fault

    monkeypatch.setattr(service.conversations, "ask", fail)
    reply = await client.post("/v1/chat/completions", json=_body(conversation=made, stream=stream))
    assert "error" in reply.text
    assert _is_free(service)
    assert await _answers(client)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{type(fault).__name__} {fault}"[:40])
async def test_an_answer_that_cannot_be_kept_arrives_all_the_same(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, fault: Exception, stream: bool
) -> None:
    made = service.conversations.create(Owner("")).id

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(service.conversations, "settle", fail)
    reply = await client.post("/v1/chat/completions", json=_body(conversation=made, stream=stream))
    assert reply.status_code == 200
    assert "Rosenblatt" in reply.text and '"error"' not in reply.text
    assert _is_free(service)


async def test_an_answer_is_kept_beside_the_event_loop(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are served while it is written; were it written on the loop, nobody could let it go on."""
    made = service.conversations.create(Owner("")).id
    begun, go = threading.Event(), threading.Event()
    settle = service.conversations.settle

    def slowly(*values: Any) -> None:
        begun.set()
        assert go.wait(30)
        settle(*values)

    monkeypatch.setattr(service.conversations, "settle", slowly)
    asking = asyncio.create_task(client.post("/v1/chat/completions", json=_body(conversation=made)))
    assert await asyncio.to_thread(begun.wait, 30)
    assert await _answers(client)
    go.set()
    assert (await asking).status_code == 200
    assert [one.state for one in service.conversations.get(Owner(""), made).exchanges] == ["complete"]


async def test_a_client_that_leaves_while_its_answer_is_kept_has_it_kept(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = service.conversations.create(Owner("")).id
    begun, go = threading.Event(), threading.Event()
    settle = service.conversations.settle

    def slowly(*values: Any) -> None:
        begun.set()
        assert go.wait(30)
        settle(*values)

    monkeypatch.setattr(service.conversations, "settle", slowly)
    asking = asyncio.create_task(client.post("/v1/chat/completions", json=_body(conversation=made)))
    assert await asyncio.to_thread(begun.wait, 30)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    go.set()
    if service.keeping:
        await asyncio.wait(service.keeping)
    assert [one.state for one in service.conversations.get(Owner(""), made).exchanges] == ["complete"]


@pytest.mark.parametrize("begins", [True, False])
async def test_a_stream_whose_client_left_before_the_first_byte_gives_its_place_back(
    service: Service, begins: bool
) -> None:
    caller = Caller("", "")
    asked = Asked(service.tutor, "Who?", [], None)
    place = take_place(service, caller, asked)

    async def lines() -> Any:
        async for event in run_turn(service, caller, asked, place):
            yield f"{event}\n"

    async def receive() -> Message:
        await asyncio.sleep(30)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if not begins or message["type"] != "http.response.start":
            raise OSError("the client is gone")

    stream = EventStream(lines(), place)
    with suppress(Exception):
        await stream({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
    assert _is_free(service)


async def test_a_crash_leaves_nothing_pending(tmp_path: Path) -> None:
    """A process is killed with a question under way; another one's question, of a process that lives, stays."""
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    store = Conversations(url)
    made = store.create("local").id
    store.ask("local", made, "alive?")
    program = (
        "import sys, time; from tutor.conversations.store import Conversations\n"
        "Conversations(sys.argv[1]).ask('local', sys.argv[2], 'killed?'); print('asked', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program, url, made], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "asked\n"
    other = Conversations(url)
    assert [one.state for one in other.get("local", made).exchanges] == ["pending", "pending"]
    other.close()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    after = Conversations(url)
    assert {one.question: one.state for one in after.get("local", made).exchanges} == {
        "alive?": "pending", "killed?": "incomplete",
    }  # fmt: skip
    for kept in (store, after):
        kept.close()


@pytest.mark.parametrize("kind", ["ask", "settle"])
async def test_a_database_that_another_program_holds_is_a_sentence(
    make_service: Callable[..., Service], tmp_path: Path, kind: str
) -> None:
    service = make_service()
    made = service.conversations.create(Owner("")).id
    holder = sqlite3.connect(tmp_path / "conversations.db", isolation_level=None, check_same_thread=False)
    assert isinstance(service.tutor, ScriptedTutor)
    answer = service.tutor.answer

    def holding(*values: Any, **named: Any) -> Any:
        holder.execute("BEGIN IMMEDIATE")
        return answer(*values, **named)

    if kind == "ask":
        holder.execute("BEGIN IMMEDIATE")
    else:
        service.tutor.answer = holding  # type: ignore[method-assign]
    async with client_of(service) as client:
        reply = await client.post("/v1/chat/completions", json=_body(conversation=made))
        assert reply.status_code == (503 if kind == "ask" else 200)
        assert _is_free(service)
        holder.execute("ROLLBACK")
    holder.close()
