"""A Markov chain over tokens of any kind, and how alike two collections are by their pairs of neighbours.

    P(next | last k tokens) = how often it followed them / how often they stood there

Where the last k tokens never stood, the last k - 1 are asked, and so on. The temperature τ makes the chain bolder or
more timid: shares become p^(1/τ), scaled to one again. Two collections are compared by the shares p, q of each pair of
neighbours; their total variation distance is ½·Σ|p - q|, 0 for the same shares and 1 for no pair in common.

Sources: A. Markov (1913), pairs of letters in a poem; C. Shannon, "A mathematical theory of communication" (1948).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Pairs = Counter[Any]


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
