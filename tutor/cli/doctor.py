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

from demos.runtime.messages import say
from knowledge.folders import own_folder
from knowledge.messages import system_says
from tutor.errors import Problem, StorageError
from tutor.i18n import preferred, texts
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
    cores = texts("{count} cores", count=os.cpu_count())
    yield Finding("Tiza", True, f"{release()}, Python {platform.python_version()}, {cores}, {memory:.1f} GB")
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        (texts("data folder"), lambda: _folder(settings.home)),
        (texts("language model"), lambda: _model(settings)),
        (texts("embedder"), lambda: _embedder(settings)),
        (texts("course index"), lambda: _index(settings, repair)),
        (texts("conversations"), lambda: _conversations(settings)),
        (texts("demos"), _demos),
        (texts("documents"), _documents),
    )
    for part, check in checks:
        try:
            yield Finding(part, True, check())
        except Exception as error:  # each part is examined, whatever the one before it does
            yield Finding(part, False, str(Problem.of(error, preferred())))


def _folder(home: Path) -> str:
    try:
        own_folder(home)
    except OSError as error:
        raise StorageError(
            say("{home} cannot be made ({problem}).", home=home, problem=system_says(error)), hint=say("Set TIZA_HOME.")
        ) from None
    if not os.access(home, os.W_OK):
        raise StorageError(say("{home} is read-only.", home=home), hint=say("Make it writable, or set TIZA_HOME."))
    return str(home)


def _model(settings: Settings) -> str:
    if settings.upstream:
        name = settings.upstream_model or texts("default")
        return texts("{name} at {url} (asked when a question comes)", name=name, url=settings.upstream)
    info = model_file(settings)
    adapter = info.adapter or texts("none")
    decodes = texts("{name} decodes, adapter {adapter}", name=info.name, adapter=adapter)
    return f"{decodes}, SHA-256 {info.sha256[:12]}…, {info.path}"


def _embedder(settings: Settings) -> str:
    from knowledge.retrieval.embedder import Embedder

    embedder = Embedder(settings.embedder)
    return texts("{name}, {count} dimensions", name=embedder.name, count=embedder.encode(["chalk"]).shape[1])


def _index(settings: Settings, repair: bool) -> str:
    from knowledge.courses.course import Course, open_course
    from knowledge.retrieval.embedder import Embedder

    course = Course(settings.course, settings.home)
    index = open_course(course, Embedder(settings.embedder), repair=repair)
    return texts(
        "{course}, {count} passages, version {version}", course=course.name, count=len(index.passages),
        version=index.name,
    )  # fmt: skip


def _conversations(settings: Settings) -> str:
    from tutor.conversations.store import Conversations

    store = Conversations(settings.database_url)
    try:
        return texts("{count} of this user", count=len(store.list("local", limit=10_000)))
    finally:
        store.close()


def _demos() -> str:
    from demos.runtime.catalogue import all_demos

    return texts("{count}, run by {program}", count=len(all_demos()), program=sys.executable)


def _documents() -> str:
    """What reads documents beside Tiza itself; a course does without, so that what is missing is no fault."""
    from knowledge.documents import ocr
    from knowledge.documents.formats.older import program

    read = ocr.installed()
    lacking = [name for name in ocr.LANGUAGES if name not in read]
    packages = " ".join(("tesseract-ocr", *(f"tesseract-ocr-{name}" for name in lacking)))
    if not read:
        pictures = texts(
            "scanned pages and pictures are not read, since Tesseract is not installed (apt install {packages})",
            packages=packages,
        )
    elif lacking:
        pictures = texts(
            "Tesseract reads pictures, but not in {languages} (apt install {packages})", languages=", ".join(lacking),
            packages=packages,
        )  # fmt: skip
    else:
        pictures = texts("Tesseract reads scanned pages and pictures in English and Spanish")
    older = (
        texts("LibreOffice reads files of old Office programs (.doc, .ppt, .xls)")
        if program()
        else texts("without LibreOffice Tiza does not read files of old Office programs (.doc, .ppt, .xls)")
    )
    return f"{pictures}; {older}"
