"""Lines joined to one text: a hyphen at a line's end is undone where the document's own words say so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_HYPHENS = ("-", "‐", "\u00ad")
_LAST = re.compile(r"(?<![^\W\d_])(?<![^\W\d_][-‐])([^\W\d_]+(?:[-‐][^\W\d_]+)*)[-‐\u00ad]$")
_FIRST = re.compile(r"^[^\W\d_]+")
_PREFIXES = frozenset(
    """well self high low long short one two three first second third half full open end mid time state real
    ill so""".split()
)
"""Parts that mostly keep the hyphen after them."""
_JOINED_TO = re.compile(r"^(?:and|or|to|y|o|u|e|und|oder)\b")


class Vocabulary:
    """The words of a document, in which broken words are looked up."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()

    def learn(self, texts: Iterable[str]) -> None:
        """Count the words of some lines, but for those at their ends, which may be broken."""
        for text in texts:
            self._words.update(word.strip(".,;:!?()[]\"'“”‘’").lower() for word in text.split()[1:-1])

    def has(self, word: str) -> bool:
        """True for a word that stands unbroken somewhere."""
        return self._words[word.lower()] > 0

    def join(self, lines: Sequence[str]) -> str:
        """The lines as one text."""
        text = ""
        for line in lines:
            text = self.joined(text, line) if text else line
        return text

    def joined(self, above: str, below: str) -> str:
        """Two lines as one text."""
        above, below = above.rstrip(), below.lstrip()
        if not above.endswith(_HYPHENS) or len(above) < 2 or not above[-2].isalnum():
            return f"{above} {below}"
        last, first = _LAST.search(above), _FIRST.match(below)
        if last is None or first is None or not first[0][:1].islower():
            return above + below  # GPT-3, Cross-Entropy
        if _JOINED_TO.match(below) and not self.has(re.split("[-‐]", last[1])[-1] + first[0]):
            return f"{above} {below}"  # pre- and post-war
        return above + below if self._keeps(last[1], first[0]) else above[:-1] + below

    def _keeps(self, left: str, right: str) -> bool:
        part = re.split("[-‐]", left)[-1]
        if self.has(part + right):
            return False
        if self.has(f"{left}-{right}") or self.has(f"{part}-{right}"):
            return True
        return "-" in left or part.lower() in _PREFIXES
