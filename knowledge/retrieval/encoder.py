"""The encoder through llama.cpp: token ids in, mean-pooled vectors out. One of the two doors to llama_cpp.

The other is tutor/llm/llama.py, which writes text; knowledge knows nothing of the tutor, so it has a door of its own.
Several texts are read at once, each as a sequence of its own, up to BATCH tokens together.
"""

from __future__ import annotations

import ctypes
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import llama_cpp as C
import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError

BATCH = 512
"""Tokens read at once, and the most that one text may have: what the model was trained on."""
SEQUENCES = 32
"""Texts read at once at most."""
Vectors = NDArray[np.float32]
_silent = C.llama_log_callback(lambda _level, _text, _data: None)


class Encoder:
    """A loaded encoder. Safe to call from several threads: one computes at a time, and ctypes lets the others run."""

    def __init__(self, path: Path, threads: int) -> None:
        """Raises KnowledgeError (`embedder_missing`) when the file cannot be loaded."""
        C.llama_log_set(_silent, ctypes.c_void_p(0))
        C.llama_backend_init()
        self._lock = threading.Lock()
        self._model = C.llama_model_load_from_file(str(path).encode(), C.llama_model_default_params())
        if not self._model:
            raise KnowledgeError(
                f"The embedder's file {path} cannot be loaded.",
                code="embedder_missing",
                hint="Delete it: it is made anew.",
            )
        params = C.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = BATCH
        params.n_seq_max = SEQUENCES
        params.n_threads = params.n_threads_batch = threads
        params.embeddings, params.no_perf = True, True
        params.pooling_type = C.LLAMA_POOLING_TYPE_MEAN
        self._context = C.llama_init_from_model(self._model, params)
        self._vocabulary = C.llama_model_get_vocab(self._model)
        self._batch = C.llama_batch_init(BATCH, 0, 1)
        self.dimension = int(C.llama_model_n_embd(self._model))
        self.begin, self.end = int(C.llama_vocab_bos(self._vocabulary)), int(C.llama_vocab_eos(self._vocabulary))

    def tokenize(self, text: str) -> list[int]:
        """Token ids without the marks of beginning and end. The file has no table of normalised characters, so texts
        are normalised here (NFKC: "½" and full-width letters cost 0.04 of cosine otherwise)."""
        data = unicodedata.normalize("NFKC", text).encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (C.llama_token * room)()
        count = C.llama_tokenize(self._vocabulary, data, len(data), buffer, room, False, False)
        return list(buffer[: max(count, 0)])

    def piece(self, token: int) -> str:
        """The text of one token."""
        buffer = ctypes.create_string_buffer(256)
        size = C.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, False)
        return buffer.raw[: max(size, 0)].decode("utf-8", "replace")

    def pooled(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        """The mean of the last hidden vectors of each sequence, marks included: (len(sequences), dimension)."""
        found = np.empty((len(sequences), self.dimension), dtype=np.float32)
        with self._lock:
            for chosen in batches([len(sequence) for sequence in sequences]):
                found[chosen] = self._read([sequences[index] for index in chosen])
        return found

    def close(self) -> None:
        """Free the memory."""
        with self._lock:
            C.llama_batch_free(self._batch)
            C.llama_free(self._context)
            C.llama_model_free(self._model)

    def _read(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        at, batch = 0, self._batch
        for number, sequence in enumerate(sequences):
            for position, token in enumerate(sequence):
                batch.token[at], batch.pos[at], batch.n_seq_id[at] = token, position, 1
                batch.seq_id[at][0], batch.logits[at] = number, 1
                at += 1
        batch.n_tokens = at
        if C.llama_encode(self._context, batch):
            raise KnowledgeError(
                "The embedder could not read a text.", code="invalid_vector", hint="Run `tiza doctor`."
            )
        rows: list[Any] = []
        for number in range(len(sequences)):
            row = C.llama_get_embeddings_seq(self._context, number)
            rows.append(np.ctypeslib.as_array(row, shape=(self.dimension,)).copy())
        return np.array(rows, dtype=np.float32)


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of sequences that are read together: of like length, at most BATCH tokens and SEQUENCES of them."""
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    batch: list[int] = []
    total = 0
    for index in order:
        if batch and (total + lengths[index] > BATCH or len(batch) == SEQUENCES):
            yield batch
            batch, total = [], 0
        batch.append(index)
        total += lengths[index]
    if batch:
        yield batch
