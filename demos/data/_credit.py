"""The lecture's credit table (slide 12): 24 customers, 11 columns that describe them, and their credit risk.

`matrix` turns it into numbers: a column of numbers stays one column, a column of words becomes one column of 0 and 1
for each word (one-hot); of two words only the second is kept, for the first is its opposite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say

COLUMNS = (
    "Loan Purpose",
    "Checking",
    "Savings",
    "Months Customer",
    "Months Employed",
    "Gender",
    "Marital Status",
    "Age",
    "Housing",
    "Years",
    "Job",
    "Credit Risk",
)

ROWS: tuple[tuple[str | int, ...], ...] = (
    ("Small Appliance", 0, 739, 13, 12, "M", "Single", 23, "Own", 3, "Unskilled", "Low"),
    ("Furniture", 0, 1230, 25, 0, "M", "Divorced", 32, "Own", 1, "Skilled", "High"),
    ("New Car", 0, 389, 19, 119, "M", "Single", 38, "Own", 4, "Management", "High"),
    ("Furniture", 638, 347, 13, 14, "M", "Single", 36, "Own", 2, "Unskilled", "High"),
    ("Education", 963, 4754, 40, 45, "M", "Single", 31, "Rent", 3, "Skilled", "Low"),
    ("Furniture", 2827, 0, 11, 13, "M", "Married", 25, "Own", 1, "Skilled", "Low"),
    ("New Car", 0, 229, 13, 16, "M", "Married", 26, "Own", 3, "Unskilled", "Low"),
    ("Business", 0, 533, 14, 2, "M", "Single", 27, "Own", 1, "Unskilled", "Low"),
    ("Small Appliance", 6509, 493, 37, 9, "M", "Single", 25, "Own", 2, "Skilled", "High"),
    ("Small Appliance", 966, 0, 25, 4, "F", "Divorced", 43, "Own", 1, "Skilled", "High"),
    ("Business", 0, 989, 49, 0, "M", "Single", 32, "Rent", 2, "Management", "High"),
    ("New Car", 0, 3305, 11, 15, "M", "Single", 34, "Rent", 2, "Unskilled", "Low"),
    ("Business", 322, 578, 10, 14, "M", "Married", 26, "Own", 1, "Skilled", "Low"),
    ("New Car", 0, 821, 25, 63, "M", "Single", 44, "Own", 1, "Skilled", "High"),
    ("New Car", 396, 228, 13, 26, "M", "Single", 46, "Own", 3, "Unskilled", "Low"),
    ("Used Car", 0, 129, 31, 8, "M", "Divorced", 39, "Own", 4, "Management", "Low"),
    ("Furniture", 652, 732, 49, 4, "F", "Divorced", 25, "Own", 2, "Skilled", "High"),
    ("New Car", 708, 683, 13, 33, "M", "Single", 31, "Own", 2, "Skilled", "Low"),
    ("Repairs", 207, 0, 28, 116, "M", "Single", 47, "Own", 4, "Skilled", "Low"),
    ("Education", 287, 12348, 7, 2, "F", "Divorced", 23, "Rent", 2, "Skilled", "High"),
    ("Furniture", 0, 17545, 34, 16, "F", "Divorced", 22, "Own", 4, "Skilled", "High"),
    ("Furniture", 101, 3871, 13, 5, "F", "Divorced", 26, "Rent", 4, "Skilled", "High"),
    ("Furniture", 0, 0, 25, 23, "M", "Married", 19, "Own", 4, "Skilled", "High"),
    ("Furniture", 0, 485, 37, 23, "F", "Divorced", 27, "Own", 2, "Management", "High"),
)


def matrix(*, gender: bool = True) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The features (24, n) and their names; without gender that column is left out."""
    columns, names = [], []
    for index, name in enumerate(COLUMNS[:-1]):
        values = [each[index] for each in ROWS]
        if name == "Gender" and not gender:
            continue
        if all(isinstance(value, int) for value in values):
            columns.append([float(value) for value in values])
            names.append(name)
            continue
        words = sorted({str(value) for value in values})
        for word in words[1:] if len(words) == 2 else words:
            columns.append([float(value == word) for value in values])
            names.append(say("{name}: {word}", name=name, word=word))
    return np.array(columns).T, tuple(names)


def labels() -> NDArray[np.float64]:
    """1 for high risk, 0 for low."""
    return np.array([float(each[-1] == "High") for each in ROWS])
