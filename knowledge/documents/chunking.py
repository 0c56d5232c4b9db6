"""From files to passages: the built-in course, and the documents that a teacher adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from knowledge.courses.asked import Entry, read_asked
from knowledge.courses.builtin import COURSE, FOLDER, Note, Slide, read_notes, read_slides
from knowledge.documents.converters import Page, check, convert
from knowledge.documents.markdown import Unit, front_matter, units
from knowledge.documents.sandbox import read_apart
from knowledge.errors import KnowledgeError
from knowledge.passages import Asked, Passage, Source, passage_id

PASSAGE_WORDS = 90
"""A passage ends at the first sentence past this many words: four of them fit a 2k-token prompt with room to spare."""

UNQUOTED = ("Connections",)
"""Sections of a note that are found but not quoted: their sentences lean on each other."""

LEFT_OUT = ("See it run",)
"""Sections of a note that say nothing about the subject."""

PLAIN = (".txt", ".text", "", ".md", ".markdown")
SMALL = 200_000
"""Plain text up to so many bytes is read here; all else in a process with limits."""

Change = Literal["added", "replaced", "unchanged"]


@dataclass(frozen=True, slots=True)
class _Draft:
    """What all passages of one section share."""

    course: str
    source: Source
    document: str
    title: str
    section: str
    slide: int | None = None
    page: int | None = None
    aliases: tuple[str, ...] = ()


def lecture_passages(folder: Path = FOLDER) -> list[Passage]:
    """Slides and notes of the built-in course as passages, in order, with the questions that each answers."""
    asked = read_asked(folder / "asked")
    found: list[Passage] = []
    for slide in read_slides(folder / "lecture"):
        found += _slide_passages(slide)
    for note in read_notes(folder / "notes"):
        found += _note_passages(note)
    first = {passage.document: passage for passage in reversed(found)}
    return [
        replace(passage, asked=_asked_of(passage, asked.get(passage.document, ()), passage is first[passage.document]))
        for passage in found
    ]


def _asked_of(passage: Passage, entries: Iterable[Entry], first: bool) -> tuple[Asked, ...]:
    """What of the entries a passage answers: those of which it holds at least one sentence.

    The unanswered ones go to the first passage of their document.
    """
    found = []
    for entry in entries:
        if first and not entry.answer:
            found += [Asked(question, ()) for question in entry.questions]
        elif held := tuple(sentence for sentence in entry.answer if sentence in passage.sentences):
            found += [Asked(question, held) for question in entry.questions]
    return tuple(found)


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


def read_document(path: Path, course: str, name: str | None = None) -> Document:
    """The passages of a file. `name` is what citations call it. Raises KnowledgeError."""
    name = name or path.name
    try:
        check(path, name)
        if path.suffix.lower() in PLAIN and path.stat().st_size <= SMALL:
            return read_here(path, course, name)
        return read_apart(path, course, name)
    except OSError as error:
        raise KnowledgeError(
            f"{name} cannot be read ({error.strerror}).", code="unreadable_document", hint="Check path and permissions."
        ) from None


def read_here(path: Path, course: str, name: str) -> Document:
    """`read_document` in this process, without limits. Raises KnowledgeError and what parsers raise."""
    converted = convert(path, name)
    found: list[Passage] = []
    for page in converted.pages:
        found += _page_passages(page, course, name)
    if not found:
        raise KnowledgeError(f"{name} holds no text.", code="unreadable_document", hint="Give a file with sentences.")
    return Document(name, tuple(_distinct(found)), len(converted.pages), converted.remarks)


def _page_passages(page: Page, course: str, name: str) -> list[Passage]:
    """Passages of one page of Markdown: headings become titles, paragraphs are cut into sentences."""
    _, body = front_matter(page.text)
    slide = page.number if page.kind == "slide" else None
    number = page.number if page.kind == "page" else None
    title = section = Path(name).stem.replace("_", " ")
    draft = _Draft(course, "document", name, title, section, slide, number)
    found: list[Passage] = []
    batch: list[Unit] = []
    for unit in units(body):
        if unit.kind == "heading":
            found += _pack(draft, batch)
            batch = []
            section = unit.text if unit.level <= 2 else section
            draft = replace(draft, title=unit.text, section=section)
        elif unit.kind != "code":
            batch.append(unit)
    return found + _pack(draft, batch)


def _slide_passages(slide: Slide) -> list[Passage]:
    draft = _Draft(
        COURSE, "lecture", f"slide-{slide.number}", slide.title, slide.part or slide.section, slide.number,
        aliases=slide.aliases,
    )  # fmt: skip
    body = slide.body.split("\nLinks:\n")[0]
    links = [line[2:].strip() for line in slide.body.partition("Links:\n")[2].splitlines() if line.startswith("- ")]
    found = units(body if not slide.body.startswith("Links:") else "")
    if links:
        found.append(Unit("text", f"Slide {slide.number} ({slide.title}) links to {', '.join(links)}."))
    return _pack(draft, found)


def _note_passages(note: Note) -> list[Passage]:
    found: list[Passage] = []
    section = ""
    batch: list[Unit] = []
    for unit in [*units(note.body), Unit("heading", "", 2)]:
        if unit.kind == "heading":
            if section in LEFT_OUT:
                batch = []
            draft = _Draft(COURSE, "notes", note.id, note.title, section, note.slide, aliases=note.aliases)
            found += _pack(draft, _sayable(note, section, batch))
            section, batch = unit.text, []
        else:
            batch.append(unit)
    return found


def _sayable(note: Note, section: str, batch: Sequence[Unit]) -> list[Unit]:
    """What counts of a section: no code, no lead-in; of a misconception only what is right; a formula with its name.

    Links between notes are for readers of the files: [[alpha_beta]] reads "alpha beta".
    """
    found = []
    for unit in batch:
        text = re.sub(r"\[\[(\w+)\]\]", lambda match: match[1].replace("_", " "), unit.text)
        if unit.kind == "code" or text.startswith("Wrong:") or text.rstrip().endswith("Where:"):
            continue
        if unit.kind == "math" and section == "Formula":
            unit = replace(unit, kind="text")
            text = f"The formula ({note.title}): {text}"
        found.append(replace(unit, text=text.removeprefix("Right: ")))
    return found


def _pack(draft: _Draft, found: Sequence[Unit]) -> list[Passage]:
    """Group units into passages of about PASSAGE_WORDS words; a formula stays with the sentence before it."""
    groups: list[list[Unit]] = []
    size = PASSAGE_WORDS
    for unit in _with_formulas(found):
        if size >= PASSAGE_WORDS:
            groups.append([])
            size = 0
        groups[-1].append(unit)
        size += len(unit.text.split())
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


def _passage(draft: _Draft, group: Sequence[Unit]) -> Passage:
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
        sentences=() if draft.section in UNQUOTED else tuple(unit.text for unit in group),
        slide=draft.slide,
        page=draft.page,
        aliases=draft.aliases,
    )


def _distinct(passages: Iterable[Passage]) -> list[Passage]:
    """Without repeats: the same words at the same place once."""
    return list({passage.id: passage for passage in passages}.values())
