"""`python -m knowledge.courses.lint [FILE ...]`: what is wrong with the course's texts, one line each.

With files, those units alone; without, all units, notes and slides (see lint_notes.py for these). A unit's sentences
and their Spanish must hold the same numbers and formulas, be each in its own language, stand alone (no unit begins with
a pronoun), and stay within a length that can be read aloud.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.courses.builtin import read_notes, read_slides
from knowledge.courses.checks import failures
from knowledge.courses.lint_notes import note_problems, slide_problems
from knowledge.courses.units import FOLDER, Topic, Unit, read_topic
from knowledge.errors import KnowledgeError
from knowledge.text import fold

LONGEST = 45
"""Words of a sentence at most: what can be said in one breath or two."""
MOST_LINES = 8
WANTED = ("define", "why", "how", "example", "simply", "limits", "mistakes")
"""Acts that every topic has."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LEANS = re.compile(
    r"^(?:It|Its|This|That|These|Those|They|Their|He|She|Such|Esto|Esta|Este|Estos|Estas|Eso|Esa|Ese|Ello|Él|Ella|Ellos)\b"
)
_ENGLISH = frozenset("the of and to is that with for are from which each by this be it as at one its only not".split())
_SPANISH = frozenset("el la los las de del que una un es son con para por se su cada más en y no lo al como".split())


def problems(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    try:
        topic = read_topic(path)
    except KnowledgeError as error:
        yield str(error)
        return
    acts = Counter((unit.act, unit.other) for unit in topic.units)
    yield from (f"two units {act} {other}" for (act, other), count in acts.items() if count > 1)
    yield from (f"no unit {act}" for act in WANTED if topic.unit(act) is None)  # type: ignore[arg-type]
    if len({question for unit in topic.units for question in unit.asked}) < 4:
        yield "fewer than four ways to ask (`? ` lines)"
    for unit in topic.units:
        for problem in _of_unit(unit):
            yield f"{unit.act}: {problem}"


def _of_unit(unit: Unit) -> Iterator[str]:
    if not unit.lines and not unit.code:
        yield "it is empty"
    if len(unit.lines) > MOST_LINES and unit.act not in ("mistakes", "facts", "formula", "steps"):
        yield f"{len(unit.lines)} lines; {MOST_LINES} at most"
    if unit.lines and unit.act != "mistakes":
        for text in (unit.lines[0].en, unit.lines[0].es):
            if _LEANS.match(text):
                yield f"it begins with a pronoun: {text[:60]!r}"
    for line in unit.lines:
        if line.kind == "formula":
            continue
        yield from _of_pair(line.en, line.es)
    if unit.checks:
        yield from failures(unit.checks)


def _of_pair(english: str, spanish: str) -> Iterator[str]:
    for text in (english, spanish):
        if len(text.split()) > LONGEST:
            yield f"{len(text.split())} words: {text[:60]!r}"
        if not text.rstrip("»”\"')").endswith((".", "!", "?", ":")):
            yield f"it does not end like a sentence: {text[-60:]!r}"
    numbers = [sorted(number.replace(",", ".") for number in _NUMBER.findall(text)) for text in (english, spanish)]
    if numbers[0] != numbers[1]:
        yield f"other numbers in Spanish ({numbers[0]} / {numbers[1]}): {english[:60]!r}"
    for text, own, other in ((english, _ENGLISH, _SPANISH), (spanish, _SPANISH, _ENGLISH)):
        words = re.findall(r"[a-záéíóúñ]+", text.lower())
        if len(words) > 5 and sum(word in other for word in words) > sum(word in own for word in words):
            yield f"the wrong language: {text[:60]!r}"


def course_problems() -> Iterator[str]:
    """What is wrong with the built-in course: its units, its notes and its slides, each with its place."""
    slides, notes = read_slides(), {note.id: note for note in read_notes()}
    for path in sorted(FOLDER.glob("*.md")):
        yield from (f"units/{path.name}: {found}" for found in problems(path))
    yield from shared_names([read_topic(path) for path in sorted(FOLDER.glob("*.md"))])
    for note in notes.values():
        yield from (f"notes/{note.id}.md: {found}" for found in note_problems(note, notes.keys(), len(slides)))
    for slide in slides:
        yield from (f"slide {slide.number}: {found}" for found in slide_problems(slide))


def shared_names(topics: Sequence[Topic]) -> Iterator[str]:
    """Names that two topics have, and questions that two units answer: nobody could tell which one is meant."""
    names: dict[str, set[str]] = {}
    asked: dict[str, set[str]] = {}
    for topic in topics:
        for name in (topic.title, topic.title_es, *topic.aliases, *topic.aliases_es):
            names.setdefault(fold(name), set()).add(topic.id)
        for unit in topic.units:
            for question in unit.asked:
                asked.setdefault(fold(question), set()).add(f"{topic.id} {unit.act} {unit.other}".strip())
    for said, owners in (names | asked).items():
        if len(owners) > 1:
            yield f"{said!r} stands for {' and '.join(sorted(owners))}"


def main(paths: Sequence[Path]) -> int:
    """Print what is wrong with these files of units, or with the whole course; 1 when anything is."""
    named = (f"{path.name}: {problem}" for path in paths for problem in problems(path))
    found = list(named if paths else course_problems())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main([Path(name) for name in sys.argv[1:]]))
