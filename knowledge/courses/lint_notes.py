"""What is wrong with a note or a slide of the course: front matter, sections, sentences, formulas, worked numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import cache
from typing import Any

from knowledge.courses.builtin import Note, Slide
from knowledge.courses.checks import failures
from knowledge.text import sentences

KEYS = ["id", "title", "slide", "prerequisites", "demo", "aliases", "sources"]
SECTIONS = ["In short", "The idea", "Formula", "Worked example", "Misconceptions", "Connections", "See it run"]
OPTIONAL = {"Formula", "See it run"}
LONGEST = 40
"""Words of a sentence at most."""
DRAWN_AS = {
    r"\lVert": r"\|", r"\rVert": r"\|", r"\land": r"\wedge", r"\le": r"\leq", r"\ge": r"\geq", r"\ne": r"\neq",
    r"\text": r"\mathrm",
}  # fmt: skip
"""Commands the page draws and matplotlib does not, and commands alike that matplotlib draws."""
_LEANS = re.compile(r"(?:It|This|These|They|He|She|Its|Their|That|The latter|The former)\b")
_NOT_PROSE = re.compile(r"\||\$\$|- http|Links:")
_BLOCK, _CHECK = re.compile(r"(?s)```.*?```"), re.compile(r"(?ms)^```check\n(.*?)^```$")
_APART, _WITHIN = re.compile(r"(?s)\$\$(.+?)\$\$"), re.compile(r"\$([^$\n]+)\$")
_MISCONCEPTION = re.compile(r"- Wrong: (?:(?!Wrong:|Right:).)+[.?!] Right: (?:(?!Wrong:|Right:).)+[.?!]")


def note_problems(note: Note, others: Set[str], slides: int) -> Iterator[str]:
    """What is wrong with a note; `others` are the ids of all notes, `slides` the number of slides."""
    parts = sections(note)
    yield from _of_head(note.head, slides)
    yield from _of_links(note, others)
    yield from _of_sections(note, parts)
    long = [sentence for sentence in spoken(note.body) if len(sentence.split()) > LONGEST]
    yield from (f"{len(sentence.split())} words: {sentence[:60]!r}" for sentence in long)
    checks = "".join(_CHECK.findall(note.body))
    if not checks.strip():
        yield "no check of its worked numbers"
    yield from failures(checks)
    if "Formula" in parts and not re.search(r"^- .+", parts["Formula"].split("$$")[-1], re.MULTILINE):
        yield "the symbols of its formula are not said in words"
    if "Formula" in parts and not formulas(note):
        yield "a section on a formula without one"
    yield from (f"the formula cannot be drawn: {formula}" for formula in formulas(note) if not drawable(formula))


def slide_problems(slide: Slide) -> Iterator[str]:
    """What is wrong with a slide: its sentences stand alone and can be read aloud."""
    lines = [line for line in slide.body.splitlines() if not _NOT_PROSE.match(line)]
    pieces = [re.split(r"(?<=[.!?])\s+(?=[A-Z\"«])", line.removeprefix("- ")) for line in lines]
    said = [sentence for piece in pieces for sentence in piece if sentence.strip()]
    if not slide.title or not said:
        yield "it has no title or says nothing"
    for sentence in said:
        if len(sentence.split()) > LONGEST:
            yield f"{len(sentence.split())} words: {sentence[:60]!r}"
        if _LEANS.match(sentence):
            yield f"it begins with a pronoun: {sentence[:60]!r}"
        if not (sentence[0].isupper() or sentence[0] in '"«'):
            yield f"it begins with a small letter: {sentence[:60]!r}"


def sections(note: Note) -> dict[str, str]:
    """Heading -> text, in order."""
    parts = re.split(r"^## (.+)$", note.body, flags=re.MULTILINE)
    return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def spoken(text: str) -> list[str]:
    """The sentences of Markdown text, each paragraph and list item on its own; no code and no formulas set apart."""
    prose = _APART.sub("", _BLOCK.sub("", text))
    pieces = re.split(r"\n\s*\n|^#+ .*$|^- ", prose, flags=re.MULTILINE)
    return [sentence for piece in pieces for sentence in sentences(piece)]


def formulas(note: Note) -> list[str]:
    """The formulas set apart and those within the text."""
    prose = _BLOCK.sub("", note.body)
    return [*_APART.findall(prose), *_WITHIN.findall(_APART.sub("", prose))]


def drawable(formula: str) -> bool:
    """True when matplotlib's parser reads the formula."""
    plain = re.sub(r"\\xrightarrow\{[^{}]*\}", r"\\rightarrow", formula)
    plain = re.sub(r"\\[A-Za-z]+", lambda match: DRAWN_AS.get(match.group(), match.group()), plain)
    try:
        _parser().parse(f"${plain.strip()}$")
    except ValueError:
        return False
    return True


@cache
def _parser() -> Any:
    from matplotlib.mathtext import MathTextParser

    return MathTextParser("path")


def _of_head(head: dict[str, Any], slides: int) -> Iterator[str]:
    if list(head) != KEYS:
        yield f"its front matter has {', '.join(head)} instead of {', '.join(KEYS)}"
        return
    if not isinstance(head["title"], str) or not head["title"] or head["title"] != head["title"].strip():
        yield f"its title is {head['title']!r}"
    if not 1 <= head["slide"] <= slides:
        yield f"there is no slide {head['slide']}"
    for key in ("aliases", "sources"):
        values = head[key]
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            yield f"its {key} are {values!r}"
        elif len(set(values)) != len(values):
            yield f"one of its {key} stands there twice"


def _of_links(note: Note, others: Set[str]) -> Iterator[str]:
    linked = set(re.findall(r"\[\[([^\[\]]*)\]\]", note.body))
    if not linked:
        yield "it is connected to no other note"
    for name in sorted({*linked, *(note.head.get("prerequisites") or ())} - (others - {note.id})):
        yield f"{name!r} is no other note"


def _of_sections(note: Note, parts: dict[str, str]) -> Iterator[str]:
    if list(parts) != [title for title in SECTIONS if title in parts] or not all(parts.values()):
        yield f"its sections are {', '.join(parts)}"
    yield from (f"no section {title}" for title in SECTIONS if title not in parts and title not in OPTIONAL)
    told = parts.get("See it run", "")
    if bool(told) != bool(note.demo) or (note.demo and f"`{note.demo}`" not in told):
        yield f"its last section does not go with its demo {note.demo!r}"
    if len(sentences(parts.get("In short", ""))) != 2:
        yield "In short is not two sentences"
    wrong = parts.get("Misconceptions", "").splitlines()
    if len(wrong) < 2:
        yield "fewer than two misconceptions"
    yield from (f"no misconception with its correction: {line[:60]!r}" for line in wrong if not _fits(line))


def _fits(line: str) -> bool:
    return _MISCONCEPTION.fullmatch(line) is not None
