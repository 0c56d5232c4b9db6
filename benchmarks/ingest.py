"""`make bench-ingest`: how fast a teacher's documents become a course, and how fast a large course is searched.

Three figures: 1,000 pages through `tiza ingest`, one search among 100,000 passages, and answers while pages are being
indexed. They replace one section of docs/benchmarks.md and leave the others as they are.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.measuring import QUESTIONS, TARGET, machine, put_section, timed
from knowledge.courses.course import Course
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.uploads import take_in
from knowledge.passages import Passage
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.index import Contents, open_index, write_index
from knowledge.retrieval.retriever import Retriever
from training.statistics import percentile
from tutor.service.build import build_tutor
from tutor.settings import Settings

TITLE = "A teacher's course"
PAGES = 1000
WORDS = 250
PASSAGES = 100_000
SENTENCES = 1500
ROUNDS = 3


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


def ingestion(folder: Path) -> list[str]:
    """`tiza ingest` of PAGES pages as a whole process, from its start to the end of indexing."""
    pdf = make_pdf(folder / "book.pdf", PAGES)
    command = [sys.executable, "-m", "tutor.cli", "ingest", "--course", "book", str(pdf)]
    environment = {**os.environ, "TIZA_HOME": str(folder / "home")}
    before = _processor_seconds()
    first = timed(lambda: subprocess.run(command, env=environment, check=True))
    worked = _processor_seconds() - before
    again = timed(lambda: subprocess.run(command, env=environment, check=True))
    size = len(open_index(next((folder / "home" / "indexes" / "book").glob("[0-9a-f]*"))).passages)
    return [
        f"| {PAGES:,} pages of {WORDS} words ({size:,} passages): `tiza ingest`, start to end | {first:.0f} s |",
        f"| of it processor time, over all cores | {worked:.0f} s |",
        f"| the same file again | {again:.1f} s |",
    ]


def _processor_seconds() -> float:
    """Processor time of all child processes that have ended: unlike wall time, other programs hardly change it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
    with tempfile.TemporaryDirectory(prefix="tiza-bench-") as work:
        folder = Path(work)
        rows = [*ingestion(folder), *large_search(folder), *asyncio.run(answering_meanwhile(folder))]
    words = f"Written by `make bench-ingest` on {date.today():%Y-%m-%d}: {machine()}."
    lines = [words, "", "| | |", "|---|---|", *rows]
    TARGET.write_text(put_section(TARGET.read_text(encoding="utf-8"), TITLE, lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
