"""What of a course's documents could not be read, said where a question finds no answer: it may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.documents.gaps import Gap, GapKind
from knowledge.documents.reading import Document
from tutor.i18n import Texts, mark

_SHOWN = 5
_PAGES: frozenset[GapKind] = frozenset(("unread_page", "ocr_missing"))
_WITHOUT_TEXT: Mapping[str, tuple[str, str]] = {
    "page": (
        mark("Page {numbers} of {document} has no text that I can read."),
        mark("Pages {numbers} of {document} have no text that I can read."),
    ),
    "slide": (
        mark("Slide {numbers} of {document} has no text that I can read."),
        mark("Slides {numbers} of {document} have no text that I can read."),
    ),
}
_PARTS: Mapping[GapKind, str] = {
    "picture": mark("I cannot read the pictures in {document}; the answer may be in one of them."),
    "unread_picture": mark("I cannot read the pictures in {document}; the answer may be in one of them."),
    "ocr_missing": mark("I cannot read the pictures in {document}; the answer may be in one of them."),
    "equation": mark("I cannot read all equations in {document}; the answer may be in one of them."),
    "object": mark("I cannot read what is embedded in {document}; the answer may be there."),
}


@dataclass(frozen=True, slots=True)
class Unread:
    """The gaps of one document in which an answer may stand."""

    document: str
    gaps: tuple[Gap, ...]


def unread_in(documents: Iterable[Document]) -> tuple[Unread, ...]:
    """The documents that have such gaps."""
    return tuple(Unread(document.name, document.missing) for document in documents if document.missing)


def unread_words(unread: Sequence[Unread], near: Sequence[str], texts: Texts) -> str:
    """One sentence on the document that the question comes nearest to, "" where everything was read."""
    if not unread:
        return ""
    places = {name: place for place, name in reversed(list(enumerate(near)))}
    found = min(unread, key=lambda held: places.get(held.document, len(near)))
    gap = min(found.gaps, key=lambda gap: not (gap.kind in _PAGES and gap.places and gap.unit in _WITHOUT_TEXT))
    if gap.kind in _PAGES and gap.places and gap.unit in _WITHOUT_TEXT:
        numbers = ", ".join(map(str, gap.places[:_SHOWN])) + (" …" if len(gap.places) > _SHOWN else "")
        return texts(_WITHOUT_TEXT[gap.unit][len(gap.places) > 1], numbers=numbers, document=found.document)
    return texts(_PARTS[gap.kind], document=found.document) if gap.kind in _PARTS else ""
