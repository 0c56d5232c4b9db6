"""Two questions in one turn: "What is an LSTM, and who made it?". Where one ends and the next begins is grammar."""

from __future__ import annotations

import re

_NEXT = (
    r"(?:what|why|how|who|whose|when|where|which|para qu[eé]|por qu[eé]|en qu[eé]|de qu[eé]|qu[eé]|c[oó]mo|"
    r"qui[eé]n(?:es)?|cu[aá]ndo|d[oó]nde|cu[aá]l(?:es)?|cu[aá]nt[oa]s?)\b"
)
_BETWEEN = re.compile(rf"[,;]?\s(?:and|y|e)\s(?=¿?{_NEXT})|(?<=\?)\s(?=¿?\w)", re.IGNORECASE)
FIRST, SECOND = 3, 2
"""Fewest words of the two: "how and why does it work?" is one question, and so is "which is better and why?"."""


def two_questions(text: str) -> tuple[str, str] | None:
    """The two questions of a text whose spaces are single; None where it is one, or more than two."""
    parts = [part.strip() for part in _BETWEEN.split(text)]
    if len(parts) != 2 or len(parts[0].split()) < FIRST or len(parts[1].split()) < SECOND:
        return None
    return parts[0], parts[1]
