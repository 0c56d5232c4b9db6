"""One file as passages, read in this process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.documents.chunking import page_passages
from knowledge.documents.converters import convert
from knowledge.documents.gaps import MISSING, Gap
from knowledge.documents.pages import Tell
from knowledge.errors import KnowledgeError
from knowledge.messages import listed, say
from knowledge.passages import Passage

Change = Literal["added", "replaced", "unchanged"]


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of one file: its passages, how many pages it has, and what could not be read.

    `remarks` says the `gaps` in words; `change` is what taking it into a course did.
    """

    name: str
    passages: tuple[Passage, ...]
    pages: int
    remarks: tuple[str, ...] = ()
    change: Change = "added"
    gaps: tuple[Gap, ...] = ()

    @property
    def missing(self) -> tuple[Gap, ...]:
        """The gaps in which an answer may stand."""
        return tuple(gap for gap in self.gaps if gap.kind in MISSING)


def _quiet(_done: int, _total: int) -> None:
    pass


def read_here(path: Path, course: str, name: str, tell: Tell = _quiet) -> Document:
    """`read_document` in this process, without limits. Raises KnowledgeError and what parsers raise."""
    converted = convert(path, name, tell)
    found: list[Passage] = []
    above = None
    for page in converted.pages:
        passages, draft = page_passages(page, course, name, above)
        found += passages
        above = draft if page.kind == "page" else None  # a chapter goes on over pages, a slide has its own title
    remarks = tuple(gap.words for gap in converted.gaps)
    if not found:
        raise KnowledgeError(
            say("{name} holds no text: {reasons}.", name=name, reasons=listed("; ", remarks))
            if remarks
            else say("{name} holds no text.", name=name),
            code="unreadable_document",
            hint=say("Give a file with sentences."),
        )
    return Document(name, tuple(_distinct(found)), len(converted.pages), remarks, gaps=converted.gaps)


def _distinct(passages: Iterable[Passage]) -> list[Passage]:
    """Without repeats: the same words at the same place once."""
    return list({passage.id: passage for passage in passages}.values())
