"""Folders and zips as the files inside them, with names that keep them apart."""

from __future__ import annotations

import errno
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.documents.converters import MOST_BYTES, READERS
from knowledge.errors import KnowledgeError

MOST_FILES = 2000
MOST_UNPACKED = 500_000_000
"""Files, and bytes that zips hold, which one upload may bring: all of its zips together."""

_SYSTEM = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass
class Bundle:
    """(name, file) for each file to read, zips that cannot be unpacked, and what was left out for its format."""

    files: list[tuple[str, Path]] = field(default_factory=list)
    refused: list[tuple[str, KnowledgeError]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def take(self, folder: Path, prefix: str = "") -> None:
        """The files below a folder by their path in it; hidden ones and links out of it are not followed."""
        inside = folder.resolve()
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if not path.is_file() or any(part.startswith(".") or part in _SYSTEM for part in parts):
                continue
            name = prefix + " ".join(parts)
            if not path.suffix or path.suffix.lower() not in READERS or not path.resolve().is_relative_to(inside):
                self.left_out.append(name)
            else:
                self.files.append((name, path))


@dataclass
class _Room:
    """What is left for the zips of one upload."""

    size: int
    files: int


@contextmanager
def files_in(paths: Iterable[Path]) -> Iterator[Bundle]:
    """Each file, those in folders and zips too; what zips held is removed afterwards.

    A zip that swells beyond what is left for all of them, or is damaged, is refused alone. Raises KnowledgeError for
    too many files.
    """
    with tempfile.TemporaryDirectory(prefix="tiza-zip-") as work:
        found, room = Bundle(), _Room(MOST_UNPACKED, MOST_FILES)
        for number, path in enumerate(paths):
            if path.is_dir():
                found.take(path)
            elif path.suffix.lower() == ".zip":
                target = Path(work) / str(number)
                target.mkdir()
                try:
                    room = _unpack(path, target, room)
                except KnowledgeError as error:
                    shutil.rmtree(target, ignore_errors=True)  # the room that it took is free again
                    found.refused.append((path.name, error))
                    continue
                found.take(target, f"{path.stem} ")
            else:
                found.files.append((path.name, path))
        if len(found.files) > MOST_FILES:
            raise _too_many(f"These are {len(found.files):,} files")
        yield found


def _unpack(path: Path, target: Path, room: _Room) -> _Room:
    """Unpack a zip, counting what really comes out; returns the room that it leaves.

    Names that lead outside are left out; of what Tiza does not read (other zips too) only the name is unpacked.
    """
    size = room.size
    try:
        with zipfile.ZipFile(path) as bundle:
            if len(bundle.infolist()) > room.files:
                raise _too_many(f"{path.name} holds {len(bundle.infolist()):,} files")
            for member in bundle.infolist():
                place = (target / member.filename).resolve()
                if member.is_dir() or not place.is_relative_to(target.resolve()):
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                if place.suffix.lower() not in READERS or not place.suffix:
                    place.touch()
                    continue
                with bundle.open(member) as source, place.open("wb") as file:
                    bounded = _Bounded(source, min(size, MOST_BYTES), path.name)
                    shutil.copyfileobj(bounded, file)
                size -= bounded.given
            return _Room(size, room.files - len(bundle.infolist()))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise KnowledgeError("The disk is full.", code="disk_full", hint="Make room and try again.") from None
        raise KnowledgeError(
            f"{path.name} is not a zip that can be read ({type(error).__name__}).", code="unreadable_document",
            hint="Pack it anew, without a password.",
        ) from None  # fmt: skip


def _too_many(what: str) -> KnowledgeError:
    return KnowledgeError(
        f"{what}; Tiza takes {MOST_FILES:,} at once.", code="document_too_large", hint="Add them in parts."
    )


class _Bounded:
    """A stream that refuses to give more than `most` bytes."""

    def __init__(self, source: object, most: int, name: str) -> None:
        self._source, self._most, self._name = source, most, name
        self.given = 0
        """Bytes so far."""

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._source.read(size)  # type: ignore[attr-defined]
        self.given += len(data)
        if self.given > self._most:
            raise KnowledgeError(
                f"{self._name} unpacks to more than Tiza takes.", code="document_too_large", hint="Split it."
            )
        return data
