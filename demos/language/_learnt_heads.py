"""Attention heads that nobody designed: those of the first block of the trained model of the `bert` demo.

    X = norm(embedding of the word + embedding of its place)        48 numbers a word
    Q, K, V = X·W + b, cut into four heads of 12 numbers

The model only ever learnt to guess hidden words in this course's sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.language.bert import HEADS, UNKNOWN, Masked

Array = NDArray[np.float64]


WIDTH = 12
"""Numbers of a query, a key or a value."""


@cache
def model() -> Masked:
    return Masked(weights.load("bert"))


def known(word: str) -> bool:
    """Whether the model has met a word; all others are one and the same to it."""
    return word in model().number


def rows(words: Sequence[str]) -> Array:
    """X (n, 48): each word and its place, normed as the first block takes them."""
    w = model().tensors
    numbers = [model().number.get(word, UNKNOWN) for word in words]
    x = (w["token"][numbers] + w["position"][1 : len(words) + 1]).astype(np.float64)
    x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    return np.asarray(x * w["0.norm1.scale"] + w["0.norm1.shift"])


def heads(x: Array) -> list[tuple[Array, Array, Array]]:
    """Q, K and V (n, 12) of each of the four heads."""
    w = model().tensors
    mixed = x @ w["0.qkv"].astype(np.float64) + w["0.qkv.bias"]
    q, k, v = (np.split(part, HEADS, 1) for part in np.split(mixed, 3, 1))
    return list(zip(q, k, v, strict=True))


def nearest(word: str, many: int = 3) -> list[str]:
    """The words whose learnt vectors point most nearly the same way."""
    vectors = model().tensors["token"].astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors[model().number[word]]
    return [model().words[i] for i in np.argsort(-alike.round(9), kind="stable") if model().words[i] != word][:many]
