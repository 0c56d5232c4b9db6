"""The names of demos in a student's words: whole names, their parts, and choices that one demo alone offers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cached_property

from rapidfuzz import distance, process

from demos.runtime.contract import Demo
from knowledge.text import content_words, fold, words
from tutor.dialogue.quotes import unquoted

_AN_IMAGE = re.compile(r"\bimagenes\b|\b(?:una|la|esta|cada|otra|mi|tu|de) imagen\b")
"""Spanish for pictures, which does not name the demo `imagen`."""


class Names:
    """Finds the demos that a text names."""

    def __init__(self, demos: Sequence[Demo], vocabulary: Collection[str]) -> None:
        """`vocabulary` is the English that is never taken for a misspelt name."""
        self._demos, self._vocabulary = tuple(demos), vocabulary

    def found(self, plain: str) -> list[Demo]:
        """Demos whose name, title or alias stands in the text; a longer name wins over one inside it.

        What the text quotes names a demo only where nothing else does.
        """
        return list(self._spans(unquoted(plain)) or self._spans(plain))

    def kin(self, plain: str) -> list[Demo]:
        """Demos that share the one name in the text with a longer name of their own: all kinds of transformer."""
        spans = self._spans(unquoted(plain))
        if len(spans) != 1:
            return []
        ((_, (start, end)),) = spans.items()
        said = self._pattern(plain[start:end])
        return [
            demo for demo in self._demos if any(re.search(rf"\b{said}\b", name) for name in self._folded[demo.name])
        ]

    def in_parts(self, text: str) -> list[Demo]:
        """Demos of which all words of a name stand in the text, in any order: "credit, the risk of it"."""
        said = set(content_words(unquoted(text)))
        longest = {demo.name: 0 for demo in self._demos}
        for words_of, demo in self._parts:
            if len(words_of) > 1 and words_of <= said:
                longest[demo.name] = max(longest[demo.name], len(words_of))
        most = max(longest.values(), default=0)
        return [demo for demo in self._demos if most and longest[demo.name] == most]

    def by_choice(self, text: str) -> list[Demo]:
        """The demo that alone offers a choice that the text names: "search connect four 3 plies deep"."""
        plain = fold(text).replace("-", " ")
        return [
            next(demo for demo in self._demos if demo.name == name)
            for name in dict.fromkeys(
                name
                for choice, name in self.only_choices.items()
                if " " in choice and re.search(rf"(?<!\w){choice}(?!\w)", plain)
            )
        ]

    @cached_property
    def only_choices(self) -> dict[str, str]:
        """Choices that one demo alone offers, with its name."""
        offered: dict[str, set[str]] = {}
        for demo in self._demos:
            for schema in demo.schema()["properties"].values():
                for choice in schema.get("enum", ()):
                    offered.setdefault(re.sub(r"[\s_-]+", " ", fold(str(choice))), set()).add(demo.name)
        return {choice: min(names) for choice, names in offered.items() if len(names) == 1 and len(choice) >= 4}

    def spelt(self, text: str) -> str:
        """The text with words that English does not know replaced by the nearest word of a name or an order."""

        def nearest(match: re.Match[str]) -> str:
            word = fold(match[0])
            if len(word) < 4 or not match[0].isascii() or word in self._words or word in self._vocabulary:
                return match[0]
            limit = 1 if len(word) < 7 else 2
            found = process.extractOne(word, tuple(self._words), scorer=distance.OSA.distance, score_cutoff=limit)
            return found[0] if found else match[0]

        return re.sub(r"[^\W\d_]+", nearest, text)

    @cached_property
    def _words(self) -> dict[str, None]:
        """Every longer word of a demo's name, of its parameters and their choices, and of an order."""
        found: dict[str, None] = {}
        for demo in self._demos:
            fields = demo.schema()["properties"]
            choices = (str(value) for schema in fields.values() for value in schema.get("enum", ()))
            other = (word for schema in fields.values() for word in schema.get("aliases", ()))
            synonyms = (w for schema in fields.values() for ws in schema.get("synonyms", {}).values() for w in ws)
            for text in (demo.name, demo.title, *demo.aliases, *fields, *choices, *other, *synonyms):
                found.update(dict.fromkeys(word for word in words(text.replace("_", " ")) if len(word) >= 4))
        return found

    def _spans(self, plain: str) -> dict[Demo, tuple[int, int]]:
        """The longest name of each demo in the text, without those inside another's longer one."""
        spans: dict[Demo, tuple[int, int]] = {}
        plain = _AN_IMAGE.sub(lambda match: " " * len(match[0]), plain)
        for name, demo in self._patterns.items():
            for match in name.finditer(plain):
                old = spans.get(demo, (0, 0))
                if match.end() - match.start() > old[1] - old[0]:
                    spans[demo] = match.span()
        inside = {
            one
            for one, (start, end) in spans.items()
            for other, (low, high) in spans.items()
            if one is not other and low <= start and end <= high and high - low > end - start
        }
        return {demo: span for demo, span in spans.items() if demo not in inside}

    @cached_property
    def _patterns(self) -> dict[re.Pattern[str], Demo]:
        return {
            re.compile(rf"(?<!\w){self._pattern(name)}(?:s|es)?(?!\w)"): demo
            for demo in self._demos
            for name in (demo.name, demo.title, *demo.aliases)
        }

    @cached_property
    def _parts(self) -> list[tuple[frozenset[str], Demo]]:
        return [
            (frozenset(content_words(name.replace("_", " "))), demo)
            for demo in self._demos
            for name in (demo.name, demo.title, *demo.aliases)
        ]

    @cached_property
    def _folded(self) -> dict[str, tuple[str, ...]]:
        return {
            demo.name: tuple(fold(name).replace("_", " ") for name in (demo.name, demo.title, *demo.aliases))
            for demo in self._demos
        }

    @staticmethod
    def _pattern(name: str) -> str:
        return r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", fold(name).strip())))
