"""The data set: nothing of dev or test in it, the product's own prompt, the same from the same seed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.courses.builtin import read_notes
from knowledge.courses.labelled import plain, read_bank
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.passages import Passage
from knowledge.text import fold
from training import data
from training.data import REFUSAL, examples, read_data, write_data
from training.example import Example
from training.lecture import held_out, lecture_material, split_of
from training.material import Known, Material, Near, joined
from training.outside import defined, passages_material, read_xquad
from tutor.answering.prompts import draft_messages
from tutor.errors import InputError
from tutor.llm.base import Message


@pytest.fixture(scope="module")
def course() -> Material:
    return lecture_material()


@pytest.fixture(scope="module")
def made(course: Material) -> list[Example]:
    return list(examples(course, seed=0))


def test_no_document_or_sentence_of_dev_or_test_is_learnt(made: list[Example]) -> None:
    """Recomputed from the bank and the notes: whatever a dev or test question can be answered from stays out."""
    outside = {
        document
        for item in read_bank()
        if item.split in ("dev", "test")
        for document in (*item.notes, *(f"slide-{number}" for number in item.slides))
    }
    like = read_bank()[0]
    outside |= {note.id for note in read_notes() if split_of(note.id, like) != "train"}
    assert outside <= held_out()
    secret = {fold(text) for p in lecture_passages() if p.document in outside for text in p.sentences}
    assert len(secret) > 500
    assert not {example.document for example in made} & outside
    assert not {fold(note) for example in made for note in example.notes} & secret


def test_no_question_of_dev_or_test_is_learnt(course: Material) -> None:
    examined = {plain(item.question) for item in read_bank() if item.split != "train"}
    assert len(examined) > 300
    assert not {plain(known.question) for known in course.known} & examined


def test_no_question_names_a_held_out_concept(course: Material) -> None:
    held = held_out()
    titles = {plain(note.title) for note in read_notes() if note.id in held}
    assert "perceptron" in titles
    asked = [f" {plain(known.question)} " for known in course.known]
    assert not [question for question in asked if any(f" {title} " in question for title in titles)]


def test_there_are_thousands_of_every_needed_kind(made: list[Example]) -> None:
    kinds = {kind: sum(example.kind == kind for example in made) for kind in {example.kind for example in made}}
    assert len(made) > 3000
    assert kinds["answer"] > 2000
    assert kinds["refusal"] > 300
    assert kinds["false_premise"] > 200
    assert kinds["follow_up"] > 50
    assert all(example.history for example in made if example.kind == "follow_up")


def test_the_prompt_is_the_product_s_own(made: list[Example]) -> None:
    for example in made[:50]:
        assert example.messages == draft_messages(example.question, example.notes)


def test_answers_come_from_their_notes_and_refusals_have_no_answer_among_them(
    course: Material, made: list[Example]
) -> None:
    answers: dict[tuple[str, str], set[str]] = {}
    for known in course.known:
        answers.setdefault((known.document, plain(known.question)), set()).update(known.answer)
    for example in made:
        if example.answer == REFUSAL:
            told = answers.get((example.document, plain(example.question)), set())
            assert not told & set(example.notes)
        else:
            said = example.answer.removeprefix("No: ").removeprefix("Yes: ")
            assert any(note[:-1] in said for note in example.notes)


def test_one_seed_one_data_set(tmp_path: Path, pottery: Material) -> None:
    first = write_data(tmp_path / "a", [pottery], seed=3)
    again = write_data(tmp_path / "b", [pottery], seed=3)
    other = write_data(tmp_path / "c", [pottery], seed=4)
    assert first == again
    assert first["hash"] != other["hash"]
    taught, checked, mark = read_data(tmp_path / "a")
    assert mark == first["hash"]
    assert not {example.document for example in taught} & {example.document for example in checked}


def test_data_that_were_changed_are_refused(tmp_path: Path, pottery: Material) -> None:
    write_data(tmp_path, [pottery], seed=0)
    lines = (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "train.jsonl").write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="manifest"):
        read_data(tmp_path)
    with pytest.raises(InputError, match="no data set"):
        read_data(tmp_path / "nowhere")


def test_too_little_material_is_a_sentence(tmp_path: Path, pottery: Material) -> None:
    with pytest.raises(InputError, match="too few"):
        write_data(tmp_path, [replace(pottery, known=pottery.known[:1])], seed=0)


def test_few_documents_are_parted_by_example(tmp_path: Path, pottery: Material) -> None:
    manifest = write_data(tmp_path, [replace(pottery, known=pottery.known[:2])], seed=0, variants=15)
    assert manifest["examples"] == {"train.jsonl": 27, "valid.jsonl": 3}


def test_answers_cite_where_the_prompt_numbers_its_notes(pottery: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("[" in example.answer for example in examples(pottery, seed=0))

    def numbered(question: str, notes: list[str]) -> list[Message]:
        listed = " ".join(f"[{number}] {text}" for number, text in enumerate(notes, 1))
        return [Message("system", ""), Message("user", listed + question)]

    monkeypatch.setattr(data, "draft_messages", numbered)
    for example in examples(pottery, seed=0):
        if example.answer != REFUSAL:
            said, _, number = example.answer.removesuffix("]").rpartition(" [")
            assert example.notes[int(number) - 1] == said


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("The kiln is hot.", "The kiln was built in 1900.", "The kiln is hot and was built in 1900."),
        ("The kiln is hot.", "The wheel is cold.", ""),
        ("The kiln is hot and dry.", "The kiln was built in 1900.", ""),
        ("The kiln is hot.", "The kiln is hot.", ""),
    ],
)
def test_two_sentences_about_one_subject_become_one(one: str, two: str, expected: str) -> None:
    assert joined(one, two) == expected


def test_outside_passages_give_the_sentence_that_holds_the_answer(tmp_path: Path) -> None:
    context = "Clay comes from rivers. It was fired in  1204 by monks. In 1204 nothing else happened."
    item = {"question": "When was it fired?", "answers": [{"text": "1204", "answer_start": context.index("1204")}]}
    later = {"question": "When was it calm?", "answers": [{"text": "1204", "answer_start": context.rindex("1204")}]}
    path = tmp_path / "some.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": context, "qas": [item, later]}]}]}))
    material = read_xquad(path)
    assert [known.answer for known in material.known] == [
        ("It was fired in 1204 by monks.",),
        ("In 1204 nothing else happened.",),
    ]
    path.write_text("{}")
    with pytest.raises(InputError, match="SQuAD"):
        read_xquad(path)


def test_a_teacher_s_questions_are_read_from_the_text() -> None:
    text = "Q: How hot is it? Q: Which heat? A: The kiln has 1200 degrees.\nA glaze is a coat of glass on the clay."
    passage = Passage("1", "c", "document", "clay.md", "Clay", "Clay", text, ())
    material = passages_material("c", [passage])
    asked = {known.question: known.answer for known in material.known}
    assert asked["How hot is it?"] == asked["Which heat?"] == ("The kiln has 1200 degrees.",)
    assert asked["What is a glaze?"] == ("A glaze is a coat of glass on the clay.",)
    assert defined("This is a kiln of brick.") == ""


def test_near_misses_are_near_and_do_not_answer() -> None:
    """The best is the one with the rarest shared words; the answer, elsewhere too, is left out."""
    rows = [
        ("kiln", "The big kiln reaches 1280 degrees within nine hours."),
        ("copy", "Within nine hours 1280 degrees are reached."),
        ("glaze", "The kiln door stays shut."),
        ("wheel", "The big wheel turns."),
        ("slip", "Slip is thin clay."),
    ]
    known = Known("answer", "kiln", "How hot is the big kiln?", (rows[0][1],))
    assert sorted(Near(rows).misses(known, 5)) == ["The big wheel turns.", "The kiln door stays shut."]
