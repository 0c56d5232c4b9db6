"""A small English to Spanish grammar, and what the translators of `seq2seq` and `attention_alignment` share.

A phrase is "the (adjective) noun"; phrases are joined by "and". In Spanish the adjective comes last, and article and
adjective follow the noun's gender, so a translator must remember, reorder and look ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say

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
MOST_WORDS, TRIALS = 40, 12
"""Words that a translation has at most, and sentences by which a translator is examined."""


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


def part(tensors: dict[str, NDArray[np.float32]], model: str) -> Weights:
    """The weights of "plain" or "attending" from the file that holds both."""
    prefix = f"{model}."
    return {
        name.removeprefix(prefix): value.astype(float) for name, value in tensors.items() if name.startswith(prefix)
    }


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

    @property
    def ended(self) -> bool:
        """Whether the full stop is written, or as many words as a translation may have."""
        return len(self.words) == MOST_WORDS or self.words[-1:] == [END]

    def add(self, word: int, probabilities: Array, state: Array) -> None:
        self.words.append(SPANISH[word])
        self.certainty.append(float(probabilities[word]))
        self.decoder.append(state)


def exact(
    decode: Callable[[Weights, list[str]], Decoding], w: Weights, phrases: int, seed: int, count: int = TRIALS
) -> float:
    """The share of drawn sentences of that many phrases that `decode` translates without one wrong word."""
    random = np.random.default_rng((seed, phrases))
    right = 0
    for _ in range(count):
        english = draw(phrases, random)
        right += decode(w, english).words == [*translate(english), END]
    return right / count
