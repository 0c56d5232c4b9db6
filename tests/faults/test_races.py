"""Simultaneous visits, long conversations, deep JSON and stop strings that arrive in pieces."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.runtime.contract import Frame
from knowledge.courses.course import Course
from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import PROVENANCE, ScriptedTutor, client_of
from tutor.api.completion import Cut
from tutor.api.context import Runs, Service
from tutor.conversations.owners import Owner
from tutor.conversations.store import RECENT, Conversations, Exchange
from tutor.events import Answered, Event, Token
from tutor.service.build import Tutor
from tutor.service.tutors import Tutors
from tutor.settings import Settings

CHAT = "/v1/chat/completions"


@contextmanager
def _impatient() -> Iterator[None]:
    """Threads give way to each other as often as may be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def test_first_visits_at_once_open_a_course_once(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Zebra\n\nThe zebra eats grass.\n", encoding="utf-8")
    names = [f"course{number}" for number in range(8)]
    for name in names:
        Course(name, tmp_path).add(note)
    opened: list[str] = []

    class Counting(Tutor):
        def beside(self, course: str) -> Tutor:
            opened.append(course)
            return super().beside(course)

    with _impatient(), ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            opened.clear()
            tutors = Tutors(Counting(Settings(home=tmp_path)), most=len(names))
            for name in names:
                start = threading.Barrier(8)

                def visit(name: str = name, start: threading.Barrier = start, tutors: Tutors = tutors) -> Tutor:
                    start.wait(30)
                    return tutors.of(name)

                found = [future.result() for future in [pool.submit(visit) for _ in range(8)]]
                assert len({id(tutor) for tutor in found}) == 1
            assert opened == names


def test_runs_are_looked_through_while_others_are_added() -> None:
    runs, owner, ended = Runs(), Owner("", "ana"), threading.Event()

    def add() -> None:
        for number in range(20_000):
            runs.start(f"{number}", owner, "perceptron", {}).append(Frame(caption=f"run {number}", progress=1))
        ended.set()

    adding = threading.Thread(target=add)
    with _impatient():
        adding.start()
        while not ended.is_set():
            runs.told(owner, "nothing that a run said")
        adding.join()
    told = runs.told(owner, "run 19999 was good.")
    assert told is not None and told.id == "19999"


def test_a_turn_looks_back_on_the_last_exchanges_only(tmp_path: Path) -> None:
    store = Conversations(f"sqlite:///{tmp_path / 'kept.db'}")
    made = store.create("local").id
    for number in range(RECENT + 25):
        state: Any = ("complete", "failed", "complete")[number % 3]
        store.settle(store.ask("local", made, f"question {number}"), "so", state, "answered", {"n": number})
    complete = [one for one in store.get("local", made).exchanges if one.state == "complete"]
    assert len(store.get("local", made).exchanges) == RECENT + 25
    assert store.recent("local", made) == complete[-RECENT:]
    assert store.recent("local", made, 3) == complete[-3:]
    store.close()


@pytest.mark.parametrize("kept", [True, False])
async def test_a_long_conversation_gives_a_turn_what_it_needs(
    service: Service, client: httpx.AsyncClient, kept: bool
) -> None:
    made = service.conversations.create(Owner("")).id
    for number in range(RECENT + 10):
        exchange = service.conversations.ask(Owner(""), made, f"question {number}")
        service.conversations.settle(exchange, f"answer {number}", "complete", "answered")
    said = [
        {"role": role, "content": f"{role} {number}"} for number in range(RECENT + 10) for role in ("user", "assistant")
    ]
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "And when?"}], "conversation": made}
    if not kept:
        body = {"messages": [*said, *body["messages"]]}
    assert (await client.post(CHAT, json=body)).status_code == 200
    assert isinstance(service.tutor, ScriptedTutor)
    history = service.tutor.asked[-1][1]
    assert len(history) == RECENT
    assert history[-1].answer == (f"answer {RECENT + 9}" if kept else f"assistant {RECENT + 9}")


DEEP: dict[str, Callable[[str], dict[str, Any] | str]] = {
    "tools": lambda deep: f'{{"messages": [{{"role": "user", "content": "x"}}], "tools": [{deep}]}}',
    "schema": lambda deep: (
        '{"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_schema", '
        f'"json_schema": {{"schema": {deep}}}}}}}'
    ),
    "content": lambda deep: f'{{"messages": [{{"role": "user", "content": {deep}}}]}}',
    "unknown": lambda deep: f'{{"messages": [{{"role": "user", "content": "x"}}], "unknown": {deep}}}',
    "params": lambda deep: f'{{"params": {{"epochs": {deep}}}}}',
}


@pytest.mark.parametrize("place", DEEP)
@pytest.mark.parametrize("depth", [10, 63, 70, 300, 400, 900, 990, 5000, 100_000])
@pytest.mark.parametrize("signs", ["[]", '{"properties":}'])
async def test_deep_json_is_no_500(client: httpx.AsyncClient, place: str, depth: int, signs: str) -> None:
    opening, closing = (signs[0], signs[-1]) if signs == "[]" else ('{"properties":', "}")
    content = DEEP[place](f"{opening * depth}{0}{closing * depth}")
    path = "/v1/demos/perceptron/runs" if place == "params" else CHAT
    reply = await client.post(path, content=str(content), headers={"Content-Type": "application/json"})
    assert reply.status_code == 422 or (reply.status_code == 200 and (depth <= 63 or place == "unknown"))


SCHEMAS: tuple[Any, ...] = (
    [], 5, "x", None, True, {"properties": []}, {"properties": {"a": True}}, {"properties": {"a": {"enum": 5}}},
    {"properties": {"a": {"enum": {}}}}, {"properties": {"a": {"properties": [], "type": "object"}}}, {"properties": 5},
    {"properties": {"a": {"type": ["string", "null"]}}}, {"properties": {"a": []}}, {"properties": {"a": {"enum": []}}},
    {"properties": {"a": {"type": {}}}}, {},
)  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
async def test_what_is_no_schema_is_no_500(client: httpx.AsyncClient, schema: Any) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    body = {"messages": [{"role": "user", "content": "x"}], "response_format": form}
    reply = await client.post(CHAT, json=body)
    assert reply.status_code in (200, 422)
    if reply.status_code == 200:
        json.loads(reply.json()["choices"][0]["message"]["content"])
    else:
        assert reply.json()["error"]["message"]


class _Saying(ScriptedTutor):
    """Says its answer in the pieces that it was given."""

    pieces: Sequence[str] = ()

    async def answer(
        self, question: str, history: Sequence[Exchange] = (), *, seed: int | None = None
    ) -> AsyncGenerator[Event, None]:
        del question, history, seed
        for piece in self.pieces:
            yield Token(piece)
        yield Answered("".join(self.pieces), "answered", (), PROVENANCE)


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(st.text("abE\n", max_size=4), max_size=8),
    stops=st.lists(st.text("abE\n", min_size=1, max_size=4), max_size=3),
)
async def test_a_stop_string_is_found_however_it_is_cut(pieces: list[str], stops: list[str]) -> None:
    whole = "".join(pieces)
    places = [whole.find(stop) for stop in stops if stop in whole]
    cut = Cut(ScriptedTutor(Settings()), None, stops)
    sent = [await cut.feed(piece) for piece in pieces]
    sent.append(await cut.feed("", last=True))
    assert "".join(sent) == whole[: min(places, default=len(whole))]
    for number in range(len(sent)):
        shown = "".join(sent[: number + 1])
        assert not any(stop in shown for stop in stops)


@pytest.mark.parametrize("stream", [True, False])
async def test_no_part_of_a_stop_string_is_sent(make_service: Callable[..., Service], stream: bool) -> None:
    service = make_service()
    tutor = _Saying(service.settings)
    tutor.pieces = ("It was made in 1957.", " EN", "D", " And more.")
    service.tutors.first = tutor
    async with client_of(service) as client:
        body = {"messages": [{"role": "user", "content": "x"}], "stop": [" END"], "stream": stream}
        text = (await client.post(CHAT, json=body)).text
        assert "1957." in text
        assert " EN" not in text
        tutor.pieces = ("It was made in 1957.", " EN")
        assert " EN" in (await client.post(CHAT, json=body)).text


@pytest.mark.parametrize("stop", [["x"] * 17, "x" * 401, ["x" * 401]])
async def test_stop_strings_are_few_and_short(client: httpx.AsyncClient, stop: Any) -> None:
    body = {"messages": [{"role": "user", "content": "x"}], "stop": stop}
    assert (await client.post(CHAT, json=body)).status_code == 422
