"""Generative AI on one page: a text, pictures and a tune, each drawn at random from what a small model has learnt.

    x_new ~ P_θ(x | c)        θ learnt from examples, c what is asked for

Three models, one idea. Text: which letter follows the last k letters, counted in sentences of this course. Sound: the
same counting, over the notes of seven old tunes; how a note sounds is a formula. Pictures: the denoiser of the
`diffusion` demo, trained on handwritten digits. None of them understands anything; each gives back how its examples
are distributed.

Whether it does is seen and measured alike for all three: how often which neighbours stand side by side (letters, notes,
pixels of four shades) as a matrix, that of the examples beside that of what was made; their distance is total
variation, 0 the same and 1 nothing in common. The rival is the very same letters, notes and pixels, shuffled.

`python -m demos.hear tune.wav` writes the tune of a run as a sound file.

Sources: C. Shannon, "A mathematical theory of communication" (1948) for the chains; J. Ho and others, "Denoising
diffusion probabilistic models" (2020) for the pictures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.history._texts import TEXTS
from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
Pairs = Counter[Any]
PICTURES, STEPS, SHADES, MOST_TOKENS = 9, 30, 4, 12


class GenerativeAiParams(Params):
    context: int = param(4, "Letters that the text model looks back at (k).", low=1, high=8, unit="letters")
    temperature: float = param(
        1.0, "How bold text and tune are (τ): low repeats the usual, high dares.", low=0.1, high=3
    )
    length: int = param(160, "Characters of the text.", low=60, high=240, unit="characters")
    notes: int = param(24, "Notes of the tune.", low=8, high=48, unit="notes")
    memory: int = param(2, "Notes that the sound model looks back at.", low=1, high=4)
    digit: Literal["any", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] = param(
        "any", "What the pictures shall show; 'any' asks for nothing."
    )


class Chain:
    """What followed which tokens, up to `order` of them."""

    def __init__(self, sequences: Iterable[Sequence[Hashable]], order: int) -> None:
        self.order = order
        self.after: dict[tuple[Any, ...], Counter[Any]] = defaultdict(Counter)
        for sequence in sequences:
            for at, token in enumerate(sequence):
                for k in range(min(order, at) + 1):
                    self.after[tuple(sequence[at - k : at])][token] += 1

    def shares(self, before: Sequence[Hashable], temperature: float = 1.0) -> dict[Any, float]:
        """The probability of each token that may follow."""
        context = tuple(before[-self.order :])
        while context not in self.after:
            context = context[1:]
        found = self.after[context]
        powers = np.array([count / max(found.values()) for count in found.values()]) ** (1 / temperature)
        return dict(zip(found, (powers / powers.sum()).tolist(), strict=True))

    def sample(self, start: Sequence[Any], length: int, temperature: float, random: np.random.Generator) -> list[Any]:
        """`start` and then tokens drawn one at a time, `length` in all."""
        made = list(start)
        while len(made) < length:
            shares = self.shares(made, temperature)
            made.append(list(shares)[random.choice(len(shares), p=list(shares.values()))])
        return made


def pairs(sequences: Iterable[Sequence[Hashable]]) -> Pairs:
    """How often each pair of neighbours stands in the sequences."""
    found: Pairs = Counter()
    for sequence in sequences:
        found.update(pairwise(sequence))
    return found


def distance(one: Pairs, other: Pairs) -> float:
    """Total variation distance of the shares, 0 to 1."""
    a, b = one.total(), other.total()
    return sum(abs(one[pair] / a - other[pair] / b) for pair in one.keys() | other.keys()) / 2


def longest_copy(made: str, source: str) -> int:
    """The most characters in a row that stand in the source too."""
    best = 0
    for start in range(len(made)):
        while start + best < len(made) and made[start : start + best + 1] in source:
            best += 1
    return best


def course_text() -> str:
    """What the text model learns from: sentences of the course, in lower case."""
    held = bytes(weights.load("bert")["held_out"].astype(np.uint8)).decode().split("\n")
    return " ".join(f"{text.lower().rstrip('.')}." for text in (*(each.text for each in TEXTS), *held))


def shaded(pictures: Array) -> list[tuple[int, ...]]:
    """The lines of pixels of pictures (n, 8, 8), 0..1, each pixel as one of four shades."""
    shades = np.minimum((pictures * SHADES).astype(int), SHADES - 1)
    return [tuple(line) for picture in shades.tolist() for line in picture]
