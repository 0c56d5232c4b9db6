"""The labelled question bank: its labels are well formed, answerable from the course, and spread over the splits."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from demos.runtime.catalogue import load
from demos.runtime.contract import DemoError
from knowledge.courses.labelled import Labelled, plain, read_bank

COURSE = Path(__file__).parents[3] / "knowledge" / "course"
FILES = sorted((COURSE / "questions").glob("*.jsonl"))
FIELDS: dict[str, type] = {
    "id": str,
    "question": str,
    "kind": str,
    "concept": str,
    "level": str,
    "style": str,
    "history": list,
    "must": list,
    "must_not": list,
    "slides": list,
    "notes": list,
    "covered": bool,
    "demo": str,
    "params": dict,
}
FEWEST = {
    "lecture_fact": 180,
    "concept": 200,
    "follow_up": 60,
    "false_premise": 40,
    "not_covered": 110,
    "demo_request": 90,
}
STYLES = {"plain", "terse", "sloppy", "misspelt", "spanish"}
LEVELS = {"what", "why", "change"}


@lru_cache
def records() -> list[dict[str, Any]]:
    lines = (line for path in FILES for line in path.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines]


@lru_cache
def slides() -> dict[int, str]:
    """The text of every slide, punctuation and accents folded."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((COURSE / "lecture").glob("*.md")))
    parts = re.split(r"^## Slide (\d+): ", text, flags=re.MULTILINE)
    return {int(number): plain(body) for number, body in zip(parts[1::2], parts[2::2], strict=True)}


@lru_cache
def notes() -> dict[str, str]:
    """The text of every note, folded, without its front matter and without the wrong halves of misconceptions."""
    found = {}
    for path in (COURSE / "notes").glob("*.md"):
        body = path.read_text(encoding="utf-8").split("---", 2)[2]
        found[path.stem] = plain(re.sub(r"- Wrong: .*? Right: ", "- ", body))
    return found


def places(item: Labelled) -> list[str]:
    return [slides()[number] for number in item.slides] + [notes()[name] for name in item.notes]


def is_telling(word: str) -> bool:
    """True for a figure, or for at least two letters: a lone letter or a bare sign is in every answer."""
    bare = plain(word)
    return bare.isdigit() or len(bare) >= 2


def test_every_record_has_the_fields_and_nothing_else() -> None:
    assert [path.stem for path in FILES] == sorted(
        ["concepts", "demo_requests", "false_premises", "follow_ups", "lecture_facts", "not_covered", "wordings"]
    )
    for record in records():
        assert record.keys() == FIELDS.keys(), record["id"]
        wrong = [name for name, kind in FIELDS.items() if not isinstance(record[name], kind)]
        assert not wrong, f"{record['id']}: {wrong}"
        assert record["question"].strip() == record["question"] != "", record["id"]
        assert record["kind"] in FEWEST and record["style"] in STYLES, record["id"]
        assert all(group and all(is_telling(word) for word in group) for group in record["must"]), record["id"]


def test_levels_belong_to_concepts_and_history_to_follow_ups() -> None:
    for item in read_bank():
        assert (item.level in LEVELS) == (item.kind == "concept"), item.id
        assert bool(item.history) == (item.kind == "follow_up"), item.id
        assert len(item.history) <= 3, item.id


def test_no_id_and_no_question_occurs_twice() -> None:
    bank = read_bank()
    ids = Counter(item.id for item in bank)
    texts = Counter((*map(plain, item.history), plain(item.question)) for item in bank)
    assert not [name for name, count in ids.items() if count > 1]
    assert not [text for text, count in texts.items() if count > 1]


def test_there_are_enough_of_every_kind_and_style() -> None:
    bank = read_bank()
    kinds = Counter(item.kind for item in bank)
    styles = Counter(item.style for item in bank)
    assert len(bank) >= 640
    assert {kind: kinds[kind] for kind in FEWEST if kinds[kind] < FEWEST[kind]} == {}
    assert 1 - styles["plain"] / len(bank) >= 0.25
    assert styles["spanish"] >= 60
    assert {item.kind for item in bank if item.style == "spanish"} == set(FEWEST)


@pytest.mark.parametrize("kind", FEWEST)
def test_each_split_holds_a_share_of_each_kind(kind: str) -> None:
    splits = Counter(item.split for item in read_bank() if item.kind == kind)
    total = sum(splits.values())
    assert all(splits[name] >= 0.15 * total for name in ("train", "dev", "test")), splits


def test_every_note_is_asked_about_twice_and_every_level_is_there() -> None:
    concepts = [item for item in read_bank() if item.kind == "concept"]
    asked = Counter(name for item in concepts for name in item.notes)
    assert {name for name in notes() if asked[name] < 2} == set()
    levels = Counter(item.level for item in concepts)
    assert all(levels[level] >= 40 for level in LEVELS), levels


def test_slides_and_notes_exist() -> None:
    for item in read_bank():
        assert item.slides <= slides().keys(), item.id
        assert item.notes <= notes().keys(), item.id


def test_covered_questions_name_a_place_and_uncovered_ones_promise_nothing() -> None:
    for item in read_bank():
        if item.kind == "not_covered":
            assert not (item.covered or item.must or item.slides or item.notes or item.demo), item.id
        elif item.kind == "demo_request":
            assert item.demo and not item.must, item.id
        else:
            assert item.covered and item.must and (item.slides or item.notes) and not item.demo, item.id


def test_what_an_answer_must_hold_is_at_the_places_named() -> None:
    """Spanish questions too: each of their groups has an alternative in the course's own words."""
    for item in read_bank():
        here = places(item)
        for group in item.must:
            assert any(plain(word) in text for word in group for text in here), f"{item.id}: {group}"


def test_every_place_named_holds_a_part_of_the_answer() -> None:
    for item in read_bank():
        if item.kind not in ("lecture_fact", "concept"):
            continue
        for text, name in zip(places(item), [*item.slides, *item.notes], strict=True):
            assert any(plain(word) in text for group in item.must for word in group), f"{item.id}: {name}"


def test_an_echo_of_the_question_is_no_answer() -> None:
    assert not [item.id for item in read_bank() if item.must and item.right(" ".join((*item.history, item.question)))]


def test_a_required_word_is_not_forbidden() -> None:
    for item in read_bank():
        assert not {word for group in item.must for word in group} & set(item.must_not), item.id


def test_demo_requests_keep_to_the_demo_they_name() -> None:
    """Parameters hold for a demo that exists; a demo still to come is asked for without parameters."""
    for item in (item for item in read_bank() if item.kind == "demo_request"):
        assert item.concept == item.demo and item.demo in notes(), item.id
        try:
            demo = load(item.demo)
        except DemoError:
            assert not item.params, item.id
            continue
        assert item.question not in {example.text for example in demo.examples}, item.id
        try:
            demo.params(**item.params)
        except ValidationError as error:
            pytest.fail(f"{item.id}: {error}")


def test_plain_questions_name_no_demo() -> None:
    assert not [item.id for item in read_bank() if item.kind != "demo_request" and (item.demo or item.params)]


def test_the_split_follows_the_concept_alone() -> None:
    split: dict[str, str] = {}
    for item in read_bank():
        assert split.setdefault(item.concept, item.split) == item.split
        digest = hashlib.sha256(item.concept.encode()).hexdigest()
        place = int(digest[:16], 16) % 10
        assert (place < 5, place >= 7) == (item.split == "train", item.split == "test")
