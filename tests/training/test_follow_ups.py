"""Follow-ups for training: nothing held out in them, and each can be put in words that stand alone."""

from __future__ import annotations

import pytest

from knowledge.courses.labelled import plain, read_bank
from knowledge.text import content_words
from training.example import Example
from training.follow_ups import WRITTEN, FollowUps
from training.lecture import held_out, lecture_material


@pytest.fixture(scope="module")
def made() -> list[Example]:
    return list(FollowUps(lecture_material(), 0).examples())


def test_the_same_seed_gives_the_same_examples_and_another_gives_others(made: list[Example]) -> None:
    assert made == list(FollowUps(lecture_material(), 0).examples())
    assert made != list(FollowUps(lecture_material(), 1).examples())


def test_no_document_or_question_of_dev_or_test_is_learnt(made: list[Example]) -> None:
    examined = {plain(item.question) for item in read_bank() if item.split != "train"}
    assert not {example.document for example in made} & held_out()
    assert not {plain(example.answer) for example in made} & examined


def test_a_third_stand_alone_and_stay_as_they_are(made: list[Example]) -> None:
    alone = [example for example in made if example.answer == example.question]
    assert 0.25 < len(alone) / len(made) < 0.45


def test_what_is_asked_for_can_be_said_with_the_words_of_the_conversation(made: list[Example]) -> None:
    """The product drops a rewording that brings new words (`Question.reword`): nothing else is to be learnt."""
    for example in made:
        assert set(content_words(example.answer)) <= set(content_words(example.user)), example


def test_the_written_ones_belong_to_the_training_half() -> None:
    train = {item.id for item in read_bank(split="train") if item.kind == "follow_up"}
    lines = [line for line in WRITTEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert {line.split(": ")[0] for line in lines} <= train
    assert len(lines) > 40
