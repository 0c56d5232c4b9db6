"""Row 39: passages that say the same are no damage, and hide nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.courses.course import Course, open_course
from knowledge.courses.uploads import take_in
from knowledge.retrieval.embedder import Vectors
from knowledge.retrieval.index import Index
from tests.faults.ingesting import quiet
from tests.knowledge.embedders import WordEmbedder

CLOSING = "Thank you for reading this page."


class Inexact(WordEmbedder):
    """Its last bits hang on how many texts come at once, as those of a real embedder do."""

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        vectors = super().encode(texts, progress)
        noise = np.random.default_rng(len(texts)).normal(scale=1e-7, size=vectors.shape)
        noisy = vectors + noise.astype(np.float32)
        return np.asarray(noisy / np.linalg.norm(noisy, axis=1, keepdims=True), dtype=np.float32)


def _pages(path: Path, own: int, closing: int, spread: bool) -> Path:
    """A document of `own` pages that say something and `closing` ones that say the same: at its end, or among them."""
    pages = [f"The animal number {n} eats food{n} and lives in place{n}." for n in range(own)]
    same = [CLOSING] * closing
    mixed = [page for pair in zip(pages, same, strict=False) for page in pair] + pages[closing:] + same[own:]
    path.write_text("\f".join(mixed if spread else [*pages, *same]), encoding="utf-8")
    return path


def _found_first(index: Index, embedder: WordEmbedder) -> float:
    """Share of the passages with words of their own that their own words find first."""
    own = [(row, passage) for row, passage in enumerate(index.passages) if passage.text != CLOSING]
    hits = 0
    for row, passage in own:
        found = index.dense(embedder.encode([f"{passage.title}. {passage.text}"])[0], 5)
        hits += max(found, key=lambda other: found[other]) == row
    return hits / len(own)


@pytest.mark.parametrize("spread", [False, True])
@pytest.mark.parametrize("closing", [1, 3, 4, 20, 400])
def test_equal_pages_are_indexed_and_hide_no_other(tmp_path: Path, closing: int, spread: bool) -> None:
    course, embedder = Course("animals", tmp_path / "home"), Inexact()
    take_in(course, [_pages(tmp_path / "book.txt", 16, closing, spread)], embedder, quiet)
    index = open_course(course, embedder, repair=False)
    assert len(index.passages) == 16 + closing
    assert _found_first(index, embedder) == 1.0
    same = {row for row, passage in enumerate(index.passages) if passage.text == CLOSING}
    vector = embedder.encode([f"book. {CLOSING}"])[0]
    for k in (1, 3, 5, 8):
        found = index.dense(vector, k)
        assert len(found) == k
        assert len(found.keys() & same) == min(k, closing)


def test_copies_of_a_file_are_taken_however_many(tmp_path: Path) -> None:
    course, embedder = Course("animals", tmp_path / "home"), Inexact()
    text = _pages(tmp_path / "one.txt", 3, 1, False).read_text(encoding="utf-8")
    for number in range(6):
        path = tmp_path / f"copy{number}.txt"
        path.write_text(text, encoding="utf-8")
        assert [document.change for document in take_in(course, [path], embedder, quiet).documents] == ["added"]
    assert len(open_course(course, embedder).passages) == 24


def test_a_course_of_nothing_but_one_sentence_works(tmp_path: Path) -> None:
    course, embedder = Course("animals", tmp_path / "home"), Inexact()
    take_in(course, [_pages(tmp_path / "book.txt", 0, 30, False)], embedder, quiet)
    index = open_course(course, embedder, repair=False)
    assert len(index.dense(embedder.encode([CLOSING])[0], 8)) == 8
