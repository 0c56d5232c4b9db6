"""Sentences of documents that are no Markdown, written so that Markdown shows them as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge.passages import Passage

__all__ = ["is_markdown", "literal", "with_literal_quotes"]

_MARKED = (".md", ".markdown", ".ipynb")
_FORMULA = re.compile(r"(\$\$.+?\$\$|\$[^$\s](?:[^$]*[^$\s])?\$)")
_INLINE = re.compile(r"([\\`*_\[\]<>~|])")
_OPENING = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|=+$|\d{1,9}(?=[.)]\s))", re.MULTILINE)


def is_markdown(passage: Passage) -> bool:
    """True for a passage whose author wrote Markdown; the course's own are so."""
    return passage.source != "document" or passage.document.lower().endswith(_MARKED)


def literal(text: str) -> str:
    """The text with every sign of Markdown escaped, but for those in its formulas."""
    parts = _FORMULA.split(text)
    escaped = "".join(part if place % 2 else _INLINE.sub(r"\\\1", part) for place, part in enumerate(parts))
    return _OPENING.sub(_escaped, escaped)


def _escaped(match: re.Match[str]) -> str:
    sign = match[2]
    return f"{match[1]}{sign}\\" if sign.isdigit() else f"{match[1]}\\{sign}"


def with_literal_quotes(answer: str, passages: Iterable[Passage]) -> str:
    """An answer in which the sentences of such passages are literal."""
    for passage in passages:
        if not is_markdown(passage):
            for sentence in passage.sentences:
                if (shown := literal(sentence)) != sentence:
                    answer = answer.replace(sentence, shown)
    return answer
