"""The numbers of worked examples: each line of a ```check block is computed and has to be true."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np


def softmax(scores: Sequence[float]) -> list[float]:
    """Shares by the powers of e."""
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def sigmoid(value: float) -> float:
    """1 / (1 + e^-value)."""
    return 1 / (1 + math.exp(-value))


def relu(value: float) -> float:
    """The value, or 0 where it is below."""
    return max(0.0, value)


def dot(left: Sequence[float], right: Sequence[float]) -> float:
    """The sum of the products, pair by pair. Raises ValueError for lists of different lengths."""
    return sum(a * b for a, b in zip(left, right, strict=True))


KNOWN: dict[str, Any] = {
    "math": math, "np": np, "softmax": softmax, "sigmoid": sigmoid, "relu": relu, "dot": dot, "tanh": math.tanh,
    "log2": math.log2,
}  # fmt: skip
"""What a line may use besides Python's own functions."""


def failures(checks: str) -> Iterator[str]:
    """The lines that are not true or cannot be computed. Lines are the course's own: they are run as Python."""
    for row in checks.splitlines():
        try:
            if row.strip() and not eval(row, dict(KNOWN)):
                yield f"a check fails: {row}"
        except Exception as error:
            yield f"a check cannot be computed ({error}): {row}"
