"""Rows 42 and 43: PostgreSQL does what SQLite does, for two services too, and a restart of it is no error."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from demos.runtime.catalogue import load
from demos.runtime.contract import Demo, Frame, Params
from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import PROVENANCE, ScriptedTutor, client_of
from tests.faults.postgresql import Server, programs, running
from tests.faults.test_owners import OLD
from tutor.api.app import build_service
from tutor.api.context import Service
from tutor.conversations import database
from tutor.conversations.database import Base, open_engine
from tutor.conversations.migrate import HEAD, bring_up_to_date
from tutor.conversations.owners import Owner
from tutor.conversations.runs import RunRecord, RunRecords
from tutor.conversations.store import Conversations, Exchange
from tutor.errors import InputError, StorageError
from tutor.events import Answered, DemoFinished, DemoFrame, DemoRun, DemoStarted, Event, Token
from tutor.service.api_keys import Keys
from tutor.settings import Settings

CHAT = "/v1/chat/completions"
FOUND = programs()
NEEDED = pytest.mark.skipif(
    FOUND is None and not os.environ.get("CI"), reason="PostgreSQL is not installed: `apt install postgresql` brings it"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    assert FOUND is not None
    with running(FOUND) as found:
        yield found


@pytest.fixture
def url(server: Server) -> str:
    """The address of an empty database."""
    engine = open_engine(server.url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return server.url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NEEDED)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    return f"sqlite:///{tmp_path / 'kept.db'}" if request.param == "sqlite" else request.getfixturevalue("url")


def test_migrations_make_just_what_the_code_wants(either: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    engine = open_engine(either)
    bring_up_to_date(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert found == []


def test_two_that_begin_at_once_bring_it_up_to_date_once(either: str) -> None:
    failed: list[Exception] = []

    def begin() -> None:
        try:
            Conversations(either).close()
            Keys(either).close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_sqlite_is_asked_again_for_the_journal_that_two_want_at_once() -> None:
    class Cursor:
        asked = 0

        def execute(self, statement: str) -> None:
            self.asked += 1
            if self.asked < 3:
                raise sqlite3.OperationalError("database is locked")
            assert statement == "PRAGMA journal_mode=WAL"

    cursor = Cursor()
    database._write_ahead(cursor)
    assert cursor.asked == 3


def test_names_texts_and_keys_of_every_kind_are_kept(either: str) -> None:
    store, keys = Conversations(either), Keys(either)
    owner = Owner("k" * 80, "u" * 200, "c" * 64)
    made = store.create(owner, "t" * 300)
    texts = ("plain", "nul\x00byte", "👩‍🔬 ¿qué?", "%_\\'\"", "x" * 100_000)
    for question in texts:
        store.settle(
            store.ask(owner, made.id, question), question, "complete", "answered", {"a": [1, None, question[:9]]}
        )
    kept = store.get(owner, made.id).exchanges
    assert [one.question.replace("␀", "\x00") for one in kept] == list(texts)
    assert [one.id for one in store.list(owner, "nul")] == [made.id]
    for wrong in ("\x00", "x" * 500, ""):
        with pytest.raises(InputError):
            store.get(owner, wrong)
    secret = keys.add("moodle", days=1)
    again = keys.rotate("moodle", timedelta(hours=1))
    assert keys.find(secret) == keys.find(again) is not None
    keys.rename("moodle", "school")
    assert [key.name for key in keys.list()] == ["school"]
    store.close()
    keys.close()


async def test_moments_are_told_alike_whether_made_or_read(either: str, make_service: Callable[..., Service]) -> None:
    service = make_service(database=either)
    async with client_of(service) as client:
        made = (await client.post("/v1/conversations", json={})).json()
        await client.post(CHAT, json={"messages": [{"role": "user", "content": "Who?"}], "conversation": made["id"]})
        whole = (await client.get(f"/v1/conversations/{made['id']}")).json()
        listed = (await client.get("/v1/conversations")).json()["data"][0]
    assert whole["created_at"] == listed["created_at"] == made["created_at"]
    assert all(moment.endswith("+00:00") for moment in (made["created_at"], whole["exchanges"][0]["asked_at"]))
    service.conversations.close()
    service.keys.close()


def test_two_services_number_the_exchanges_of_a_conversation_in_one_row(either: str) -> None:
    stores = [Conversations(either) for _ in range(3)]
    made = stores[0].create("local").id
    threads = [
        threading.Thread(target=lambda store=store: [store.ask("local", made, "?") for _ in range(8)])
        for store in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine = create_engine(stores[0]._engine.url)
    with engine.connect() as connection:
        numbers = connection.execute(text("SELECT number FROM exchanges ORDER BY number")).scalars().all()
    assert list(numbers) == list(range(24))
    engine.dispose()
    for store in stores:
        store.close()


async def test_a_run_is_found_by_every_service_on_the_database(
    either: str, make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = make_service(database=either), make_service(database=either)
    made_again: list[str] = []
    run_demo = two.tutor.run_demo

    def counted(demo: Demo, params: Params) -> AsyncGenerator[Frame, None]:
        made_again.append(demo.name)
        return run_demo(demo, params)

    monkeypatch.setattr(two.tutor, "run_demo", counted)
    ana, body = {"X-User": "ana"}, {"params": {"data": "and", "epochs": 2, "seed": 7}}
    async with client_of(one) as first, client_of(two) as second:
        run = (await first.post("/v1/demos/perceptron/runs", json=body, headers=ana)).json()
        at = [f"/v1/runs/{run['id']}/frames/{number}.png" for number in (0, 3, len(run["frames"]) - 1)]
        for address in at:
            assert (await second.get(address, headers={"X-User": "ben"})).status_code == 404
        assert made_again == []
        there = await asyncio.gather(*(second.get(address, headers=ana) for address in at))
        here = [await first.get(address, headers=ana) for address in at]
        assert [reply.status_code for reply in there] == [200] * 3
        assert [reply.content for reply in there] == [reply.content for reply in here]
        assert made_again == ["perceptron"]  # once, however many ask for it at once
        beyond = await second.get(f"/v1/runs/{run['id']}/frames/{len(run['frames'])}.png", headers=ana)
        assert beyond.status_code == 404
        assert (await second.delete("/v1/conversations", headers=ana)).status_code == 200
    third = make_service(database=either)
    async with client_of(third) as client:
        assert (await client.get(at[0], headers=ana)).status_code == 404  # its owner had all removed
    for service in (one, two, third):
        await service.tutor.close()
        service.conversations.close()
        service.keys.close()


class _Demonstrator(ScriptedTutor):
    """Runs a demo, whatever is asked."""

    def __init__(self, settings: Settings, name: str, params: dict[str, Any]) -> None:
        super().__init__(settings)
        self.name, self.params = name, params

    async def answer(
        self, question: str, history: Sequence[Exchange] = (), *, seed: int | None = None
    ) -> AsyncGenerator[Event, None]:
        del question, history, seed
        demo, run = load(self.name), DemoRun(self.name, self.params, uuid.uuid4().hex)
        yield DemoStarted(run.name, demo.title, run.params, run.run_id)
        frame = Frame(caption="It ran.", progress=1)
        yield DemoFrame(0, frame)
        yield DemoFinished("It ran.", 1)
        yield Token("It ran.")
        yield Answered("It ran.", "demonstrated", (), PROVENANCE, demo=run)


async def test_a_run_of_a_conversation_is_found_elsewhere_and_goes_with_it(either: str, tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path, database=either)
    own = load("self_attention").parse({"sentence": "my own private words"}).model_dump(mode="json")
    one, two = (build_service(chosen, _Demonstrator(chosen, "self_attention", own)) for _ in range(2))
    async with client_of(one) as first, client_of(two) as second:
        made = (await first.post("/v1/conversations", json={})).json()["id"]

        async def ran(**more: Any) -> str:
            body = {"messages": [{"role": "user", "content": "Show me"}], **more}
            return str((await first.post(CHAT, json=body)).json()["tutor"]["demo"]["run_id"])

        kept, nowhere = await ran(conversation=made), await ran()
        assert two.conversations.runs.find(Owner(""), kept) == RunRecord(kept, "self_attention", own)
        assert (await second.get(f"/v1/runs/{kept}/frames/0.png")).status_code == 200
        # What a student wrote in a chat that is kept nowhere is not written down either.
        assert two.conversations.runs.find(Owner(""), nowhere) is None
        assert (await second.get(f"/v1/runs/{nowhere}/frames/0.png")).status_code == 404
        assert (await first.get(f"/v1/runs/{nowhere}/frames/0.png")).status_code == 200
        one.tutor.params = load("self_attention").parse({}).model_dump(mode="json")  # type: ignore[attr-defined]
        assert two.conversations.runs.find(Owner(""), await ran()) is not None
        assert (await first.delete(f"/v1/conversations/{made}")).status_code == 204
        assert two.conversations.runs.find(Owner(""), kept) is None
    for service in (one, two):
        await service.tutor.close()
        service.conversations.close()
        service.keys.close()


def test_records_of_runs_are_bounded_for_each_key_and_go_with_its_name(either: str) -> None:
    store, keys = Conversations(either), Keys(either)
    records = RunRecords(store._engine, threading.Lock(), most=3)
    keys.add("moodle")
    for number in range(5):
        for key in ("moodle", "other"):
            records.keep(Owner(key, f"u{number}"), RunRecord(f"{key}{number}", "perceptron", {"seed": number}))
    records.keep(Owner("other", "u4"), RunRecord("other4", "perceptron", {"seed": 9}))  # known: nothing changes
    for key in ("moodle", "other"):
        found = [records.find(Owner(key, f"u{number}"), f"{key}{number}") for number in range(5)]
        assert found == [None, None, *(RunRecord(f"{key}{n}", "perceptron", {"seed": n}) for n in (2, 3, 4))]
    records.keep(Owner("other"), RunRecord("late", "perceptron", {}), "0" * 32)  # its conversation is gone
    assert records.find(Owner("other"), "late") is None
    keys.rename("moodle", "campus")
    assert records.find(Owner("campus", "u4"), "moodle4") is not None
    assert records.find(Owner("moodle", "u4"), "moodle4") is None
    store.close()
    keys.close()


async def test_a_database_that_is_held_holds_no_run_up(
    make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service()

    def away(*_: Any) -> None:
        raise StorageError("The database cannot be reached.")

    monkeypatch.setattr(service.conversations.runs, "keep", away)
    async with client_of(service) as client:
        run = (await client.post("/v1/demos/perceptron/runs", json={"params": {"epochs": 1}})).json()
        assert (await client.get(f"/v1/runs/{run['id']}/frames/0.png")).status_code == 200
    await service.tutor.close()


def test_numbers_that_an_earlier_version_doubled_are_made_new(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    connection = sqlite3.connect(path)
    connection.executescript(OLD)
    connection.execute("INSERT INTO conversations VALUES ('c', 'local', 'c', '2026-01-01', '2026-01-01')")
    for place, number in enumerate((0, 1, 1, 2)):
        connection.execute(
            "INSERT INTO exchanges VALUES (?, 'c', ?, ?, '', 'complete', '', '{}', ?)",
            (f"e{place}", number, f"q{place}", f"2026-01-01 00:00:0{place}"),
        )
    connection.commit()
    connection.close()
    store = Conversations(f"sqlite:///{path}")
    assert [one.question for one in store.get("local", "c").exchanges] == ["q0", "q1", "q2", "q3"]
    assert store.ask("local", "c", "q4")
    assert [one.question for one in store.get("local", "c").exchanges][-1] == "q4"
    store.close()


@NEEDED
def test_a_database_that_the_first_version_made_there_is_kept(url: str) -> None:
    engine: Engine = open_engine(url)
    with engine.begin() as connection:
        for statement in OLD.replace("DATETIME", "TIMESTAMPTZ").split(";"):
            if statement.strip():
                connection.execute(text(statement))
        connection.execute(text("INSERT INTO conversations VALUES ('c', 'moodle:ana', 'old', now(), now())"))
    engine.dispose()
    store = Conversations(url)
    assert [one.title for one in store.list(Owner("moodle", "ana"))] == ["old"]
    store.close()


@NEEDED
async def test_a_restart_of_the_database_is_no_error_and_its_absence_is_said(
    server: Server, url: str, make_service: Callable[..., Service]
) -> None:
    service = make_service(database=url)
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "Who?"}]}
    async with client_of(service) as client:
        made = (await client.post("/v1/conversations", json={})).json()["id"]
        for _ in range(3):
            assert (await client.post(CHAT, json={**body, "conversation": made})).status_code == 200
            await asyncio.to_thread(server.stop)
            try:
                assert (await client.get("/readyz")).status_code == 503
                gone = await client.post(CHAT, json={**body, "conversation": made})
                assert gone.status_code == 503 and "database" in gone.json()["error"]["message"]
                assert url not in gone.text and "/tmp" not in gone.text
                assert (await client.post(CHAT, json=body)).status_code == 200  # who keeps nothing needs no database
            finally:
                await asyncio.to_thread(server.start)
            assert (await client.get("/readyz")).status_code == 200
        kept = (await client.get(f"/v1/conversations/{made}")).json()["exchanges"]
    assert [one["state"] for one in kept] == ["complete"] * 3
    service.conversations.close()
    service.keys.close()


@pytest.mark.parametrize("wrong", ["nonsense", "mysql+nodriver://x/y", "postgresql://", "sqlite:////proc/x.db"])
def test_an_address_that_names_no_database_is_a_sentence(wrong: str) -> None:
    with pytest.raises((InputError, StorageError)) as caught:
        Conversations(wrong)
    assert str(caught.value).endswith(".") and caught.value.hint


def test_a_driver_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match="driver") as caught:
        open_engine("postgresql://localhost/x")
    assert "postgresql" in caught.value.hint
    with suppress(KeyError):
        monkeypatch.delitem(sys.modules, "psycopg")
