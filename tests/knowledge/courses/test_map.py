"""The course map and the Spanish of the slides: complete, in both languages, with the same numbers and known topics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import yaml

from knowledge.courses.builtin import FOLDER, read_notes, read_slides
from knowledge.courses.lecture_passages import lecture_passages

NEW = """accuracy ai_risks batch bias chatbot classification context_window data_bias dataset decoder encoder epoch
fine_tuning gradient hallucination hidden_layer inference label large_language_model layer learning_rate
neural_network neuron parameter prompt regression training transformer weight""".split()
"""Topics of the map besides those of the notes."""

NOTES = {note.id: note for note in read_notes()}
TOPICS = {*NOTES, *NEW}
SLIDES = {slide.number: slide for slide in read_slides()}
MAP: dict[str, Any] = yaml.safe_load((FOLDER / "map.yaml").read_text(encoding="utf-8"))
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LINK = re.compile(r"https?://\S+")

Pair = dict[str, Any]


def pairs(node: object, path: str = "") -> Iterator[tuple[str, Pair]]:
    """Every node of the map with an English or a Spanish side, with where it stands."""
    if isinstance(node, dict):
        if node.keys() & {"en", "es"}:
            yield path, node
        for key, value in node.items():
            yield from pairs(value, f"{path}/{key}")
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from pairs(value, f"{path}/{place}")


def topics_of(part: list[Pair]) -> set[str]:
    return {topic for entry in part for topic in entry["topics"]}


def numbers(text: str) -> list[str]:
    return sorted(NUMBER.findall(text))


@cache
def spanish() -> dict[str, str]:
    """The Spanish of each English line of the files."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / "spanish").glob("*.md")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for above, line in pairwise(lines):
            if line.startswith("> "):
                assert found.get(above, line[2:]) == line[2:], f"two translations of: {above}"
                found[above] = line[2:]
    return found


def lecture_lines() -> list[tuple[int, str]]:
    """Every sentence and title of the slides as retrieval has it, with its slide."""
    held = [passage for passage in lecture_passages() if passage.source == "lecture"]
    found = [(passage.slide or 0, line) for passage in held for line in (passage.title, *passage.sentences)]
    return list(dict.fromkeys(found))


def test_every_entry_has_both_languages_with_the_same_numbers() -> None:
    found = list(pairs(MAP))
    assert len(found) > 400
    for path, pair in found:
        assert str(pair["en"]).strip() and str(pair["es"]).strip(), path
        assert numbers(pair["en"]) == numbers(pair["es"]), path


def test_every_part_of_the_map_is_in_two_languages() -> None:
    assert MAP["course"]["title"].keys() == {"en", "es"}
    for slide in MAP["slides"]:
        assert slide["title"].keys() == slide["shows"].keys() == {"en", "es"}, slide["number"]
    for section in MAP["sections"]:
        assert section["title"].keys() == {"en", "es"} and section["summary"], section["id"]
    for each in MAP["lists"]:
        assert each["title"].keys() == {"en", "es"} and len(each["items"]) >= 2, each["id"]


def test_the_slides_are_those_of_the_lecture() -> None:
    assert MAP["course"]["slides"] == len(SLIDES)
    assert [entry["number"] for entry in MAP["slides"]] == list(SLIDES)
    for entry in MAP["slides"]:
        assert entry["title"]["en"] == SLIDES[entry["number"]].title
        assert entry["title"]["es"] == spanish()[entry["title"]["en"]]


def test_the_sections_cover_the_slides_in_order() -> None:
    whole = [section for section in MAP["sections"] if "part_of" not in section]
    covered = [n for section in whole for n in range(section["slides"][0], section["slides"][1] + 1)]
    assert covered == list(SLIDES)


@pytest.mark.parametrize("section", MAP["sections"], ids=lambda section: section["id"])
def test_a_section_spans_the_slides_that_stand_under_its_head(section: Pair) -> None:
    first, last = section["slides"]
    name = section["title"]["en"]
    heads = [(slide.section, slide.part) for slide in SLIDES.values() if first <= slide.number <= last]
    field = 1 if "part_of" in section else 0
    assert {head[field] for head in heads} == {name}
    under = [slide.number for slide in SLIDES.values() if (slide.section, slide.part)[field] == name]
    assert (under[0], under[-1]) == (first, last)


def test_every_topic_is_known_and_shown() -> None:
    assert topics_of(MAP["sections"]) | topics_of(MAP["slides"]) == TOPICS
    named = [entry for part in (MAP["timeline"], *(each["items"] for each in MAP["lists"])) for entry in part]
    assert {entry["topic"] for entry in named if "topic" in entry} <= TOPICS


def test_a_note_stands_among_the_topics_of_its_slide() -> None:
    on = {entry["number"]: entry["topics"] for entry in MAP["slides"]}
    assert [note.id for note in NOTES.values() if note.id not in on[note.slide]] == []


def test_the_lists_can_be_asked_for_and_name_slides_of_the_lecture() -> None:
    assert len(MAP["lists"]) >= 25
    names = [each["id"] for each in MAP["lists"]]
    assert len(names) == len(set(names))
    for each in MAP["lists"]:
        assert len(each["asked"]) >= 4 and set(each["slides"]) <= SLIDES.keys() and each["slides"], each["id"]


def test_no_question_asks_for_two_lists() -> None:
    asked = [question.lower() for each in MAP["lists"] for question in each["asked"]]
    assert sorted({question for question in asked if asked.count(question) > 1}) == []


def test_the_timeline_runs_forward_and_printed_years_stand_on_their_slides() -> None:
    years = [entry["year"] for entry in MAP["timeline"]]
    assert years == sorted(years)
    for entry in MAP["timeline"]:
        slide = SLIDES[entry["slide"]]
        assert entry["from"] in ("slide", "paper")
        if entry["from"] == "slide":
            assert str(entry["year"]) in slide.title + slide.body, entry["en"]


def test_the_order_of_study_names_each_topic_once_after_what_it_requires() -> None:
    order = MAP["order"]
    assert len(order) == len(set(order)) and set(order) == TOPICS
    place = {topic: number for number, topic in enumerate(order)}
    late = [(n.id, needed) for n in NOTES.values() for needed in n.head["prerequisites"] if place[needed] > place[n.id]]
    assert late == []


def test_every_sentence_and_title_of_the_slides_has_its_spanish_with_the_same_numbers_and_links() -> None:
    for slide, line in lecture_lines():
        assert line in spanish(), f"slide {slide}: {line}"
        translated = spanish()[line]
        assert numbers(line) == numbers(translated), f"slide {slide}: {line}"
        assert LINK.findall(line) == LINK.findall(translated), f"slide {slide}: {line}"


def test_nothing_is_translated_that_the_slides_do_not_say() -> None:
    assert sorted(spanish().keys() - {line for _, line in lecture_lines()}) == []
