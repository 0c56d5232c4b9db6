"""Whether notes answer a question: Yes or No.

For each question the sentences nearest to it are found as a search would find them. They answer it when one of them is
known to; when those that do are taken away, what is left comes as near and does not. The course's near misses
(`U:` lines) are answered by nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.text import content_words, fold
from training.example import Example
from training.material import Known, Material
from tutor.answering.prompts import judge_messages

YES, NO = "Yes", "No"
LINES = 4
"""Notes that are judged together."""
SEEN = 12
"""An answer among so many nearest sentences is brought among the notes; one farther off would not be found."""
TOLD = 0.34
"""A sentence that holds this share of what an answer adds to its question may answer it too."""
CORRECTED = ("false_premise", "confirmed")
"""Kinds of questions that say something themselves: a part of the answer is one already."""
WITHOUT = 0.7
"""The share of answered questions that are also shown without their answer."""
FEWER = 0.25
"""The share of examples with fewer than LINES notes."""


@dataclass(frozen=True)
class _Line:
    document: str
    title: str
    text: str


class Judgements:
    """Makes the examples of one material. The same seed gives the same ones."""

    def __init__(self, material: Material, embedder: Embedder, seed: int) -> None:
        self._material, self._embedder, self._seed = material, embedder, seed
        self._lines = [
            _Line(document, material.titles.get(document, ""), text)
            for document, texts in material.sentences.items()
            for text in texts
        ]
        self._stems = [frozenset(content_words(line.text)) for line in self._lines]
        self._vectors = embedder.encode([line.text for line in self._lines])

    def examples(self) -> Iterator[Example]:
        """One or two examples for each question that stands alone."""
        alone = [known for known in self._material.known if not known.history]
        vectors = self._embedder.encode([known.question for known in alone])
        for place, (known, vector) in enumerate(zip(alone, vectors, strict=True)):
            draw = random.Random(f"judge {self._seed} {self._material.name} {place}")
            yield from self._of(known, vector, draw)

    def _of(self, known: Known, vector: Vectors, draw: random.Random) -> Iterator[Example]:
        order = [int(row) for row in np.argsort(-(self._vectors @ vector), kind="stable")[: 8 * SEEN]]
        if not known.answer:
            yield self._example(known, order[: self._count(draw)], NO, draw)
            return
        count = self._count(draw)
        answering = [row for row in order[:SEEN] if self._lines[row].text in known.answer]
        if answering:
            shown = order[:count] if answering[0] in order[:count] else [*order[: count - 1], answering[0]]
            yield self._example(known, shown, YES, draw)
        if known.kind not in CORRECTED and draw.random() < WITHOUT:
            told = set(content_words(" ".join(known.answer))) - set(content_words(known.question))
            left = [row for row in order if not self._tells(row, known, told)]
            if len(left) >= count:
                yield self._example(known, left[:count], NO, draw)

    def _tells(self, row: int, known: Known, told: set[str]) -> bool:
        if self._lines[row].text in known.answer or not told:
            return True
        return len(told & self._stems[row]) >= TOLD * len(told)

    def _count(self, draw: random.Random) -> int:
        return draw.randint(1, LINES - 1) if draw.random() < FEWER else LINES

    def _example(self, known: Known, rows: Sequence[int], answer: str, draw: random.Random) -> Example:
        notes = [(self._lines[row].title, self._lines[row].text) for row in rows]
        question = _typed(known.question, draw)
        system, user = judge_messages(question, notes)
        texts = tuple(text for _, text in notes)
        return Example(
            "judged", self._material.name, known.document, question, (), texts, system.content, user.content, answer
        )


def _typed(question: str, draw: random.Random) -> str:
    """The question as it stands, or as it is typed in haste."""
    return fold(question).rstrip("?. ") if draw.random() < 0.2 else question
