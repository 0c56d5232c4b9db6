"""The built-in course as passages: slides and notes in order, with the questions that each answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.courses.asked import Entry, read_asked
from knowledge.courses.builtin import COURSE, FOLDER, Note, Slide, read_notes, read_slides
from knowledge.courses.parallel import read_parallel
from knowledge.courses.units import Topic, read_topics
from knowledge.courses.units import Unit as CourseUnit
from knowledge.documents.chunking import Draft, pack
from knowledge.documents.markdown import units
from knowledge.documents.units import Unit
from knowledge.passages import Asked, Passage, passage_id

UNQUOTED = ("Connections",)
"""Sections of a note that are found but not quoted: their sentences lean on each other."""

LEFT_OUT = ("See it run",)
"""Sections of a note that say nothing about the subject."""


def lecture_passages(folder: Path = FOLDER) -> list[Passage]:
    """Slides and notes of the built-in course as passages, in order, with the questions that each answers."""
    asked = read_asked(folder / "asked")
    found: list[Passage] = []
    for slide in read_slides(folder / "lecture"):
        found += _slide_passages(slide)
    topics = read_topics(folder / "units")
    for topic in topics:
        found += _topic_passages(topic)
    written = {topic.id for topic in topics}
    for note in read_notes(folder / "notes"):
        if note.id not in written:
            found += _note_passages(note)
    spanish = read_parallel(folder / "spanish")
    found = [_with_spanish(passage, spanish) for passage in found]
    first = {passage.document: passage for passage in reversed(found)}
    return [
        replace(passage, asked=_asked_of(passage, asked.get(passage.document, ()), passage is first[passage.document]))
        for passage in found
    ]


def _topic_passages(topic: Topic) -> list[Passage]:
    """One passage for each unit: what is wrong in a misconception is searched, and never quoted."""
    found = []
    for unit in topic.units:
        lines = [line for line in unit.lines if line.kind != "wrong"]
        if not lines:
            continue
        text = " ".join(("Wrong: " if line.kind == "wrong" else "") + line.en for line in unit.lines)
        place = " ".join(filter(None, (unit.act, unit.other)))
        found.append(
            Passage(
                id=passage_id(topic.id, place, text),
                course=COURSE,
                source="notes",
                document=topic.id,
                title=topic.title,
                section=place,
                text=text,
                sentences=tuple(line.en for line in lines),
                slide=topic.slide,
                aliases=(*topic.aliases, *topic.aliases_es),
                asked=_ways(unit, tuple(line.en for line in lines)),
                other=tuple(line.es for line in lines),
                title_other=topic.title_es,
                act=unit.act,
                against=unit.other,
            )
        )
    return found


def _ways(unit: CourseUnit, answer: tuple[str, ...]) -> tuple[Asked, ...]:
    """The ways to ask for a unit, those that name its topic first."""
    return (
        *(Asked(question, answer) for question in unit.asked),
        *(Asked(question, answer, follows=True) for question in unit.followed),
    )


def _with_spanish(passage: Passage, spanish: dict[str, str]) -> Passage:
    """A slide's passage with its sentences in Spanish, where every one of them has been put into it."""
    if passage.other or not passage.sentences or not all(text in spanish for text in passage.sentences):
        return passage
    other = tuple(spanish[text] for text in passage.sentences)
    return replace(passage, other=other, title_other=spanish.get(passage.title, ""))


def _asked_of(passage: Passage, entries: Iterable[Entry], first: bool) -> tuple[Asked, ...]:
    """What of the entries a passage answers: those of which it holds at least one sentence.

    The unanswered ones go to the first passage of their document.
    """
    found = list(passage.asked)
    for entry in entries:
        if first and not entry.answer:
            found += [Asked(question, ()) for question in entry.questions]
        elif held := tuple(sentence for sentence in entry.answer if sentence in passage.sentences):
            found += [Asked(question, held) for question in entry.questions]
    return tuple(found)


def _slide_passages(slide: Slide) -> list[Passage]:
    draft = Draft(
        COURSE, "lecture", f"slide-{slide.number}", slide.title, slide.part or slide.section, slide.number,
        aliases=slide.aliases,
    )  # fmt: skip
    body = slide.body.split("\nLinks:\n")[0]
    links = [line[2:].strip() for line in slide.body.partition("Links:\n")[2].splitlines() if line.startswith("- ")]
    found = units(body if not slide.body.startswith("Links:") else "")
    if links:
        found.append(Unit("text", f"Slide {slide.number} ({slide.title}) links to {', '.join(links)}."))
    return pack(draft, found)


def _note_passages(note: Note) -> list[Passage]:
    found: list[Passage] = []
    section = ""
    batch: list[Unit] = []
    for unit in [*units(note.body), Unit("heading", "", 2)]:
        if unit.kind == "heading":
            if section in LEFT_OUT:
                batch = []
            draft = Draft(
                COURSE,
                "notes",
                note.id,
                note.title,
                section,
                note.slide,
                aliases=note.aliases,
                quoted=section not in UNQUOTED,
            )
            found += pack(draft, _sayable(note, section, batch))
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
