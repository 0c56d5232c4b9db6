"""BERT: guess the hidden word from both sides.

A word of the sentence is replaced by [MASK]; a transformer without a causal mask looks at all words, before and after,
and gives a probability to every word of its vocabulary at that place:

    p(word at i | all others) = softmax(E·norm(x_i))              E: the embeddings, used again at the output
    training: hide 20 % of the words at random, and make the right ones more likely

(Of the words chosen, a tenth are left as they are and a tenth replaced by another word, so that the model may trust
nothing blindly.) The rival is a bigram model, which looks at the word before and nowhere else: ⅔ of its probability are
counts of pairs, ⅓ counts of single words. Both learnt the same sentences, the prose of this course's notes; those shown
were kept apart. It is a very small BERT, of 2 blocks with 4 heads. The weights come from `demos/training/bert.py`.

Source: J. Devlin, M.-W. Chang, K. Lee and K. Toutanova, "BERT: pre-training of deep bidirectional transformers for
language understanding" (2018).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from demos import weights
from demos.language import transformer_block
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
MASK, UNKNOWN, EDGE = 0, 1, 2
SPECIAL = ("[MASK]", "[UNK]", "[SEP]")
POSITIONS, DIMENSION, BLOCKS, HEADS = 26, 48, 2, 4


class BertParams(Params):
    sentence: str = param(
        "draw one",
        'Your own sentence of 3 to 24 words in the course\'s words, or "draw one" of those kept out of training.',
        longest=240,
    )
    mask: int = param(3, "Which word is hidden first, counted from 1; the last, when there are fewer.", low=1, high=24)
    head: int = param(1, "Whose attention is shown.", low=1, high=HEADS)

    @model_validator(mode="after")
    def _has_words(self) -> BertParams:
        if self.sentence.strip().lower() != "draw one" and not 3 <= len(split(self.sentence)) <= POSITIONS - 2:
            raise ValueError(say("The sentence needs 3 to {positions} English words", positions=POSITIONS - 2))
        return self


def split(sentence: str) -> list[str]:
    """The words of a sentence, in lower case."""
    return re.findall(r"[a-z]+(?:-[a-z]+)*", sentence.lower())


def sizes(vocabulary: int) -> transformer_block.Sizes:
    """The model's sizes: every word may look at every other."""
    return transformer_block.Sizes(vocabulary, POSITIONS, DIMENSION, BLOCKS, HEADS, causal=False)


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

        names = transformer_block.shapes(sizes(len(self.words))).keys() - {"head"}
        return tied({name: torch.tensor(self.tensors[name]) for name in names})

    def tokens(self, words: Sequence[str]) -> list[int]:
        """The words as numbers, an edge before and after."""
        return [EDGE, *(self.number.get(word, UNKNOWN) for word in words), EDGE]

    def look(self, tokens: Sequence[int]) -> tuple[Array, list[Array]]:
        """Probabilities (T, V) at every place, and the attention (heads, T, T) of each block."""
        import torch

        with torch.no_grad():
            _, inside, logits = transformer_block.forward(self.weights, torch.tensor([tokens]), sizes(len(self.words)))
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


@cache
def model() -> Masked:
    """The trained model and its rival."""
    return Masked(weights.load("bert"))


@cache
def on_held_out() -> tuple[float, float]:
    """Mean natural logarithm of the probability of each known held-out word, by the model and by the bigrams."""
    compared = [each for sentence in model().held_out[:25] for each in model().compare(sentence)]
    ours, theirs = (float(np.log([each[k] for each in compared]).mean()) for k in (1, 2))
    return ours, theirs


def words_of(params: BertParams) -> list[str]:
    """The words of the sentence, or of one drawn from those that were kept out of training."""
    if params.sentence.strip().lower() != "draw one":
        return split(params.sentence)
    fit = [each for each in model().held_out if 6 <= len(split(each)) <= 14]
    return split(fit[int(np.random.default_rng(params.seed).integers(len(fit)))])


def run(params: BertParams) -> tuple[Array, list[Array], dict[int, tuple[float, float]]]:
    """Probabilities and attention with one word masked; and for every known word, masked alone, its probability by the
    model and by the bigrams."""
    words = words_of(params)
    tokens, place = model().tokens(words), min(params.mask, len(words))
    p, attention = model().look([*tokens[:place], MASK, *tokens[place + 1 :]])
    return p, attention, {at: (ours, theirs) for at, ours, theirs in model().compare(" ".join(words))}
