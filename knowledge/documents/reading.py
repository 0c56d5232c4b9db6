"""One file as passages, read in this process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.documents.chunking import page_passages
from knowledge.documents.converters import convert
from knowledge.errors import KnowledgeError
from knowledge.passages import Passage

Change = Literal["added", "replaced", "unchanged"]


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of one file: its passages, how many pages it has, and what could not be read.

    `change` is what taking it into a course did.
    """

    name: str
    passages: tuple[Passage, ...]
    pages: int
    remarks: tuple[str, ...] = ()
    change: Change = "added"


def read_here(path: Path, course: str, name: str) -> Document:
    """`read_document` in this process, without limits. Raises KnowledgeError and what parsers raise."""
    converted = convert(path, name)
    found: list[Passage] = []
    for page in converted.pages:
        found += page_passages(page, course, name)
    if not found:
        raise KnowledgeError(f"{name} holds no text.", code="unreadable_document", hint="Give a file with sentences.")
    return Document(name, tuple(_distinct(found)), len(converted.pages), converted.remarks)


def _distinct(passages: Iterable[Passage]) -> list[Passage]:
    """Without repeats: the same words at the same place once."""
    return list({passage.id: passage for passage in passages}.values())
