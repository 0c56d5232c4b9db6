"""A passage: the unit that is found, shown as a source and quoted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.text import Language

Source = Literal["lecture", "notes", "document"]
WHOLE = "answer"
"""The act of passages that answer one question in particular."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that students ask, and the sentences of one passage that answer it.

    None do so where the course comes near the question and leaves it open. `follows` is true of one that names no
    topic, and is asked in a conversation on it: "and without it?"
    """

    question: str
    answer: tuple[str, ...]
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of the course with the place they come from.

    `id` depends on content and place alone, so it stays the same when unchanged content is read again.
    `sentences` are what an answer may quote: each stands alone. `text` is what is shown and searched. `language` is
    theirs; `other` holds the same sentences in the other language, one beside one, where the course has them. `act` is
    what a unit of the course does (knowledge/courses/units.py), `against` the topic that it compares with, or the name
    of the question that it answers.
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
    language: Language = "en"
    other: tuple[str, ...] = ()
    title_other: str = ""
    act: str = ""
    against: str = ""

    def said(self, language: Language) -> tuple[str, ...]:
        """Its sentences in a language; as they are where the course has them in one alone."""
        return self.sentences if language == self.language or not self.other else self.other

    def named(self, language: Language) -> str:
        """Its title in a language; as it is where the course has it in one alone."""
        return self.title if language == self.language or not self.title_other else self.title_other

    @property
    def whole(self) -> bool:
        """True of an answer to one question in particular: it is found by that question and said whole or not at all,
        so that neither it nor its sentences are searched by meaning."""
        return self.act == WHOLE

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

    def located(self, language: Language) -> str:
        """`place` in a language: "diapositiva 18"."""
        if language == "en":
            return self.place
        if self.source == "lecture":
            return f"diapositiva {self.slide}"
        if self.source == "notes":
            return f"nota {self.document}"
        if self.slide is not None:
            return f"{self.document}, diapositiva {self.slide}"
        return f"{self.document}, página {self.page}" if self.page is not None else self.document


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` is the probability that its best sentence answers (0 where the sentences
    were not looked at), `fused` the rank score; `dense` the cosine; `sparse` the BM25 score."""

    passage: Passage
    fused: float
    dense: float
    sparse: float
    score: float = 0.0


def embedded_text(passage: Passage, *, other: bool = False) -> str:
    """What the embedder reads of a passage: its title gives the sentences their topic."""
    if other:
        return f"{passage.title_other}. {' '.join(passage.other)}"
    return f"{passage.title}. {passage.text}"


def passage_id(document: str, place: str, text: str) -> str:
    """A stable 12-digit hexadecimal id."""
    return hashlib.sha256("\x1f".join((document, place, text)).encode()).hexdigest()[:12]


def passage_of(record: dict[str, Any]) -> Passage:
    """A passage from its JSON form (`dataclasses.asdict`)."""
    asked = tuple(Asked(item["question"], tuple(item["answer"]), item["follows"]) for item in record["asked"])
    lists = {name: tuple(record[name]) for name in ("sentences", "aliases", "other")}
    return Passage(**{**record, **lists, "asked": asked})
