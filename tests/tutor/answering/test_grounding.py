"""What a worded sentence may not say, whatever a reader thinks of it, and which sentence of the course it cites."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.passages import Passage
from tutor.answering.grounding import WINDOW, Grounding, is_picture
from tutor.answering.reply import Line


class Says:
    """A reader that gives every pair the same log-odds, or those of the first pair that holds a word."""

    def __init__(self, odds: float, holds: str = "") -> None:
        self.odds, self.holds = odds, holds
        self.read: list[tuple[str, str]] = []

    def scores(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        self.read += [(question, text) for _, text in sentences]
        return np.array([self.odds if self.holds in text else -9.0 for _, text in sentences])

    def load(self) -> None:
        pass


def _lines(title: str, *texts: str, other: Sequence[str] = ()) -> list[Line]:
    passage = Passage(
        f"{title}-id", "", "notes", title.lower(), title, "", " ".join(texts), texts, other=tuple(other), act="define"
    )
    return [Line(text, passage) for text in texts]


ROSENBLATT = _lines(
    "Perceptron", "Frank Rosenblatt made the perceptron in 1957.", "Its output is 1 when the sum passes 0.5.",
    other=("Frank Rosenblatt hizo el perceptrón en 1957.", "Su salida es 1 cuando la suma pasa de 0.5."),
)  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("It was made in 1958.", "number"),
        ("It was made by Rosenblatt and Minsky.", "name"),
        ("La creó Rosenblatt con Hebb.", "name"),
        ("It has seven inputs.", "number"),
        ("Its output is $y = 1$.", "formula"),
        ("The sum is w = x.", "formula"),
    ],
)
def test_what_is_counted_or_named_has_to_stand_in_the_notes(claim: str, why: str) -> None:
    checked = Grounding(Says(9.0)).check(claim, ROSENBLATT, "Who made it?", "en")
    assert checked.line is None
    assert why in checked.reason


@pytest.mark.parametrize(
    "claim",
    ["Rosenblatt made it in 1957.", "Fue Rosenblatt, en 1957.", "Es 1 si la suma pasa de 0,5.", "A Perceptron fires."],
)
def test_what_stands_in_the_notes_may_be_said_in_either_language(claim: str) -> None:
    assert Grounding(Says(9.0)).check(claim, ROSENBLATT, "", "en").line is not None


def test_what_the_student_named_may_be_named() -> None:
    grounding = Grounding(Says(9.0))
    assert grounding.check("Then Adaline came.", ROSENBLATT, "", "en").line is None
    assert grounding.check("Then came Adaline.", ROSENBLATT, "And Adaline?", "en").line is not None


def test_a_claim_that_no_sentence_supports_does_not_pass() -> None:
    checked = Grounding(Says(1.9)).check("It learns slowly.", ROSENBLATT, "", "en")
    assert checked.line is None
    assert checked.reason == "not said by the course"


def test_it_cites_the_sentence_that_shares_most_with_the_claim() -> None:
    notes = [*ROSENBLATT, *_lines("LSTM", "The forget gate drops what is old.")]
    checked = Grounding(Says(5.0, "forget")).check("Old things are dropped by the forget gate.", notes, "", "en")
    assert checked.line is notes[2]
    found = Grounding(Says(5.0, "Rosenblatt")).check("The output is 1 above the sum.", notes, "", "en")
    assert found.line is notes[1]


def test_a_reader_sees_neighbours_of_one_passage_under_their_title() -> None:
    reader = Says(3.0)
    notes = _lines("GRU", *(f"Sentence {word}." for word in "abcdef"))
    Grounding(reader).check("It says so.", [*ROSENBLATT, *notes], "", "en")
    shown = [text for _, text in reader.read]
    assert len(shown) == 3
    assert shown[0].startswith("Perceptron. Frank")
    assert shown[1].count("Sentence") == WINDOW and shown[1].startswith("GRU. ")


def test_a_picture_names_and_counts_nothing() -> None:
    assert is_picture("Imagine a child who points at the page.")
    assert not is_picture("Imagine 3 children.")
    assert not is_picture("Imagine a game like Google plays.")
