"""Which of two languages a few words are in: a linear model over letter groups and words, trained by
`python -m training utterances` on what students say (training/utterances/) and on the course's own lines.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.text import Language

FILE = Path(__file__).with_name("language.npz")
BUCKETS = 4096
UNSURE = 0.4
"""Log-odds within which a text could be either, so that the conversation's language holds; chosen on the development
part of the labelled utterances."""
BOTH = frozenset(("continue", "demo", "demos", "no", "ok", "okay"))
"""What is said in both languages: alone it tells neither, whatever its letters are like."""
_WORD = re.compile(r"[^\W\d_]+|[¿¡]")


def features(text: str) -> dict[int, float]:
    """Buckets of the words and of their letter groups of one to three, with the ends marked; length does not count."""
    found: Counter[int] = Counter()
    for word in _WORD.findall(text.lower()):
        marked = f"^{word}$"
        grams = [f"w{word}", *(marked[at : at + size] for size in (2, 3) for at in range(len(marked) - size + 1))]
        found.update(zlib.crc32(gram.encode()) % BUCKETS for gram in grams)
    total = float(np.sqrt(sum(count * count for count in found.values()))) or 1.0
    return {bucket: count / total for bucket, count in found.items()}


class Languages:
    """Tells English from Spanish."""

    def __init__(self, weights: NDArray[np.float32], bias: float) -> None:
        self._weights, self._bias = weights, bias

    @classmethod
    @cache
    def trained(cls) -> Languages:
        """The packaged model."""
        with np.load(FILE, allow_pickle=False) as data:
            return cls(data["weights"].astype(np.float32), float(data["bias"]))

    def spanish(self, text: str) -> float:
        """Log-odds that a text is Spanish; 0 where it has no letters."""
        found = features(text)
        return (
            sum(float(self._weights[bucket]) * value for bucket, value in found.items()) + self._bias if found else 0.0
        )

    def of(self, text: str, before: Language = "en") -> Language:
        """The language of a text; `before` where it could be either."""
        if (said := _WORD.findall(text.lower())) and BOTH.issuperset(said):
            return before
        odds = self.spanish(text)
        if abs(odds) < UNSURE:
            return before
        return "es" if odds > 0 else "en"
