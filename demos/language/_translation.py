"""A small English to Spanish grammar, and the two translators of `seq2seq` and `attention_alignment` in NumPy.

A phrase is "the (adjective) noun"; phrases are joined by "and". In Spanish the adjective comes last, and article and
adjective follow the noun's gender, so a translator must remember, reorder and look ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say
from demos.sequences._gated import sigmoid

Array = NDArray[np.float64]
Weights = dict[str, Array]

NOUNS = {
    "cat": "gato m",
    "dog": "perro m",
    "house": "casa f",
    "book": "libro m",
    "table": "mesa f",
    "moon": "luna f",
    "bird": "pájaro m",
    "flower": "flor f",
    "river": "río m",
    "street": "calle f",
}
ADJECTIVES = {
    "red": "rojo roja",
    "white": "blanco blanca",
    "small": "pequeño pequeña",
    "black": "negro negra",
    "old": "viejo vieja",
    "new": "nuevo nueva",
    "pretty": "bonito bonita",
    "long": "largo larga",
}
END = "."
ENGLISH = ("the", "and", *NOUNS, *ADJECTIVES)
SPANISH = (
    END, "el", "la", "y", *(words.split()[0] for words in NOUNS.values()),
    *(word for words in ADJECTIVES.values() for word in words.split()),
)  # fmt: skip
MOST_PHRASES = 8
EMBEDDING, HIDDEN = 24, 48


def draw(phrases: int, random: np.random.Generator) -> list[str]:
    """An English sentence of that many phrases, two in three with an adjective."""
    words: list[str] = []
    for index in range(phrases):
        adjective = [str(random.choice(list(ADJECTIVES)))] if random.random() < 2 / 3 else []
        words += [*(["and"] if index else []), "the", *adjective, str(random.choice(list(NOUNS)))]
    return words


def translate(english: list[str]) -> list[str]:
    """The Spanish by rule. Raises ValueError for what the grammar does not make."""
    spanish: list[str] = []
    for phrase in " ".join(english).split(" and "):
        match phrase.split():
            case ["the", noun] if noun in NOUNS:
                adjectives: list[str] = []
            case ["the", adjective, noun] if noun in NOUNS and adjective in ADJECTIVES:
                adjectives = [adjective]
            case _:
                raise ValueError(
                    say("'{phrase}' is not 'the noun' or 'the adjective noun' in words it knows", phrase=phrase)
                )
        word, gender = NOUNS[noun].split()
        spanish += ["y"] if spanish else []
        spanish += ["el" if gender == "m" else "la", word]
        spanish += [ADJECTIVES[each].split()["mf".index(gender)] for each in adjectives]
    return spanish


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


def attend(w: Weights, state: Array, states: Array) -> Array:
    """Bahdanau's shares α_j = softmax_j(v·tanh(W·s + U·h_j)), which sum to one."""
    e = np.tanh(w["W"] @ state + states @ w["U"].T) @ w["v"]
    shares = np.exp(e - e.max())
    return np.asarray(shares / shares.sum())


def encode(w: Weights, english: list[str]) -> Array:
    """The encoder's state after each word, (T, H)."""
    h, states = np.zeros(HIDDEN), []
    for word in english:
        h = gru(w, "encoder", w["english"][ENGLISH.index(word)], h)
        states.append(h)
    return np.array(states)


def decode(w: Weights, english: list[str], *, attention: bool, most: int = 40) -> Decoding:
    """Translate greedily: the likeliest word each time, until the full stop."""
    seen = Decoding(encode(w, english))
    state, word = np.tanh(w["bridge"] @ seen.states[-1]), 0
    for _ in range(most):
        shares = attend(w, state, seen.states) if attention else None
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


def exact(w: Weights, phrases: int, count: int, seed: int, *, attention: bool) -> float:
    """The share of sentences of that many phrases translated without one wrong word."""
    random = np.random.default_rng((seed, phrases))
    right = 0
    for _ in range(count):
        english = draw(phrases, random)
        right += decode(w, english, attention=attention).words == [*translate(english), END]
    return right / count


def part(tensors: dict[str, NDArray[np.float32]], model: str) -> Weights:
    """The weights of "plain" or "attending" from the file that holds both."""
    prefix = f"{model}."
    return {
        name.removeprefix(prefix): value.astype(float) for name, value in tensors.items() if name.startswith(prefix)
    }
