"""Another version of a thing that the course names is another thing: GPT-4 is not the GPT of the slides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from knowledge.passages import Passage
from knowledge.text import fold, is_stop

_VERSION = re.compile(r"\b([a-z]\w*?)(-| ?)(\d{1,2}(?:\.\d)?)\b(?![-.]\d)(?:\s+(\w+))?")


class Versions:
    """The versions that a course speaks of, by the topics that are names: those that it mostly writes with capitals."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        passages = tuple(passages)
        texts = dict.fromkeys(text for p in passages for text in (p.text, p.title, *p.aliases))
        written = Counter(word for passage in passages for word in re.findall(r"\b[A-Za-z]+\b", passage.text))
        large: Counter[str] = Counter()
        for word, count in written.items():
            large[word.lower()] += 0 if word.islower() else count
        named = set(map(fold, {name for passage in passages for name in (passage.title, *passage.aliases)}))
        self._known: dict[str, set[str]] = {name: set() for name in named if large[name] > written[name]}
        for text in texts:
            for name, _, number, _ in _VERSION.findall(fold(text)):
                if name in self._known:
                    self._known[name].add(number)

    def another(self, question: str) -> str:
        """The version that a question names and the course does not ("gpt-4"); "" when there is none.

        A number that counts what follows ("has BERT 12 layers?") is no version.
        """
        for match in _VERSION.finditer(fold(question)):
            name, joined, number, after = match.groups(default="")
            counts = joined == " " and after.endswith("s") and not is_stop(after)
            if name in self._known and number not in self._known[name] and not counts:
                return f"{name}{joined}{number}"
        return ""
