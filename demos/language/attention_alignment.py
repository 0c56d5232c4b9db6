"""Translation with attention: the decoder looks back at every word, and shows where.

    e_ij = v·tanh(W·s_{i-1} + U·h_j)          how well word j fits what comes next
    α_ij = softmax_j(e_ij)                    shares that sum to one: the alignment
    c_i = Σ_j α_ij·h_j                        a context of its own for every word written
    s_i = GRU([F·y_{i-1}, c_i], s_{i-1})      p(y_i) = softmax(W·[s_i, c_i] + b)

h_j are the encoder's states after each English word. Where plain `seq2seq` hands over the last state once, here all of
them stay in reach, so a long sentence needs no more room than a short one. The matrix α is the alignment: row i tells
from where word i was taken. The task, the sizes and the training are those of `seq2seq`.

Source: D. Bahdanau, K. Cho and Y. Bengio, "Neural machine translation by jointly learning to align and translate"
(2014).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from pydantic import model_validator

from demos import weights
from demos.language import _translation, seq2seq
from demos.language._translation import MOST_PHRASES, Array, Decoding, Weights
from demos.runtime.contract import Params, param


class AttentionAlignmentParams(Params):
    sentence: str = param(
        "draw one", 'Your own sentence such as "the red cat and the house", or "draw one".', longest=200
    )
    phrases: int = param(
        4, 'How many phrases a drawn sentence has ("the old river" is one).', low=1, high=MOST_PHRASES, unit="phrases"
    )

    @model_validator(mode="after")
    def _is_in_the_language(self) -> AttentionAlignmentParams:
        _translation.check_sentence(self.sentence)
        return self


def attend(w: Weights, state: Array, states: Array) -> Array:
    """Bahdanau's shares α_j = softmax_j(v·tanh(W·s + U·h_j)), which sum to one."""
    e = np.tanh(w["W"] @ state + states @ w["U"].T) @ w["v"]
    shares = np.exp(e - e.max())
    return np.asarray(shares / shares.sum())


def decode(w: Weights, english: list[str]) -> Decoding:
    """Translate greedily, as `seq2seq` does, but with a context of its own for every word."""
    seen = Decoding(seq2seq.encode(w, english))
    state, word = np.tanh(w["bridge"] @ seen.states[-1]), 0
    while not seen.ended:
        shares = attend(w, state, seen.states)
        state, p = seq2seq.write(w, word, shares @ seen.states, state)
        word = int(p.argmax())
        seen.add(word, p, state)
        seen.alignment.append(shares)
    return seen


@cache
def model() -> Weights:
    """The translator with attention."""
    return _translation.part(weights.load("translation"), "attending")


@cache
def curve() -> tuple[float, ...]:
    """The share of sentences translated without a mistake, for 1 to 8 phrases."""
    return tuple(_translation.exact(decode, model(), n, 1) for n in range(1, MOST_PHRASES + 1))


def run(params: AttentionAlignmentParams) -> tuple[list[str], list[str], Decoding, Decoding]:
    """The sentence, its translation, and what the network with attention and its rival without read and write."""
    english = _translation.words_of(params.sentence, params.phrases, params.seed)
    plain = seq2seq.decode(seq2seq.model(), english)
    return english, [*_translation.translate(english), _translation.END], decode(model(), english), plain
