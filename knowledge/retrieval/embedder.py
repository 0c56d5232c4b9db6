"""Sentence embeddings: texts in English and Spanish as unit vectors in one space.

The embedder is multilingual-e5-small through llama.cpp (knowledge/retrieval/encoder.py). Another one in
sentence-transformers' format can be chosen instead (knowledge/retrieval/chosen_embedder.py). Nothing is downloaded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.messages import say
from knowledge.retrieval.remembered import Remembered
from knowledge.text import fold

if TYPE_CHECKING:
    from knowledge.retrieval.chosen_embedder import ChosenEmbedder
    from knowledge.retrieval.encoder import Encoder

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
DIMENSION = 384
CHANGES = Path(__file__).with_name("embedder.safetensors")
"""What training on the course's questions added to the matrices (training/embedder.py); none is fine too."""
QUESTION, PASSAGE = "query: ", "passage: "
"""The marks that e5 was trained with: what asks, and what may answer."""
REMEMBERED = 64
"""Questions whose vectors are kept: one turn asks up to four times for that of what was said."""
_TOGETHER = 64
"""Texts between two looks at whether a question is waiting."""


class Embedder:
    """Turns texts into unit vectors. The model is loaded at the first use, once, whichever thread comes first."""

    def __init__(self, choice: str | Path | None = None) -> None:
        """`choice` is a folder with a sentence-transformers model, or the name of one that is on this machine; nothing
        means the packaged e5. Raises KnowledgeError (`embedder_missing`)."""
        self._loading = threading.Lock()
        self._gate = _Gate()
        self._remembered: Remembered[Vectors] = Remembered(REMEMBERED)
        self._encoder: Encoder | None = None
        self._chosen: ChosenEmbedder | None = None
        if choice:
            from knowledge.retrieval.chosen_embedder import ChosenEmbedder

            self._chosen = ChosenEmbedder(str(choice))

    @cached_property
    def name(self) -> str:
        """What the manifest of an index calls this embedder: its name and the start of a digest of its files."""
        if self._chosen is not None:
            return self._chosen.name
        from knowledge.retrieval.encoder_file import encoder_mark

        return f"multilingual-e5-small@{encoder_mark(_changes())}"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return DIMENSION if self._chosen is None else self._chosen.dimension

    @property
    def packaged(self) -> bool:
        """True for the packaged e5."""
        return self._chosen is None

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Whole words, folded, that the packaged model has as one piece: words that are no slips."""
        packaged = self if self.packaged else Embedder()
        packaged.load()
        assert packaged._encoder is not None
        return _whole_words(packaged._encoder)

    def load(self) -> None:
        """Load the model now. Raises KnowledgeError (`embedder_missing`) when its files are absent or altered."""
        with self._loading:
            if self._chosen is not None:
                self._chosen.load()
            elif self._encoder is None:
                from knowledge.retrieval.encoder import Encoder
                from knowledge.retrieval.encoder_file import encoder_file

                self._encoder = Encoder(encoder_file(_changes()), cores())

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of texts that may answer, float32 of shape (len(texts), dimension).

        `progress` hears how many were done each time. Whoever wants to hear has a long job, and lets questions that
        come meanwhile go first.
        """
        return self._encode(PASSAGE, texts, progress)

    def encode_questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of texts that ask, or of texts to be compared with each other: shape as `encode`."""
        if len(texts) != 1:
            return self._encode(QUESTION, texts, progress)
        return self._remembered.get(texts[0], lambda: self._encode(QUESTION, texts, progress)).copy()

    def tokenize(self, text: str) -> list[int]:
        """The ids of a text's tokens; of the packaged model's where another one was chosen."""
        return self._packaged_encoder().tokenize(text)

    def text(self, tokens: Sequence[int]) -> str | None:
        """The text of token ids as `tokenize` gives them; None for ids that are another vocabulary's."""
        encoder = self._packaged_encoder()
        if not tokens or not all(0 <= token < encoder.size for token in tokens):
            return None
        text = "".join(encoder.piece(token) for token in tokens).strip()
        return text if encoder.tokenize(text) == list(tokens) else None

    def _packaged_encoder(self) -> Encoder:
        packaged = self if self.packaged else Embedder()
        packaged.load()
        assert packaged._encoder is not None
        return packaged._encoder

    def _encode(self, mark: str, texts: Sequence[str], progress: Progress | None) -> Vectors:
        self.load()
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _TOGETHER):
            part = texts[start : start + _TOGETHER]
            with self._gate.enter(patient=progress is not None):
                vectors[start : start + len(part)] = self._read(mark, part)
            if progress is not None:
                progress(len(part))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return finite((vectors / np.where(norms, norms, 1.0)).astype(np.float32))

    def _read(self, mark: str, texts: Sequence[str]) -> Vectors:
        if self._chosen is not None:
            return self._chosen.encode(mark == QUESTION, texts)
        encoder: Any = self._encoder
        return encoder.pooled([encoder.sequence(mark + text) for text in texts])  # type: ignore[no-any-return]


def cores() -> int:
    """Processors that this process may use; two at least are left to nobody: an embedding takes milliseconds."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _changes() -> Path | None:
    return CHANGES if CHANGES.is_file() else None


class _Gate:
    """One computes at a time; whoever has a long job waits, between its batches, for those who have a short one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._pressing = 0

    @contextmanager
    def enter(self, *, patient: bool) -> Iterator[None]:
        with self._changed:
            self._pressing += not patient
            self._changed.wait_for(lambda: not self._busy and not (patient and self._pressing))
            self._pressing -= not patient
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()


def finite(vectors: Vectors) -> Vectors:
    """The same vectors. Raises KnowledgeError (`invalid_vector`) when one holds NaN or infinity, or is zero."""
    if not np.isfinite(vectors).all() or not vectors.any(axis=-1).all():
        raise KnowledgeError(
            say("The embedder gave a vector that is not a direction (NaN, infinite or zero)."),
            code="invalid_vector",
            hint=say("Run `tiza doctor`."),
        )
    return vectors


_WHOLE_WORDS: dict[tuple[int, int], frozenset[str]] = {}


def _whole_words(encoder: Encoder) -> frozenset[str]:
    """The vocabulary's whole words; each process reads the packaged model's once."""
    key = (encoder.size, encoder.dimension)
    if key not in _WHOLE_WORDS:
        pieces = (encoder.piece(token) for token in range(encoder.size))
        _WHOLE_WORDS[key] = frozenset(
            fold(piece[1:]) for piece in pieces if piece.startswith(" ") and piece[1:].isalpha()
        )
    return _WHOLE_WORDS[key]
