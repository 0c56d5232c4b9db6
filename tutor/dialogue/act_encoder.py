"""A second reading of the act: e5's lower layers, trained on the same labelled lines as the router's linear model.

Words in an order that no list holds ("what made people drop X for Y") are read by a network; the words themselves
weigh in the linear model. Their logits are added (tutor/dialogue/reading.py). The network is a low-rank change of the
packaged e5 and one linear layer on the mean of the last hidden vectors and the situation (training/acts.py).
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.embedder import cores
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.encoder_file import encoder_file, read_changes

FILE = Path(__file__).with_name("acts.safetensors")
LONGEST = 64
"""Tokens that are read of an utterance; what it wants stands in its beginning or its end, and so both are kept."""


class ActEncoder:
    """Logits of acts. Loaded at the first use; safe to call from several threads."""

    def __init__(self, file: Path = FILE) -> None:
        self._file = file
        self._loading = threading.Lock()
        self._encoder: Encoder | None = None
        self._weight = self._flags = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)

    def logits(self, text: str, situation: NDArray[np.float32]) -> NDArray[np.float32]:
        """(acts,) for a text in a situation, a vector of reading.FLAGS as 0 and 1."""
        encoder = self.load()
        pooled = encoder.pooled([sequence(encoder, text)])[0]
        found: NDArray[np.float32] = self._weight @ pooled + self._flags @ situation + self._bias
        return found

    def load(self) -> Encoder:
        """The network, loaded now. Raises KnowledgeError when the embedder's package is missing."""
        with self._loading:
            if self._encoder is None:
                learnt = read_changes(self._file)
                self._weight, self._bias = learnt["head.weight"], learnt["head.bias"]
                self._flags = learnt["head.flags"]
                self._encoder = Encoder(encoder_file(self._file), cores())
            return self._encoder


def sequence(encoder: Encoder, text: str) -> list[int]:
    """An utterance's tokens between the marks of beginning and end, its middle cut where it is long."""
    tokens = encoder.tokenize(text.lower())
    half = LONGEST // 2
    if len(tokens) > LONGEST:
        tokens = [*tokens[:half], *tokens[-half:]]
    return [encoder.begin, *tokens, encoder.end]
