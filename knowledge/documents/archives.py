"""Folders and zips as the files inside them, with names that keep them apart."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.documents.converters import MOST_BYTES, READERS
from knowledge.errors import KnowledgeError
from knowledge.messages import say

MOST_FILES = 2000
MOST_UNPACKED = 500_000_000
"""Files, and bytes that zips hold, which one upload may bring: all of its zips together."""

_CHUNK = 2**20
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError, ValueError, NotImplementedError,
)  # fmt: skip
"""What a zip, or one member of it, that is damaged or protected makes its reader raise."""

_UTF8 = 0x800
"""The flag of a zip's member whose name is UTF-8."""
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


@dataclass
class _Unpacked:
    """The room that a zip leaves, its members that are damaged, and those that are only links to other places."""

    room: _Room
    broken: list[tuple[str, KnowledgeError]]
    links: list[str]


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
                    unpacked = _unpack(path, target, room)
                except KnowledgeError as error:
                    shutil.rmtree(target, ignore_errors=True)  # the room that it took is free again
                    found.refused.append((path.name, error))
                    continue
                room = unpacked.room
                found.refused += unpacked.broken
                found.left_out += unpacked.links
                found.take(target, f"{path.stem} ")
            else:
                found.files.append((path.name, path))
        if len(found.files) > MOST_FILES:
            raise _too_many(say("These are {count:,} files", count=len(found.files)))
        yield found


def _unpack(path: Path, target: Path, room: _Room) -> _Unpacked:
    """Unpack a zip, counting what really comes out.

    Names that lead outside are left out; of what Tiza does not read (other zips too) only the name is unpacked. A
    member that is damaged is refused alone; all of them are a zip that cannot be read. Raises KnowledgeError.
    """
    size, broken, whole = room.size, list[tuple[str, KnowledgeError]](), 0
    links: list[str] = []
    try:
        with zipfile.ZipFile(path) as bundle:
            members = bundle.infolist()
            if len(members) > room.files:
                raise _too_many(say("{name} holds {count:,} files", name=path.name, count=len(members)))
            for member in members:
                place = (target / _name(member)).resolve()
                if member.is_dir() or not place.is_relative_to(target.resolve()):
                    continue
                if stat.S_ISLNK(member.external_attr >> 16):
                    links.append(" ".join((path.stem, *place.relative_to(target.resolve()).parts)))
                    continue
                try:
                    size -= _take_out(bundle, member, place, _Limit(min(size, MOST_BYTES), path.name))
                    whole += 1
                except _DAMAGE as error:
                    name = " ".join((path.stem, *place.relative_to(target.resolve()).parts))
                    broken.append((name, _unreadable(name, error)))
    except _DAMAGE as error:
        raise _unreadable(path.name, error) from None
    if broken and not whole:
        raise _unreadable(path.name, broken[0][1])
    return _Unpacked(_Room(size, room.files - len(members)), broken, links)


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name: in UTF-8, else in the encoding in which it has most letters."""
    name = member.filename
    if not member.flag_bits & _UTF8 and not name.isascii():
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            tried = [raw.decode(coding, "replace") for coding in ("cp437", "cp850", "cp1252")]
            name = max(tried, key=lambda text: sum(char.isalnum() or char.isascii() for char in text))
    return name.replace("\\", "/")


def _take_out(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, limit: _Limit) -> int:
    """Put one member where it belongs, wholly or not at all; returns its size."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.suffix or place.suffix.lower() not in READERS:
        place.touch()
        return 0
    try:
        with bundle.open(member) as source, place.open("xb") as file:
            while data := source.read(_CHUNK):
                limit.take(len(data))
                file.write(data)
    except _DAMAGE as error:
        if not isinstance(error, FileExistsError):
            place.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise KnowledgeError(
                say("The disk is full."), code="disk_full", hint=say("Make room and try again.")
            ) from None
        raise
    return limit.taken


def _unreadable(name: str, error: Exception) -> KnowledgeError:
    why = say("protected by a password") if "password" in str(error) else say("damaged")
    return KnowledgeError(
        say("{name} cannot be unpacked: it is {why}.", name=name, why=why),
        code="unreadable_document",
        hint=say("Pack it anew, without a password."),
    )


def _too_many(what: str) -> KnowledgeError:
    return KnowledgeError(
        say("{what}; Tiza takes {most:,} at once.", what=what, most=MOST_FILES),
        code="document_too_large",
        hint=say("Add them in parts."),
    )


@dataclass
class _Limit:
    """How much one member may hold."""

    most: int
    name: str
    taken: int = 0

    def take(self, size: int) -> None:
        self.taken += size
        if self.taken > self.most:
            raise KnowledgeError(
                say("{name} unpacks to more than Tiza takes.", name=self.name),
                code="document_too_large",
                hint=say("Split it."),
            )
