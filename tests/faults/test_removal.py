"""Row 37: a document that was removed is gone: from answers, from open tutors, and from the disk."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from knowledge.courses.course import Course
from knowledge.courses.uploads import take_out
from knowledge.documents.store import document_id
from tests.api.courses import course_service
from tests.api.scripted import client_of
from tests.faults.ingesting import quiet
from tests.knowledge.embedders import WordEmbedder
from tutor.api.context import Service
from tutor.events import Answered, Event, Failed
from tutor.service.tutors import Tutors

ASKED = {"animals": "What does the zebra eat?", "plants": "What does the cactus store?"}
SECRET = {"animals": "zebra eats grass", "plants": "cactus stores water"}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    found = course_service(tmp_path)
    yield found
    await found.tutors.close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(service) as found:
        yield found


async def _said(client: httpx.AsyncClient, course: str, stream: bool = False) -> str:
    """Everything that a turn and a search say of the course."""
    headers = {"X-Course": course}
    body = {"messages": [{"role": "user", "content": ASKED[course]}], "stream": stream}
    turn = await client.post("/v1/chat/completions", json=body, headers=headers)
    found = await client.post("/v1/search", json={"query": ASKED[course]}, headers=headers)
    return turn.text + found.text


def _holders(home: Path, words: str) -> list[Path]:
    """The files of the data folder that hold these words."""
    kept = [path for path in home.rglob("*") if path.is_file() and path.parent != home]
    return [path for path in kept if words.encode() in path.read_bytes()]


@pytest.mark.parametrize("course", ["animals", "plants"])  # the first course, and one beside it
@pytest.mark.parametrize("stream", [False, True])
async def test_the_last_document_of_a_course_takes_the_course_along(
    client: httpx.AsyncClient, tmp_path: Path, course: str, stream: bool
) -> None:
    assert SECRET[course] in await _said(client, course)
    assert _holders(tmp_path, SECRET[course])
    reply = await client.delete(f"/v1/courses/{course}/documents/{document_id(f'{course}.md')}")
    assert reply.status_code == 204
    for _ in range(2):
        after = await _said(client, course, stream)
        assert SECRET[course] not in after
        assert "unknown_course" in after
    assert _holders(tmp_path, SECRET[course]) == []


async def test_a_document_among_others_is_gone_from_answers_and_from_the_disk(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    path = "/v1/courses/animals/documents"
    await client.post(path, files={"file": ("whale.md", "# Whale\n\nThe whale eats krill.\n")})
    assert SECRET["animals"] in await _said(client, "animals")
    assert (await client.delete(f"{path}/{document_id('animals.md')}")).status_code == 204
    assert SECRET["animals"] not in await _said(client, "animals")
    assert _holders(tmp_path, SECRET["animals"]) == []
    found = await client.post("/v1/search", json={"query": "krill"})
    assert [hit["title"] for hit in found.json()["data"]] == ["Whale"]


async def test_a_course_that_comes_back_answers_from_what_is_new(client: httpx.AsyncClient) -> None:
    await _said(client, "animals")
    path = "/v1/courses/animals/documents"
    await client.delete(f"{path}/{document_id('animals.md')}")
    await client.post(path, files={"file": ("animals.md", "# Whale\n\nThe whale eats krill.\n")})
    found = await client.post("/v1/search", json={"query": "krill"})
    assert [hit["title"] for hit in found.json()["data"]] == ["Whale"]


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("more", [True, False])
async def test_what_another_process_removed_is_never_quoted_again(
    service: Service, client: httpx.AsyncClient, indexed: bool, more: bool
) -> None:
    """Also when that process was killed between the document and the index."""
    if more:
        await client.post("/v1/courses/animals/documents", files={"file": ("whale.md", "# Whale\n\nIt eats krill.\n")})
    assert SECRET["animals"] in await _said(client, "animals")
    course = Course("animals", service.settings.home)
    if indexed:
        await asyncio.to_thread(take_out, course, ["animals.md"], WordEmbedder(), quiet)
    else:
        course.remove("animals.md")
    assert SECRET["animals"] not in await _said(client, "animals")


async def test_a_tutor_that_somebody_holds_open_forgets_too(service: Service) -> None:
    """A turn that waits in the queue holds its tutor, also when other courses have taken its place in memory."""
    tutors = Tutors(service.tutor, most=1)
    held = tutors.of("plants")
    await held.prepare()
    tutors.of("ai-introduction")
    await tutors.remove("plants", "plants.md")
    events = [event async for event in held.answer(ASKED["plants"])]
    assert [event.problem.code for event in events if isinstance(event, Failed)] == ["unknown_course"]


async def test_turns_around_a_removal_see_the_course_before_or_after_it(service: Service) -> None:
    """Turns that end before it may quote the document; those that begin after it never do."""
    choose = random.Random(37)
    tutor = service.tutor
    await tutor.prepare()
    removed = False

    async def ask() -> None:
        await asyncio.sleep(choose.random() * 0.2)
        after = removed
        events: list[Event] = [event async for event in tutor.answer(ASKED["animals"])]
        quoted = any(SECRET["animals"] in event.text for event in events if isinstance(event, Answered))
        assert isinstance(events[-1], Answered | Failed)
        assert not (after and quoted)

    async def remove() -> None:
        nonlocal removed
        await asyncio.sleep(0.05)
        await service.tutors.remove("animals", "animals.md")
        removed = True

    await asyncio.gather(remove(), *(ask() for _ in range(40)))
    assert removed
    await ask()
