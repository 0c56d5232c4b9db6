"""The vectors that the package carries are those that the embedder computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.shipped_vectors import packed_vectors, texts_of
from knowledge.retrieval.embedder import Embedder
from tests.knowledge.embedders import WordEmbedder


def test_every_text_of_the_course_has_its_vector() -> None:
    passages = lecture_passages()
    missing = set(texts_of(passages)) - packed_vectors(passages, Embedder()).keys()
    assert not missing, f"{len(missing)} texts changed: run `python -m knowledge.courses.shipped_vectors`"


def test_the_vectors_are_the_embedder_s() -> None:
    passages, embedder = lecture_passages(), Embedder()
    packed = packed_vectors(passages, embedder)
    some = list(packed)[::97]
    computed = embedder.encode(some)
    cosines = (computed * np.array([packed[text] for text in some])).sum(axis=1)
    assert cosines.min() > 0.999


def test_another_embedder_or_a_damaged_file_has_none(tmp_path: Path) -> None:
    passages = lecture_passages()[:3]
    assert packed_vectors(passages, WordEmbedder()) == {}
    (tmp_path / "vectors.npz").write_bytes(b"PK\x03\x04 nothing of the kind")
    assert packed_vectors(passages, Embedder(), tmp_path / "vectors.npz") == {}
    assert packed_vectors(passages, Embedder(), tmp_path / "none.npz") == {}
