"""Rows 36 and 44: no name makes one owner another one, old rows keep theirs, and only their owner reads the files."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from knowledge.courses.course import Course
from knowledge.courses.uploads import take_in
from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import client_of
from tests.faults.ingesting import quiet
from tests.knowledge.embedders import WordEmbedder
from tutor.api.context import Service
from tutor.conversations.database import Words
from tutor.conversations.owners import TERMINAL, Owner, parted
from tutor.conversations.store import Conversations
from tutor.errors import InputError, StorageError
from tutor.service.api_keys import Keys
from tutor.settings import Settings, write_setting

NAMES = st.text(st.sampled_from("ab:\x1f,2\"'\\"), max_size=4)
OLD = """
CREATE TABLE keys (name VARCHAR(80) NOT NULL PRIMARY KEY, digest VARCHAR(64) NOT NULL UNIQUE,
 created_at DATETIME NOT NULL, revoked BOOLEAN NOT NULL, course VARCHAR(64) NOT NULL);
CREATE TABLE conversations (id VARCHAR(32) NOT NULL PRIMARY KEY, owner VARCHAR(200) NOT NULL, title VARCHAR(200)
 NOT NULL,
 created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL);
CREATE INDEX ix_conversations_owner ON conversations (owner);
CREATE INDEX ix_conversations_updated_at ON conversations (updated_at);
CREATE TABLE exchanges (id VARCHAR(32) NOT NULL PRIMARY KEY, conversation_id VARCHAR(32) NOT NULL REFERENCES
 conversations(id) ON DELETE CASCADE, number INTEGER NOT NULL, question VARCHAR NOT NULL, answer VARCHAR NOT NULL,
 state VARCHAR(12) NOT NULL, outcome VARCHAR(20) NOT NULL, detail JSON NOT NULL, asked_at DATETIME NOT NULL);
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Conversations]:
    found = Conversations(f"sqlite:///{tmp_path / 'kept.db'}")
    yield found
    found.close()


async def test_key_and_user_are_never_read_as_one(make_service: Callable[..., Service]) -> None:
    """Keys "moodle" and "moodle:physics", and users that hold what once stood between them."""
    service = make_service(host="0.0.0.0")
    pairs = [
        ("moodle", "physics:ana"), ("moodle:physics", "ana"), ("moodle", "2:bob"), ("moodle:2", "bob"),
        ("moodle", "ana\x1fphysics"), ("moodle", ""), ("local", ""), ("local", "local"),
    ]  # fmt: skip
    keys = {key: f"Bearer {service.keys.add(key)}" for key in dict.fromkeys(key for key, _ in pairs)}
    async with client_of(service) as client:
        for key, user in pairs:
            reply = await client.post(
                "/v1/conversations", params={"user": user}, json={"title": f"{key} {user}"},
                headers={"Authorization": keys[key]},
            )  # fmt: skip
            assert reply.status_code == 201
        for key, user in pairs:
            listed = await client.get("/v1/conversations", params={"user": user}, headers={"Authorization": keys[key]})
            assert [found["title"] for found in listed.json()["data"]] == [f"{key} {user}"]


async def test_whoever_has_no_key_is_nobody_who_has_one_and_nobody_at_the_terminal(
    make_service: Callable[..., Service],
) -> None:
    service = make_service()
    service.conversations.create("local", "at the terminal")
    async with client_of(service) as client:
        await client.post("/v1/conversations", json={"title": "without a key"})
        mine = {"Authorization": f"Bearer {service.keys.add('local')}"}
        assert (await client.get("/v1/conversations", headers=mine)).json()["data"] == []
        for user in ("", "local", "terminal", TERMINAL):
            found = (await client.get("/v1/conversations", params={"user": user})).json()["data"]
            assert [one["title"] for one in found] == (["without a key"] if user == "" else [])


@pytest.mark.parametrize("where", ["query", "header"])
async def test_a_user_whose_name_is_too_long_is_refused_not_cut(
    make_service: Callable[..., Service], where: str
) -> None:
    async with client_of(make_service()) as client:
        for length, status in ((200, 200), (201, 422), (5000, 422)):
            name = {"user": "u" * length} if where == "query" else {}
            header = {"X-User": "u" * length} if where == "header" else {}
            reply = await client.get("/v1/conversations", params=name, headers=header)
            assert reply.status_code == status


async def test_a_course_that_cannot_be_is_no_owner_s_part(make_service: Callable[..., Service]) -> None:
    async with client_of(make_service()) as client:
        for name in ("a" * 64, "A", "../x", "a\x1fb"):
            reply = await client.post("/v1/conversations", json={}, headers={"X-Course": name})
            assert (reply.status_code, reply.json()["error"]["code"]) == (404, "unknown_course")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=2, max_size=6, unique=True))
def test_owners_that_differ_share_nothing(store: Conversations, names: list[tuple[str, str, str]]) -> None:
    owners = [Owner(*parts) for parts in names]
    made = {owner: store.create(owner, "x").id for owner in owners}
    for owner, conversation in made.items():
        assert conversation in {found.id for found in store.list(owner)}
        for other in set(owners) - {owner}:
            assert conversation not in {found.id for found in store.list(other)}
            with pytest.raises(InputError):
                store.get(other, conversation)


@pytest.mark.parametrize(
    ("joined", "keys", "owner"),
    [
        ("local", [], Owner(TERMINAL, "local")), ("local:", [], Owner("", "")), ("local:ana", [], Owner("", "ana")),
        ("local:ana", ["local"], Owner("local", "ana")), ("moodle:ana", [], Owner("moodle", "ana")),
        ("moodle:ana\x1fplants", ["moodle"], Owner("moodle", "ana", "plants")),
        ("moodle:physics:ana", ["moodle"], Owner("moodle", "physics:ana")),
        ("moodle:physics:ana", ["moodle", "moodle:physics"], Owner("moodle:physics", "ana")),
        ("moodle:physics:", ["moodle:physics"], Owner("moodle:physics", "")),
    ],
)  # fmt: skip
def test_an_owner_of_an_earlier_version_is_parted(joined: str, keys: list[str], owner: Owner) -> None:
    assert parted(joined, keys) == owner


def _earlier(path: Path) -> None:
    """A database as the first version left it, with a question that a crash left pending."""
    connection = sqlite3.connect(path)
    connection.executescript(OLD)
    then = (datetime.now(UTC) - timedelta(days=2)).isoformat(sep=" ")
    rows = {"one": "local", "two": "moodle:physics:ana", "three": "moodle:ana\x1fplants", "four": "local:"}
    connection.execute("INSERT INTO keys VALUES ('moodle:physics', 'x', '2026-01-01 00:00:00', 0, '')")
    for name, owner in rows.items():
        connection.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", (name, owner, name, then, then))
    for number, state in enumerate(("complete", "pending")):
        connection.execute(
            "INSERT INTO exchanges VALUES (?, 'two', ?, 'What?', 'That.', ?, 'answered', '{}', ?)",
            (f"e{number}", number, state, then),
        )
    connection.commit()
    connection.close()


def test_a_database_of_an_earlier_version_opens_and_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    _earlier(path)
    for _ in range(2):
        store = Conversations(f"sqlite:///{path}")
        owners: dict[str, Owner | str] = {
            "one": "local", "two": Owner("moodle:physics", "ana"), "three": Owner("moodle", "ana", "plants"),
            "four": Owner("", ""),
        }  # fmt: skip
        for title, owner in owners.items():
            assert [found.title for found in store.list(owner)] == [title]
        kept = store.get(owners["two"], "two").exchanges
        assert [(one.question, one.answer, one.state) for one in kept] == [
            ("What?", "That.", "complete"), ("What?", "That.", "incomplete"),
        ]  # fmt: skip
        assert [one.id for one in store.recent(owners["two"], "two")] == ["e0"]
        store.close()
    store = Conversations(f"sqlite:///{path}")
    made = store.create(Owner("moodle", "ana"), "new")
    store.settle(store.ask(Owner("moodle", "ana"), made.id, "Who?"), "She.", "complete")
    store.close()


def test_two_processes_open_an_earlier_database_at_once(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    _earlier(path)
    program = (
        "import sys; from tutor.conversations.store import Conversations; Conversations(sys.argv[1]); print('open')"
    )
    root = Path(__file__).parents[2]
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, f"sqlite:///{path}"], stdout=subprocess.PIPE, text=True, cwd=root
        )
        for _ in range(3)
    ]
    assert [process.communicate()[0] for process in both] == ["open\n"] * 3


def test_text_that_postgresql_cannot_hold_is_changed_for_it_alone() -> None:
    assert Words(80).process_bind_param("a\x00b", postgresql.dialect()) == "a␀b"  # type: ignore[no-untyped-call]


async def test_a_name_with_nul_is_no_other_s(make_service: Callable[..., Service]) -> None:
    service = make_service()
    service.conversations.create(Owner("", "ana"), "mine")
    async with client_of(service) as client:
        assert (await client.get("/v1/conversations", params={"user": "ana\x00"})).json()["data"] == []


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
@pytest.mark.parametrize("existing", [True, False])
def test_only_the_owner_reads_the_data_folder(tmp_path: Path, existing: bool) -> None:
    home = tmp_path / "new" / "home"
    database = home / "conversations.db"
    beside = [database.with_name(f"{database.name}{end}") for end in ("-wal", "-shm")]
    before = os.umask(0o022)
    try:
        if existing:
            home.mkdir(parents=True)
            for path in (database, *beside):
                path.touch()
                path.chmod(0o644)
            home.chmod(0o755)
        Settings(home=home).open_home()
        store, keys = Conversations(f"sqlite:///{database}"), Keys(f"sqlite:///{database}")
        store.ask("local", store.create("local").id, "Who?")
        keys.add("moodle")
        assert all(path.exists() for path in beside)
        for path in (database, *beside):
            assert _mode(path) == 0o600, path.name
        assert _mode(home) == 0o700
        config = write_setting(home, "upstream_key", "secret")
        assert _mode(config) == 0o600
        store.close()
        keys.close()
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
@pytest.mark.parametrize("existing", [True, False])
def test_documents_and_indexes_lie_in_a_folder_of_their_owner(tmp_path: Path, existing: bool) -> None:
    home, notes = tmp_path / "home", tmp_path / "notes.md"
    notes.write_text("# Zebra\n\nThe zebra eats grass.\n", encoding="utf-8")
    if existing:
        home.mkdir(mode=0o755)
    take_in(Course("animals", home), [notes], WordEmbedder(), quiet)
    assert _mode(home) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
def test_a_folder_that_is_everybody_s_stays_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    Settings(home=tmp_path).open_home()
    assert _mode(tmp_path) == 0o1777


def test_what_is_no_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    for store in (Conversations, Keys):
        with pytest.raises(StorageError):
            store(f"sqlite:///{path}")
