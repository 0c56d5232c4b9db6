"""Courses side by side: each answers from its own documents, keys may be bound to one, teachers add and remove."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import threading
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from knowledge.courses.course import Course
from knowledge.retrieval.embedder import Vectors
from tests.api.courses import course_service
from tests.api.scripted import client_of
from tests.knowledge.embedders import WordEmbedder
from tutor.api.context import Service
from tutor.service.api_keys import Keys
from tutor.service.tutors import Tutors

NEW = ("whale.md", "# Whale\n\nThe whale eats krill and sings.\n", "text/markdown")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    found = course_service(tmp_path)
    yield found
    await found.tutors.close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(service) as found:
        yield found


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[Service]:
    """The service as other machines reach it, with keys."""
    found = course_service(tmp_path, host="0.0.0.0")
    yield found
    await found.tutors.close()


def _key(service: Service, name: str, course: str = "", *, teacher: bool = False) -> dict[str, str]:
    return {"Authorization": f"Bearer {service.keys.add(name, course, teacher=teacher)}"}


async def _titles(client: httpx.AsyncClient, query: str, **headers: str) -> list[str]:
    reply = await client.post("/v1/search", json={"query": query, "top_k": 20}, headers=headers)
    assert reply.status_code == 200, reply.text
    return [hit["title"] for hit in reply.json()["data"]]


def _zip(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as bundle:
        for name, text in files.items():
            bundle.writestr(name.replace("__", "."), text)
    return held.getvalue()


async def test_each_course_answers_from_its_own_documents(client: httpx.AsyncClient) -> None:
    assert set(await _titles(client, "what eats grass or grows in shade")) == {"Zebra", "Otter"}
    assert set(await _titles(client, "what eats grass or grows in shade", **{"X-Course": "plants"})) == {
        "Fern",
        "Cactus",
    }


@pytest.mark.parametrize(
    ("course", "question", "answer"),
    [
        ("plants", "What does the cactus store in its stem?", "The cactus stores water in its stem."),
        ("animals", "What does the zebra eat?", "The zebra eats grass and lives in Kenya."),
    ],
)
async def test_a_turn_is_answered_and_cited_from_its_course_alone(
    client: httpx.AsyncClient, course: str, question: str, answer: str
) -> None:
    """The very words of the one course; the other declines the same question and cites nothing."""
    body = {"messages": [{"role": "user", "content": question}]}
    for name in ("plants", "animals"):
        reply = (await client.post("/v1/chat/completions", json=body, headers={"X-Course": name})).json()
        said, cited = reply["choices"][0]["message"]["content"], reply["tutor"]["citations"]
        if name == course:
            assert answer in said
            assert {citation["place"] for citation in cited} == {f"{course}.md"}
        else:
            assert reply["tutor"]["outcome"] == "not_covered" and cited == [], said


async def test_the_list_names_courses_and_the_default(client: httpx.AsyncClient) -> None:
    data = (await client.get("/v1/courses")).json()["data"]
    assert {course["id"]: course["documents"] for course in data} == {"ai-introduction": 0, "animals": 1, "plants": 1}
    assert [course["id"] for course in data if course["default"]] == ["animals"]


@pytest.mark.parametrize("name", ["nothing", "../etc", "A" * 500, "%00"])
async def test_an_unknown_course_is_404_with_those_there_are(client: httpx.AsyncClient, name: str) -> None:
    reply = await client.post("/v1/search", json={"query": "x"}, headers={"X-Course": name})
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "unknown_course"
    assert "animals, plants" in reply.json()["error"]["message"]


async def test_a_bound_key_reaches_its_course_and_no_other(public: Service) -> None:
    bound = _key(public, "ana", "plants")
    async with client_of(public) as client:
        assert set(await _titles(client, "eats", **bound)) == {"Fern", "Cactus"}
        assert [course["id"] for course in (await client.get("/v1/courses", headers=bound)).json()["data"]] == [
            "plants"
        ]
        for method, path in (
            ("POST", "/v1/search"), ("POST", "/v1/chat/completions"), ("GET", "/v1/models"),
            ("GET", "/v1/conversations"), ("GET", "/v1/demos"),
        ):  # fmt: skip
            body = {"query": "x", "messages": [{"role": "user", "content": "x"}]} if method == "POST" else None
            reply = await client.request(method, path, json=body, headers={**bound, "X-Course": "animals"})
            assert reply.status_code == 403, path
            assert reply.json()["error"]["code"] == "course_forbidden"
            assert reply.json()["error"]["type"] == "permission_error"
        for method in ("GET", "POST"):
            reply = await client.request(method, "/v1/courses/animals/documents", headers=bound)
            assert reply.status_code == 403
            assert "Zebra" not in reply.text


async def test_a_bound_key_of_a_course_without_documents_learns_of_no_other(public: Service) -> None:
    async with client_of(public) as client:
        reply = await client.post("/v1/search", json={"query": "x"}, headers=_key(public, "ana", "chemistry"))
        assert reply.status_code == 404
        assert "animals" not in reply.text


async def test_conversations_of_one_course_are_not_those_of_another(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/conversations", json={"title": "mine"}, headers={"X-Course": "plants"})).json()
    path = f"/v1/conversations/{made['id']}"
    assert (await client.get(path, headers={"X-Course": "plants"})).status_code == 200
    assert (await client.get(path)).status_code == 404
    assert (await client.get("/v1/conversations")).json()["data"] == []


async def test_only_teachers_change_documents(public: Service) -> None:
    async with client_of(public) as client:
        for headers, status in (
            ({}, 401), (_key(public, "student"), 403), (_key(public, "bound", "plants", teacher=True), 403),
            (_key(public, "teacher", teacher=True), 201),
        ):  # fmt: skip
            reply = await client.post("/v1/courses/animals/documents", files={"file": NEW}, headers=headers)
            assert reply.status_code == status, reply.text
        document = reply.json()["data"][0]["id"]
        gone = f"/v1/courses/animals/documents/{document}"
        assert (await client.delete(gone, headers=_key(public, "student two"))).status_code == 403


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Origin", "https://evil.example", 403), ("X-Forwarded-For", "10.0.0.1", 401), ("Origin", "null", 403),
        ("Origin", "http://localhost:3000", 201),
    ],
)  # fmt: skip
async def test_without_a_key_only_programs_of_this_machine_change_documents(
    client: httpx.AsyncClient, header: str, value: str, status: int
) -> None:
    reply = await client.post("/v1/courses/animals/documents", files={"file": NEW}, headers={header: value})
    assert reply.status_code == status, reply.text


async def test_a_document_is_added_found_listed_replaced_and_removed(client: httpx.AsyncClient) -> None:
    path = "/v1/courses/animals/documents"
    first = await client.post(path, files={"file": NEW})
    assert first.status_code == 201
    added = first.json()["data"][0]
    assert (added["name"], added["status"], added["passages"]) == ("whale.md", "added", 1)
    assert "Whale" in await _titles(client, "krill")
    again = await client.post(path, files={"file": NEW})
    assert (again.status_code, again.json()["data"][0]["status"]) == (200, "unchanged")
    assert again.json()["version"] == first.json()["version"]
    other = await client.post(path, files={"file": ("whale.md", "# Orca\n\nThe orca eats krill.\n")})
    assert (other.json()["data"][0]["status"], other.json()["data"][0]["id"]) == ("replaced", added["id"])
    titles = await _titles(client, "krill")
    assert "Orca" in titles and "Whale" not in titles
    listed = (await client.get(path)).json()["data"]
    assert [document["name"] for document in listed] == ["animals.md", "whale.md"]
    assert (await client.delete(f"{path}/{added['id']}")).status_code == 204
    assert "Orca" not in await _titles(client, "krill")
    assert (await client.delete(f"{path}/{added['id']}")).json()["error"]["code"] == "unknown_document"


async def test_a_course_begins_with_its_first_document_and_ends_with_its_last(client: httpx.AsyncClient) -> None:
    path = "/v1/courses/ocean/documents"
    assert (await client.get(path)).status_code == 404
    added = (await client.post(path, files={"file": NEW})).json()["data"][0]
    assert await _titles(client, "krill", **{"X-Course": "ocean"}) == ["Whale"]
    assert (await client.delete(f"{path}/{added['id']}")).status_code == 204
    assert (await client.post("/v1/search", json={"query": "x"}, headers={"X-Course": "ocean"})).status_code == 404


async def test_several_files_and_zips_with_a_report_of_what_was_not_read(client: httpx.AsyncClient) -> None:
    bundle = _zip(one__md="# One\n\nOne is odd.", two__md="# Two\n\nTwo is even.", film__mp4="x", bad__pdf="no pdf")
    reply = await client.post(
        "/v1/courses/numbers/documents",
        files=[
            ("file", ("week.zip", bundle)),
            ("file", NEW),
            ("file", ("b.xyz", b"x")),
            ("file", ("broken.zip", b"PK")),
        ],
    )
    assert reply.status_code == 201
    report = reply.json()
    assert sorted(document["name"] for document in report["data"]) == ["week one.md", "week two.md", "whale.md"]
    assert {item["name"]: item["error"]["code"] for item in report["refused"]} == {
        "week bad.pdf": "unreadable_document", "b.xyz": "unsupported_format", "broken.zip": "unreadable_document",
    }  # fmt: skip
    assert report["left_out"] == ["week film.mp4"]


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        ({"file": ("film.mp4", b"x")}, 415, "unsupported_format"),
        ({"file": ("bad.pdf", b"x")}, 422, "unreadable_document"),
        ({"file": ("empty.md", b"")}, 422, "unreadable_document"),
        ({"file": ("a.zip", b"PK")}, 422, "unreadable_document"),
        ({"file": ("a.zip", _zip(film__mp4="x"))}, 415, "unsupported_format"),
        ({"file": ("...", b"x")}, 422, "unreadable_document"),
        ([("file", (f"{n}.md", b"x")) for n in range(101)], 422, "invalid_value"),
        ({"other": (None, "text")}, 422, "invalid_value"),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_changes_nothing(
    service: Service, client: httpx.AsyncClient, files: Any, status: int, code: str
) -> None:
    before = service.tutors.course("animals").marks()
    reply = await client.post("/v1/courses/animals/documents", files=files)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code), reply.text
    assert set(reply.json()) == {"error"}
    assert service.tutors.course("animals").marks() == before


async def test_json_instead_of_files_is_415(client: httpx.AsyncClient) -> None:
    reply = await client.post("/v1/courses/animals/documents", json={"text": "x"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (415, "not_multipart")


async def test_a_body_over_the_limit_is_413_before_it_is_read(client: httpx.AsyncClient) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"x"

    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "100000001"}
    reply = await client.post("/v1/courses/animals/documents", content=body(), headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "body_too_large")
    assert not read


async def test_a_failed_indexing_leaves_the_course_as_it_was(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 9: the disk fills up while the index is written."""
    await _titles(client, "zebra")
    before = service.tutors.course("animals").marks()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("knowledge.courses.course.write_index", full)
    reply = await client.post(
        "/v1/courses/animals/documents", files=[("file", NEW), ("file", ("animals.md", "# Ant\n\nThe ant is small."))]
    )
    assert (reply.status_code, reply.json()["error"]["code"]) == (507, "disk_full")
    assert service.tutors.course("animals").marks() == before
    assert set(await _titles(client, "whale")) == {"Zebra", "Otter"}
    monkeypatch.undo()
    assert (await client.post("/v1/courses/animals/documents", files={"file": NEW})).status_code == 201
    assert "Whale" in await _titles(client, "krill")


class Held(WordEmbedder):
    """Keeps every text with the word "held" waiting until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go = threading.Event(), threading.Event()

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        if any("held" in text for text in texts):
            self.reached.set()
            assert self.go.wait(60)
        return super().encode(texts, progress)


async def test_a_turn_under_way_keeps_the_old_index_and_the_next_one_has_the_new(
    service: Service, client: httpx.AsyncClient
) -> None:
    service.tutor._equipment.embedder = held = Held()
    await _titles(client, "zebra")
    under_way = asyncio.create_task(_titles(client, "held krill"))
    assert await asyncio.to_thread(held.reached.wait, 60)
    for name in ("whale.md", "whale two.md", "whale three.md"):  # the old index's files are gone by then
        reply = await client.post("/v1/courses/animals/documents", files={"file": (name, NEW[1])})
        assert reply.status_code == 201
    held.go.set()
    assert set(await under_way) == {"Zebra", "Otter"}
    assert "Whale" in await _titles(client, "krill")


async def test_what_another_process_adds_is_known_in_the_next_turn(service: Service, client: httpx.AsyncClient) -> None:
    assert "Whale" not in await _titles(client, "krill")
    course = Course("animals", service.settings.home)
    path = service.settings.home / "whale.md"
    path.write_text(NEW[1], encoding="utf-8")
    course.add(path)
    for _ in range(600):  # questions are answered while the index is made
        if "Whale" in await _titles(client, "krill"):
            break
        await asyncio.sleep(0.05)
    assert "Whale" in await _titles(client, "krill")


async def test_few_courses_stay_open(service: Service) -> None:
    tutors = Tutors(service.tutor, most=1)
    plants = tutors.of("plants")
    assert tutors.of("plants") is plants
    assert tutors.of("") is tutors.of("animals") is service.tutor
    tutors.of("ai-introduction")
    assert tutors.of("plants") is not plants
    assert tutors.of("plants").embedder is service.tutor.embedder


def test_keys_of_an_earlier_version_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE keys (name VARCHAR(80) PRIMARY KEY, digest VARCHAR(64) NOT NULL UNIQUE, created_at DATETIME"
        " NOT NULL, revoked BOOLEAN NOT NULL, course VARCHAR(64) NOT NULL)"
    )
    connection.execute("INSERT INTO keys VALUES ('old', 'x', '2026-01-01 00:00:00', 0, '')")
    connection.commit()
    connection.close()
    keys = Keys(f"sqlite:///{path}")
    secret = keys.add("new", "plants", teacher=True)
    found = keys.find(secret)
    assert found is not None and found.teacher and found.course == "plants"
    assert [(key.name, key.teacher) for key in keys.list()] == [("old", False), ("new", True)]
    keys.close()
