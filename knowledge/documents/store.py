"""The documents that a teacher added to a course: copies of the files, and what was read of each.

A document is replaced by renaming a whole file over it, so it is wholly in or wholly out at every moment. What was read
is kept beside the copies, named by content, so that indexing does not read a document again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from knowledge.documents.pages import Tell
from knowledge.documents.reading import Change, Document
from knowledge.documents.sandbox import document_of, read_document
from knowledge.errors import KnowledgeError
from knowledge.messages import say, system_says

READING = 2
"""Raise it when documents are cut into passages in another way: they are then read anew."""

_LONGEST_NAME = 200


def _quiet(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents of `course`, in `folder`."""

    folder: Path
    course: str

    @property
    def files(self) -> Path:
        """Where the copies are."""
        return self.folder / "documents"

    def paths(self) -> dict[str, Path]:
        """Every document's file by its name, in order."""
        found = sorted(path for path in self.files.glob("*") if path.is_file() and not path.name.startswith("."))
        return {path.name: path for path in found}

    def add(self, path: Path, name: str, tell: Tell = _quiet) -> Document:
        """Take a copy of a file, wholly or not at all; the same content changes nothing. `tell` hears how many pages
        are read. Raises KnowledgeError."""
        name = safe_name(name)
        target = self.files / name
        mark = file_mark(path) if path.is_file() else ""
        if mark and target.is_file() and file_mark(target) == mark:
            return replace(self.read(name, mark), change="unchanged")
        document = read_document(path, self.course, name, tell)
        change: Change = "replaced" if target.exists() else "added"
        with _writing(self.files):
            self._keep(document, mark)
            part = self.files / f".{uuid.uuid4().hex}"
            shutil.copyfile(path, part)
            if file_mark(part) != mark:
                part.unlink()
                raise KnowledgeError(
                    say("{name} changed while it was read.", name=name),
                    code="unreadable_document",
                    hint=say("Try again."),
                )
            os.replace(part, target)
        return replace(document, change=change)

    def remove(self, name: str) -> None:
        """Take a document out. Raises KnowledgeError (`unknown_document`) when there is none of that name."""
        path = self.files / safe_name(name)
        if not path.is_file():
            raise KnowledgeError(
                say("The course {course} has no document {name!r}.", course=self.course, name=name),
                code="unknown_document",
                hint=say("List them first."),
            )
        with _writing(self.files):
            path.unlink()

    def read(self, name: str, mark: str = "") -> Document:
        """What is in a document; `mark` is its SHA-256 where that is known. Raises KnowledgeError."""
        path = self.files / name
        mark = mark or file_mark(path)
        try:
            return document_of(json.loads(self._kept(name, mark).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            document = read_document(path, self.course, name)
        with suppress(KnowledgeError):  # a read-only folder: it will be read again
            self._keep(document, mark)
        return document

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """Put the documents back as they were when what happens inside fails."""
        before = self.folder / f".before-{uuid.uuid4().hex}"
        with _writing(self.folder):
            before.mkdir(parents=True)
            for name, path in self.paths().items():
                _link(path, before / name)
        try:
            yield
        except BaseException:
            for name in self.paths().keys() - {path.name for path in before.iterdir()}:
                (self.files / name).unlink()
            for path in before.iterdir():
                os.replace(path, self.files / path.name)
            raise
        finally:
            shutil.rmtree(before, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what interrupted writers left, and readings of documents that are gone. Nobody may be writing."""
        kept = {self._kept(name, file_mark(path)) for name, path in self.paths().items()}
        for path in (*self.files.glob(".*"), *self.folder.glob(".before-*"), *self.folder.glob("read/*")):
            if path not in kept:
                _discard(path)

    def _kept(self, name: str, mark: str) -> Path:
        whole = hashlib.sha256(f"{READING} {mark} {name}".encode()).hexdigest()
        return self.folder / "read" / f"{whole[:32]}.json"

    def _keep(self, document: Document, mark: str) -> None:
        target = self._kept(document.name, mark)
        with _writing(target.parent):
            part = target.with_name(f".{uuid.uuid4().hex}")
            part.write_text(json.dumps(asdict(document)), encoding="utf-8")
            os.replace(part, target)


def file_mark(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def document_id(name: str) -> str:
    """What the API calls a document: it stays the same when the content is replaced."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def safe_name(name: str) -> str:
    """The last part of a file name without control characters, never a hidden or special one; its ending is kept."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")[-1]
    bare = "".join(c for c in last if c.isprintable()).strip().lstrip(". ")
    stem, dot, ending = bare.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, dot, ending = bare, "", ""
    room = _LONGEST_NAME - len(ending.encode()) - 1
    bare = stem.encode()[:room].decode("utf-8", "ignore") + dot + ending
    if not bare.strip("."):
        raise KnowledgeError(
            say("{name!r} cannot name a document.", name=name), code="unreadable_document", hint=say("Rename the file.")
        )
    return bare


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Errors of the disk as sentences; the folder is there inside."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise KnowledgeError(
            say("{folder} cannot be written ({problem}).", folder=folder, problem=system_says(error)),
            code="disk_full" if full else "read_only",
            hint=say("Make room, make it writable, or name another data folder with TIZA_HOME."),
        ) from None


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _discard(path: Path) -> None:
    remove: Callable[[Path], None] = shutil.rmtree if path.is_dir() else Path.unlink
    with suppress(OSError):
        remove(path)
