"""Taking documents into a course and out of it: one at a time a course, indexed at once, undone when that fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.courses.course import Course, Progress, forget, open_course
from knowledge.documents.archives import files_in
from knowledge.documents.reading import Document
from knowledge.documents.store import safe_name
from knowledge.errors import KnowledgeError
from knowledge.folders import own_folder
from knowledge.messages import say, system_says
from knowledge.retrieval.embedder import Embedder

_LONG = 300_000
"""Bytes from which reading one file takes long enough to be told of."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each file: read, refused with the reason, or left out for its format.

    `version` names the course's index as it is now, "" when the course has no document.
    """

    documents: tuple[Document, ...] = ()
    refused: tuple[tuple[str, KnowledgeError], ...] = ()
    left_out: tuple[str, ...] = ()
    version: str = ""

    @property
    def changed(self) -> bool:
        """True when the course is another one now."""
        return any(document.change != "unchanged" for document in self.documents)


def take_in(
    course: Course, paths: Sequence[Path], embedder: Embedder, progress: Progress, *, wait: float = 600
) -> Report:
    """Add files, folders and zips to a course and index it. A file that cannot be read does not keep the others out.

    Raises KnowledgeError when nothing can be added at all; the course is then as it was before.
    """
    with _alone(course, wait), files_in(paths) as bundle, course.shelf.restoring():
        documents: list[Document] = []
        refused = list(bundle.refused)
        for number, (name, path) in enumerate(bundle.files):
            if len(bundle.files) > 1 or _is_long(path):
                progress(say("Reading {name}", name=name), number, len(bundle.files))
            try:
                documents.append(course.add(path, name, partial(_tell, progress, name)))
            except KnowledgeError as error:
                if error.code in ("disk_full", "read_only"):
                    raise
                refused.append((name, error))
        version = open_course(course, embedder, progress).name if documents else ""
        return Report(tuple(documents), tuple(refused), tuple(bundle.left_out), version)


def take_out(
    course: Course, names: Sequence[str], embedder: Embedder, progress: Progress, *, wait: float = 600
) -> Report:
    """Remove documents and index what is left. Raises KnowledgeError, with the course as it was before.

    Neither an index nor a reading of what was removed stays on the disk; turns that run hold on to what they opened.
    """
    with _alone(course, wait):
        with course.shelf.restoring():
            for name in names:
                course.remove(safe_name(name))
            version = open_course(course, embedder, progress).name if course.exists else ""
        course.shelf.sweep()
        forget(course, keep=version)
        return Report(version=version)


def _tell(progress: Progress, name: str, done: int, total: int) -> None:
    if total > 1:
        progress(say("Reading {name}", name=name), done, total)


def _is_long(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > _LONG


@contextmanager
def _alone(course: Course, wait: float) -> Iterator[None]:
    """Nobody else changes the documents of this course meanwhile."""
    with ExitStack() as held:
        try:
            own_folder(course.home)
            course.shelf.folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(course.shelf.folder / ".lock", timeout=wait))
            course.shelf.sweep()
        except Timeout:
            raise KnowledgeError(
                say("Other documents are being added to the course {course}.", course=course.name),
                code="index_locked",
                hint=say("Try again shortly."),
            ) from None
        except OSError as error:
            raise KnowledgeError(
                say("{folder} cannot be written ({problem}).", folder=course.shelf.folder, problem=system_says(error)),
                code="read_only",
                hint=say("Make it writable, or name another data folder with TIZA_HOME."),
            ) from None
        yield
