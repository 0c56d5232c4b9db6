"""The map of the built-in course as data (`course/map.yaml`): sections, slides, lists, dates and an order of study.

Every text stands in English and Spanish, one beside the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from knowledge.courses.builtin import FOLDER
from knowledge.errors import KnowledgeError
from knowledge.messages import say
from knowledge.text import Language

FILE = FOLDER / "map.yaml"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    en: str
    es: str

    def said(self, language: Language) -> str:
        """The text in one language."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the lecture: its slides from `first` to `last`, its topics in order, and what it says in
    short; `part_of` is the section that a part belongs to."""

    id: str
    title: Text
    asked: tuple[str, ...]
    first: int
    last: int
    topics: tuple[str, ...]
    summary: tuple[Text, ...]
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class SlideShown:
    """What a slide shows, in a sentence, and the topics that explain what is on it."""

    number: int
    title: Text
    shows: Text
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list, with the topic that explains it, "" where there is none."""

    text: Text
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Something that the lecture enumerates, with the ways to ask for it."""

    id: str
    title: Text
    asked: tuple[str, ...]
    slides: tuple[int, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """Something of the lecture with its year."""

    year: int
    text: Text
    slide: int
    topic: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole map. `order` is the order of study by topic ids, `begin` the topics with which one begins."""

    title: Text
    about: tuple[Text, ...]
    teacher: tuple[Text, ...]
    sections: tuple[Section, ...]
    slides: tuple[SlideShown, ...]
    lists: tuple[Listed, ...]
    timeline: tuple[Dated, ...]
    order: tuple[str, ...]
    begin: tuple[str, ...]

    @property
    def about_slides(self) -> frozenset[int]:
        """The slides that tell of the course and its teacher: those without a topic."""
        return frozenset(slide.number for slide in self.slides if not slide.topics)

    def section_of(self, slide: int) -> Section | None:
        """The section that a slide is in; the narrowest one where sections have parts."""
        held = [section for section in self.sections if section.first <= slide <= section.last]
        return min(held, key=lambda section: section.last - section.first, default=None)

    def beside(self, section: Section) -> tuple[Section | None, Section | None]:
        """The sections before and after one, of those that are parts as it is, or of no section as it is."""
        row = [other for other in self.sections if bool(other.part_of) == bool(section.part_of)]
        place = row.index(section)
        return row[place - 1] if place else None, row[place + 1] if place + 1 < len(row) else None

    def dated(self, topics: Iterable[str]) -> list[Dated]:
        """When each of these topics first came, the oldest first; those without a date are left out."""
        held = [[row for row in self.timeline if row.topic == topic] for topic in topics]
        first = (min(rows, key=_year, default=None) for rows in held)
        return sorted((row for row in first if row is not None), key=_year)

    def to_study(self, topics: Iterable[str]) -> list[str]:
        """Topics in the order in which they are best learnt."""
        return sorted((topic for topic in topics if topic in self.order), key=self.order.index)

    def slides_of(self, topic: str) -> list[SlideShown]:
        """The slides on which a topic is met, in order."""
        return [slide for slide in self.slides if topic in slide.topics]


def _year(row: Dated) -> int:
    return row.year


Meant = Literal["whole", "recap", "shorter", "about", "rules", "teacher", "by_date", "to_study", "of_several"]


@cache
def read_ways(file: Path = FOLDER / "ways.yaml") -> Mapping[Meant, tuple[str, ...]]:
    """Ways to ask, in both languages, for what is no topic: a summary of the lecture or of the conversation, a shorter
    answer, what the course is about, how it is run, who gives it; which of several
    things came first, in which order they are learnt, and what else is asked of several."""
    found: dict[Meant, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {meant: tuple(texts) for meant, texts in found.items()}


def ways_to_ask(outline: Outline) -> list[str]:
    """The texts by which lists and sections are found."""
    lists = (text for row in outline.lists for text in (row.title.en, row.title.es, *row.asked))
    sections = (text for row in outline.sections for text in (row.title.en, row.title.es, *row.asked))
    return [*(text for texts in read_ways().values() for text in texts), *lists, *sections]


@cache
def read_outline(file: Path = FILE) -> Outline:
    """The map. Raises KnowledgeError where it breaks the form."""
    try:
        data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        course = data["course"]
        return Outline(
            _text(course["title"]),
            _texts(course["about"]),
            _texts(course["teacher"]),
            tuple(map(_section, data["sections"])),
            tuple(map(_slide, data["slides"])),
            tuple(map(_list, data["lists"])),
            tuple(
                Dated(int(row["year"]), _text(row), int(row["slide"]), str(row.get("topic") or ""))
                for row in data["timeline"]
            ),
            tuple(data["order"]),
            tuple(data["begin"]),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise KnowledgeError(
            say("{file} is no map of a course: {error}.", file=file.name, error=error), code="unreadable_document"
        ) from None


def _text(row: Mapping[str, Any]) -> Text:
    return Text(str(row["en"]), str(row["es"]))


def _texts(rows: Iterable[Mapping[str, Any]]) -> tuple[Text, ...]:
    return tuple(map(_text, rows))


def _section(row: Mapping[str, Any]) -> Section:
    first, last = row["slides"]
    return Section(
        str(row["id"]), _text(row["title"]), tuple(row.get("asked") or ()), int(first), int(last),
        tuple(row.get("topics") or ()), _texts(row["summary"]), str(row.get("part_of") or ""),
    )  # fmt: skip


def _slide(row: Mapping[str, Any]) -> SlideShown:
    return SlideShown(int(row["number"]), _text(row["title"]), _text(row["shows"]), tuple(row.get("topics") or ()))


def _list(row: Mapping[str, Any]) -> Listed:
    items = tuple(Item(_text(item), str(item.get("topic") or "")) for item in row["items"])
    return Listed(str(row["id"]), _text(row["title"]), tuple(row["asked"]), tuple(row.get("slides") or ()), items)
