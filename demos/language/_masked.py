"""The words, the masked language model and the bigram rival of the `bert` demo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.language import _transformer

Array = NDArray[np.float64]

MASK, UNKNOWN, EDGE = 0, 1, 2
SPECIAL = ("[MASK]", "[UNK]", "[SEP]")
POSITIONS, DIMENSION, BLOCKS, HEADS = 26, 48, 2, 4


def split(sentence: str) -> list[str]:
    """The words of a sentence, in lower case."""
    return re.findall(r"[a-z]+(?:-[a-z]+)*", sentence.lower())


def sizes(vocabulary: int) -> _transformer.Sizes:
    """The model's sizes: every word may look at every other."""
    return _transformer.Sizes(vocabulary, POSITIONS, DIMENSION, BLOCKS, HEADS, causal=False)


def tied(w: dict[str, Any]) -> dict[str, Any]:
    """The weights with the embeddings, turned over, as the output matrix: a word is read and guessed by one vector."""
    return w | {"head": w["token"].T}


@dataclass
class Masked:
    """The trained model and the bigram counts, from the tensors of the weights file."""

    tensors: dict[str, NDArray[np.float32]]

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(_text(self.tensors["words"]).split(" "))

    @cached_property
    def held_out(self) -> tuple[str, ...]:
        """Sentences of the course that were kept out of training."""
        return tuple(_text(self.tensors["held_out"]).split("\n"))

    @cached_property
    def number(self) -> dict[str, int]:
        return {word: index for index, word in enumerate(self.words)}

    @cached_property
    def weights(self) -> dict[str, Any]:
        import torch

        names = _transformer.shapes(sizes(len(self.words))).keys() - {"head"}
        return tied({name: torch.tensor(self.tensors[name]) for name in names})

    def tokens(self, words: Sequence[str]) -> list[int]:
        """The words as numbers, an edge before and after."""
        return [EDGE, *(self.number.get(word, UNKNOWN) for word in words), EDGE]

    def look(self, tokens: Sequence[int]) -> tuple[Array, list[Array]]:
        """Probabilities (T, V) at every place, and the attention (heads, T, T) of each block."""
        import torch

        with torch.no_grad():
            _, inside, logits = _transformer.run(self.weights, torch.tensor([tokens]), sizes(len(self.words)))
        p = logits[0].double().softmax(-1).numpy()
        return p, [block["weights"][0].double().numpy() for block in inside]

    def guess(self, tokens: Sequence[int], place: int) -> Array:
        """Probabilities (V) of the word at a place that is masked."""
        hidden = [*tokens[:place], MASK, *tokens[place + 1 :]]
        return np.asarray(self.look(hidden)[0][place])

    @cached_property
    def _pairs(self) -> Array:
        table = np.zeros((len(self.words), len(self.words)))
        before, after, count = self.tensors["bigrams"].astype(int).T
        table[before, after] = count
        return table

    def bigram(self, before: int) -> Array:
        """Probabilities (V) after a word: ⅔ by pairs counted, ⅓ by single words, where the pair's first was seen."""
        single = self._pairs.sum(0) + 0.1
        single /= single.sum()
        total = self._pairs[before].sum()
        return np.asarray(single if total == 0 else 2 / 3 * self._pairs[before] / total + single / 3)

    def compare(self, sentence: str) -> list[tuple[int, float, float]]:
        """For every known word of a sentence, masked alone: its place, and its probability by model and bigram."""
        tokens = self.tokens(split(sentence))
        places = [place for place, token in enumerate(tokens) if token > EDGE]
        return [
            (
                place,
                float(self.guess(tokens, place)[tokens[place]]),
                float(self.bigram(tokens[place - 1])[tokens[place]]),
            )
            for place in places
        ]


def _text(tensor: NDArray[np.float32]) -> str:
    return bytes(tensor.astype(np.uint8)).decode()
