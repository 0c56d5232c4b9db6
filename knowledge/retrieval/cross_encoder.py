"""A second look: question and sentence read together, to say whether the one answers the other.

The embedder compares vectors that were made apart, so "What does the professor earn?" lies near everything about the
professor. The cross-encoder (Nogueira and Cho, Passage Re-ranking with BERT, 2019) reads both at once: the lower layers
of e5 with a low-rank change of their matrices, trained in both languages by `python -m training cross-encoder`
(training/cross_encoder.py). Its scores are log-odds, one linear layer on the mean of the last hidden vectors.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.embedder import cores
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.encoder_file import encoder_file, read_changes
from knowledge.retrieval.remembered import Remembered

FILE = Path(__file__).with_name("cross_encoder.safetensors")
LONGEST = 96
"""Tokens of question and sentence together: a sentence of the course has 45 words at most."""
REMEMBERED = 64
"""Questions whose scores are kept: two or three for each turn."""


class CrossEncoder:
    """Scores sentences for questions. Loaded at the first use; safe to call from several threads."""

    def __init__(self, file: Path = FILE, longest: int = LONGEST) -> None:
        """`longest` is how many tokens of both together are read."""
        self._file, self._longest = file, longest
        self._loading = threading.Lock()
        self._remembered: Remembered[NDArray[np.float64]] = Remembered(REMEMBERED)
        self._encoder: Encoder | None = None
        self._weight = np.zeros(0, dtype=np.float32)
        self._bias = 0.0

    def scores(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Log-odds, one for each (title, sentence), that the sentence answers the question."""
        if not sentences:
            return np.zeros(0)
        return self._remembered.get((question, *sentences), lambda: self._read(question, sentences)).copy()

    def _read(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        encoder = self._loaded()
        pairs = [encoder.pair(question, pair_text(title, sentence), self._longest) for title, sentence in sentences]
        scores: NDArray[np.float64] = (encoder.pooled(pairs) @ self._weight + self._bias).astype(np.float64)
        return scores

    def load(self) -> None:
        """Load the model now. Raises KnowledgeError when the embedder's package is missing."""
        self._loaded()

    def _loaded(self) -> Encoder:
        with self._loading:
            if self._encoder is None:
                learnt = read_changes(self._file)
                self._weight, self._bias = learnt["head.weight"], float(learnt["head.bias"].reshape(-1)[0])
                self._encoder = Encoder(encoder_file(self._file), cores())
            return self._encoder


def pair_text(title: str, sentence: str) -> str:
    """A sentence as the cross-encoder sees it: its passage's title tells what it is about."""
    return f"{title}. {sentence}" if title else sentence
