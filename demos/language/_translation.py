"""A small English to Spanish grammar, and the weights of the translators of `seq2seq` and `attention_alignment`.

A phrase is "the (adjective) noun"; phrases are joined by "and". In Spanish the adjective comes last, and article and
adjective follow the noun's gender, so a translator must remember, reorder and look ahead.
"""

from __future__ import annotations

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
