"""Row 38: no document, however broken, costs another one, and the report names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.courses.course import Course, open_course
from knowledge.courses.uploads import take_in
from knowledge.documents import converters as convert
from knowledge.documents.markdown import front_matter
from knowledge.documents.pages import Tell
from knowledge.documents.sandbox import read_document
from knowledge.errors import KnowledgeError
from tests.api.courses import course_service
from tests.api.scripted import client_of
from tests.faults.ingesting import quiet
from tests.knowledge.embedders import WordEmbedder

HEADS = (
    "title: Cells: an introduction", "date: 2024-13-45", "date: 2024-02-30 25:61:61", "{unclosed", "- a\nb: c",
    "\tx: y", "a: &a [*a", "? [a]\n: b", "!!binary x", "!!python/object:os.system x", "@", "%YAML 9.9", "x: !!int a",
    "=: =", "a: b: c", "'", "*x", "[" * 5000, "<<: 5", "1_: 0x", "!!timestamp x", "!!set x", "!!omap x",
)  # fmt: skip
DECK = (
    "---\nmarp: true\ntheme: default: x\n---\n\n# Cells\n\nThe cell has a wall.\n\n---\n\n# Roots\n\nThe root drinks.\n"
)
TEXT = "\n\n# Cells\n\nThe cell has a wall.\n"
RAISED = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, MemoryError, OverflowError, SystemExit,
    ZeroDivisionError, UnicodeDecodeError, AssertionError, NotImplementedError, StopIteration, RuntimeError, OSError,
    PermissionError, FileNotFoundError, EOFError, LookupError, ImportError, ArithmeticError, BufferError, Exception,
)  # fmt: skip


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head[:30])
def test_front_matter_that_is_no_yaml_is_text(tmp_path: Path, head: str) -> None:
    path = tmp_path / "cells.md"
    path.write_text(f"---\n{head}\n---\n{TEXT}", encoding="utf-8")
    titles = [passage.title for passage in read_document(path, "biology").passages]
    assert "Cells" in titles


def test_a_broken_head_is_neither_said_nor_a_title(tmp_path: Path) -> None:
    path = tmp_path / "cells.md"
    path.write_text(
        f"---\ntitle: Cells: an introduction\ndate: 2024-13-45\ntags:\n  - a: b: c\n---\n{TEXT}", encoding="utf-8"
    )
    (passage,) = read_document(path, "biology").passages
    assert (passage.title, passage.text) == ("Cells", "The cell has a wall.")


def test_lines_between_rules_that_name_nothing_are_text() -> None:
    for source in ("---\nThe cell has a wall.\n---\nMore.\n", "---\n# Cells\n---\nMore.\n", "---\n---\nMore.\n", DECK):
        assert front_matter(source) == ({}, source)
    assert front_matter("---\ntitle: Cells\n---\nMore.\n") == ({"title": "Cells"}, "More.\n")


@given(st.text(st.sampled_from("-:{}[]&*!|>'\"%@`#,? \n\tab1."), max_size=60))
def test_no_front_matter_raises(head: str) -> None:
    found, body = front_matter(f"---\n{head}\n---\nThe cell.\n")
    assert isinstance(found, dict)
    assert "The cell." in body


def _raising(kind: type[BaseException]) -> Callable[[Path, Tell], NoReturn]:
    def read(_path: Path, _tell: Tell) -> NoReturn:
        raise kind("utf-8", b"x", 0, 1, "no text") if kind is UnicodeDecodeError else kind("broken")

    return read


@pytest.mark.parametrize("kind", RAISED)
def test_whatever_a_converter_raises_is_one_sentence_on_that_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    path = tmp_path / "bad.text"
    path.write_text("x", encoding="utf-8")
    monkeypatch.setitem(convert.READERS, ".text", _raising(kind))
    with pytest.raises(KnowledgeError) as caught:
        read_document(path, "animals")
    assert caught.value.code == "unreadable_document"
    assert "bad.text" in str(caught.value)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(st.sampled_from(RAISED), min_size=1, max_size=3), place=st.integers(0, 3),
    message=st.booleans(),
)  # fmt: skip
def test_a_converter_that_raises_anything_costs_no_other_document(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[type[BaseException]], place: int, message: bool
) -> None:
    folder = tmp_path_factory.mktemp("upload")
    good = [folder / f"good{number}.md" for number in range(2)]
    bad = [folder / f"bad{number}.text" for number in range(len(kinds))]
    for number, path in enumerate(good):
        path.write_text(f"# Animal {number}\n\nThe animal {number} eats food{number}.\n", encoding="utf-8")
    waiting = [_raising(kind) for kind in kinds]
    for path in bad:
        path.write_text("x" if message else "", encoding="utf-8")
    paths = [*good[: min(place, 2)], *bad, *good[min(place, 2) :]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(convert.READERS, ".text", lambda path, tell: waiting[int(path.stem[-1])](path, tell))
        report = take_in(Course("animals", folder / "home"), paths, WordEmbedder(), quiet)
    assert {document.name for document in report.documents} == {path.name for path in good}
    assert {name for name, _ in report.refused} == {path.name for path in bad}
    assert all(name in str(error) for name, error in report.refused)


def test_a_document_that_can_be_read_no_more_costs_the_course_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a new version of the reader, every document is read anew."""
    course = Course("animals", tmp_path / "home")
    for name, word in (("one.md", "zebra"), ("two.text", "otter")):
        path = tmp_path / name
        path.write_text(f"# The {word}\n\nThe {word} eats.\n", encoding="utf-8")
        course.add(path)
    monkeypatch.setitem(convert.READERS, ".text", _raising(ValueError))
    monkeypatch.setattr("knowledge.documents.store.READING", 99)
    assert {passage.title for passage in open_course(course, WordEmbedder()).passages} == {"The zebra"}
    course.remove("one.md")
    with pytest.raises(KnowledgeError) as caught:
        open_course(course, WordEmbedder())
    assert caught.value.code == "unknown_course"


async def test_an_upload_with_broken_files_keeps_the_good_ones_and_names_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = course_service(tmp_path)
    monkeypatch.setitem(convert.READERS, ".text", _raising(RecursionError))
    files = [
        ("file", ("good.md", "# Whale\n\nThe whale eats krill.\n")), ("file", ("bad.text", "x")),
        ("file", ("deck.md", DECK)), ("file", ("head.md", f"---\n{HEADS[0]}\n---\n{TEXT}")),
    ]  # fmt: skip
    async with client_of(service) as client:
        reply: httpx.Response = await client.post("/v1/courses/animals/documents", files=files)
        assert reply.status_code == 201
        assert {document["name"] for document in reply.json()["data"]} == {"good.md", "deck.md", "head.md"}
        assert [item["name"] for item in reply.json()["refused"]] == ["bad.text"]
        course = service.tutors.course("animals")
        (course.documents / "late.text").write_text("x")
        listed = (await client.get("/v1/courses/animals/documents")).json()["data"]
    assert {document["name"]: document["passages"] > 0 for document in listed} == {
        "animals.md": True, "deck.md": True, "good.md": True, "head.md": True, "late.text": False,
    }  # fmt: skip
    await service.tutors.close()
