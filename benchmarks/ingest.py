"""`make bench-ingest`: how fast a teacher's documents become a course, and how fast a large course is searched.

Three figures: 2,000 pages through `tiza ingest`, with a search afterwards, beside what another extractor takes for
their text alone; one search among 100,000 passages; and answers while pages are being indexed. They replace one section
of docs/benchmarks.md and leave the others as they are. The other extractors are those of EXTRACTORS that are installed
where INGEST_PEERS says (the `bin` of an environment of their own: none of them is needed otherwise).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from benchmarks.measuring import QUESTIONS, TARGET, machine, put_section, timed
from knowledge.courses.course import Course
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.uploads import take_in
from knowledge.passages import Passage
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.index import Contents, open_index, write_index
from knowledge.retrieval.retriever import Retriever
from training.statistics import percentile
from tutor.service.build import build_tutor
from tutor.settings import Settings

TITLE = "A teacher's course"
PAGES = 2000
WORDS = 250
PASSAGES = 100_000
SENTENCES = 1500
ROUNDS = 3
EXTRACTORS = ("markitdown", "docling")


def make_pdf(path: Path, pages: int, seed: int = 0) -> Path:
    """A PDF whose pages hold about WORDS words of the course's sentences each, in lines; no page is like another."""
    from reportlab.lib.utils import simpleSplit
    from reportlab.pdfgen.canvas import Canvas

    choose = random.Random(seed)
    stock = [text for text in _stock() if re.fullmatch(r"[\x20-\x7e]+", text)]
    canvas = Canvas(str(path))
    for page in range(1, pages + 1):
        text = f"Lesson {page} has the number {choose.randrange(10**6)}."
        while len(text.split()) < WORDS:
            text += " " + choose.choice(stock)
        for row, line in enumerate(simpleSplit(text, "Helvetica", 10, 450)):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(72, 760 - 13 * row, line)
        canvas.showPage()
    canvas.save()
    return path


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took: seconds, seconds of processor time over all cores, and MB at most of all its processes
    together, looked at every tenth of a second."""

    wall: float
    processor: float
    memory: float


def spent(command: Sequence[str], environment: Mapping[str, str]) -> Spent:
    """Run a command to its end. Raises CalledProcessError when it fails."""
    started, most = time.perf_counter(), 0
    process = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):  # a process that ended meanwhile
            most = max(most, sum(one.memory_info().rss for one in (process, *process.children(recursive=True))))
        time.sleep(0.1)
    wall, used = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    worked = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, worked, most / 2**20)


def ingestion(folder: Path, pages: int) -> list[str]:
    """`tiza ingest` as a whole process, from its start to the end of indexing, the search afterwards, and the text
    alone, by Tiza and by others."""
    pdf = make_pdf(folder / "book.pdf", pages)
    environment = {**os.environ, "TIZA_HOME": str(folder / "home")}
    told = f"{pages:,} pages of {WORDS} words"
    reading = (
        "import sys; from pathlib import Path; from knowledge.documents.reading import read_here; "
        "read_here(Path(sys.argv[1]), 'book', 'book.pdf')"
    )
    rows = [_row(f"{told}: text alone, Tiza", spent([sys.executable, "-c", reading, str(pdf)], environment), pages)]
    for name in EXTRACTORS:
        program = Path(os.environ.get("INGEST_PEERS", "")) / name
        if program.is_file():
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
            text = folder / f"{name}.md"
            taken = spent([str(program), str(pdf), "-o", str(text)], environment)
            rows.append(_row(f"{told}: text alone, {version}", taken, pages))
    command = [sys.executable, "-m", "tutor.cli", "ingest", "--course", "book", str(pdf)]
    taken = spent(command, environment)
    index = open_index(next((folder / "home" / "indexes" / "book").glob("[0-9a-f]*")))
    rows.append(_row(f"{told}: `tiza ingest`, start to end ({len(index.passages):,} passages)", taken, pages))
    again = spent(command, environment)
    rows.append(f"| the same file again | {again.wall:.1f} s |")
    retriever = Retriever(index, Embedder(), CrossEncoder())
    retriever.search(QUESTIONS[0])
    times = [timed(partial(retriever.search, question)) * 1000 for _ in range(ROUNDS) for question in QUESTIONS]
    found = f"{percentile(times, 0.5):.0f} ms / {percentile(times, 0.95):.0f} ms"
    return [*rows, f"| a search in them afterwards, read by the cross-encoder, p50 / p95 | {found} |"]


def _row(told: str, taken: Spent, pages: int) -> str:
    each = f"{taken.wall / pages:.3f} s a page"
    return f"| {told} | {taken.wall:.0f} s, {each}; processor {taken.processor:.0f} s; {taken.memory:.0f} MB |"


def large_search(folder: Path) -> list[str]:
    """One search among PASSAGES passages, with the question's embedding.

    Each passage is four sentences of the course; its vector is the mean of theirs, so that only the sentences need be
    embedded. What is timed is what every search does.
    """
    embedder = Embedder()
    contents = _large_contents(embedder)
    made = timed(lambda: write_index(contents, folder / "large", {"embedder": embedder.name}))
    started = time.perf_counter()
    retriever = Retriever(open_index(folder / "large"), embedder)
    opened = time.perf_counter() - started
    first = timed(lambda: retriever.search("What is a newral network?")) * 1000
    times = [timed(partial(retriever.search, question)) * 1000 for _ in range(20) for question in QUESTIONS]
    return [
        f"| {PASSAGES:,} passages: index written, probed and fingerprinted, vectors given | {made:.0f} s |",
        f"| {PASSAGES:,} passages: index checked and opened | {opened:.1f} s |",
        f"| {PASSAGES:,} passages: first search, with a misspelt word | {first:.0f} ms |",
        f"| {PASSAGES:,} passages: one search, p50 | {percentile(times, 0.5):.1f} ms |",
        f"| {PASSAGES:,} passages: one search, p95 | {percentile(times, 0.95):.1f} ms |",
    ]


async def answering_meanwhile(folder: Path) -> list[str]:
    """Answers by quotation, first with nothing else to do, then while another course is being indexed beside them."""
    tutor = build_tutor(Settings(home=folder / "home", draft="off"))
    await tutor.prepare()
    await _answers(tutor, 1)
    idle = await _answers(tutor, ROUNDS)
    pdf = make_pdf(folder / "beside.pdf", 200, seed=1)
    course = Course("beside", folder / "home")
    work = threading.Thread(target=take_in, args=(course, [pdf], tutor.embedder, lambda *_: None))
    work.start()
    busy: list[float] = []
    while work.is_alive():
        busy += await _answers(tutor, 1)
    work.join()
    await tutor.close()
    return [
        f"| an answer by quotation, p95 of {len(idle)} | {percentile(idle, 0.95):.0f} ms |",
        f"| the same while 200 pages are indexed in the same process, p95 of {len(busy)} "
        f"| {percentile(busy, 0.95):.0f} ms |",
    ]


async def _answers(tutor: object, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        for question in QUESTIONS:
            started = time.perf_counter()
            async for _event in tutor.answer(question):  # type: ignore[attr-defined]
                pass
            times.append((time.perf_counter() - started) * 1000)
    return times


def _large_contents(embedder: Embedder) -> Contents:
    choose = np.random.default_rng(0)
    stock = _stock()[:SENTENCES]
    known = embedder.encode(stock)
    chosen = choose.integers(len(stock), size=(PASSAGES, 4))
    passages = []
    for number, row in enumerate(chosen):
        texts = tuple(stock[place] for place in row)
        passages.append(
            Passage(
                id=f"{number:012x}", course="large", source="document", document="large.pdf", title=f"Lesson {number}",
                section="Book", text=" ".join(texts), sentences=texts, page=number // 3 + 1,
            )
        )  # fmt: skip
    vectors = known[chosen].mean(axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    none = np.empty((0, embedder.dimension), dtype=np.float16)
    sentences = known[chosen.ravel()].astype(np.float16)
    others = np.empty((0, embedder.dimension), dtype=np.float32)
    return Contents(tuple(passages), vectors, sentences, none, others, np.zeros_like(sentences))


def _stock() -> list[str]:
    """The sentences of the built-in course."""
    return list(dict.fromkeys(text for passage in lecture_passages() for text in passage.sentences))


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES, help="pages to ingest, where the default takes too long")
    parser.add_argument("--alone", action="store_true", help="ingestion and its search only")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tiza-bench-") as work:
        folder = Path(work)
        rows = ingestion(folder, chosen.pages)
        if not chosen.alone:
            rows += [*large_search(folder), *asyncio.run(answering_meanwhile(folder))]
    words = f"Written by `make bench-ingest` on {date.today():%Y-%m-%d}: {machine()}."
    busy = f" Load of the machine when it ended: {os.getloadavg()[1]:.1f}."
    lines = [words + busy, "", "| | |", "|---|---|", *rows]
    TARGET.write_text(put_section(TARGET.read_text(encoding="utf-8"), TITLE, lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
