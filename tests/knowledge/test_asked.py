"""Asked questions: answered word for word by their slide or note, and found when a student asks likewise."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.asked import read_asked
from knowledge.errors import KnowledgeError
from knowledge.ingest import lecture_passages
from knowledge.lecture import read_notes, read_slides

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
        questions = [question for entry in entries for question in entry.questions]
        assert len(set(questions)) == len(questions), document
        assert all(question.endswith(("?", ".")) for question in questions), document


def test_every_note_answers_several_questions_and_every_slide_that_says_something_one() -> None:
    few = [note.id for note in read_notes() if len(ASKED.get(note.id, ())) < 8]
    assert few == []
    silent = [slide.number for slide in read_slides() if f"slide-{slide.number}" not in ASKED and len(slide.body) > 150]
    assert silent == []


def test_a_passage_holds_the_questions_that_its_sentences_answer() -> None:
    passages = [passage for passage in lecture_passages() if passage.document == "slide-18"]
    asked = {item.question: item.answer for passage in passages for item in passage.asked}
    assert asked["Who created the perceptron?"] == ("The perceptron was created by Frank Rosenblatt.",)
    assert sum(len(entry.questions) for entry in ASKED["slide-18"]) == len(asked)


def test_a_file_of_another_form_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# perceptron\n\nQ: Who made it?\nFrank Rosenblatt.\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"notes\.md, block 2"):
        read_asked(tmp_path)
