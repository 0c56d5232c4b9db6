"""Courses on this machine: what each is made of, and its index, made when it is missing, stale or damaged.

A course's sources (the built-in lecture, and files that a teacher added) are the truth and are never touched by
indexing; the index is derived from them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from knowledge.embed import Embedder, Vectors
from knowledge.errors import KnowledgeError
from knowledge.ingest import Document, lecture_passages, read_document
from knowledge.lecture import COURSE, FOLDER
from knowledge.passages import Passage
from knowledge.store import FORMAT, Contents, Index, open_index, read_contents, read_manifest, write_index

Progress = Callable[[str, int, int], None]
"""Hears (what is being done, done, of how many)."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def _quiet(_what: str, _done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Course:
    """One course in the data folder `home`. The built-in course also has the lecture and its notes."""

    name: str
    home: Path

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise KnowledgeError(
                f"{self.name!r} cannot name a course.",
                code="unknown_course",
                hint="Use small letters, digits, - and _, at most 63.",
            )

    @property
    def documents(self) -> Path:
        """Where copies of the added files are kept."""
        return self.home / "courses" / self.name / "documents"

    def sources(self) -> dict[str, Path]:
        """Every source file by the name that the manifest gives it."""
        built_in = sorted(FOLDER.glob("*/*.md")) if self.name == COURSE else []
        added = sorted(path for path in self.documents.glob("*") if path.is_file() and not path.name.startswith("."))
        return {
            **{f"course/{path.parent.name}/{path.name}": path for path in built_in},
            **{f"documents/{path.name}": path for path in added},
        }

    def passages(self) -> list[Passage]:
        """All passages of the course, read from its sources."""
        found = lecture_passages() if self.name == COURSE else []
        for name, path in self.sources().items():
            if name.startswith("documents/"):
                found += read_document(path, self.name).passages
        return list({passage.id: replace(passage, course=self.name) for passage in found}.values())

    def add(self, path: Path, name: str = "") -> Document:
        """Take a copy of a file into the course, wholly or not at all. Raises KnowledgeError."""
        document = read_document(path, self.name, name := _safe_name(name or path.name))
        try:
            self.documents.mkdir(parents=True, exist_ok=True)
            part = self.documents / f".{uuid.uuid4().hex}"
            shutil.copyfile(path, part)
            os.replace(part, self.documents / name)
        except OSError as error:
            raise KnowledgeError(
                f"{self.documents} cannot be written ({error.strerror}).",
                code="disk_full" if error.errno == errno.ENOSPC else "read_only",
                hint="Make room, make it writable, or name another data folder with TIZA_HOME.",
            ) from None
        return document

    def remove(self, name: str) -> None:
        """Take a document out of the course. Raises KnowledgeError when it has no such document."""
        path = self.documents / _safe_name(name)
        if not path.is_file():
            raise KnowledgeError(f"The course {self.name} has no document {name!r}.", code="unknown_document")
        path.unlink()

    def digest(self, embedder: Embedder) -> str:
        """What the index of this course, as it is now, is called."""
        total = hashlib.sha256(f"{FORMAT} {self.name} {embedder.name}".encode())
        for name, path in self.sources().items():
            total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()[:16]


def index_folder(course: Course, embedder: Embedder) -> Path:
    """Where the index of this course, as it is now, belongs."""
    return course.home / "indexes" / course.name / course.digest(embedder)


def open_course(
    course: Course, embedder: Embedder, progress: Progress = _quiet, *, repair: bool = True, wait: float = 600
) -> Index:
    """The course's index, made or made anew where needed; several processes may ask at once and one of them works.

    `progress` hears of a rebuild and its reason. Raises KnowledgeError: `index_damaged` when `repair` is off,
    `index_locked` after `wait` seconds, `read_only`, `embedder_mismatch`, `unknown_course` when there are no sources.
    """
    if not course.sources():
        raise KnowledgeError(
            f"There is no course {course.name!r} here.", code="unknown_course", hint="Add a file with `tiza ingest`."
        )
    folder = index_folder(course, embedder)
    root = folder.parent
    reason = ""
    if folder.exists():
        try:
            return open_index(folder)
        except KnowledgeError as error:
            if not repair:
                raise
            reason = str(error)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root.with_suffix(".lock"), timeout=wait):
            if (ready := _made_meanwhile(folder)) is not None:
                return ready
            _build(course, embedder, folder, progress, reason or _stale(root, embedder))
            index = open_index(folder)
            _prune(root, folder)
            return index
    except Timeout:
        raise KnowledgeError(
            f"Another process is indexing the course {course.name}.", code="index_locked", hint="Try again shortly."
        ) from None
    except OSError as error:
        raise KnowledgeError(
            f"The course index cannot be written to {root} ({error.strerror}).",
            code="read_only",
            hint="Make the folder writable, or name another one with TIZA_HOME.",
        ) from None


def _made_meanwhile(folder: Path) -> Index | None:
    """The index, when another process made it while this one waited for the lock."""
    try:
        return open_index(folder) if folder.exists() else None
    except KnowledgeError:
        return None


def _build(course: Course, embedder: Embedder, folder: Path, progress: Progress, reason: str) -> None:
    passages = tuple(course.passages())
    if not passages:
        raise KnowledgeError(f"The course {course.name} holds no text.", code="unknown_course")
    total = sum(1 + len(passage.sentences) + len(passage.asked) for passage in passages)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        progress(f"Indexing the course ({reason})" if reason else "Indexing the course", done, total)

    step(0)
    known = _known_vectors(folder.parent, embedder)
    vectors = _encode([embedded_text(passage) for passage in passages], embedder, known, step)
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    asked = [asked.question for passage in passages for asked in passage.asked]
    small = [_encode(texts, embedder, known, step).astype(np.float16) for texts in (sentences, asked)]
    contents = Contents(passages, vectors, *small)
    facts: dict[str, Any] = {
        "course": course.name,
        "embedder": embedder.name,
        "dimension": embedder.dimension,
        "sources": {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in course.sources().items()},
    }
    write_index(contents, folder, facts)


def embedded_text(passage: Passage) -> str:
    """What the embedder reads of a passage: its title gives the sentences their topic."""
    return f"{passage.title}. {passage.text}"


def _encode(
    texts: Sequence[str], embedder: Embedder, known: dict[str, Vectors], step: Callable[[int], None]
) -> Vectors:
    vectors = np.empty((len(texts), embedder.dimension), dtype=np.float32)
    new = []
    for row, text in enumerate(texts):
        if (vector := known.get(text)) is not None:
            vectors[row] = vector
        else:
            new.append(row)
    if len(new) < len(texts):
        step(len(texts) - len(new))
    if new:
        vectors[new] = embedder.encode([texts[row] for row in new], step)
    return vectors


def _known_vectors(root: Path, embedder: Embedder) -> dict[str, Vectors]:
    """Vectors of texts that an intact earlier index of this course already embedded with the same embedder."""
    known: dict[str, Vectors] = {}
    for folder in root.glob("[0-9a-f]*"):
        manifest = read_manifest(folder)
        if manifest is None or manifest.get("embedder") != embedder.name:
            continue
        try:
            open_index(folder)
        except KnowledgeError:
            continue
        contents = read_contents(folder)
        known.update(
            (embedded_text(passage), vector)
            for passage, vector in zip(contents.passages, contents.vectors, strict=True)
        )
        texts = (sentence for passage in contents.passages for sentence in passage.sentences)
        known.update(zip(texts, contents.sentence_vectors.astype(np.float32), strict=True))
        questions = (asked.question for _, asked in contents.asked)
        known.update(zip(questions, contents.asked_vectors.astype(np.float32), strict=True))
    return known


def _stale(root: Path, embedder: Embedder) -> str:
    """Why an index that lies here does not serve, in words; "" when there is none."""
    for folder in root.glob("[0-9a-f]*"):
        manifest = read_manifest(folder)
        if manifest is None:
            return "the old index has no manifest"
        if manifest.get("embedder") != embedder.name:
            return (
                f"the old index was made by {manifest.get('embedder')} with {manifest.get('dimension')} dimensions, "
                f"this is {embedder.name} with {embedder.dimension}"
            )
        return "the course has changed"
    return ""


def _prune(root: Path, keep: Path) -> None:
    """Remove other indexes of the course; a process that still reads one has its files open or its copy in memory."""
    for folder in root.iterdir():
        if folder.is_dir() and folder != keep and not folder.name.startswith(".building-"):
            shutil.rmtree(folder, ignore_errors=True)


def _safe_name(name: str) -> str:
    """The last part of a file name without control characters; never a hidden or special one."""
    bare = "".join(c for c in name.replace("\\", "/").split("/")[-1] if c.isprintable()).strip().lstrip(".")
    if not bare:
        raise KnowledgeError(f"{name!r} cannot name a document.", code="unreadable_document", hint="Rename the file.")
    return bare[:200]
