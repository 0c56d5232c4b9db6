"""The notes on the course's concepts: front matter, links, sections, sentences, worked numbers and formulas."""

from __future__ import annotations

import math
import re
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Any

import pytest
from matplotlib.mathtext import MathTextParser

from demos.runtime.catalogue import names
from knowledge.courses.builtin import FOLDER, Note, read_notes, read_slides
from knowledge.text import sentences

KEYS = ["id", "title", "slide", "prerequisites", "demo", "aliases", "sources"]
SECTIONS = ["In short", "The idea", "Formula", "Worked example", "Misconceptions", "Connections", "See it run"]
OPTIONAL = {"Formula", "See it run"}
LONGEST = 40
DRAWN_AS = {
    r"\lVert": r"\|",
    r"\rVert": r"\|",
    r"\land": r"\wedge",
    r"\le": r"\leq",
    r"\ge": r"\geq",
    r"\ne": r"\neq",
    r"\text": r"\mathrm",
}
"""Commands the page draws and matplotlib does not, and commands alike that matplotlib draws."""

NOTES = {note.id: note for note in read_notes()}
every_note = pytest.mark.parametrize("note", NOTES.values(), ids=NOTES.keys())
parse = MathTextParser("path").parse


def softmax(scores: list[float]) -> list[float]:
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def relu(a: float) -> float:
    return max(0.0, a)


def dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


CALCULATOR: dict[str, Any] = {
    "__builtins__": {"abs": abs, "len": len, "max": max, "min": min, "round": round, "sorted": sorted, "sum": sum},
    "math": math,
    "softmax": softmax,
    "sigmoid": sigmoid,
    "tanh": math.tanh,
    "relu": relu,
    "dot": dot,
    "log2": math.log2,
}


def sections(note: Note) -> dict[str, str]:
    """Heading -> text, in order."""
    parts = re.split(r"^## (.+)$", note.body, flags=re.MULTILINE)
    return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def spoken(text: str) -> list[str]:
    """The sentences of Markdown text, each paragraph and list item on its own; no code and no formulas set apart."""
    prose = re.sub(r"```.*?```|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    pieces = re.split(r"\n\s*\n|^#+ .*$|^- ", prose, flags=re.MULTILINE)
    return [sentence for piece in pieces for sentence in sentences(piece)]


def checks(note: Note) -> list[str]:
    """The lines of the note's check block."""
    blocks: list[str] = re.findall(r"^```check\n(.*?)^```$", note.body, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def formulas(note: Note) -> list[str]:
    """The formulas set apart and those within the text."""
    prose = re.sub(r"```.*?```", "", note.body, flags=re.DOTALL)
    found: list[str] = re.findall(r"\$\$(.+?)\$\$", prose, flags=re.DOTALL)
    rest = re.sub(r"\$\$.+?\$\$", "", prose, flags=re.DOTALL)
    return found + re.findall(r"\$([^$\n]+)\$", rest)


def drawable(formula: str) -> str:
    """The formula in the commands of matplotlib's parser."""
    formula = re.sub(r"\\xrightarrow\{[^{}]*\}", r"\\rightarrow", formula)
    return re.sub(r"\\[A-Za-z]+", lambda match: DRAWN_AS.get(match.group(), match.group()), formula)


@every_note
def test_front_matter_is_complete(note: Note) -> None:
    head = note.head
    assert list(head) == KEYS
    assert isinstance(head["title"], str) and head["title"].strip() == head["title"] != ""
    assert 1 <= note.slide <= len(read_slides())
    assert isinstance(head["prerequisites"], list)
    for key in ("aliases", "sources"):
        values = head[key]
        assert values and all(isinstance(value, str) and value.strip() for value in values), key
        assert len(set(values)) == len(values), key


def test_each_note_is_named_by_its_file() -> None:
    assert sorted(NOTES) == sorted(path.stem for path in (FOLDER / "notes").glob("*.md"))


@every_note
def test_links_and_prerequisites_lead_to_other_notes(note: Note) -> None:
    linked = re.findall(r"\[\[(.*?)\]\]", note.body)
    assert linked, "a note is connected to others"
    assert {*linked, *note.head["prerequisites"]} <= NOTES.keys() - {note.id}


def test_prerequisites_form_no_cycle() -> None:
    TopologicalSorter({note.id: note.head["prerequisites"] for note in NOTES.values()}).prepare()


def test_the_demos_named_exist_or_are_planned() -> None:
    named = {note.demo for note in NOTES.values() if note.demo}
    assert named <= {*names()}


@every_note
def test_the_demo_of_the_note_is_told(note: Note) -> None:
    told = sections(note).get("See it run", "")
    assert bool(told) == bool(note.demo)
    assert not note.demo or f"`{note.demo}`" in told


@every_note
def test_sections_are_present_and_in_order(note: Note) -> None:
    found = list(sections(note))
    assert found == [title for title in SECTIONS if title in found]
    assert {*SECTIONS} - {*found} <= OPTIONAL
    assert all(sections(note).values())


@every_note
def test_in_short_is_two_sentences(note: Note) -> None:
    assert len(sentences(sections(note)["In short"])) == 2


@every_note
def test_each_misconception_comes_with_its_correction(note: Note) -> None:
    lines = sections(note)["Misconceptions"].splitlines()
    assert len(lines) >= 2
    for line in lines:
        assert re.fullmatch(r"- Wrong: .+[.?!] Right: .+[.?!]", line), line
        assert line.count("Wrong:") == line.count("Right:") == 1, line


@every_note
def test_no_sentence_is_long(note: Note) -> None:
    assert [sentence for sentence in spoken(note.body) if len(sentence.split()) > LONGEST] == []


@every_note
def test_worked_numbers_come_out_as_said(note: Note) -> None:
    lines = checks(note)
    assert lines
    assert [line for line in lines if eval(line, dict(CALCULATOR)) is not True] == []


@every_note
def test_formulas_parse(note: Note) -> None:
    assert bool(formulas(note)) or "Formula" not in sections(note)
    for formula in formulas(note):
        depth = 0
        for brace in re.findall(r"(?<!\\)[{}]", formula):
            depth += 1 if brace == "{" else -1
            assert depth >= 0, formula
        assert depth == 0, formula
        parse(f"${drawable(formula).strip()}$")


@every_note
def test_formulas_are_explained(note: Note) -> None:
    if "Formula" in sections(note):
        after = re.split(r"\$\$", sections(note)["Formula"])[-1]
        assert re.search(r"^- .+", after, flags=re.MULTILINE), "the symbols are said in words"


def test_no_two_notes_share_a_title_or_a_first_sentence() -> None:
    for texts in (
        sorted(note.title for note in NOTES.values()),
        sorted(sentences(sections(note)["In short"])[0] for note in NOTES.values()),
    ):
        assert [a for a, b in pairwise(texts) if a == b] == []
