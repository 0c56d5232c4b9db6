"""How near a request is to what each demo is known by: its example requests and its words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np

from demos.runtime.contract import Demo
from knowledge.courses.shipped_vectors import questions
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.text import content_words, words
from tutor.dialogue.quotes import unquoted

CHOSEN = 0.1
"""What a demo gains when the request names a choice that it alone offers ("sharpen")."""
WORDED = 0.25
"""What a demo gains when it is known by all of the request's words."""


FAR = 0.76
"""The cosine that e5 gives texts that have nothing to do with each other."""


def stretched(cosines: Vectors) -> Vectors:
    """Cosines of e5, which lie between FAR and 1, spread from 0 to 1."""
    return ((cosines - FAR) / (1 - FAR)).clip(0.0, 1.0).astype(np.float32)


class Nearness:
    """Ranks demos by their nearness to a request."""

    def __init__(self, demos: Sequence[Demo], embedder: Embedder) -> None:
        self._demos, self._embedder = tuple(demos), embedder

    def ranked(self, texts: Collection[str], only_choices: dict[str, str]) -> list[tuple[Demo, float]]:
        """All demos with their nearness to the request, of which `texts` are wordings, the nearest first."""
        found = [self._near(text, only_choices) for text in dict.fromkeys(texts)]
        best = {demo: max(near[demo.name] for near in found) for demo in self._demos}
        return sorted(best.items(), key=lambda pair: -pair[1])

    def _near(self, text: str, only_choices: dict[str, str]) -> dict[str, float]:
        scores = stretched(self._vectors @ self._embedder.encode_questions([unquoted(text)])[0])
        best: dict[str, float] = {}
        for (name, _), score in zip(self._examples, scores, strict=True):
            best[name] = max(best.get(name, -1.0), float(score))
        said = set(words(text))
        for name in {name for choice, name in only_choices.items() if choice in said}:
            best[name] += CHOSEN
        shared = self._shared(content_words(unquoted(text)))
        return {name: near + WORDED * shared[name] for name, near in best.items()}

    def _shared(self, said: Collection[str]) -> dict[str, float]:
        """The share of the request's words that each demo is known by, rare words counting most."""
        weights = {word: self._rarity[word] for word in said if word in self._rarity}
        total = sum(weights.values()) + 2.0 * sum(word not in self._rarity for word in said)
        return {
            demo.name: sum(weight for word, weight in weights.items() if word in self._known[demo.name]) / (total or 1)
            for demo in self._demos
        }

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        """The words of each demo's name, examples, parameters and choices."""
        found = {}
        for demo in self._demos:
            texts = [demo.title, demo.summary, *demo.aliases, *(example.text for example in demo.examples)]
            for name, schema in demo.schema()["properties"].items():
                texts += [name.replace("_", " "), *schema.get("aliases", ()), *map(str, schema.get("enum", ()))]
                texts += [word for group in schema.get("synonyms", {}).values() for word in group]
            found[demo.name] = frozenset(content_words(" ".join(texts)))
        return found

    @cached_property
    def _rarity(self) -> dict[str, float]:
        counts = Counter(word for known in self._known.values() for word in known)
        return {word: math.log(1 + len(self._demos) / count) for word, count in counts.items()}

    @cached_property
    def _examples(self) -> list[tuple[str, str]]:
        return [(demo.name, text) for demo in self._demos for text in known_by(demo)]

    @cached_property
    def _vectors(self) -> Vectors:
        return questions([text for _, text in self._examples], self._embedder)


def known_by(demo: Demo) -> tuple[str, ...]:
    """The texts that a request is compared with: what the demo is, and its example requests."""
    return (f"{demo.title}. {demo.summary}", *(unquoted(example.text) for example in demo.examples))
