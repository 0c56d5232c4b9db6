"""Self-attention: every word asks all the others, and takes in what answers best.

Each word's vector x is multiplied by three matrices: into a query q (what am I looking for?), a key k (what can I be
found by?) and a value v (what do I tell?). For all words at once, as rows of X:

    Q = X·W_Q    K = X·W_K    V = X·W_V
    Attention(Q, K, V) = softmax(Q·Kᵀ / √d_k) · V

Row i of the weights says how much word i takes from each word; a row sums to one. d_k is the length of a key: a sum of
d_k products grows like √d_k, and dividing by it keeps softmax away from its flat ends. A causal mask sets the scores of
later words to minus infinity. Several heads do this side by side, and their outputs are put next to each other.

The vectors here are spelling (words that share letter pairs are alike) and, beside it, place (sines and cosines). The
"designed" matrices are made by hand so that each head has a plain job: as a shift of the sines is a rotation, head 1
finds the word before, head 3 the word after and head 4 the word itself, while head 2 finds words spelt alike. "Random"
matrices are what training starts from. "Learnt" ones are real: the first block of the small trained model of the demo
`bert` (d_k = 12). Nobody gave its heads a job, yet one of them came to find the word before, another the word after.

Source: A. Vaswani and others, "Attention Is All You Need" (2017), sections 3.2 and 3.5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from demos.language import _learnt_heads as learnt
from demos.language.bert import split as words_of
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
MOST_WORDS = 10
SHIFTS = {0: -1, 2: 1, 3: 0}
WAVES = (0.5, 1.6, 0.9, 0.25)
"""Radians a word, for each pair of columns of the place."""
SHARP = 6.0
"""How much a designed head insists: the score, once scaled, of a key that fits perfectly."""


class SelfAttentionParams(Params):
    sentence: str = param("the cat sat on the mat", f"Your own sentence, 2 to {MOST_WORDS} words.", longest=120)
    heads: int = param(2, "How many heads look at the sentence side by side.", low=1, high=4)
    d_k: int = param(4, "Length of each query, key and value vector; learnt ones have 12.", low=2, high=8)
    mask: Literal["none", "causal"] = param("none", "Causal: no word may look at a later one, as in GPT.")
    scale: bool = param(True, "Whether the scores are divided by √d_k.")
    weights: Literal["designed", "random", "learnt"] = param(
        "designed", "Matrices made by hand, each head with a job, random ones, or those of a trained model."
    )
    word: int = param(
        2, "The word whose view is followed, counted from 1; the last, when there are fewer.", low=1, high=MOST_WORDS
    )

    @model_validator(mode="after")
    def _has_words(self) -> SelfAttentionParams:
        if not 2 <= len(split(self.sentence)) <= MOST_WORDS:
            raise ValueError(
                say(
                    "The sentence needs 2 to {most_words} words, this one has {split}",
                    most_words=MOST_WORDS,
                    split=len(split(self.sentence)),
                )
            )
        return self


@dataclass(frozen=True, slots=True)
class Head:
    """All that one head computes for n words: (n, d_k) matrices and (n, n) matrices."""

    q: Array
    k: Array
    v: Array
    scores: Array
    scaled: Array
    masked: Array
    weights: Array
    output: Array


def split(sentence: str) -> list[str]:
    """The words of a sentence, in lower case; a run of other signs that print is a word of its own."""
    return re.findall(r"\w+(?:['’]\w+)*|[^\w\s]+", "".join(c for c in sentence.lower() if c.isprintable()))


def spelling(words: Sequence[str], size: int) -> Array:
    """A vector of length one for each word: the sum of a fixed random vector for each pair of neighbouring letters."""
    vectors = np.zeros((len(words), size))
    for row, word in zip(vectors, words, strict=True):
        for pair in zip(f"<{word}", f"{word}>", strict=True):
            code = [ord(letter) for letter in pair]
            row += np.random.default_rng(code).standard_normal(size)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def place(count: int, size: int) -> Array:
    """Sines and cosines of the place, one wave for each pair of columns, of length one; an odd column stays 0."""
    pairs = size // 2
    angle = np.arange(count)[:, None] * np.array(WAVES[:pairs])
    columns = np.zeros((count, size))
    columns[:, 0 : 2 * pairs : 2], columns[:, 1 : 2 * pairs : 2] = np.sin(angle), np.cos(angle)
    columns /= np.sqrt(pairs)
    return columns


def turn(size: int, shift: int) -> Array:
    """The matrix R with place(i) · R = place(i + shift): each pair of sine and cosine rotated."""
    matrix = np.eye(size)
    for pair, wave in enumerate(WAVES[: size // 2]):
        c, s = np.cos(wave * shift), np.sin(wave * shift)
        matrix[2 * pair : 2 * pair + 2, 2 * pair : 2 * pair + 2] = [[c, -s], [s, c]]
    return matrix


def matrices(params: SelfAttentionParams, head: int, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """W_Q, W_K and W_V of one head, each (2·d_k, d_k); the first d_k rows meet the spelling, the others the place."""
    d = params.d_k
    if params.weights == "random":
        w_q, w_k, w_v = random.standard_normal((3, 2 * d, d))
        return w_q, w_k, w_v
    zero, one, sharp = np.zeros((d, d)), np.eye(d), SHARP * np.sqrt(d)
    value = np.concatenate([one, zero])
    if head in SHIFTS:
        return np.concatenate([zero, sharp * turn(d, SHIFTS[head])]), np.concatenate([zero, one]), value
    return np.concatenate([sharp * one, zero]), np.concatenate([one, zero]), value


def softmax(scores: Array) -> Array:
    """Each row as shares that sum to one."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Array = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def attend(q: Array, k: Array, v: Array, *, scale: bool = True, causal: bool = False) -> Head:
    """softmax(Q·Kᵀ / √d_k) · V, with every matrix on the way."""
    scores = q @ k.T
    scaled = scores / np.sqrt(q.shape[1]) if scale else scores
    later = np.triu(np.ones_like(scaled, dtype=bool), 1)
    masked = np.where(later, -np.inf, scaled) if causal else scaled
    weights = softmax(masked)
    return Head(q, k, v, scores, scaled, masked, weights, weights @ v)


def read(words: Sequence[str], params: SelfAttentionParams) -> tuple[Array, list[Head]]:
    """X, and what each head makes of it."""
    seen = partial(attend, scale=params.scale, causal=params.mask == "causal")
    if params.weights == "learnt":
        x = learnt.rows(words)
        return x, [seen(*qkv) for qkv in learnt.heads(x)[: params.heads]]
    x = np.concatenate([spelling(words, params.d_k), place(len(words), params.d_k)], 1)
    random = np.random.default_rng(params.seed)
    return x, [seen(*(x @ w for w in matrices(params, index, random))) for index in range(params.heads)]


@cache
def habit(head: int, offset: int) -> float:
    """The mean weight that a learnt head gives to the word `offset` places away, over sentences kept from training."""
    sentences = [words_of(sentence)[:24] for sentence in learnt.model().held_out]
    maps = [attend(*learnt.heads(learnt.rows(words))[head]).weights for words in sentences]
    return float(np.mean([np.diag(weights, offset).mean() for weights in maps]))


def run(params: SelfAttentionParams) -> tuple[list[str], Array, list[Head]]:
    """The words, their vectors X, and all that each head computes."""
    words = split(params.sentence)
    return words, *read(words, params)
