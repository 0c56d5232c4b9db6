"""Where the numbers along an axis stand, and how they are written: round values, with as many digits as they need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

__all__ = ["labels_for", "short_exponent", "ticks_between"]

STEPS = (1, 2, 5)
"""Multiples of a power of ten that ticks may be apart."""

SMALL, LARGE = 1e-3, 1e6
"""Where all values are below the first, or one is not below the second, they are written with an exponent."""

PART = 1e-6
"""The largest part of the distance between two ticks that a label may be off."""

INEXACT = 1e-9
"""A range that is a smaller part of its values than this has no round values that a float could tell apart."""


def ticks_between(low: float, high: float, most: int) -> list[float]:
    """At most `most` (two at least) round values from `low` to `high`, evenly apart; the two ends where no round values
    fit. `low` is below `high`, and both are finite."""
    # As a float is written: 3e-7 is to be a tick of an axis that ends there.
    least, greatest = Fraction(repr(float(low))), Fraction(repr(float(high)))
    if greatest - least <= INEXACT * max(abs(low), abs(high)):
        return [low, high]
    power = math.floor(math.log10(high - low if high - low < math.inf else high / 2 - low / 2)) - 2
    for exponent in range(power, power + 5):
        for step in STEPS:
            gap = step * Fraction(10) ** exponent
            first, last = math.ceil(least / gap), math.floor(greatest / gap)
            if 2 <= last - first + 1 <= max(2, most):
                return [float(number * gap) for number in range(first, last + 1)]
    return [low, high]


def labels_for(ticks: Sequence[float]) -> list[str]:
    """The ticks in the fewest digits that tell each of them, "0" for nought of either sign."""
    largest = max(map(abs, ticks), default=0.0)
    gaps = [abs(b - a) for a, b in pairwise(ticks) if a != b]
    off = PART * min(gaps, default=largest or 1.0)
    kind = "e" if 0 < largest < SMALL or largest >= LARGE else "f"
    written: list[str] = []
    for digits in range(20):
        written = [f"{tick:.{digits}{kind}}" for tick in ticks]
        if all(abs(float(text) - tick) <= off for text, tick in zip(written, ticks, strict=True)):
            break
    return ["0" if float(text) == 0 else short_exponent(text) for text in written]


def short_exponent(text: str) -> str:
    """An exponent without its noughts: 1e-5 for "1e-05"."""
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else text
