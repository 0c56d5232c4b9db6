"""Sequence to sequence: one network reads a sentence into a vector, another writes its translation from it.

    h_j = GRU(E·x_j, h_{j-1})                       encoder: one state a word, from left to right
    c = h_T                                         all that is handed over: the last state
    s_i = GRU([F·y_{i-1}, c], s_{i-1})              decoder, s_0 = tanh(B·c)
    p(y_i) = softmax(W·[s_i, c] + b)                the next word; the likeliest is written and read back in

Whatever the length of the sentence, c has the same 48 numbers. Short sentences fit; long ones are pressed together
until words get lost. The language is a small one: "the (adjective) noun", joined by "and", into Spanish: the adjective
comes last and article and adjective follow the noun's gender. The weights are trained by
`demos/training/translation.py` on sentences of one to eight phrases; `attention_alignment` does the same
task without the bottleneck.

Sources: I. Sutskever, O. Vinyals and Q. Le, "Sequence to sequence learning with neural networks" (2014); K. Cho and
others, "Learning phrase representations using RNN encoder-decoder" (2014).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from pydantic import model_validator

from demos import weights
from demos.language import _translation
from demos.language._translation import ENGLISH, HIDDEN, MOST_PHRASES, Array, Decoding, Weights
from demos.runtime.contract import Params, param
from demos.sequences._gated import sigmoid


class Seq2seqParams(Params):
    sentence: str = param(
        "draw one", 'Your own sentence such as "the red cat and the house", or "draw one".', longest=200
    )
    phrases: int = param(
        5, 'How many phrases a drawn sentence has ("the old river" is one).', low=1, high=MOST_PHRASES, unit="phrases"
    )

    @model_validator(mode="after")
    def _is_in_the_language(self) -> Seq2seqParams:
        _translation.check_sentence(self.sentence)
        return self


def gru(w: Weights, name: str, x: Array, h: Array) -> Array:
    """One step of the GRU of that name."""
    n = len(h)
    xr, xz, xn = (w[f"{name}.wx"] @ x + w[f"{name}.bx"]).reshape(3, n)
    hr, hz, hn = (w[f"{name}.wh"] @ h + w[f"{name}.bh"]).reshape(3, n)
    z = sigmoid(xz + hz)
    return np.asarray((1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn) + z * h)


def encode(w: Weights, english: list[str]) -> Array:
    """The encoder's state after each word, (T, H)."""
    h, states = np.zeros(HIDDEN), []
    for word in english:
        h = gru(w, "encoder", w["english"][ENGLISH.index(word)], h)
        states.append(h)
    return np.array(states)


def write(w: Weights, word: int, context: Array, state: Array) -> tuple[Array, Array]:
    """The decoder's next state, and the probability of each word, after the word of that number."""
    state = gru(w, "decoder", np.concatenate([w["spanish"][word], context]), state)
    z = w["out"] @ np.concatenate([state, context]) + w["out.bias"]
    e = np.exp(z - z.max())
    return state, np.asarray(e / e.sum())


def decode(w: Weights, english: list[str]) -> Decoding:
    """Translate greedily: the likeliest word each time, until the full stop. Of the sentence the decoder has nothing
    but the encoder's last state."""
    seen = Decoding(encode(w, english))
    context, word = seen.states[-1], 0
    state = np.tanh(w["bridge"] @ context)
    while not seen.ended:
        state, p = write(w, word, context, state)
        word = int(p.argmax())
        seen.add(word, p, state)
    return seen


@cache
def model() -> Weights:
    """The translator without attention."""
    return _translation.part(weights.load("translation"), "plain")


@cache
def curve() -> tuple[float, ...]:
    """The share of sentences translated without a mistake, for 1 to 8 phrases."""
    return tuple(_translation.exact(decode, model(), n, 1) for n in range(1, MOST_PHRASES + 1))


def run(params: Seq2seqParams) -> tuple[list[str], list[str], Decoding]:
    """The sentence, its translation, and what the network reads and writes."""
    english = _translation.words_of(params.sentence, params.phrases, params.seed)
    return english, [*_translation.translate(english), _translation.END], decode(model(), english)
