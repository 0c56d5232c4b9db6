"""The labelled question bank in `knowledge/course/questions/`, and its split by concept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from knowledge.courses.builtin import FOLDER
from knowledge.passages import Passage
from knowledge.text import fold

Split = Literal["train", "dev", "test"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One question with what a right answer must hold; see CONTRIBUTING.md for the fields."""

    id: str
    question: str
    kind: str
    concept: str
    level: str
    style: str
    history: tuple[str, ...]
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    slides: frozenset[int]
    notes: frozenset[str]
    covered: bool
    demo: str
    params: dict[str, Any]

    @property
    def split(self) -> Split:
        """All questions about one concept fall into the same split: half train, a fifth dev, three tenths test."""
        place = int.from_bytes(hashlib.sha256(self.concept.encode()).digest()[:8], "big") % 10
        return "train" if place < 5 else "dev" if place < 7 else "test"

    def recalled(self, answer: str) -> float:
        """The share of the required facts that an answer holds (1 when none is required)."""
        if not self.must:
            return 1.0
        text = plain(answer)
        return sum(any(plain(word) in text for word in group) for group in self.must) / len(self.must)

    def right(self, answer: str) -> bool:
        """True when every required fact is there and nothing forbidden."""
        text = plain(answer)
        return self.recalled(answer) == 1.0 and not any(plain(word) in text for word in self.must_not)

    def found_in(self, passage: Passage) -> bool:
        """True when a right answer can be found at the passage's place."""
        if passage.source == "lecture":
            return passage.slide in self.slides
        return passage.document in self.notes


def read_bank(folder: Path = FOLDER / "questions", split: Split | None = None) -> list[Labelled]:
    """All labelled questions, or those of one split, in the files' order."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                found.append(_labelled(json.loads(line)))
    return [item for item in found if split is None or item.split == split]


def sample(items: Sequence[Labelled], limit: int | None) -> list[Labelled]:
    """At most `limit` of them, the same each time, kinds in proportion."""
    if limit is None or limit >= len(items):
        return list(items)
    order = sorted(items, key=lambda item: hashlib.sha256(item.id.encode()).digest())
    kinds: dict[str, list[Labelled]] = {}
    for item in order:
        kinds.setdefault(item.kind, []).append(item)
    share = limit / len(items)
    return [item for group in kinds.values() for item in group[: max(1, round(len(group) * share))]]


def plain(text: str) -> str:
    """Folded, without punctuation, for comparing labels with answers: "85,584" and "85584" are one."""
    folded = re.sub(r"(?<=\d),(?=\d{3})", "", fold(text))
    return " ".join(re.sub(r"[^\w.%]+", " ", folded).replace(". ", " ").split()).rstrip(".")


def _labelled(record: dict[str, Any]) -> Labelled:
    return Labelled(
        id=record["id"],
        question=record["question"],
        kind=record["kind"],
        concept=record["concept"],
        level=record.get("level", ""),
        style=record.get("style", "plain"),
        history=tuple(record.get("history", ())),
        must=tuple(tuple(group) for group in record.get("must", ())),
        must_not=tuple(record.get("must_not", ())),
        slides=frozenset(record.get("slides", ())),
        notes=frozenset(record.get("notes", ())),
        covered=bool(record["covered"]),
        demo=record.get("demo", ""),
        params=dict(record.get("params", {})),
    )


def by_kind(items: Iterable[Labelled]) -> dict[str, list[Labelled]]:
    """The questions grouped by kind, in order of appearance."""
    groups: dict[str, list[Labelled]] = {}
    for item in items:
        groups.setdefault(item.kind, []).append(item)
    return groups
