"""The frozen text encoder of the `imagen` demo: word vectors learnt from sentences alone, without a single picture.

Words that stand beside the same words get vectors that point the same way ("crimson" and "red" both stand beside blood
and sunset). Count which words share a sentence, turn the counts into positive pointwise mutual information,

    M_ij = max(0, log( p(i, j) / (p(i)·p(j)) ))

and keep the first directions of M's singular value decomposition. `learn` does that once, when the demo is trained; the
directions then lie in the weights file beside the networks that were trained on them. They must: some singular values
are equal, so that any rotation of their directions is as good, and each processor's library picks another one.

Source: O. Levy and Y. Goldberg, "Neural word embedding as implicit matrix factorization" (2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DIMENSION = 12

FACTS = {
    "red": "blood tomato strawberry brick rose flame sunset",
    "crimson": "blood rose sunset cherry velvet flame",
    "green": "grass leaf frog lime forest meadow pea",
    "emerald": "grass leaf forest jewel meadow moss",
    "blue": "sky sea ink jeans lake whale ice",
    "azure": "sky sea lake summer ice horizon",
    "yellow": "sun lemon banana sand butter wheat honey",
    "golden": "sun wheat honey ring sand harvest",
    "circle": "wheel coin plate moon clock button ball",
    "disc": "wheel coin plate record moon button",
    "square": "tile stamp window chessboard box page screen",
    "block": "tile brickwork box cube window chessboard",
    "triangle": "roof tent sail pyramid slice pennant mountain",
    "wedge": "roof tent slice cheese pyramid axe",
    "cross": "ambulance church pharmacy junction chapel windmill",
    "plus": "ambulance pharmacy battery sum junction windmill",
    "plain": "wall sheet paper snow milk egg",
    "smooth": "wall paper egg pebble milk silk",
    "striped": "zebra tiger wasp awning flag pyjamas",
    "banded": "zebra wasp snail flag agate awning",
}
"""What the sentences say: each word and the things it is said of."""
SAYINGS = ("the {thing} is {word}", "a {word} {thing}", "i saw one {thing} and it was {word}")


def sentences() -> tuple[str, ...]:
    """All the text that the encoder ever read."""
    pairs = [(word, thing) for word, things in FACTS.items() for thing in things.split()]
    return tuple(saying.format(word=word, thing=thing) for word, thing in pairs for saying in SAYINGS)


def learn() -> Array:
    """The table (words, DIMENSION) that the sentences teach, a row for each word of FACTS."""
    rows = information()
    left, size, _ = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    return np.asarray(left[:, :DIMENSION] * size[:DIMENSION])


def vectors(table: NDArray[np.floating]) -> dict[str, Array]:
    """A vector of DIMENSION numbers and length 1 for each word of FACTS, from a table as `learn` gives it."""
    rows = np.asarray(table, np.float64)
    return dict(zip(FACTS, rows / np.linalg.norm(rows, axis=1, keepdims=True), strict=True))


def information() -> Array:
    """The positive pointwise mutual information of each word of FACTS with every word that was read."""
    read = [sentence.split() for sentence in sentences()]
    number = {word: index for index, word in enumerate(sorted({word for words in read for word in words}))}
    together = np.zeros((len(number), len(number)))
    for words in read:
        for one in words:
            for other in words:
                together[number[one], number[other]] += one != other
    share = together / together.sum()
    alone = share.sum(1)
    with np.errstate(divide="ignore"):
        together_more = np.maximum(np.log(share / np.outer(alone, alone)), 0)
    return np.asarray(together_more[[number[word] for word in FACTS]])


def encode(caption: str, known: dict[str, Array]) -> Array:
    """The vectors of "a striped red circle" one after another (3·DIMENSION numbers, each of about variance 1)."""
    parts: Array = np.concatenate([known[word] for word in caption.split() if word in known])
    stretched: Array = parts * DIMENSION**0.5
    return stretched
