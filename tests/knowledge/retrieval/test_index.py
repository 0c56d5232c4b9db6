"""The index: whatever happens to its files is noticed, and it is made again from the sources."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.courses.course import Course, index_folder, open_course
from knowledge.errors import KnowledgeError
from knowledge.passages import WHOLE, Asked, Passage
from knowledge.retrieval.embedder import finite
from knowledge.retrieval.index import Index, open_index, sparse_words
from tests.knowledge.embedders import WordEmbedder


def _recall(index: Index, embedder: WordEmbedder) -> float:
    """Share of passages that are found first by their own words."""
    hits = 0
    for row, passage in enumerate(index.passages):
        vector = embedder.encode([f"{passage.title}. {passage.text}"])[0]
        hits += max(found := index.dense(vector, 5), key=lambda other: found[other]) == row
    return hits / len(index.passages)


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


DAMAGE: dict[str, Callable[[Path], None]] = {"halved": _halve, "zeroed": _zero, "deleted": Path.unlink}
FILES = ("data_level0.bin", "index_metadata.pickle", "chroma.sqlite3", "passages.jsonl", "data.csc.index.npy")


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", FILES)
def test_every_damage_is_noticed_and_repaired(course: Course, embedder: WordEmbedder, name: str, damage: str) -> None:
    index = open_course(course, embedder)
    before = _recall(index, embedder)
    target = next((course.home / "indexes").rglob(name))
    DAMAGE[damage](target)
    with pytest.raises(KnowledgeError) as caught:
        open_course(course, embedder, repair=False)
    assert caught.value.code == "index_damaged"
    assert _recall(open_course(course, embedder), embedder) == before == 1.0


def test_a_probe_in_another_process_tells_a_good_index_from_a_bad_one(
    course: Course, embedder: WordEmbedder, probe_apart: Callable[[Path], None]
) -> None:
    open_course(course, embedder)
    folder = next((course.home / "indexes").rglob("manifest.json")).parent
    probe_apart(folder)
    vectors = np.load(folder / "vectors.npy")
    np.save(folder / "vectors.npy", np.roll(vectors, 1, axis=1))
    with pytest.raises(KnowledgeError, match="probe") as caught:
        probe_apart(folder)
    assert caught.value.code == "index_damaged"


def test_an_intact_index_is_not_made_again(course: Course, embedder: WordEmbedder) -> None:
    open_course(course, embedder)
    said: list[str] = []
    index = open_course(course, embedder, lambda what, _done, _total: said.append(what))
    index.dense(embedder.encode(["animal"])[0], 3)
    open_course(course, embedder, lambda what, _done, _total: said.append(what))
    assert said == []


def test_an_index_of_another_embedder_is_rebuilt_and_both_dimensions_are_named(course: Course) -> None:
    open_course(course, WordEmbedder(32))
    said: list[str] = []
    index = open_course(course, WordEmbedder(48), lambda what, _done, _total: said.append(what))
    assert "32 dimensions" in said[-1]
    assert "48" in said[-1]
    assert len(index.dense(WordEmbedder(48).encode(["animal"])[0], 3)) == 3


def test_two_at_once_make_it_once(course: Course, embedder: WordEmbedder) -> None:
    builds: list[str] = []
    found: list[Index] = []

    def work() -> None:
        found.append(
            open_course(course, embedder, lambda what, done, _total: builds.append(what) if done == 0 else None)
        )

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(builds) == 1


def test_a_second_process_that_may_not_wait_is_told_so(course: Course, embedder: WordEmbedder) -> None:
    (course.home / "indexes").mkdir(parents=True)
    lock = course.home / "indexes" / "animals.lock"
    hold = (
        f"import filelock, sys; lock = filelock.FileLock({str(lock)!r}); lock.acquire(); print(1, flush=True); input()"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout and holder.stdout.readline()
        with pytest.raises(KnowledgeError) as caught:
            open_course(course, embedder, wait=0.1)
        assert caught.value.code == "index_locked"
    finally:
        holder.communicate(b"\n")


def test_changed_sources_make_another_index_with_stable_ids(
    course: Course, embedder: WordEmbedder, tmp_path: Path
) -> None:
    before = {passage.id for passage in open_course(course, embedder).passages}
    more = tmp_path / "more.md"
    more.write_text("# Newcomer\n\nThe okapi eats leaves.", encoding="utf-8")
    course.add(more)
    after = {passage.id for passage in open_course(course, embedder).passages}
    assert before < after
    assert len(after - before) == 1
    course.remove("more.md")
    assert {passage.id for passage in open_course(course, embedder).passages} == before


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_vector_that_is_no_direction_never_reaches_a_query(
    course: Course, embedder: WordEmbedder, value: float
) -> None:
    index = open_course(course, embedder)
    vector = embedder.encode(["animal"])[0]
    vector[3] = value
    with pytest.raises(KnowledgeError) as caught:
        index.dense(vector, 3)
    assert caught.value.code == "invalid_vector"


@given(st.lists(st.floats(width=32), min_size=4, max_size=4))
def test_finite_lets_only_directions_through(values: list[float]) -> None:
    vector = np.array([values], dtype=np.float32)
    if np.isfinite(vector).all() and vector.any():
        assert finite(vector) is vector
    else:
        with pytest.raises(KnowledgeError):
            finite(vector)


def test_a_course_of_one_passage_works(tmp_path: Path, embedder: WordEmbedder) -> None:
    path = tmp_path / "one.txt"
    path.write_text("A single sentence about chalk.", encoding="utf-8")
    course = Course("one", tmp_path / "home")
    course.add(path)
    for _ in range(3):
        assert list(open_course(course, embedder, repair=True).dense(embedder.encode(["chalk"])[0], 5)) == [0]
    said: list[str] = []
    open_course(course, embedder, lambda what, _done, _total: said.append(what))
    assert said == []


def test_opening_what_is_no_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="manifest"):
        open_index(tmp_path)


def test_a_reader_goes_on_when_the_files_are_gone(course: Course, embedder: WordEmbedder) -> None:
    """Another process made the course anew, twice: what an open index finds stays the same."""
    index = open_course(course, embedder)
    vectors = embedder.encode([f"animal number {n} food{n}" for n in range(40)])
    before = [list(index.dense(vector, 3)) for vector in vectors]
    shutil.rmtree(index_folder(course, embedder))
    assert [list(index.dense(vector, 3)) for vector in vectors] == before


def test_counts_and_words_are_those_of_the_passages(course: Course, embedder: WordEmbedder) -> None:
    index = open_course(course, embedder)
    stems = [set(sparse_words(passage)) for passage in index.passages]
    for stem in set().union(*stems, {"nowhere"}):
        assert index.count(stem) == sum(stem in found for found in stems)
    assert {"animal", "number", "lives", "eats"} <= set(index.words)
    assert list(index.words) == sorted(set(index.words))


def test_an_answer_to_one_question_is_found_by_that_question_alone(
    course: Course, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Course.passages

    def with_answer(self: Course, *_told: object) -> list[Passage]:
        found = read(self)
        asked = Asked("does animal 7 sleep", found[7].sentences)
        return [*found[:7], replace(found[7], act=WHOLE, asked=(asked,)), *found[8:]]

    monkeypatch.setattr(Course, "passages", with_answer)
    index = open_course(course, embedder)
    own = embedder.encode([f"{index.passages[7].title}. {index.passages[7].text}"])[0]
    assert 7 not in index.dense(own, 40) and len(index.dense(own, 40)) == 39
    assert index.sentence_vectors(7).size == 0 and index.sentence_vectors(8).any()
    assert [row for row, _, _ in index.asked(embedder.encode_questions(["does animal 7 sleep"])[0], 3)] == [7]
    assert _recall(index, embedder) == 39 / 40


def test_the_passages_of_one_language_are_searched_by_themselves(tmp_path: Path, embedder: WordEmbedder) -> None:
    course = Course("both", tmp_path / "home")
    for name, texts in (
        ("tides.txt", [f"The tide of harbour {number} rises twice a day." for number in range(30)]),
        ("mareas.txt", [f"La marea del puerto {number} sube dos veces al día." for number in range(3)]),
    ):
        (tmp_path / name).write_text("\n\n".join(texts), encoding="utf-8")
        course.add(tmp_path / name)
    index = open_course(course, embedder)
    vector = embedder.encode(["tide harbour"])[0]
    for language in ("en", "es"):
        rows = {row for row, passage in enumerate(index.passages) if passage.language == language}
        assert rows
        assert set(index.dense(vector, len(index.passages), language)) == rows
        assert set(index.sparse(["tide", "mare"], len(index.passages), language)) <= rows
    nearest = index.dense(vector, len(index.passages))
    for row, cosine in index.dense(vector, 2, "es").items():
        assert cosine == pytest.approx(nearest[row], abs=1e-3)
