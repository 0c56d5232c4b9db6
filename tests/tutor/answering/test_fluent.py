"""What a fluent model is given, and how its stream becomes sentences."""

from __future__ import annotations

import pytest

from knowledge.passages import Passage
from tutor.answering.fluent import NOTES, Sentences, again, go_on, picture, task_of
from tutor.answering.reply import Line, Reply

TEXTS = ("A GRU has two gates.", "It has no cell of its own.", "It trains faster.")
PASSAGE = Passage("p", "", "notes", "gru", "GRU", "", " ".join(TEXTS), TEXTS, act="define", title_other="GRU (es)")
LINES = tuple(Line(text, PASSAGE) for text in TEXTS)


def test_the_first_sentence_is_said_and_is_the_beginning_of_what_the_model_writes() -> None:
    task = task_of(Reply((Line("Side by side:"), *LINES), act="compare"), "GRU?", "en")
    assert task is not None
    assert task.lead == (Line("Side by side:"), LINES[0])
    assert task.left == LINES[1:]
    system, asked, begun = go_on(task)
    assert (system.role, asked.role, begun.role) == ("system", "user", "assistant")
    assert begun.content == "Side by side: A GRU has two gates."
    assert "English" in asked.content and "GRU?" in asked.content
    assert all(text in asked.content for text in TEXTS)


def test_notes_are_few_and_in_the_language_of_the_answer() -> None:
    many = tuple(Line(f"Note {number}.", PASSAGE) for number in range(20))
    task = task_of(Reply(LINES, act="define", beside=many), "¿GRU?", "es")
    assert task is not None
    assert len(task.notes) == NOTES
    assert "Notes on GRU (es):" in go_on(task)[1].content


@pytest.mark.parametrize(
    "reply",
    [
        Reply(LINES, "not_covered", act="define"),
        Reply(LINES, act="list"),
        Reply(LINES, act="formula"),
        Reply(LINES, act="define", unit="code"),
        Reply((Line("$$ y = x $$", PASSAGE), *LINES), act="why"),
        Reply((Line("Good morning."),), act="define"),
        Reply(LINES[:1], act="define"),
    ],
)
def test_what_is_said_as_it_stands(reply: Reply) -> None:
    assert task_of(reply, "?", "en") is None


def test_simple_words_ask_for_a_picture() -> None:
    task = task_of(Reply(LINES[:1], act="simplify"), "simpler", "es")
    assert task is not None and task.picture
    assert "Spanish" in picture(task)[1].content


def test_sentences_come_when_they_are_whole() -> None:
    parted = Sentences()
    assert parted.feed("It has two") == []
    assert parted.feed(" gates. It is") == ["It has two gates."]
    assert parted.feed(" **small**.\n- A list") == ["It is small."]
    assert parted.feed(" item") == []
    assert parted.rest() == ""
    parted.feed(".")
    assert parted.rest() == "A list item."


def test_what_was_said_is_known_again() -> None:
    assert again("A GRU has just two gates, update and reset.", ["The GRU has two gates: update and reset."])
    assert not again("It trains faster on little data.", ["The GRU has two gates: update and reset."])
    assert not again("So it is.", ["So it is."])  # nothing in it that tells
