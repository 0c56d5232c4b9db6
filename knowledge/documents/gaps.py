"""What of a file is not among its passages, and why: told in its report, and where a question finds no answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.messages import mark, say

GapKind = Literal[
    "unread_page", "unread_picture", "ocr_missing", "read_by_ocr", "nameless", "picture", "equation", "object",
    "hidden", "hidden_slide", "hidden_sheet", "comment", "contents", "output",
]  # fmt: skip

MISSING: frozenset[GapKind] = frozenset(
    ("unread_page", "unread_picture", "ocr_missing", "picture", "equation", "object")
)
"""Kinds that a reader of the file sees and the course does not hold: an answer may stand in them."""

_SHOWN = 12
_PLACES = {
    "page": (mark("page {numbers}"), mark("pages {numbers}")),
    "slide": (mark("slide {numbers}"), mark("slides {numbers}")),
}
_WORDS: Mapping[GapKind, tuple[str, str]] = {
    "unread_page": (mark("{place} has no text that can be read"), mark("{place} have no text that can be read")),
    "unread_picture": (
        mark("1 picture holds no text that could be read{at}"),
        mark("{count} pictures hold no text that could be read{at}"),
    ),
    "ocr_missing": (
        mark("1 picture that may hold text was not read{at}: Tesseract, which would read it, is not installed"),
        mark(
            "{count} pictures that may hold text were not read{at}: Tesseract, which would read them, is not installed"
        ),
    ),
    "read_by_ocr": (mark("1 picture was read by Tesseract{at}"), mark("{count} pictures were read by Tesseract{at}")),
    "nameless": (mark("1 sign has a shape and no name{at}"), mark("{count} signs have a shape and no name{at}")),
    "picture": (mark("1 picture was not read{at}"), mark("{count} pictures were not read{at}")),
    "equation": (mark("1 equation could not be read{at}"), mark("{count} equations could not be read{at}")),
    "object": (mark("1 embedded object was not read{at}"), mark("{count} embedded objects were not read{at}")),
    "hidden": (mark("hidden text was left out{at}"), mark("hidden text was left out{at}")),
    "hidden_slide": (mark("{place} is hidden and was left out"), mark("{place} are hidden and were left out")),
    "hidden_sheet": (
        mark("1 hidden sheet, row or column was left out{at}"),
        mark("{count} hidden sheets, rows or columns were left out{at}"),
    ),
    "comment": (mark("1 comment was left out{at}"), mark("{count} comments were left out{at}")),
    "contents": (
        mark("1 line of a table of contents was left out{at}"),
        mark("{count} lines of a table of contents were left out{at}"),
    ),
    "output": (
        mark("1 output of code, an error or a long one, was left out{at}"),
        mark("{count} outputs of code, errors or long ones, were left out{at}"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of one kind that was not read, how often, and on which pages or slides (`unit`)."""

    kind: GapKind
    count: int = 1
    places: tuple[int, ...] = ()
    unit: str = ""

    @property
    def place(self) -> str:
        """Where it is: "page 3", "slides 2, 4", or ""."""
        if not self.places or not self.unit:
            return ""
        numbers = ", ".join(map(str, self.places[:_SHOWN]))
        if len(self.places) > _SHOWN:
            numbers = say("{numbers} and {count} more", numbers=numbers, count=len(self.places) - _SHOWN)
        return say(_PLACES[self.unit][len(self.places) > 1], numbers=numbers)

    @property
    def words(self) -> str:
        """The gap as a sentence for the report."""
        many = len(self.places) > 1 if self.kind in ("unread_page", "hidden_slide") else self.count != 1
        at = say(" ({place})", place=self.place) if self.place else ""
        return say(_WORDS[self.kind][many], place=self.place or say("the file"), count=self.count, at=at)


class Ledger:
    """Counts gaps while a file is read. `alive` is called before each picture is read, which takes seconds."""

    def __init__(self, unit: str = "", alive: Callable[[], None] = lambda: None) -> None:
        self._unit, self.alive = unit, alive
        self._held: dict[GapKind, tuple[int, list[int]]] = {}
        self._pictures: set[bytes] = set()

    @property
    def pictures(self) -> int:
        """How many different pictures there have been."""
        return len(self._pictures)

    def is_new(self, picture: bytes) -> bool:
        """False for a picture that was met before: a logo on every slide is read once."""
        digest = hashlib.sha256(picture).digest()
        is_new = digest not in self._pictures
        self._pictures.add(digest)
        return is_new

    def note(self, kind: GapKind, place: int = 0, count: int = 1) -> None:
        """Count something that was not read on a page or slide."""
        if count <= 0:
            return
        total, places = self._held.setdefault(kind, (0, []))
        if place and place not in places[-1:]:
            places.append(place)
        self._held[kind] = (total + count, places)

    def gaps(self) -> tuple[Gap, ...]:
        """What was counted."""
        return tuple(
            Gap(kind, count, tuple(sorted(set(places))), self._unit) for kind, (count, places) in self._held.items()
        )


def gaps_of(records: Iterable[Mapping[str, Any]]) -> tuple[Gap, ...]:
    """Gaps from their JSON form."""
    return tuple(Gap(item["kind"], item["count"], tuple(item["places"]), item["unit"]) for item in records)
