"""An embedder without weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.text import content_words


class WordEmbedder(Embedder):
    """Adds up a fixed random direction for each word stem: texts that share words are near each other."""

    def __init__(self, size: int = 32) -> None:
        self._size = size

    name = property(lambda self: f"words@{self._size}")
    dimension = property(lambda self: self._size)
    vocabulary = frozenset()
    packaged = property(lambda _self: False)

    def load(self) -> None:
        """Nothing to load."""

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        rows = [self._vector(text) for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(len(rows), self._size)
        if progress is not None:
            progress(len(texts))
        return vectors

    def encode_questions(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self.encode(texts, progress)

    def _vector(self, text: str) -> Vectors:
        total = np.full(self._size, 1e-3, dtype=np.float64)
        for word in content_words(text):
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).normal(size=self._size)
        return (total / np.linalg.norm(total)).astype(np.float32)
