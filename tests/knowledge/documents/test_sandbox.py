"""Reading in a process of its own: it tells how far it is, may be stopped, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from knowledge.courses.course import Course
from knowledge.courses.uploads import take_in
from knowledge.documents import sandbox
from knowledge.documents.sandbox import read_document
from knowledge.errors import KnowledgeError
from tests.knowledge.documents.making import column, pdf
from tests.knowledge.embedders import WordEmbedder


class Stop(Exception):
    """What a listener raises that wants no more of it."""


def _book(path: Path, pages: int = 5) -> Path:
    return pdf(path, [column([f"The page {n} tells of thing{n}.", f"It is thing{n}."]) for n in range(pages)])


def test_it_is_told_how_many_pages_are_read(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    document = read_document(_book(tmp_path / "a.pdf"), "course", tell=lambda done, total: heard.append((done, total)))
    assert heard == [(n, 5) for n in range(1, 6)]
    assert document.pages == 5


def test_who_listens_may_stop_it(tmp_path: Path) -> None:
    def tell(done: int, _total: int) -> None:
        if done == 2:
            raise Stop

    with pytest.raises(Stop):
        read_document(_book(tmp_path / "a.pdf"), "course", tell=tell)
    assert not [child for child in psutil.Process().children() if "sandbox" in " ".join(child.cmdline())]


def test_stopped_in_the_middle_a_course_is_as_it_was(tmp_path: Path) -> None:
    course, embedder = Course("things", tmp_path / "home"), WordEmbedder()
    path = tmp_path / "old.md"
    path.write_text("# Old\n\nThe old one stays.\n", encoding="utf-8")
    take_in(course, [path], embedder, lambda _what, _done, _total: None)
    before = {found: found.read_bytes() for found in course.shelf.files.iterdir()}

    def stop(what: str, done: int, total: int) -> None:
        if (what, done, total) == ("Reading book.pdf", 3, 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(course, [path, _book(tmp_path / "book.pdf")], embedder, stop)
    assert {found: found.read_bytes() for found in course.shelf.files.iterdir()} == before


def test_a_fault_of_the_file_is_no_wish_to_stop(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(_book(path).read_bytes()[:500])
    with pytest.raises(KnowledgeError) as caught:
        read_document(path, "course", tell=lambda _done, _total: None)
    assert caught.value.code == "unreadable_document"


def test_silence_is_what_ends_a_reading_and_not_the_number_of_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page has the whole time: a child that goes on telling is not stopped at the time for one."""
    command = [
        "import time,json\nfor n in range(6):\n time.sleep(0.4); print(json.dumps({'done':n,'of':6}),flush=True)\n"
        "print(json.dumps({'error':'reached the end','code':'x','hint':''}))",
        "import time; time.sleep(60)",
    ]
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    path = _book(tmp_path / "a.pdf")
    original = sandbox._started
    for source, words in zip(command, ("reached the end", "within 1 seconds"), strict=True):
        monkeypatch.setattr(sandbox, "_started", lambda line, source=source: original([line[0], "-c", source]))
        with pytest.raises(KnowledgeError, match=words):
            read_document(path, "course")
