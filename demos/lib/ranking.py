"""Choosing the largest of computed numbers in the same way on every machine.

Numbers that are equal by symmetry come out of a matrix product with other last bits on each processor, so that a bare
argmax or argsort decides by chance. Here numbers that agree to nine digits of the largest are equal, and the first of
them comes first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 9


def ranked(values: Any) -> NDArray[np.int64]:
    """Indices of a vector of numbers from the largest value to the smallest."""
    return np.argsort(-_rounded(values), kind="stable")


def first_largest(values: Any) -> int:
    """Index of the largest value (of the flattened array)."""
    return int(_rounded(values).argmax())


def first_smallest(values: Any) -> int:
    """Index of the smallest value (of the flattened array)."""
    return int(_rounded(values).argmin())


def _rounded(values: Any) -> NDArray[np.float64]:
    numbers = np.asarray(values, np.float64)
    largest = float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0))
    return np.round(numbers / largest, DIGITS) if largest else numbers
