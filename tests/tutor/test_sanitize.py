"""Nothing that steers a terminal gets through, however a stream is cut; everything else does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.sanitize import Sanitiser, clean

INTRODUCERS = ["\x1b[", "\x1b]", "\x1bP", "\x1b^", "\x1b_", "\x1bX", "\x9b", "\x9d", "\x90", "\x98", "\x9e", "\x9f"]
PARTS = [*INTRODUCERS, "\x1b", "\x07", "\x9c", "\x1b\\", "\x18", "31m", "52;c;", "\n", "\r", "é", "שלום", "\u202e"]
FRAGMENTS = st.one_of(
    st.sampled_from(PARTS),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=6),
)
HOSTILE = st.lists(FRAGMENTS, max_size=30).map("".join)
PLAIN = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")) | st.sampled_from("\n\t\u200d\u200c"))


def is_forbidden(char: str) -> bool:
    if char in "\n\t":
        return False
    bidi = unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or bidi or 0xE0000 <= ord(char) <= 0xE007F


@given(HOSTILE)
def test_no_forbidden_character_ever_comes_out(text: str) -> None:
    assert not [char for char in clean(text) if is_forbidden(char)]


@given(HOSTILE, st.data())
def test_any_split_gives_the_same_as_the_whole(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    sanitiser = Sanitiser()
    pieces = [sanitiser.feed(text[i:j]) for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert "".join(pieces) + sanitiser.flush() == clean(text)


@given(PLAIN)
def test_plain_text_of_every_script_is_left_alone(text: str) -> None:
    assert clean(text) == text


@given(HOSTILE)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[31m", "\x1b[2J", "\x1b[?1049h", "\x1b[38;2;1;2;3m", "\x9b31m", "\x1b[1 q",
        "\x1b]52;c;c2VjcmV0\x07", "\x1b]8;;http://evil.example\x1b\\", "\x1b]0;title\x9c", "\x9d0;title\x07",
        "\x1bPq#0;2;0;0;0\x1b\\", "\x90payload\x9c", "\x1b^private\x1b\\", "\x1b_Gf=100;AAAA\x1b\\", "\x1bXsos\x1b\\",
        "\x1b(0", "\x1b#8", "\x1bc", "\x1b7", "\x1b \x46",
        "\x1b]0;first\x1b]0;second\x07", "\x1b]0;cut\x18", "\x1bP1$r\x1b[0m", "\x07", "\x08", "\r", "\x7f", "\x85",
        "\u202e", "\u2066", "\u2069", "\u200f", "\u061c", "\U000e0041", "\U000e007f", "\ud800", "\udfff",
    ],
)  # fmt: skip
def test_a_sequence_goes_with_its_payload(sequence: str) -> None:
    assert clean(f"before{sequence}after") == "beforeafter"


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽", "שלום עולם", "مرحبا", "می‌خواهم", "नमस्ते", "日本語", "η = 0.1 × Δw", "tab\there\nnext line"],
)
def test_words_of_the_world_stay(text: str) -> None:
    assert clean(text) == text


def test_an_unfinished_sequence_hides_what_follows_until_the_stream_ends() -> None:
    sanitiser = Sanitiser()
    assert sanitiser.feed("seen\x1b]52;c;AAAA") == "seen"
    assert sanitiser.feed("still hidden") == ""
    assert sanitiser.flush() == ""
    assert sanitiser.feed("a new stream") == "a new stream"


def test_a_line_separator_becomes_a_newline() -> None:
    assert clean("one\u2028two\u2029three") == "one\ntwo\nthree"


def test_a_newline_ends_a_broken_colour_sequence_instead_of_being_eaten() -> None:
    assert clean("\x1b[31\nnext") == "\nnext"
