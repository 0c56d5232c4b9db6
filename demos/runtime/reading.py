"""How long a frame stays on screen: as long as what it says anew takes to read."""

from __future__ import annotations

from collections import Counter

from demos.runtime.contract import Frame

__all__ = ["LEAST", "MOST", "stay"]

READING = 18.0
"""Characters a second that a student reads who also looks at a picture."""

LEAST, MOST = 0.5, 12.0
"""Seconds that a frame stays at least, for its picture has changed, and at most."""

LOOK = 1.5
"""Seconds more for the first frame and an interesting moment: there is something to be seen."""


def stay(frame: Frame, before: Frame | None = None) -> float:
    """Seconds that a frame stays at speed 1: time to read the words that the frame `before` did not have. A moment is
    read whole, as the first frame is."""
    marked = before is None or bool(frame.moment)
    read = len(frame.caption) if marked else _anew(frame.caption, before.caption if before else "")
    return min(LEAST + read / READING + (LOOK if marked else 0.0), MOST)


def _anew(text: str, before: str) -> int:
    """How many characters the words of a text have that the text before did not."""
    words = Counter(text.split()) - Counter(before.split())
    return sum((len(word) + 1) * count for word, count in words.items())
