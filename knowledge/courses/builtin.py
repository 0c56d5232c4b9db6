"""The built-in course: the slides of the lecture and the notes on its concepts, read from `knowledge/course/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.documents.markdown import front_matter
from knowledge.errors import KnowledgeError
from knowledge.messages import say

COURSE = "ai-introduction"
FOLDER = Path(__file__).parents[1] / "course"
_HEADING = re.compile(r"^## Slide (\d+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide in our words. `body` is Markdown without the heading and the alias line."""

    number: int
    title: str
    section: str
    part: str
    body: str
    aliases: tuple[str, ...] = ()

    @property
    def markdown(self) -> str:
        """The slide as a page to show."""
        where = " · ".join(filter(None, (self.section, self.part)))
        return f"# {self.title}\n\n*Slide {self.number} · {where}*\n\n{self.body}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """One concept: `head` is the front matter, `body` the Markdown after it."""

    id: str
    title: str
    slide: int
    aliases: tuple[str, ...]
    head: dict[str, Any]
    body: str

    @property
    def demo(self) -> str:
        """The demo that shows this concept, or ""."""
        return str(self.head.get("demo") or "")


def read_slides(folder: Path = FOLDER / "lecture") -> tuple[Slide, ...]:
    """All slides in order. Raises KnowledgeError when a file does not have the form that is expected."""
    slides: list[Slide] = []
    for path in sorted(folder.glob("*.md")):
        head, body = front_matter(path.read_text(encoding="utf-8"))
        marks = list(_HEADING.finditer(body))
        ends = [mark.start() for mark in marks[1:]] + [len(body)]
        for mark, end in zip(marks, ends, strict=True):
            text, aliases = _split_aliases(body[mark.end() : end].strip())
            slides.append(
                Slide(int(mark[1]), mark[2].strip(), str(head["section"]), str(head.get("part") or ""), text, aliases)
            )
    if [slide.number for slide in slides] != list(range(1, len(slides) + 1)):
        raise KnowledgeError(
            say("The slides in {folder} are not numbered 1 to {count} in order.", folder=folder, count=len(slides)),
            code="unreadable_document",
        )
    return tuple(slides)


def read_notes(folder: Path = FOLDER / "notes") -> tuple[Note, ...]:
    """All notes, by id."""
    notes = []
    for path in sorted(folder.glob("*.md")):
        head, body = front_matter(path.read_text(encoding="utf-8"))
        if head.get("id") != path.stem:
            raise KnowledgeError(say("{file} does not name its own id.", file=path.name), code="unreadable_document")
        aliases = tuple(str(alias) for alias in head.get("aliases") or ())
        notes.append(Note(path.stem, str(head["title"]), int(head["slide"]), aliases, head, body.strip()))
    return tuple(notes)


def _split_aliases(text: str) -> tuple[str, tuple[str, ...]]:
    match = re.match(r"Aliases: (.+)\n*", text)
    if match is None:
        return text, ()
    return text[match.end() :].strip(), tuple(alias.strip() for alias in match[1].split(","))
