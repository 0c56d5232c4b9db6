"""Folders and zips as the files inside them, with names that keep them apart."""

from __future__ import annotations

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


@contextmanager
def files_in(paths: Iterable[Path]) -> Iterator[Bundle]:
    """Each file, those in folders and zips too; what zips held is removed afterwards.

    A zip that swells beyond all bounds or is damaged is refused alone. Raises KnowledgeError for too many files.
    """
    with tempfile.TemporaryDirectory(prefix="tiza-zip-") as work:
        found = Bundle()
        for number, path in enumerate(paths):
            if path.is_dir():
                found.take(path)
            elif path.suffix.lower() == ".zip":
                target = Path(work) / str(number)
                target.mkdir()
                try:
                    _unpack(path, target)
                except KnowledgeError as error:
                    found.refused.append((path.name, error))
                    continue
                found.take(target, f"{path.stem} ")
            else:
                found.files.append((path.name, path))
        if len(found.files) > MOST_FILES:
            raise _too_many(f"These are {len(found.files):,} files")
        yield found


def _unpack(path: Path, target: Path) -> None:
    """Unpack a zip, counting what really comes out; names that lead outside are left out."""
    room = MOST_UNPACKED
    try:
        with zipfile.ZipFile(path) as bundle:
            if len(bundle.infolist()) > MOST_FILES:
                raise _too_many(f"{path.name} holds {len(bundle.infolist()):,} files")
            for member in bundle.infolist():
                place = (target / member.filename).resolve()
                if member.is_dir() or not place.is_relative_to(target.resolve()):
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with bundle.open(member) as source, place.open("wb") as file:
                    shutil.copyfileobj(_Bounded(source, min(room, MOST_BYTES), path.name), file)
                room -= place.stat().st_size
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError, ValueError) as error:
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
        self._source, self._left, self._name = source, most, name

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._source.read(size)  # type: ignore[attr-defined]
        self._left -= len(data)
        if self._left < 0:
            raise KnowledgeError(
                f"{self._name} unpacks to more than Tiza takes.", code="document_too_large", hint="Split it."
            )
        return data
