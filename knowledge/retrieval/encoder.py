"""The encoder through llama.cpp: token ids in, mean-pooled vectors out. One of the two doors to llama_cpp.

The other is tutor/llm/llama.py, which writes text; knowledge knows nothing of the tutor, so it has a door of its own.
Several texts are read at once, each as a sequence of its own, up to BATCH tokens together.
"""

from __future__ import annotations

import ctypes
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import llama_cpp as C
import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.messages import say

BATCH = 256
"""Tokens read at once, and the most that one text may have: some 180 words."""
SEQUENCES = 32
"""Texts read at once at most."""
Vectors = NDArray[np.float32]
_silent = C.llama_log_callback(lambda _level, _text, _data: None)


class Encoder:
    """A loaded encoder. Safe to call from several threads.

    It has a context for each core, and each computes on one core: threads of llama.cpp that share a few tokens wait for
    each other in a spin, and on a busy machine they wait long (two were three times slower than one there). ctypes lets
    Python's other threads run meanwhile.
    """

    def __init__(self, path: Path, cores: int = 1) -> None:
        """Raises KnowledgeError (`embedder_missing`) when the file cannot be loaded."""
        C.llama_log_set(_silent, ctypes.c_void_p(0))
        C.llama_backend_init()
        self._model = C.llama_model_load_from_file(str(path).encode(), C.llama_model_default_params())
        if not self._model:
            raise KnowledgeError(
                say("The embedder's file {path} cannot be loaded.", path=path),
                code="embedder_missing",
                hint=say("Delete it: it is made anew."),
            )
        self._vocabulary = C.llama_model_get_vocab(self._model)
        self.dimension = int(C.llama_model_n_embd(self._model))
        self.size = int(C.llama_vocab_n_tokens(self._vocabulary))
        self.begin, self.end = int(C.llama_vocab_bos(self._vocabulary)), int(C.llama_vocab_eos(self._vocabulary))
        self._free: SimpleQueue[_Context] = SimpleQueue()
        self._contexts = [_Context(self._model, self.dimension)]
        self._free.put(self._contexts[0])
        self._most = max(1, cores)
        self._growing = threading.Lock()
        self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="encoder")

    def tokenize(self, text: str) -> list[int]:
        """Token ids without the marks of beginning and end. The file has no table of normalised characters, so texts
        are normalised here (NFKC: "½" and full-width letters cost 0.04 of cosine otherwise)."""
        data = unicodedata.normalize("NFKC", text).encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (C.llama_token * room)()
        count = C.llama_tokenize(self._vocabulary, data, len(data), buffer, room, False, False)
        return list(buffer[: max(count, 0)])

    def sequence(self, text: str) -> list[int]:
        """A text's token ids between the marks of beginning and end; what is longer than BATCH is cut."""
        return [self.begin, *self.tokenize(text)[: BATCH - 2], self.end]

    def pair(self, first: str, second: str, longest: int) -> list[int]:
        """Two texts to be read together, `longest` tokens at most: the second is cut."""
        head = [self.begin, *self.tokenize(first)[: longest // 2], self.end, self.end]
        return [*head, *self.tokenize(second)[: longest - len(head) - 1], self.end]

    def piece(self, token: int) -> str:
        """The text of one token."""
        buffer = ctypes.create_string_buffer(256)
        size = C.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, False)
        return buffer.raw[: max(size, 0)].decode("utf-8", "replace")

    def pooled(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        """The mean of the last hidden vectors of each sequence, marks included: (len(sequences), dimension)."""
        found = np.empty((len(sequences), self.dimension), dtype=np.float32)
        chosen = list(batches([len(sequence) for sequence in sequences], self._most))

        def read(places: list[int]) -> None:
            with self._context() as context:
                found[places] = context.read([sequences[place] for place in places])

        if len(chosen) == 1:
            read(chosen[0])
        else:
            list(self._pool.map(read, chosen))
        return found

    def close(self) -> None:
        """Free the memory. Nobody may be reading."""
        self._pool.shutdown()
        for context in self._contexts:
            context.close()
        C.llama_model_free(self._model)

    @contextmanager
    def _context(self) -> Iterator[_Context]:
        """A context that nobody else uses meanwhile; one more is made where all are busy and there are cores left."""
        with self._growing:
            if self._free.empty() and len(self._contexts) < self._most:
                self._contexts.append(_Context(self._model, self.dimension))
                self._free.put(self._contexts[-1])
        context = self._free.get()
        try:
            yield context
        finally:
            self._free.put(context)


class _Context:
    """One context of a model: it reads a batch of texts at a time, on one core."""

    def __init__(self, model: Any, dimension: int) -> None:
        params = C.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = BATCH
        params.n_seq_max = SEQUENCES
        params.n_threads = params.n_threads_batch = 1
        params.embeddings, params.no_perf = True, True
        params.pooling_type = C.LLAMA_POOLING_TYPE_MEAN
        self._context = C.llama_init_from_model(model, params)
        self._batch = C.llama_batch_init(BATCH, 0, 1)
        self._dimension = dimension

    def read(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        """Mean hidden vectors (len(sequences), dimension). Raises KnowledgeError when llama.cpp fails."""
        at, batch = 0, self._batch
        for number, sequence in enumerate(sequences):
            for position, token in enumerate(sequence):
                batch.token[at], batch.pos[at], batch.n_seq_id[at] = token, position, 1
                batch.seq_id[at][0], batch.logits[at] = number, 1
                at += 1
        batch.n_tokens = at
        if C.llama_encode(self._context, batch):
            raise KnowledgeError(
                say("The embedder could not read a text."), code="invalid_vector", hint=say("Run `tiza doctor`.")
            )
        rows = (C.llama_get_embeddings_seq(self._context, number) for number in range(len(sequences)))
        return np.array([np.ctypeslib.as_array(row, shape=(self._dimension,)) for row in rows], dtype=np.float32)

    def close(self) -> None:
        C.llama_batch_free(self._batch)
        C.llama_free(self._context)


def batches(lengths: Sequence[int], ways: int = 1) -> Iterator[list[int]]:
    """Places of sequences that are read together: of like length, at most BATCH tokens and SEQUENCES of them.

    Few tokens are spread over `ways` batches, so that as many cores have something to do.
    """
    room = min(BATCH, max(max(lengths, default=1), -(-sum(lengths) // ways)))
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    batch: list[int] = []
    total = 0
    for index in order:
        if batch and (total + lengths[index] > room or len(batch) == SEQUENCES):
            yield batch
            batch, total = [], 0
        batch.append(index)
        total += lengths[index]
    if batch:
        yield batch
