"""Courses on this machine: what each is made of, and its index, made when it is missing, stale or damaged.

A course's sources (the built-in lecture, and files that a teacher added) are the truth and are never touched by
indexing; the index is derived from them.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from knowledge.courses.builtin import COURSE, FOLDER
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.shipped_vectors import shipped_vectors
from knowledge.documents.pages import Tell
from knowledge.documents.reading import Document
from knowledge.documents.store import Shelf, file_mark
from knowledge.errors import KnowledgeError
from knowledge.folders import own_folder, restrict
from knowledge.messages import say, system_says
from knowledge.passages import Passage, embedded_text
from knowledge.retrieval.embedder import QUESTION, Embedder, Vectors
from knowledge.retrieval.index import (
    FORMAT,
    Contents,
    Index,
    open_index,
    read_contents,
    read_manifest,
    verify_index,
    write_index,
)

Progress = Callable[[str, int, int], None]
"""Hears (what is being done, done, of how many)."""

Stamp = tuple[tuple[str, int, int], ...]
"""The documents of a course at a glance: name, size and time of change of each."""

log = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_CHANGES = 5


def _quiet(_what: str, _done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Course:
    """One course in the data folder `home`. The built-in course also has the lecture and its notes."""

    name: str
    home: Path

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise KnowledgeError(
                say("{name!r} cannot name a course.", name=self.name),
                code="unknown_course",
                hint=say("Use small letters, digits, - and _, at most 63."),
            )

    @property
    def documents(self) -> Path:
        """Where copies of the added files are kept."""
        return self.shelf.files

    @property
    def shelf(self) -> Shelf:
        """The documents that a teacher added."""
        return Shelf(self.home / "courses" / self.name, self.name)

    @property
    def root(self) -> Path:
        """Where the indexes of this course are kept."""
        return self.home / "indexes" / self.name

    def sources(self) -> dict[str, Path]:
        """Every source file by the name that the manifest gives it."""
        built_in = sorted(FOLDER.glob("*/*.md")) if self.name == COURSE else []
        return {
            **{f"course/{path.parent.name}/{path.name}": path for path in built_in},
            **{f"documents/{name}": path for name, path in self.shelf.paths().items()},
        }

    @property
    def exists(self) -> bool:
        """True when the course has any source."""
        return self.name == COURSE or bool(self.shelf.paths())

    def stamp(self) -> Stamp:
        """What changes whenever a document does; costs no reading."""
        found = []
        for name, path in self.shelf.paths().items():
            with suppress(FileNotFoundError):  # it was removed this moment
                status = path.stat()
                found.append((name, status.st_size, status.st_mtime_ns))
        return tuple(found)

    def marks(self) -> dict[str, str]:
        """SHA-256 of every source, by its name."""
        found = {}
        for name, path in self.sources().items():
            with suppress(FileNotFoundError):
                found[name] = file_mark(path)
        return found

    def passages(self, progress: Progress = _quiet) -> list[Passage]:
        """All passages of the course, read from its sources. A document that can be read no more costs no other one."""
        found = lecture_passages() if self.name == COURSE else []
        names = list(self.shelf.paths())
        for number, name in enumerate(names, 1):
            try:
                found += self.shelf.read(name).passages
            except KnowledgeError as error:
                log.warning("a document of the course %s is left out: %s", self.name, error)
            progress(say("Reading the documents"), number, len(names))
        return list({passage.id: replace(passage, course=self.name) for passage in found}.values())

    def readings(self) -> Iterator[Document]:
        """What was read of each document that can still be read."""
        for name in self.shelf.paths():
            with suppress(KnowledgeError, OSError):  # it was removed this moment
                yield self.shelf.read(name)

    def add(self, path: Path, name: str = "", tell: Tell | None = None) -> Document:
        """Take a copy of a file into the course, wholly or not at all; `tell` hears how many pages are read. Raises
        KnowledgeError."""
        return self.shelf.add(path, name or path.name, tell or (lambda _done, _total: None))

    def remove(self, name: str) -> None:
        """Take a document out of the course. Raises KnowledgeError when it has no such document."""
        self.shelf.remove(name)


def is_name(text: str) -> bool:
    """True for what can name a course."""
    return _NAME.fullmatch(text) is not None


def course_names(home: Path) -> list[str]:
    """The courses on this machine: the built-in one, then those that hold documents."""
    names = sorted(path.name for path in (home / "courses").glob("*") if _NAME.fullmatch(path.name))
    return [COURSE, *(name for name in names if name != COURSE and Course(name, home).exists)]


def index_folder(course: Course, embedder: Embedder) -> Path:
    """Where the index of this course, as it is now, belongs."""
    return course.root / _digest(course.name, course.marks(), embedder)


def _digest(name: str, marks: Mapping[str, str], embedder: Embedder) -> str:
    total = hashlib.sha256(f"{FORMAT} {name} {embedder.name}".encode())
    for source, mark in marks.items():
        total.update(f"{source}\0{mark}\0".encode())
    return total.hexdigest()[:16]


def open_course(
    course: Course, embedder: Embedder, progress: Progress = _quiet, *, repair: bool = True, wait: float = 600
) -> Index:
    """The course's index, made or made anew where needed; several processes may ask at once and one of them works.

    `progress` hears of a rebuild and its reason. Raises KnowledgeError: `index_damaged` when `repair` is off,
    `index_locked` after `wait` seconds, `read_only`, `embedder_mismatch`, `unknown_course` when there are no sources.
    """
    if not course.exists:
        raise KnowledgeError(
            say("There is no course {course!r} here.", course=course.name),
            code="unknown_course",
            hint=say("Add a file with `tiza ingest`."),
        )
    restrict(course.home)
    reason = ""
    if (folder := index_folder(course, embedder)).exists():
        try:
            return open_index(folder)
        except KnowledgeError as error:
            if not repair:
                raise
            reason = str(error)
    try:
        own_folder(course.home)
        course.root.mkdir(parents=True, exist_ok=True)
        with FileLock(course.root.with_suffix(".lock"), timeout=wait):
            return _make(course, embedder, progress, reason)
    except Timeout:
        raise KnowledgeError(
            say("Another process is indexing the course {course}.", course=course.name),
            code="index_locked",
            hint=say("Try again shortly."),
        ) from None
    except OSError as error:
        raise KnowledgeError(
            say(
                "The course index cannot be written to {folder} ({problem}).",
                folder=course.root,
                problem=system_says(error),
            ),
            code="disk_full" if error.errno == errno.ENOSPC else "read_only",
            hint=say("Make room, make the folder writable, or name another one with TIZA_HOME."),
        ) from None


def _make(course: Course, embedder: Embedder, progress: Progress, reason: str) -> Index:
    """The index of the sources as they are once nobody else works; made over if they change meanwhile."""
    for _ in range(_CHANGES):
        marks = course.marks()
        folder = course.root / _digest(course.name, marks, embedder)
        if (ready := _made_meanwhile(folder)) is not None:
            return ready
        try:
            contents = _contents(course, embedder, progress, reason or _stale(course.root, embedder))
        except (KnowledgeError, FileNotFoundError):
            if course.marks() == marks:
                raise
            continue
        if course.marks() != marks:
            continue
        facts: dict[str, Any] = {
            "course": course.name,
            "embedder": embedder.name,
            "dimension": embedder.dimension,
            "sources": marks,
        }
        previous = _latest(course.root)
        write_index(contents, folder, facts)
        index = open_index(folder)
        _prune(course.root, {folder, previous})
        return index
    raise KnowledgeError(
        say("The documents of the course {course} keep changing.", course=course.name),
        code="index_locked",
        hint=say("Try again shortly."),
    )


def forget(course: Course, keep: str = "", *, wait: float = 600) -> None:
    """Remove every index of the course but the one called `keep`: they hold documents that were removed.

    An index that is open goes on answering without its files. What cannot be removed is left for the next call.
    """
    if not course.root.is_dir():
        return
    with suppress(OSError, Timeout), FileLock(course.root.with_suffix(".lock"), timeout=wait):
        _prune(course.root, {course.root / keep} if keep else set())


def _made_meanwhile(folder: Path) -> Index | None:
    """The index, when another process made it while this one waited for the lock."""
    try:
        return open_index(folder) if folder.exists() else None
    except KnowledgeError:
        return None


def _contents(course: Course, embedder: Embedder, progress: Progress, reason: str) -> Contents:
    passages = tuple(course.passages(progress))
    if not passages:
        raise KnowledgeError(say("The course {course} holds no text.", course=course.name), code="unknown_course")
    known = shipped_vectors(passages, embedder) | _known_vectors(course.root, embedder)
    work = _Work(embedder, known, progress, reason)
    searched = [passage for passage in passages if not passage.whole]
    twice = [passage for passage in searched if passage.other]
    sentences = [sentence for passage in searched for sentence in passage.sentences]
    others = [text for passage in searched for text in (passage.other or [""] * len(passage.sentences))]
    asked = [asked.question for passage in passages for asked in passage.asked]
    work.plan(len(searched) + len(twice) + len(sentences) + sum(map(bool, others)) + len(asked))
    return Contents(
        passages,
        work.encode([embedded_text(passage) for passage in searched]),
        work.encode(sentences).astype(np.float16),
        work.encode(asked, questions=True).astype(np.float16),
        work.encode([embedded_text(passage, other=True) for passage in twice]),
        work.encode(others).astype(np.float16),
    )


class _Work:
    """Encodes texts, each once and none that an earlier index knows, and tells how far it is."""

    def __init__(self, embedder: Embedder, known: dict[str, Vectors], progress: Progress, reason: str) -> None:
        self._embedder, self._known = embedder, known
        self._progress = progress
        self._what = say("Indexing the course ({reason})", reason=reason) if reason else say("Indexing the course")
        self._done = self._total = 0

    def plan(self, total: int) -> None:
        self._total = total
        self._step(0)

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> Vectors:
        """Vectors of the texts, rows of zeros for empty ones."""
        mark = QUESTION if questions else ""
        new = [text for text in dict.fromkeys(texts) if text and mark + text not in self._known]
        if at_hand := sum(map(bool, texts)) - len(new):
            self._step(at_hand)
        encode = self._embedder.encode_questions if questions else self._embedder.encode
        for text, vector in zip(new, encode(new, self._step), strict=True):
            self._known[mark + text] = vector
        zeros = np.zeros(self._embedder.dimension, dtype=np.float32)
        rows = [self._known[mark + text] if text else zeros for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self._embedder.dimension)

    def _step(self, count: int) -> None:
        self._done += count
        self._progress(self._what, self._done, self._total)


def _known_vectors(root: Path, embedder: Embedder) -> dict[str, Vectors]:
    """Vectors of texts that an intact earlier index of this course already embedded with the same embedder."""
    known: dict[str, Vectors] = {}
    for folder in root.glob("[0-9a-f]*"):
        manifest = read_manifest(folder)
        if manifest is None or manifest.get("embedder") != embedder.name:
            continue
        try:
            verify_index(folder)
        except KnowledgeError:
            continue
        for text, vector in _embedded(read_contents(folder)):
            if text and vector.any():
                known[text] = np.asarray(vector, dtype=np.float32)
    return known


def _embedded(contents: Contents) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """Every text of an index with its vector, questions after the mark that they are embedded with."""
    searched = [contents.passages[row] for row in contents.searched]
    yield from zip(map(embedded_text, searched), contents.vectors, strict=True)
    twice = [embedded_text(contents.passages[row], other=True) for row in contents.others]
    yield from zip(twice, contents.other_vectors, strict=True)
    yield from zip((text for p in searched for text in p.sentences), contents.sentence_vectors, strict=True)
    others = (text for p in searched for text in (p.other or [""] * len(p.sentences)))
    yield from zip(others, contents.other_sentences, strict=True)
    yield from zip((QUESTION + asked.question for _, asked in contents.asked), contents.asked_vectors, strict=True)


def _stale(root: Path, embedder: Embedder) -> str:
    """Why an index that lies here does not serve, in words; "" when there is none."""
    for folder in root.glob("[0-9a-f]*"):
        manifest = read_manifest(folder)
        if manifest is None:
            return say("the old index has no manifest")
        if manifest.get("embedder") != embedder.name:
            return say(
                "the old index was made by {old} with {size} dimensions, this is {new} with {dimension}",
                old=manifest.get("embedder"), size=manifest.get("dimension"),
                new=embedder.name, dimension=embedder.dimension,
            )  # fmt: skip
        return say("the course has changed")
    return ""


def _latest(root: Path) -> Path | None:
    """The index made last."""
    found = [path for path in root.glob("[0-9a-f]*") if path.is_dir()]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)


def _prune(root: Path, keep: set[Path | None]) -> None:
    """Remove other indexes of the course, and what an interrupted writer left: whoever calls holds the lock.

    The index before this one stays, since turns that run may read it.
    """
    for folder in root.iterdir():
        if folder.is_dir() and folder not in keep:
            gone = root / f".building-{folder.name}"  # at once: a reader must not meet half of it
            os.replace(folder, gone)
            shutil.rmtree(gone, ignore_errors=True)
