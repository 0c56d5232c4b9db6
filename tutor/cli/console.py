"""The front end without a screen: one question a line in, answers with their sources out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from demos.runtime.catalogue import load
from demos.runtime.contract import Frame
from demos.runtime.texts import shown
from knowledge.courses.uploads import Report
from knowledge.documents.reading import Document
from tutor.conversations.records import exchange_of
from tutor.conversations.store import Exchange
from tutor.errors import Problem
from tutor.events import Answered, DemoFinished, DemoFrame, DemoStarted, Event, Failed, Source, SourcesFound, Token
from tutor.formulas import Formulas, readable
from tutor.i18n import Texts, preferred, tell, texts
from tutor.sanitize import Sanitiser, clean
from tutor.service.build import Tutor


class IndexProgress:
    """A progress bar on standard error, shown only when there is something to build."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), transient=False,
        )  # fmt: skip
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> IndexProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._tasks:
            self._bar.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self._tasks:
            self._bar.start()
            self._task = self._bar.add_task("", total=total)
            self._tasks[what] = self._task
        self._bar.update(self._task, description=tell(what, preferred()), completed=done, total=total)


def tell_intake(course: str, report: Report) -> bool:
    """Say of each document what was read or why not; True when the course holds at least one of them."""
    for document in report.documents:
        write(clean(f"{document.name}: {_told(document, course)}.\n"))
        for remark in document.remarks:
            write(clean(f"  {tell(remark, preferred())}\n"))
    sys.stdout.flush()
    for _, error in report.refused:
        sys.stderr.write(clean(str(Problem.of(error, preferred()))) + "\n")
    if report.left_out:
        names = ", ".join(report.left_out[:5])
        if len(report.left_out) > 5:
            names = texts("{names} and {count} more", names=names, count=len(report.left_out) - 5)
        sys.stderr.write(clean(texts("Left out, no format that Tiza reads: {names}.", names=names)) + "\n")
    if not (report.documents or report.refused or report.left_out):
        sys.stderr.write(texts("There is no file to read there.") + "\n")
    return bool(report.documents)


def _told(document: Document, course: str) -> str:
    """How much of a document the course holds now: "12 passages from 3 pages in seas (replaced)"."""
    said = Texts(preferred())
    parts = [said.plural("{count} passage", "{count} passages", len(document.passages))]
    parts += [texts("from {count} pages", count=document.pages)] if document.pages > 1 else []
    parts += [texts("in {course}", course=course)]
    again = {"added": "", "replaced": texts("(replaced)"), "unchanged": texts("(unchanged)")}[document.change]
    return " ".join((*parts, again)).rstrip()


async def converse(tutor: Tutor, lines: Iterable[str], *, echo: bool = True) -> int:
    """Answer each line in turn, as one conversation; returns an exit status (1 when a turn failed)."""
    history: list[Exchange] = []
    status = 0
    for line in lines:
        if not line.strip():
            continue
        if echo:
            write(f"> {clean(line.strip())}\n")
        ending = await show(tutor.answer(line, history))
        write("\n")
        history.append(exchange_of(line.strip(), ending))
        status = max(status, int(isinstance(ending, Failed)))
        await asyncio.sleep(0)
    return status


async def show(events: AsyncGenerator[Event, None]) -> Event | None:
    """Write one turn's events as they come; returns the ending."""
    sources: Sequence[Source] = ()
    stream, formulas, last, language = Sanitiser(), Formulas(), None, "en"
    ending: Event | None = None
    async for event in events:
        match event:
            case SourcesFound():
                sources = event.sources
            case Token():
                write(formulas.feed(stream.feed(event.text)))
            case DemoStarted():
                write(formulas.flush())
                stated = " ".join(f"{name}={value}" for name, value in event.params.items())
                write(clean(f"[{event.title}: {stated}]\n"))
                name, language = event.name, event.language
            case DemoFrame():
                last = event.frame
            case DemoFinished():
                if last is not None:
                    draw(shown(last, language, load(name)))
            case Answered():
                write(formulas.flush() + "\n")
                _show_sources(event, sources)
                ending = event
            case Failed():
                write(formulas.flush())
                sys.stdout.flush()
                sys.stderr.write(clean(str(event.problem.told(preferred()))) + "\n")
                ending = event
    return ending


def draw(frame: Frame) -> None:
    """One frame's panels on standard output, without its caption."""
    from tutor.tui.render import frame as rendered

    console = Console(file=sys.stdout, width=min(100, Console().width or 80), highlight=False)
    console.print(rendered(frame, console.width, 20, captioned=False))


def write(text: str) -> None:
    """Text to standard output now. A reader that went away ends the program quietly."""
    sys.stdout.write(text)
    sys.stdout.flush()


def _show_sources(ending: Answered, sources: Sequence[Source]) -> None:
    cited = {citation.marker for citation in ending.citations}
    for source in sources:
        if source.marker in cited:
            where = source.passage.located(source.language)
            write(clean(f"  [{source.marker}] {readable(source.passage.named(source.language))} ({where})\n"))
