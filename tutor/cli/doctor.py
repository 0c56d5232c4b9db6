"""`tiza doctor`: looks at each part of the installation and says what to do about what fails."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console

from knowledge.folders import own_folder
from tutor.errors import Problem, StorageError
from tutor.service.build import model_file, release
from tutor.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it works, and what was seen or what to do."""

    part: str
    works: bool
    words: str


def examine(settings: Settings, *, repair: bool = False) -> bool:
    """Print one line a part; True when all of them work."""
    console = Console()
    sound = True
    for finding in findings(settings, repair=repair):
        console.print(f"{'✓' if finding.works else '✗'} {finding.part}: {finding.words}", markup=False, highlight=False)
        sound = sound and finding.works
    return sound


def findings(settings: Settings, *, repair: bool = False) -> Iterator[Finding]:
    """The parts, one after the other; a failure of one never hides the next."""
    memory = psutil.virtual_memory().total / 2**30
    yield Finding(
        "Tiza", True, f"{release()}, Python {platform.python_version()}, {os.cpu_count()} cores, {memory:.1f} GB"
    )
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("data folder", lambda: _folder(settings.home)),
        ("language model", lambda: _model(settings)),
        ("embedder", lambda: _embedder(settings)),
        ("course index", lambda: _index(settings, repair)),
        ("conversations", lambda: _conversations(settings)),
        ("demos", _demos),
        ("documents", _documents),
    )
    for part, check in checks:
        try:
            yield Finding(part, True, check())
        except Exception as error:  # each part is examined, whatever the one before it does
            yield Finding(part, False, str(Problem.of(error)))


def _folder(home: Path) -> str:
    try:
        own_folder(home)
    except OSError as error:
        raise StorageError(f"{home} cannot be made ({error.strerror}).", hint="Set TIZA_HOME.") from None
    if not os.access(home, os.W_OK):
        raise StorageError(f"{home} is read-only.", hint="Make it writable, or set TIZA_HOME.")
    return str(home)


def _model(settings: Settings) -> str:
    if settings.upstream:
        return f"{settings.upstream_model or 'default'} at {settings.upstream} (asked when a question comes)"
    info = model_file(settings)
    return f"{info.name} decodes, adapter {info.adapter or 'none'}, SHA-256 {info.sha256[:12]}…, {info.path}"


def _embedder(settings: Settings) -> str:
    from knowledge.retrieval.embedder import Embedder

    embedder = Embedder(settings.embedder)
    return f"{embedder.name}, {embedder.encode(['chalk']).shape[1]} dimensions"


def _index(settings: Settings, repair: bool) -> str:
    from knowledge.courses.course import Course, open_course
    from knowledge.retrieval.embedder import Embedder

    course = Course(settings.course, settings.home)
    index = open_course(course, Embedder(settings.embedder), repair=repair)
    return f"{course.name}, {len(index.passages)} passages, version {index.name}"


def _conversations(settings: Settings) -> str:
    from tutor.conversations.store import Conversations

    store = Conversations(settings.database_url)
    try:
        return f"{len(store.list('local', limit=10_000))} of this user"
    finally:
        store.close()


def _demos() -> str:
    from demos.runtime.catalogue import all_demos

    return f"{len(all_demos())}, run by {sys.executable}"


def _documents() -> str:
    """What reads documents beside Tiza itself; a course does without, so that what is missing is no fault."""
    from knowledge.documents import ocr
    from knowledge.documents.formats.older import program

    read = ocr.installed()
    lacking = [name for name in ocr.LANGUAGES if name not in read]
    packages = " ".join(("tesseract-ocr", *(f"tesseract-ocr-{name}" for name in lacking)))
    if not read:
        pictures = f"scanned pages and pictures are not read, since Tesseract is not installed (apt install {packages})"
    elif lacking:
        pictures = f"Tesseract reads pictures, but not in {', '.join(lacking)} (apt install {packages})"
    else:
        pictures = "Tesseract reads scanned pages and pictures in English and Spanish"
    older = "LibreOffice reads" if program() else "without LibreOffice Tiza does not read"
    return f"{pictures}; {older} files of old Office programs (.doc, .ppt, .xls)"
