"""Row 17: what zips unpack to is bounded for the whole upload, and a full queue refuses before anything is stored."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.documents import archives as bundle
from knowledge.documents.archives import files_in
from tests.api.courses import course_service
from tests.api.scripted import client_of
from tutor.api.context import Service

NEW = ("whale.md", "# Whale\n\nThe whale eats krill and sings.\n", "text/markdown")
ROOM, MOST = 10_000, 20


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as held:
        for name, data in files.items():
            held.writestr(name, data)
    return path


def _disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Small limits, and the folder where zips are unpacked."""
    monkeypatch.setattr(bundle, "MOST_UNPACKED", ROOM)
    monkeypatch.setattr(bundle, "MOST_FILES", MOST)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))
    return work


def test_zips_share_one_limit(small: Path, tmp_path: Path) -> None:
    zips = [_zip(tmp_path / f"{number}.zip", {"a.md": b"x" * 4000}) for number in range(10)]
    with files_in(zips) as found:
        assert [name for name, _ in found.files] == ["0 a.md", "1 a.md"]
        assert [name for name, _ in found.refused] == [f"{number}.zip" for number in range(2, 10)]
        assert {error.code for _, error in found.refused} == {"document_too_large"}
        assert _disk(small) <= ROOM
    assert _disk(small) == 0


def test_zips_share_one_number_of_files(small: Path, tmp_path: Path) -> None:
    many = {f"{number}.md": b"x" for number in range(8)}
    zips = [_zip(tmp_path / f"{number}.zip", many) for number in range(5)]
    with files_in(zips) as found:
        assert len(found.files) == 16
        assert [name for name, _ in found.refused] == ["2.zip", "3.zip", "4.zip"]
    assert _disk(small) == 0


def test_one_that_is_refused_leaves_its_room_to_the_others(small: Path, tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "bomb.zip", {f"{number}.md": b"x" * 3000 for number in range(5)})
    fine = _zip(tmp_path / "fine.zip", {"a.md": b"x" * 9000})
    with files_in([bomb, fine]) as found:
        assert [name for name, _ in found.files] == ["fine a.md"]
        assert [name for name, _ in found.refused] == ["bomb.zip"]
        assert _disk(small) <= ROOM


def test_a_damaged_member_costs_the_others_of_its_zip_nothing(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as held:  # stored as they are, so that one can be damaged
        for name in ("a.md", "b.md", "c", "c/d.md", "e.md"):
            held.writestr(name, f"The words of {name}.")
    path.write_bytes(path.read_bytes().replace(b"words of b", b"wards of b"))
    with files_in([path]) as found:
        assert [name for name, _ in found.files] == ["week a.md", "week e.md"]
        assert {name for name, _ in found.refused} == {"week b.md", "week c d.md"}
        assert all(name in str(error) for name, error in found.refused)
        assert found.left_out == ["week c"]


def test_a_zip_in_a_zip_is_not_unpacked_nor_stored(small: Path, tmp_path: Path) -> None:
    inner = _zip(tmp_path / "inner.zip", {"a.md": b"x" * 100_000}).read_bytes()
    outer = _zip(tmp_path / "outer.zip", {"in.zip": inner, "film.mp4": b"x" * 100_000, "a.md": b"text"})
    with files_in([outer]) as found:
        assert [name for name, _ in found.files] == ["outer a.md"]
        assert found.left_out == ["outer film.mp4", "outer in.zip"]
        assert _disk(small) == 4


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(["a.md", "b.txt", "c.zip", "../d.md", "e/f.md"]),
                                st.integers(0, 8000), max_size=5), max_size=8))  # fmt: skip
def test_whatever_zips_come_the_disk_holds_no_more_than_the_limit(
    small: Path, tmp_path: Path, uploads: list[dict[str, int]]
) -> None:
    zips = [
        _zip(tmp_path / f"{number}.zip", {name: bytes(size) for name, size in files.items()})
        for number, files in enumerate(uploads)
    ]
    with files_in(zips) as found:
        assert _disk(small) <= ROOM
        assert len(found.files) <= MOST
        assert all(path.resolve().is_relative_to(small.resolve()) for _, path in found.files)
    for path in zips:
        path.unlink()
    assert list(small.iterdir()) == []


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    found = course_service(tmp_path, queue=1)
    yield found
    await found.tutors.close()


async def test_a_full_queue_refuses_before_the_body_is_read(service: Service) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"x"

    held = [service.upload_queue.place("one"), service.upload_queue.place("two", prepared=False)]
    async with client_of(service) as client:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        reply = await client.post("/v1/courses/animals/documents", content=body(), headers=headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (429, "busy")
        assert reply.headers["retry-after"]
        assert not read
        for place in held:
            place.give_back()
        assert (await client.post("/v1/courses/animals/documents", files={"file": NEW})).status_code == 201


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"x", "text/plain"), (b"x", "multipart/form-data"), (b"--x", "multipart/form-data; boundary=x"), (b"", "")],
)
async def test_an_upload_that_cannot_be_read_gives_its_place_back(service: Service, content: bytes, kind: str) -> None:
    async with client_of(service) as client:
        for _ in range(4):
            headers = {"Content-Type": kind} if kind else {}
            reply: httpx.Response = await client.post("/v1/courses/animals/documents", content=content, headers=headers)
            assert reply.status_code in (415, 422)
        assert (await client.post("/v1/courses/animals/documents", files={"file": NEW})).status_code == 201


async def test_nobody_waits_for_an_upload_that_is_still_coming(service: Service) -> None:
    coming = service.upload_queue.place("slow", prepared=False)
    async with client_of(service) as client:
        assert (await client.post("/v1/courses/animals/documents", files={"file": NEW})).status_code == 201
    async with coming:
        pass
    assert service.upload_queue.depth == 0
