"""A passage: the unit that is found, shown as a source and quoted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

Source = Literal["lecture", "notes", "document"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that students ask, and the sentences of one passage that answer it.

    None do so where the course comes near the question and leaves it open.
    """

    question: str
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of the course with the place they come from.

    `id` depends on content and place alone, so it stays the same when unchanged content is read again.
    `sentences` are what an answer may quote: each stands alone. `text` is what is shown and searched.
    """

    id: str
    course: str
    source: Source
    document: str
    title: str
    section: str
    text: str
    sentences: tuple[str, ...]
    slide: int | None = None
    page: int | None = None
    aliases: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def place(self) -> str:
        """Where a reader finds it: "slide 18", "note perceptron", "notes.pdf, page 4"."""
        if self.source == "lecture":
            return f"slide {self.slide}"
        if self.source == "notes":
            return f"note {self.document}"
        if self.slide is not None:
            return f"{self.document}, slide {self.slide}"
        return f"{self.document}, page {self.page}" if self.page is not None else self.document


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` is the probability that its best sentence answers (0 where the sentences
    were not looked at), `fused` the rank score; `dense` the cosine; `sparse` the BM25 score."""

    passage: Passage
    fused: float
    dense: float
    sparse: float
    score: float = 0.0


def passage_id(document: str, place: str, text: str) -> str:
    """A stable 12-digit hexadecimal id."""
    return hashlib.sha256("\x1f".join((document, place, text)).encode()).hexdigest()[:12]


def passage_of(record: dict[str, Any]) -> Passage:
    """A passage from its JSON form (`dataclasses.asdict`)."""
    asked = tuple(Asked(item["question"], tuple(item["answer"])) for item in record["asked"])
    lists = {name: tuple(record[name]) for name in ("sentences", "aliases")}
    return Passage(**{**record, **lists, "asked": asked})
