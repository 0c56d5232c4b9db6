"""Folders and zips as the files inside them, with names that keep them apart."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.convert import MOST_BYTES, READERS
from knowledge.errors import KnowledgeError

MOST_FILES = 2000
MOST_UNPACKED = 500_000_000


@contextmanager
def files_in(paths: Iterable[Path]) -> Iterator[list[tuple[str, Path]]]:
    """(name, file) for each file, those in folders and zips too; what zips held is removed afterwards.

    Raises KnowledgeError (`document_too_large`) for a zip that swells beyond all bounds.
    """
    with tempfile.TemporaryDirectory(prefix="tiza-zip-") as work:
        found: list[tuple[str, Path]] = []
        for path in paths:
            if path.is_dir():
                found += _folder(path)
            elif path.suffix.lower() == ".zip":
                target = Path(work) / str(len(found))
                _unpack(path, target)
                found += [(f"{path.stem} {name}", file) for name, file in _folder(target)]
            else:
                found.append((path.name, path))
        yield found


def _folder(folder: Path) -> list[tuple[str, Path]]:
    """The readable files below a folder by their path in it; links out of it are not followed."""
    inside = folder.resolve()
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in READERS and path.suffix and path.resolve().is_relative_to(inside):
            found.append((" ".join(path.relative_to(folder).parts), path))
    return found[:MOST_FILES]


def _unpack(path: Path, target: Path) -> None:
    """Unpack a zip, counting what really comes out; names that lead outside are left out."""
    room = MOST_UNPACKED
    try:
        with zipfile.ZipFile(path) as bundle:
            for member in bundle.infolist()[:MOST_FILES]:
                place = (target / member.filename).resolve()
                if member.is_dir() or not place.is_relative_to(target.resolve()):
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with bundle.open(member) as source, place.open("wb") as file:
                    shutil.copyfileobj(_Bounded(source, min(room, MOST_BYTES), path.name), file)
                room -= place.stat().st_size
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise KnowledgeError(
            f"{path.name} is not a zip that can be read ({type(error).__name__}).", code="unreadable_document",
            hint="Pack it anew, without a password.",
        ) from None  # fmt: skip


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
