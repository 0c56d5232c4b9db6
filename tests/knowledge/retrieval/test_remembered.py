"""What is remembered is what was computed, for as many keys as there is room for."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.remembered import Remembered


def test_each_key_is_made_once_until_newer_ones_take_its_room() -> None:
    made: list[int] = []
    kept: Remembered[int] = Remembered(2)

    def ask(key: int) -> int:
        return kept.get(key, lambda: made.append(key) or -key)  # type: ignore[func-returns-value]

    assert [ask(key) for key in (1, 1, 2, 1, 3, 1, 2)] == [-1, -1, -2, -1, -3, -1, -2]
    assert made == [1, 2, 3, 2]


def test_what_failed_is_tried_again() -> None:
    kept: Remembered[int] = Remembered(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 7) == 7


def test_vectors_and_scores_are_the_same_the_second_time_and_nobody_can_spoil_them() -> None:
    embedder, reader, text = Embedder(), CrossEncoder(), "What is a perceptron?"
    first = embedder.encode_questions([text])
    expected = first.copy()
    first[:] = 0
    assert np.array_equal(embedder.encode_questions([text]), expected)
    assert np.allclose(embedder.encode_questions([text, "¿Y una neurona?"])[0], expected[0], atol=2e-3)
    pairs = [("Perceptron", "Rosenblatt made it."), ("", "Layers are stacked.")]
    scores = reader.scores(text, pairs)
    scored = scores.copy()
    scores[:] = 0
    assert np.array_equal(reader.scores(text, pairs), scored)
    assert not np.array_equal(reader.scores("Why?", pairs), scored)
