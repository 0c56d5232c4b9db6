"""The lint of the notes and slides: what it finds, that nothing of it is in the course; and what joins the notes."""

from __future__ import annotations

from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import pairwise

import pytest

from demos.runtime.catalogue import names
from knowledge.courses.builtin import FOLDER, Slide, read_notes, read_slides
from knowledge.courses.lint import course_problems
from knowledge.courses.lint_notes import note_problems, sections, slide_problems
from knowledge.text import sentences

NOTES = {note.id: note for note in read_notes()}
SOUND = NOTES["perceptron"]


def test_the_course_s_texts_have_no_problem() -> None:
    assert list(course_problems()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## Worked example", "## Worked numbers", "no section Worked example"),
        ("## In short\n\n", "## In short\n\nOne sentence more. ", "In short is not two sentences"),
        ("Right: ", "Correct: ", "no misconception with its correction"),
        ("## The idea\n\n", f"## The idea\n\nIt is {'so ' * 40}long.\n\n", "43 words"),
        ("```check\n", "```check\n2 + 2 == 5\n", "a check fails: 2 + 2 == 5"),
        ("```check\n", "```check\nunheard_of(3)\n", "a check cannot be computed"),
        ("```check\n", "```sums\n", "no check of its worked numbers"),
        ("$$", "$$\\frac{1}{2 ", "cannot be drawn"),
        ("[[", "[[nothing-like-", "is no other note"),
        ("`perceptron`", "`lenet`", "does not go with its demo"),
    ],
)
def test_the_lint_finds_what_a_note_may_not_do(old: str, new: str, said: str) -> None:
    broken = replace(SOUND, body=SOUND.body.replace(old, new))
    assert broken.body != SOUND.body
    assert any(said in found for found in note_problems(broken, NOTES.keys(), len(read_slides())))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("slide", 99, "no slide 99"), ("aliases", [], "aliases are []"), ("sources", ["x", "x"], "stands there twice"),
        ("prerequisites", ["alchemy"], "'alchemy' is no other note"), ("title", " Perceptron", "its title is"),
        ("colour", "red", "its front matter has"),
    ],
)  # fmt: skip
def test_the_lint_finds_what_front_matter_may_not_say(key: str, value: object, said: str) -> None:
    broken = replace(SOUND, head={**SOUND.head, key: value})
    assert any(said in found for found in note_problems(broken, NOTES.keys(), len(read_slides())))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("It was made in 1957.", "pronoun"), ("made in 1957.", "small letter"), (f"A {'b ' * 40}.", "42 words"),
        ("- https://example.org", "says nothing"),
    ],
)  # fmt: skip
def test_the_lint_finds_what_a_slide_may_not_say(body: str, said: str) -> None:
    assert any(said in found for found in slide_problems(Slide(18, "Perceptron", "", "", body)))


def test_each_note_is_named_by_its_file() -> None:
    assert sorted(NOTES) == sorted(path.stem for path in (FOLDER / "notes").glob("*.md"))


def test_prerequisites_form_no_cycle() -> None:
    TopologicalSorter({note.id: note.head["prerequisites"] for note in NOTES.values()}).prepare()


def test_the_demos_named_exist() -> None:
    assert {note.demo for note in NOTES.values() if note.demo} <= {*names()}


def test_no_two_notes_share_a_title_or_a_first_sentence() -> None:
    for texts in (
        sorted(note.title for note in NOTES.values()),
        sorted(sentences(sections(note)["In short"])[0] for note in NOTES.values()),
    ):
        assert [a for a, b in pairwise(texts) if a == b] == []
