"""The vectors that the package carries: a cache that is right where it has something, and nothing where it has not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.shipped_vectors import in_bytes, ship, shipped_vectors, texts_of
from knowledge.retrieval.embedder import QUESTION, Embedder
from tests.knowledge.embedders import WordEmbedder


@pytest.mark.model
def test_what_is_shipped_is_what_the_embedder_gives() -> None:
    passages, embedder = lecture_passages(), Embedder()
    shipped = shipped_vectors(passages, embedder)
    for text in list(shipped)[::997]:
        encode = embedder.encode_questions if text.startswith(QUESTION) else embedder.encode
        assert float(encode([text.removeprefix(QUESTION)])[0] @ shipped[text]) > 0.995


def test_bytes_keep_the_direction_of_a_vector() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows, scales = in_bytes(vectors)
    back = rows.astype(np.float32) * scales[:, None]
    assert ((back * vectors).sum(axis=1) / np.linalg.norm(back, axis=1)).min() > 0.998


def test_what_was_shipped_in_bytes_comes_back_of_length_one(tmp_path: Path) -> None:
    """An index says how near a passage is; a vector that is longer is nearer to everything."""
    passages, embedder, file = lecture_passages()[:20], WordEmbedder(384), tmp_path / "vectors.npz"
    count = ship(passages, embedder, file)
    back = shipped_vectors(passages, embedder, file)
    assert len(back) == count > 20
    assert np.abs(np.linalg.norm(list(back.values()), axis=1) - 1).max() < 1e-5
    assert all(float(vector @ embedder.encode([text])[0]) > 0.998 for text, vector in back.items() if ": " not in text)


def test_another_embedder_or_a_damaged_file_has_none(tmp_path: Path) -> None:
    passages = lecture_passages()[:3]
    assert shipped_vectors(passages, WordEmbedder()) == {}
    (tmp_path / "vectors.npz").write_bytes(b"PK\x03\x04 nothing of the kind")
    assert shipped_vectors(passages, Embedder(), tmp_path / "vectors.npz") == {}
    assert shipped_vectors(passages, Embedder(), tmp_path / "none.npz") == {}


def test_a_passage_in_two_languages_needs_the_vectors_of_both() -> None:
    passage = next(passage for passage in lecture_passages() if passage.other)
    texts = texts_of([passage])
    assert {*passage.sentences, *passage.other} <= set(texts)
