"""Embeddings: words as points in a space where nearness is likeness of meaning.

    v = embed(word)                                a few hundred numbers a word
    cos(a, b) = a·b / (|a|·|b|)                    1: same direction, 0: nothing in common
    a is to b as c is to ?                         the word nearest to v_b - v_a + v_c, these three left out

The vectors come from the tutor's own embedder, a network that was trained to bring sentences of like meaning together.
To be seen they are put into the plane of their two principal components: centred, then projected onto the two
directions in which these words differ most. The plane keeps only a part of their spread, so trust the cosines first.

Sources: T. Mikolov and others, "Efficient estimation of word representations in vector space" (2013), for analogies; N.
Reimers and I. Gurevych, "Sentence-BERT" (2019), for embedders of sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
Embed = Callable[[list[str]], list[list[float]]]
FEWEST, MOST = 4, 16


class EmbeddingsParams(Params):
    words: str = param(
        "king, queen, man, woman, cat, dog, car, bicycle, apple, pear",
        f"Your own words, {FEWEST} to {MOST}, separated by commas.",
        longest=300,
    )
    neighbours: int = param(3, "How many nearest words are named.", low=1, high=5)
    analogy: bool = param(True, "Whether to solve an analogy with the first three words.")

    @model_validator(mode="after")
    def _has_words(self) -> EmbeddingsParams:
        words = split(self.words)
        if not FEWEST <= len(words) <= MOST:
            raise ValueError(
                say(
                    "It takes {fewest} to {most} different words separated by commas, these are {words}",
                    fewest=FEWEST,
                    most=MOST,
                    words=len(words),
                )
            )
        return self


def split(words: str) -> list[str]:
    """The different words or short phrases, in their order."""
    found = (" ".join(part.split())[:24] for part in re.split(r"[,;\n]", words))
    return list(dict.fromkeys(word for word in found if word))


def cosines(vectors: Array) -> Array:
    """The cosine of each pair of rows."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray(unit @ unit.T)


def plane(vectors: Array) -> tuple[Array, float]:
    """The vectors in the plane of their two principal components, and the share of the spread it keeps."""
    centred = vectors - vectors.mean(0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    total = float((s**2).sum())
    return u[:, :2] * s[:2], float((s[:2] ** 2).sum() / total) if total else 1.0


def solve(vectors: Array, a: int, b: int, c: int) -> tuple[int, Array]:
    """a is to b as c is to which word? It and the cosines of all words with v_b - v_a + v_c."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    wanted = unit[b] - unit[a] + unit[c]
    fit = unit @ wanted / max(float(np.linalg.norm(wanted)), 1e-12)
    others = [index for index in range(len(unit)) if index not in (a, b, c)]
    return max(others, key=lambda index: float(fit[index])), np.asarray(fit)


def run(params: EmbeddingsParams, embed: Embed) -> tuple[list[str], Array, Array, Array, float]:
    """The words, their vectors, all cosines, and their places in the plane with the share of the spread it keeps."""
    words = split(params.words)
    vectors = np.array(embed(words), dtype=float)
    return words, vectors, cosines(vectors), *plane(vectors)
