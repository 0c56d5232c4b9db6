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

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from pydantic import model_validator

from demos import weights
from demos.language._translation import (
    END,
    ENGLISH,
    HIDDEN,
    MOST_PHRASES,
    SPANISH,
    Array,
    Weights,
    draw,
    part,
    translate,
)
from demos.runtime.contract import Params, param
from demos.runtime.messages import say
from demos.sequences._gated import sigmoid

TRIALS = 12


class Seq2seqParams(Params):
    sentence: str = param(
        "draw one", 'Your own sentence such as "the red cat and the house", or "draw one".', longest=200
    )
    phrases: int = param(
        5, 'How many phrases a drawn sentence has ("the old river" is one).', low=1, high=MOST_PHRASES, unit="phrases"
    )

    @model_validator(mode="after")
    def _is_in_the_language(self) -> Seq2seqParams:
        check_sentence(self.sentence)
        return self


def check_sentence(sentence: str) -> None:
    """Raises ValueError for a sentence that the small grammar does not make or that is too long."""
    if sentence.strip().lower() != "draw one":
        translate(sentence.lower().split())
        if sentence.lower().split().count("and") >= MOST_PHRASES:
            raise ValueError(say("The sentence may have {most_phrases} phrases at most", most_phrases=MOST_PHRASES))


def words_of(sentence: str, phrases: int, seed: int) -> list[str]:
    """The sentence's words, or those of a drawn one."""
    if sentence.strip().lower() == "draw one":
        return draw(phrases, np.random.default_rng(seed))
    return sentence.lower().split()


@dataclass(slots=True)
class Decoding:
    """What a translator did: encoder states (T, H), words written, their probabilities, decoder states, and, with
    attention, the share that each word written took of each word read (words written, T)."""

    states: Array
    words: list[str] = field(default_factory=list)
    certainty: list[float] = field(default_factory=list)
    decoder: list[Array] = field(default_factory=list)
    alignment: list[Array] = field(default_factory=list)


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


Look = Callable[[Weights, Array, Array], Array]
"""Attention: the share of each word read, from the decoder's state and all the encoder's states."""


def decode(w: Weights, english: list[str], look: Look | None = None, most: int = 40) -> Decoding:
    """Translate greedily: the likeliest word each time, until the full stop. Without `look` the decoder has the
    encoder's last state alone."""
    seen = Decoding(encode(w, english))
    state, word = np.tanh(w["bridge"] @ seen.states[-1]), 0
    for _ in range(most):
        shares = look(w, state, seen.states) if look else None
        context = seen.states[-1] if shares is None else shares @ seen.states
        state = gru(w, "decoder", np.concatenate([w["spanish"][word], context]), state)
        z = w["out"] @ np.concatenate([state, context]) + w["out.bias"]
        p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        word = int(p.argmax())
        if shares is not None:
            seen.alignment.append(shares)
        seen.words.append(SPANISH[word])
        seen.certainty.append(float(p[word]))
        seen.decoder.append(state)
        if SPANISH[word] == END:
            break
    return seen


def exact(w: Weights, phrases: int, count: int, seed: int, look: Look | None = None) -> float:
    """The share of sentences of that many phrases translated without one wrong word."""
    random = np.random.default_rng((seed, phrases))
    right = 0
    for _ in range(count):
        english = draw(phrases, random)
        right += decode(w, english, look).words == [*translate(english), END]
    return right / count


@cache
def model() -> Weights:
    """The translator without attention."""
    return part(weights.load("translation"), "plain")


@cache
def curve() -> tuple[float, ...]:
    """The share of sentences translated without a mistake, for 1 to 8 phrases."""
    return tuple(exact(model(), n, TRIALS, 1) for n in range(1, MOST_PHRASES + 1))


def run(params: Seq2seqParams) -> tuple[list[str], list[str], Decoding]:
    """The sentence, its translation, and what the network reads and writes."""
    english = words_of(params.sentence, params.phrases, params.seed)
    return english, [*translate(english), END], decode(model(), english)
