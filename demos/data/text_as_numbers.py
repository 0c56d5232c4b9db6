"""Text as numbers: tokens, a bag of words, and TF-IDF for your own sentences.

A computer cannot compute with words, so a sentence becomes a row of numbers, one column for each word known:

    tf(w, d) = how often word w occurs in sentence d                   the bag of words: order is lost
    idf(w) = ln((1 + n) / (1 + n_w)) + 1                               n sentences, n_w of them hold w
    v(w, d) = tf(w, d) · idf(w), then each row divided by its length

A word that is everywhere says little, so its idf is small; a rare word counts more. Two sentences are alike when their
rows point the same way: the cosine, here the sum of the products of the rows, is 1 for the same words and 0 for none
in common.

Sources: G. Salton and C. Buckley, "Term-weighting approaches in automatic text retrieval" (1988); K. Sparck Jones
(1972) for idf; the smoothed formula is the one of scikit-learn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
MOST_SENTENCES, MOST_WORDS = 6, 40
STOP = frozenset("a an the of on in at to is are was were and or it its this that el la los las un una de en y".split())


class TextAsNumbersParams(Params):
    text: str = param(
        "The cat sat on the mat. The dog sat on the log. Dogs and cats are animals.",
        f"Your own sentences, 2 to {MOST_SENTENCES}, each ended by a full stop.",
        longest=400,
    )
    stop_words: bool = param(True, "Whether little words such as 'the' and 'on' stay in.")
    pairs: bool = param(False, "Whether pairs of neighbouring words count as words too.")

    @model_validator(mode="after")
    def _has_sentences(self) -> TextAsNumbersParams:
        found = split(self.text)
        words = {word for sentence in found for word in tokens(sentence, self)}
        if not 2 <= len(found) <= MOST_SENTENCES or not 2 <= len(words) <= 2 * MOST_WORDS:
            raise ValueError(
                say(
                    "The text needs 2 to {most_sentences} sentences of words, each ended by a full stop",
                    most_sentences=MOST_SENTENCES,
                )
            )
        return self


def split(text: str) -> list[str]:
    """The sentences that hold at least one word."""
    return [part.strip() for part in re.split(r"[.!?;\n]+", text) if re.search(r"\w", part)]


def tokens(sentence: str, params: TextAsNumbersParams) -> list[str]:
    """Lower-case words, and pairs of neighbours when wanted."""
    words = [word for word in re.findall(r"\w+", sentence.lower()) if params.stop_words or word not in STOP]
    return words + ([say("{a} {b}", a=a, b=b) for a, b in pairwise(words)] if params.pairs else [])


def bag(documents: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> Array:
    """tf: a row for each sentence, a column for each word."""
    return np.array([[float(document.count(word)) for word in vocabulary] for document in map(list, documents)])


def inverse_frequency(tf: Array) -> Array:
    """idf of every column."""
    result: Array = np.log((1 + len(tf)) / (1 + (tf > 0).sum(0))) + 1
    return result


def weigh(tf: Array) -> Array:
    """TF-IDF with rows of length one; a row of zeros stays one."""
    v = tf * inverse_frequency(tf)
    length = np.linalg.norm(v, axis=1, keepdims=True)
    result: Array = v / np.where(length == 0, 1, length)
    return result


@dataclass(frozen=True, slots=True)
class Run:
    """The sentences, their tokens, the words known, and each sentence as numbers: tf, idf, TF-IDF v, cosines."""

    sentences: list[str]
    documents: list[list[str]]
    vocabulary: list[str]
    tf: Array
    idf: Array
    v: Array
    cosine: Array


def run(params: TextAsNumbersParams) -> Run:
    """From sentences to tokens, to rows of numbers, to how alike they are."""
    sentences = split(params.text)
    documents = [tokens(sentence, params) for sentence in sentences]
    vocabulary = sorted({word for document in documents for word in document})
    tf = bag(documents, vocabulary)
    v = weigh(tf)
    return Run(sentences, documents, vocabulary, tf, inverse_frequency(tf), v, v @ v.T)
