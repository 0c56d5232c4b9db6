"""What has no full stop is cut by length: no passage, and no sentence of one, is longer than an answer can be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.documents.chunking import PASSAGE_LETTERS, page_passages
from knowledge.documents.pages import Page
from knowledge.documents.units import Unit, prose
from knowledge.text import LONGEST_SENTENCE, PIECE, pieces

SPOKEN = "so the network learns what to keep, and what it keeps is what it needs for the next word of the line "


def test_a_sentence_is_left_as_it_is() -> None:
    for text in ("", "Frank Rosenblatt made it.", " ".join(["word"] * LONGEST_SENTENCE)):
        assert pieces(text) == [text]


def test_what_is_no_sentence_ends_where_a_comma_is() -> None:
    found = pieces(SPOKEN * 20)
    assert all(part.endswith(",") for part in found[:-1])
    assert " ".join(found).split() == (SPOKEN * 20).split()


@given(st.lists(st.text(st.sampled_from("ab,;é "), min_size=1, max_size=700), max_size=300).map(" ".join))
def test_nothing_is_lost_and_no_part_is_long(text: str) -> None:
    found = pieces(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    if len(found) > 1:
        assert all(len(part.split()) <= PIECE and len(part) <= 12 * PIECE + 2 * PIECE for part in found)


@given(st.text(st.sampled_from("ab, "), min_size=1, max_size=20_000))
def test_no_passage_is_longer_than_what_can_be_read(text: str) -> None:
    found, _ = page_passages(Page(tuple(prose(text))), "course", "long.txt")
    assert all(len(passage.text) <= 2 * PASSAGE_LETTERS for passage in found)


def test_a_formula_is_never_cut() -> None:
    formula = Unit("math", "$$" + " + ".join(f"x_{number}" for number in range(200)) + "$$")
    found, _ = page_passages(Page((*prose("It is a sum:"), formula)), "course", "sum.md")
    assert formula.text in found[0].text
