"""Questions about prose such as a teacher adds, each with its document and without: what is left then comes near.

Documents are a file's in SQuAD's layout. Asked are those that no adapter has learnt (training/data.py holds them out).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import Reader
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.index import Index
from knowledge.retrieval.questions import read_question
from knowledge.retrieval.retriever import Found, Retriever
from training.data import held_out
from training.fit_retrieval import Remembered
from training.outside import read_xquad
from tutor.answering.verifier import LINES


@dataclass(frozen=True, slots=True)
class Trial:
    """What retrieval finds for a question. `covered` tells whether the document that answers it was there."""

    found: Found
    covered: bool


class Hiding:
    """An index without some of its rows."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.hidden: frozenset[int] = frozenset()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def dense(self, vector: Vectors, k: int) -> dict[int, float]:
        """As `Index.dense`, of the rows that are left."""
        return self._left(self._index.dense(vector, k + len(self.hidden)), k)

    def sparse(self, stems: Sequence[str], k: int) -> dict[int, float]:
        """As `Index.sparse`, of the rows that are left."""
        return self._left(self._index.sparse(stems, k + len(self.hidden)), k)

    def _left(self, scores: dict[int, float], k: int) -> dict[int, float]:
        left = [row for row in sorted(scores, key=lambda row: -scores[row]) if row not in self.hidden]
        return {row: scores[row] for row in left[:k]}


def ask_prose(file: Path, embedder: Embedder) -> Iterator[Trial]:
    """Ask every held-out question twice. One whose answer is not among the best sentences is not asked as covered:
    it would be declined rightly. Raises InputError when the file has another layout."""
    material = read_xquad(file)
    with TemporaryDirectory() as home:
        course = Course("prose", Path(home))
        for document, sentences in material.sentences.items():
            if not sentences:
                continue
            page = Path(home) / f"{document}.md"
            page.write_text(" ".join(sentences) + "\n", encoding="utf-8")
            course.add(page)
        index = Hiding(open_course(course, embedder))
        retriever = Retriever(cast(Index, index), cast(Embedder, Remembered(embedder)), reader=Reader(embedder))
        for known in (known for known in material.known if held_out(known.document)):
            question = read_question(known.question)
            index.hidden = frozenset()
            found = retriever.retrieve(question)
            if any(sentence.text in known.answer for sentence in found.sentences[:LINES]):
                yield Trial(found, covered=True)
            index.hidden = frozenset(
                row for row, passage in enumerate(index.passages) if Path(passage.document).stem == known.document
            )
            left = retriever.retrieve(question)
            if left.sentences:
                yield Trial(left, covered=False)
