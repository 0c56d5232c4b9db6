"""A second look: question and sentence read together, to say whether the one answers the other.

The embedder compares vectors that were made apart, so "What does the professor earn?" lies near everything about the
professor. The reader is the same MiniLM, with a low-rank change of its weights, that reads both texts at once (a
cross-encoder; Nogueira and Cho, Passage Re-ranking with BERT, 2019). It was trained on the training half of the course
by `python -m training reader` (training/reader.py); its scores are log-odds, one linear layer on the mean of the last
hidden vectors.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.embedder import Embedder, on_one_core

if TYPE_CHECKING:
    from torch import Tensor, nn

FILE = Path(__file__).with_name("cross_encoder.safetensors")
LONGEST = 128
"""Tokens of question and sentence together."""
MATRICES = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
            "intermediate.dense", "output.dense")  # fmt: skip
"""The matrices of a layer that the reader changes, by their names in BERT."""


class Reader:
    """Scores sentences for questions. Loaded at the first use; safe to call from several threads."""

    def __init__(self, embedder: Embedder, file: Path = FILE) -> None:
        """The packaged MiniLM is read anew where `embedder` is another model."""
        self._embedder, self._file = embedder, file
        self._loading = threading.Lock()
        self._model: tuple[Any, nn.Module, Tensor, Tensor] | None = None

    def scores(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Log-odds, one for each (title, sentence), that the sentence answers the question."""
        import torch

        if not sentences:
            return np.zeros(0)
        tokenizer, net, weight, bias = self._loaded()
        texts = [pair_text(title, sentence) for title, sentence in sentences]
        with torch.inference_mode(), on_one_core():
            read = tokenizer([question] * len(texts), texts, padding=True, truncation=True, max_length=LONGEST,
                             return_tensors="pt")  # fmt: skip
            scores: NDArray[np.float64] = (pooled(net, read) @ weight + bias).double().numpy()
        return scores

    def load(self) -> None:
        """Load the model now. Raises KnowledgeError when the embedder's package is missing."""
        self._loaded()

    def _loaded(self) -> tuple[Any, nn.Module, Tensor, Tensor]:
        with self._loading:
            if self._model is None:
                from safetensors.torch import load_file

                tokenizer, net = copied(self._embedder)
                learnt = {name: value.float() for name, value in load_file(self._file).items()}
                change(net, learnt)
                self._model = tokenizer, net.eval(), learnt["head.weight"], learnt["head.bias"]
            return self._model


def pair_text(title: str, sentence: str) -> str:
    """A sentence as the reader sees it: its passage's title tells what it is about."""
    return f"{title}. {sentence}" if title else sentence


def copied(embedder: Embedder) -> tuple[Any, nn.Module]:
    """MiniLM's tokenizer, and a copy of its network that shares the word vectors."""
    tokenizer, net = (embedder if embedder.packaged else Embedder()).backbone()
    mine: nn.Module = copy.deepcopy(net, {id(net.embeddings): net.embeddings})
    return tokenizer, mine


def change(net: nn.Module, learnt: dict[str, Tensor]) -> None:
    """Add the low-rank changes, "<matrix>.a" [rank, in] and "<matrix>.b" [out, rank], to a network's weights."""
    import torch

    with torch.no_grad():
        for name in (key[:-2] for key in learnt if key.endswith(".a")):
            net.get_submodule(name).weight += learnt[f"{name}.b"] @ learnt[f"{name}.a"]  # type: ignore[operator]


def pooled(net: nn.Module, read: Any) -> Tensor:
    """The mean of the last hidden vectors over the tokens of each text, [texts, width]."""
    hidden: Tensor = net(**read).last_hidden_state
    mask = read["attention_mask"][..., None]
    mean: Tensor = (hidden * mask).sum(1) / mask.sum(1)
    return mean
