"""Units of text grouped into passages: the pieces that are found, shown as sources and quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.documents.pages import Page
from knowledge.documents.units import Unit
from knowledge.passages import Passage, Source, passage_id
from knowledge.text import language_of, pieces

PASSAGE_WORDS = 90
"""A passage ends at the first sentence past this many words: four of them fit a 2k-token prompt with room to spare."""
PASSAGE_LETTERS = 1_500
"""The same for text that is not made of words: tables of numbers, addresses, scripts without spaces."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What all passages of one section share; `quoted` says whether answers may quote its sentences."""

    course: str
    source: Source
    document: str
    title: str
    section: str
    slide: int | None = None
    page: int | None = None
    aliases: tuple[str, ...] = ()
    quoted: bool = True


def page_passages(page: Page, course: str, name: str, above: Draft | None = None) -> tuple[list[Passage], Draft]:
    """Passages of one page, and the draft under which the next one goes on: headings become titles, and the last one
    of the page before (`above`) holds until there is another."""
    slide = page.number if page.kind == "slide" else None
    number = page.number if page.kind == "page" else None
    title = section = Path(name).stem.replace("_", " ")
    if above is not None:
        title, section = above.title, above.section
    draft = Draft(course, "document", name, title, section, slide, number)
    found: list[Passage] = []
    batch: list[Unit] = []
    for unit in page.units:
        if unit.kind == "heading":
            found += pack(draft, batch)
            batch = []
            section = unit.text if unit.level <= 2 else section
            draft = replace(draft, title=unit.text, section=section)
        elif unit.kind == "math":
            batch.append(unit)
        elif unit.kind != "code":
            parts = enumerate(pieces(unit.text))
            batch += [replace(unit, text=text, first=unit.first and not place) for place, text in parts]
    return found + pack(draft, batch), draft


def pack(draft: Draft, found: Sequence[Unit]) -> list[Passage]:
    """Group units into passages of about PASSAGE_WORDS words; a formula stays with the sentence before it."""
    groups: list[list[Unit]] = []
    size, letters = PASSAGE_WORDS, 0
    for unit in _with_formulas(found):
        if size >= PASSAGE_WORDS or letters >= PASSAGE_LETTERS:
            groups.append([])
            size = letters = 0
        groups[-1].append(unit)
        size += len(unit.text.split())
        letters += len(unit.text)
    return [_passage(draft, group) for group in groups]


def _with_formulas(found: Sequence[Unit]) -> list[Unit]:
    """A formula joins the sentence that announces it, so that it is never quoted alone."""
    joined: list[Unit] = []
    for unit in found:
        if unit.kind == "math" and joined and joined[-1].kind == "text" and "$$" not in joined[-1].text:
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {unit.text}")
        else:
            joined.append(unit)
    return joined


def _passage(draft: Draft, group: Sequence[Unit]) -> Passage:
    text = "".join(("\n" if unit.first else " ") + unit.text for unit in group).strip()
    place = str(draft.section if draft.source == "notes" else draft.slide or draft.page or draft.section)
    return Passage(
        id=passage_id(draft.document, place, text),
        course=draft.course,
        source=draft.source,
        document=draft.document,
        title=draft.title,
        section=draft.section,
        text=text,
        sentences=tuple(unit.text for unit in group) if draft.quoted else (),
        slide=draft.slide,
        page=draft.page,
        aliases=draft.aliases,
        language=language_of(text) if draft.source == "document" else "en",
    )
