"""Topics are found by their names in both languages, the longest first, misspelt too; and not in other words."""

from __future__ import annotations

import pytest

from knowledge.passages import Passage
from knowledge.retrieval.names import TopicNames


def _passage(document: str, title: str, *aliases: str) -> Passage:
    return Passage("", "course", "notes", document, title, "define", "", (), aliases=aliases)


NAMES = TopicNames([
    _passage("perceptron", "Perceptron", "perceptrón"),
    _passage("attention", "Attention", "atención"),
    _passage("self_attention", "Self-attention", "autoatención", "scaled dot-product attention"),
    _passage("lstm", "Long short-term memory", "LSTM", "memoria a corto y largo plazo"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("what is self-attention?", ["self_attention"]),
        ("¿Qué es la autoatención?", ["self_attention"]),
        ("attention vs LSTM", ["attention", "lstm"]),
        ("explain scaled dot product attention", ["self_attention"]),
        ("wat is a percpetron", ["perceptron"]),
        ("que es la atencion", ["attention"]),
        ("long short term memory networks", ["lstm"]),
        ("what is the capital of France", []),
        ("give me an example", []),
    ],
)
def test_names_are_found(text: str, documents: list[str]) -> None:
    assert [found.document for found in NAMES.found(text)] == documents
