"""Rows 8, 16 and 17: ingestion that is killed, done twice at once, or fed with monsters.

Each runs a few rounds here; `TIZA_FAULT_ROUNDS=50 pytest tests/faults/test_ingest.py` runs as many as are asked for.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from knowledge.courses.course import Course, open_course
from knowledge.courses.uploads import take_in, take_out
from knowledge.documents import converters as convert
from knowledge.documents import sandbox
from knowledge.documents.archives import files_in
from knowledge.errors import KnowledgeError
from knowledge.retrieval.index import verify_index
from knowledge.retrieval.retriever import Retriever
from tests.faults.ingesting import quiet
from tests.knowledge.embedders import WordEmbedder

ROUNDS = int(os.environ.get("TIZA_FAULT_ROUNDS", "4"))
SECTIONS = 10
OLD = "\n\n".join(f"# Animal {n}\n\nThe animal {n} eats food{n}." for n in range(30))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    found = Course("animals", tmp_path / "home")
    path = tmp_path / "old.md"
    path.write_text(OLD, encoding="utf-8")
    take_in(found, [path], WordEmbedder(), quiet)
    return found


def _start(course: Course, *paths: Path, wait: float = 60) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.ingesting", str(course.home), str(wait), *map(str, paths)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def _document(folder: Path, number: int) -> Path:
    path = folder / f"new{number}.md"
    sections = "\n\n".join(f"# New {number}.{n}\n\nThe new{number}x{n} of the course is here." for n in range(SECTIONS))
    path.write_text(sections, encoding="utf-8")
    return path


def _words(course: Course) -> set[str]:
    """Every passage that the course's index finds, by title, once the index is whole."""
    return {passage.title for passage in open_course(course, WordEmbedder()).passages}


def test_killed_at_any_moment_a_document_is_wholly_in_or_wholly_out(course: Course, tmp_path: Path) -> None:
    """Row 8. What was there stays, and doing it again makes it complete."""
    choose = random.Random(8)
    expected = {f"Animal {n}" for n in range(30)}
    seconds = _seconds_of_one(course, tmp_path)
    expected |= {f"New 0.{n}" for n in range(SECTIONS)}
    for number in range(1, ROUNDS + 1):
        path = _document(tmp_path, number)
        new = {f"New {number}.{n}" for n in range(SECTIONS)}
        process = _start(course, path)
        time.sleep(choose.random() * seconds)
        os.killpg(process.pid, 9)
        process.communicate()
        there = path.name in course.shelf.paths()
        for folder in course.root.glob("[0-9a-f]*"):
            verify_index(folder)
        assert _words(course) == (expected | new if there else expected)
        expected |= new
        take_in(course, [path], WordEmbedder(), quiet)
        assert _words(course) == expected
        for folder, pattern in ((course.root, ".*"), (course.shelf.files, ".*"), (course.shelf.folder, ".before*")):
            assert list(folder.glob(pattern)) == []  # nothing is left behind


def _seconds_of_one(course: Course, folder: Path) -> float:
    """How long an ingestion takes here, from the moment that it has begun."""
    process = _start(course, _document(folder, 0))
    started = time.monotonic()
    said, _ = process.communicate()
    assert said == "took new0.md\n"
    return time.monotonic() - started


def test_two_ingestions_at_once_take_turns(course: Course, tmp_path: Path) -> None:
    """Row 16. Nothing is lost, however they meet, and searches go on meanwhile."""
    retriever = Retriever(open_course(course, WordEmbedder()), WordEmbedder())
    found: list[str] = []
    ended = threading.Event()

    def search() -> None:
        while not ended.is_set():
            found.append(retriever.search("food7 of animal 7", 1)[0].passage.title)
            ended.wait(0.05)

    searching = threading.Thread(target=search)
    searching.start()
    rounds = max(2, ROUNDS // 2)
    first, second = [[_document(tmp_path, 100 * k + n) for n in range(rounds)] for k in (1, 2)]
    processes = [_start(course, *paths) for paths in (first, second)]
    said = [process.communicate()[0].split() for process in processes]
    ended.set()
    searching.join()
    assert [words.count("took") for words in said] == [rounds, rounds]
    assert set(course.shelf.paths()) == {"old.md", *(path.name for path in (*first, *second))}
    assert len(_words(course)) == 30 + 2 * rounds * SECTIONS
    assert found and set(found) == {"Animal 7"}


def test_a_second_ingestion_that_may_not_wait_is_told_so(course: Course, tmp_path: Path) -> None:
    paths = [_document(tmp_path, number) for number in range(2)]
    process = _start(course, *paths)
    codes = []
    while process.poll() is None:
        try:
            take_out(course, ["old.md"], WordEmbedder(), quiet, wait=0)
            break
        except KnowledgeError as error:
            codes.append(error.code)
    process.communicate()
    assert set(codes) <= {"index_locked"}
    assert set(course.shelf.paths()) >= {path.name for path in paths}


def test_a_pdf_of_ten_thousand_pages_is_refused(course: Course, tmp_path: Path) -> None:
    """Row 17."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(10_000):
        writer.add_blank_page(72, 72)
    path = tmp_path / "long.pdf"
    writer.write(path)
    with pytest.raises(KnowledgeError) as caught:
        course.add(path)
    assert caught.value.code == "document_too_large"
    assert f"{convert.MOST_PAGES}" in str(caught.value)


def test_a_pdf_whose_pages_go_in_circles_ends(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "loop.pdf"
    objects = (
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 R>>\n"
    )
    path.write_bytes(b"%PDF-1.4\n" + objects)
    with pytest.raises(KnowledgeError) as caught:
        course.add(path)
    assert caught.value.code in ("unreadable_document", "document_too_large")


def test_a_parser_that_never_ends_is_killed_at_its_limit(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quotation marks without end make cutting sentences slow; the limit is what ends it."""
    path = tmp_path / "slow.md"
    path.write_text('He said "' + "Word one. " * 400_000, encoding="utf-8")
    monkeypatch.setattr(sandbox, "SECONDS", 2)
    with pytest.raises(KnowledgeError) as caught:
        course.add(path)
    assert caught.value.code == "document_too_large"
    assert "2 seconds" in str(caught.value)


def test_a_parser_that_swells_is_stopped_by_its_memory_limit(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that fits on the disk and not into what its reader may hold."""
    monkeypatch.setattr(sandbox, "MEMORY", 150_000_000)
    path = tmp_path / "swells.txt"
    path.write_text("Word one. " * 9_000_000, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        course.add(path)
    assert "too much memory" in str(caught.value)


def test_a_zip_of_very_many_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for number in range(2001):
            bundle.writestr(f"{number}.md", "x")
    with files_in([path]) as found:
        assert found.files == []
        assert "2,001" in str(found.refused[0][1])
