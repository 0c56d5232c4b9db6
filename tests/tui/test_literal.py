"""What a document says in signs of Markdown is shown as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from knowledge.passages import Passage
from tutor.events import Source
from tutor.tui.literal import literal, with_literal_quotes
from tutor.tui.pages import source_page

SIGNS = (
    "The slope is w*x + b*1.", "__init__ calls _step_ once.", "~~~ the wave.", "1957. It learns.", "# 3 is a sign.",
    "- 5 is less.", "a <b> c | d", "`code` [link](x)", "back\\\\slash", "> more", "12) twelve", "===",
)  # fmt: skip


def _passage(text: str, document: str = "a.pdf") -> Passage:
    return Passage("1", "c", "document", document, "Title * one", "Part _x_", text, (text,))


def _shown(markdown: str) -> str:
    """The text that a renderer of Markdown shows, and nothing but paragraphs."""
    tokens = MarkdownIt("gfm-like", {"html": False, "linkify": False}).parse(markdown)
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}, markdown
    children = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in children} <= {"text", "text_special", "softbreak"}, markdown
    return "".join(child.content or "\n" for child in children)


@pytest.mark.parametrize("text", SIGNS)
def test_signs_stay_signs(text: str) -> None:
    assert _shown(literal(text)) == text


@given(st.text(st.sampled_from("ab 1.*_`#>-+~|[]()<&!=\\"), min_size=1, max_size=30))
def test_no_text_is_markup(text: str) -> None:
    text = "x" + " ".join(text.split())
    assert _shown(literal(text)).replace("&", "") == text.replace("&", "")


def test_formulas_and_what_is_written_in_markdown_stay() -> None:
    assert literal(r"The loss is $L_1 * x$ and w*x.") == r"The loss is $L_1 * x$ and w\*x."
    answer = "1. The slope is w*x. [1]\n2. It is *said*."
    assert with_literal_quotes(answer, [_passage("The slope is w*x.")]) == answer.replace("w*x", r"w\*x")
    assert with_literal_quotes(answer, [_passage("The slope is w*x.", "a.md")]) == answer


def test_a_source_of_plain_text_is_shown_as_it_is() -> None:
    _, page = source_page(None, Source(1, _passage("The slope is w*x + b*1."), 0.0))  # type: ignore[arg-type]
    assert r"w\*x + b\*1" in page
    assert r"# Title \* one" in page
