"""Judgements: Yes where a note is known to answer, No where none does, and both from notes that come near."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.knowledge.embedders import WordEmbedder
from training.data import read_data, tasks_of, write_data
from training.example import Example
from training.judgements import LINES, NO, YES, Judgements
from training.lecture import held_out, lecture_material
from training.material import Known, Material
from tutor.answering.prompts import judge_messages


@pytest.fixture
def asked(pottery: Material) -> Material:
    """The pottery with titles, a question that nothing answers, and one about what was said before."""
    more = (Known("refusal", "", "When does the pottery sell a kiln?", ()),
            Known("follow_up", "kiln", "And when?", pottery.known[0].answer, history=("What is a kiln?",)))  # fmt: skip
    return replace(pottery, known=(*pottery.known, *more), titles={name: name.title() for name in pottery.sentences})


def _made(material: Material, seed: int = 0) -> list[Example]:
    return list(Judgements(material, WordEmbedder(), seed).examples())


def test_yes_has_an_answer_among_its_notes_and_no_has_none(asked: Material) -> None:
    answers = {known.question.lower().rstrip("?"): known.answer for known in asked.known}
    made = _made(asked)
    assert {example.answer for example in made} == {YES, NO}
    for example in made:
        told = answers[example.question.lower().rstrip("?")]
        assert (example.answer == YES) == bool(set(told) & set(example.notes)), example
        assert 1 <= len(example.notes) <= LINES


def test_what_nothing_answers_is_always_no(asked: Material) -> None:
    [example] = [example for example in _made(asked) if "sell" in example.question.lower()]
    assert example.answer == NO
    assert any("kiln" in note for note in example.notes)


def test_questions_that_lean_on_others_are_left_out(asked: Material) -> None:
    assert not [example for example in _made(asked) if example.question.startswith("And")]


def test_the_prompt_is_the_product_s_own_with_titles(asked: Material) -> None:
    for example in _made(asked)[:5]:
        notes = [(note.split()[1].title() if note.startswith("A ") else _title(note), note) for note in example.notes]
        assert example.messages == judge_messages(example.question, notes)


def _title(note: str) -> str:
    return note.rstrip(".").split()[-1].title()


def test_one_seed_one_set_of_judgements(asked: Material) -> None:
    assert _made(asked) == _made(asked)
    assert _made(asked) != _made(asked, seed=1)


def test_a_data_set_says_what_it_teaches(asked: Material, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    manifest = write_data(folder, [asked], seed=0, tasks=("judge",), embedder=WordEmbedder())
    assert manifest["kinds"] == {"judged": sum(manifest["examples"].values())}
    assert tasks_of(folder) == ("judge",)
    taught, checked, _ = read_data(folder)
    assert {example.kind for example in (*taught, *checked)} == {"judged"}


def test_the_course_gives_hundreds_of_both_in_a_quarter_and_nothing_of_dev_or_test() -> None:
    """With whatever finds the notes that come near: an embedder with weights would take minutes for as many lines."""
    whole = lecture_material()
    material = replace(whole, known=whole.known[::4])
    made = list(Judgements(material, WordEmbedder(384), 0).examples())
    shares = [sum(example.answer == answer for example in made) / len(made) for answer in (YES, NO)]
    assert len(made) > 500
    assert min(shares) > 0.3
    own = {text for texts in material.sentences.values() for text in texts}
    assert all(note in own for example in made for note in example.notes)
    assert not {example.document for example in made} & held_out()
