"""Asked questions: answered word for word by their slide or note, and found when a student asks likewise."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.courses.asked import read_asked
from knowledge.courses.builtin import read_notes, read_slides
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.errors import KnowledgeError

ASKED = read_asked()


def test_every_answer_is_a_sentence_of_its_slide_or_note() -> None:
    sentences: dict[str, set[str]] = {}
    for passage in lecture_passages():
        sentences.setdefault(passage.document, set()).update(passage.sentences)
    wrong = [
        (document, answer)
        for document, entries in ASKED.items()
        for entry in entries
        for answer in entry.answer
        if answer not in sentences.get(document, ())
    ]
    assert wrong == []


def test_every_question_is_a_question_or_a_request_and_asked_once_of_a_document() -> None:
    for document, entries in ASKED.items():
        questions = [question for entry in entries if entry.answer for question in entry.questions]
        assert len(set(questions)) == len(questions), document
        assert all(question[-1].isalnum() or question[-1] in '?.!)"”' for question in questions), document


def test_every_note_answers_several_questions_and_every_slide_that_says_something_one() -> None:
    few = [note.id for note in read_notes() if sum(bool(entry.answer) for entry in ASKED.get(note.id, ())) < 8]
    assert few == []
    silent = [slide.number for slide in read_slides() if f"slide-{slide.number}" not in ASKED and len(slide.body) > 150]
    assert silent == []


def test_a_passage_holds_the_questions_that_its_sentences_answer() -> None:
    passages = [passage for passage in lecture_passages() if passage.document == "slide-18"]
    asked = {item.question: item.answer for passage in passages for item in passage.asked if item.answer}
    assert asked["Who created the perceptron?"] == ("The perceptron was created by Frank Rosenblatt.",)
    assert sum(len(entry.questions) for entry in ASKED["slide-18"] if entry.answer) == len(asked)


def test_every_slide_and_note_leaves_questions_open_that_nothing_else_answers() -> None:
    opened = {
        document: [question for entry in entries if not entry.answer for question in entry.questions]
        for document, entries in ASKED.items()
    }
    documents = [*(note.id for note in read_notes()), *(f"slide-{slide.number}" for slide in read_slides())]
    assert [document for document in documents if len(opened.get(document, ())) < 4] == []
    answered = {question for entries in ASKED.values() for e in entries if e.answer for question in e.questions}
    every = [question for questions in opened.values() for question in questions]
    assert len(set(every)) == len(every)
    assert not answered & set(every)


def test_an_open_question_belongs_to_one_passage_of_its_document() -> None:
    held = [item.question for p in lecture_passages() if p.document == "lstm" for item in p.asked if not item.answer]
    assert len(held) == len(set(held)) >= 4


def test_a_file_of_another_form_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# perceptron\n\nQ: Who made it?\nFrank Rosenblatt.\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"notes\.md, block 2"):
        read_asked(tmp_path)
