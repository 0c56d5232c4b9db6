"""The notes of a course by section and by name: where the other words for a topic and its worked example stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from knowledge.passages import Passage
from knowledge.retrieval.questions import telling
from knowledge.retrieval.retriever import Retriever
from knowledge.retrieval.spanish import in_english, in_plain_words
from knowledge.text import content_words
from tutor.conversations.store import Exchange
from tutor.teaching.question_bank import Item, read_items
from tutor.teaching.reply import Line

_LIGHT = frozenset("idea concept topic method algorithm network model layer function problem thing".split())
"""Stems that may stand beside a topic's name without making it another one."""

_HALF = 0.5
"""Least share of a name's words that have to be there for a slide to be about that note."""


class Shelf:
    """What an index holds, arranged for moves. Made once for each index."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = {passage.id: passage for passage in passages}
        self.notes: dict[str, list[Passage]] = {}
        for passage in passages:
            if passage.source == "notes":
                self.notes.setdefault(passage.document, []).append(passage)

    @cached_property
    def items(self) -> Mapping[str, tuple[Item, ...]]:
        """The practice questions by document."""
        return read_items(self._passages.values())

    def section(self, note: str, name: str) -> list[Line]:
        """The sentences of one section of a note, in order; [] where there is no such note."""
        held = [passage for passage in self.notes.get(note, ()) if passage.section == name]
        return [Line(text, passage) for passage in held for text in passage.sentences]

    def title(self, note: str) -> str:
        """A note's title; "" where there is no such note."""
        return self.notes[note][0].title if note in self.notes else ""

    def is_proper(self, note: str, text: str, section: str) -> bool:
        """Whether a text names the note itself, by title or abbreviation, or else what that section speaks of.

        "Dropout" names the note on overfitting as well, but its short words say nothing of dropout.
        """
        first, said = self.notes[note][0], set(telling(in_plain_words(in_english(text))))
        own = [first.title, note.replace("_", " "), *(alias for alias in first.aliases if alias.isupper())]
        words = set(content_words(" ".join(own))) | _LIGHT
        return said <= words or said <= words | set(
            content_words(" ".join(s.text for s in self.section(note, section)))
        )

    def document(self, name: str) -> list[Passage]:
        """All passages of a document, in order."""
        return [passage for passage in self._passages.values() if passage.document == name]

    def documents_of(self, note: str) -> list[str]:
        """The documents of a note's topic: the note, and its slide where the slide bears its name."""
        first = self.notes[note][0]
        said = set(content_words(" ".join((first.title, *first.aliases))))
        beside = (p for p in self._passages.values() if p.source == "lecture" and p.slide == first.slide)
        return [note, *dict.fromkeys(p.document for p in beside if said & set(content_words(p.title)))]

    def named(self, text: str) -> list[str]:
        """The notes whose name is nearest to being all that a text says; [] when it says more than a name."""
        said = set(telling(in_plain_words(in_english(text))))
        found: dict[str, int] = {}
        for note, names in self._names.items():
            fitting = [name for name in names if name & said and said <= name | _LIGHT]
            if fitting:
                found[note] = min(len(name - said) + len(said - name) for name in fitting)
        best = min(found.values(), default=0)
        return [note for note, distance in found.items() if distance == best]

    def topic(self, history: Sequence[Exchange]) -> tuple[Exchange, Passage] | None:
        """The latest exchange that was about something, and the passage that it rested on most."""
        for exchange in reversed(history):
            if exchange.state == "complete" and (passage := self._rested_on(exchange)):
                return exchange, passage
        return None

    def note_of(self, passage: Passage, said: str = "") -> str:
        """The note on the topic of a passage; `said` is what was asked. "" where there is none."""
        if passage.source != "lecture":
            return passage.document if passage.source == "notes" else ""
        words = set(content_words(f"{passage.title} {said}"))
        near = {note: self._share(note, words) for note in self._names}
        here = {note: share for note, share in near.items() if self.notes[note][0].slide == passage.slide}
        best = max(here, key=lambda note: here[note], default="")
        if best and here[best] > _HALF:
            return best
        best = max(near, key=lambda note: near[note], default="")
        return best if best and near[best] >= 1 else ""

    def _rested_on(self, exchange: Exchange) -> Passage | None:
        """The passage of an exchange's topic; one that a stateless client tells of is known by the names in it."""
        for citation in exchange.detail.get("citations", ()):
            if passage := self._passages.get(str(citation.get("passage_id"))):
                return passage
        about = (exchange.detail.get("demo") or {}).get("name") or (exchange.detail.get("practice") or {}).get(
            "document"
        )
        if about or "provenance" in exchange.detail:
            return next(iter(self.document(str(about))), None)
        words = set(content_words(in_plain_words(in_english(exchange.question))))
        shares = {note: self._share(note, words) for note in self._names}
        best = max(shares, key=lambda note: shares[note], default="")
        return self.notes[best][0] if best and shares[best] >= 1 else None

    def _share(self, note: str, words: set[str]) -> float:
        """How much of one of a note's names is among the words; a longer name counts for a little more."""
        return max(
            len(name & words) / len(name) + (len(name) / 100 if name <= words else 0) for name in self._names[note]
        )

    @cached_property
    def _names(self) -> dict[str, list[frozenset[str]]]:
        return {note: _name_sets(passages[0]) for note, passages in self.notes.items()}


def _name_sets(passage: Passage) -> list[frozenset[str]]:
    names: Iterable[str] = (
        passage.document.replace("_", " "),
        *passage.title.split(":"),
        passage.title,
        *passage.aliases,
    )
    return list(filter(None, dict.fromkeys(frozenset(content_words(name)) for name in names)))


def quoted(exchanges: Iterable[Exchange]) -> list[str]:
    """The sentences of the course that these exchanges cited."""
    kept: list[dict[str, Any]] = [item for exchange in exchanges for item in exchange.detail.get("citations", ())]
    return [str(item["quote"]) for item in kept]


def search_of(exchange: Exchange) -> str:
    """What was searched for an exchange; its question where that is not known."""
    return str(exchange.detail.get("search") or exchange.question)


_SHELVES: WeakKeyDictionary[Retriever, Shelf] = WeakKeyDictionary()


def shelf_of(retriever: Retriever) -> Shelf:
    """The shelf of the retriever's index, which it is made for once."""
    if (shelf := _SHELVES.get(retriever)) is None:
        shelf = _SHELVES[retriever] = Shelf(retriever.passages)
    return shelf
