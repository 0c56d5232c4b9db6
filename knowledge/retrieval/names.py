"""The names that topics go by, found in what a student says: in both languages, misspelt too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from knowledge.passages import Passage
from knowledge.text import is_stop, stem, words

LONGEST = 6
"""Words of a name at most."""
SHORTEST = 5
"""Letters of a word from which it may be misspelt by one letter; from eight on, by two."""

QUOTED = 0.1
"""Share of a proper name's places in which English may write it small: in a quotation of Spanish."""
ARTICLES = frozenset("a an the el la los las un una unos unas".split())


@dataclass(frozen=True, slots=True)
class Named:
    """A topic named in a text: the document, the words from `start` to `end`, and the share of the text's content words
    that the name takes."""

    document: str
    start: int
    end: int
    share: float
    exact: bool


class TopicNames:
    """Finds names by their stems, however their words are joined. Where names overlap the longest wins, and a title
    before an alias."""

    def __init__(self, passages: Iterable[Passage], vocabulary: Collection[str] = ()) -> None:
        """`vocabulary` holds words that are no slips."""
        self._vocabulary = vocabulary
        passages = [passage for passage in passages if passage.source != "document"]
        self._proper = _proper(passages)
        self._names: dict[tuple[str, ...], list[str]] = {}
        titled = [(p.document, name) for p in passages for name in (p.title, p.title_other)]
        aliased = [(p.document, name) for p in passages for name in p.aliases]
        for document, name in dict.fromkeys((*titled, *aliased)):  # a topic's passages share them
            said = words(name)
            if all(is_stop(word, "en") or is_stop(word, "es") for word in said):
                continue  # "AN" is the English article too
            while len(said) > 1 and said[0] in ARTICLES:  # "una capa" would hide "una capa densa"
                said = said[1:]
            documents = self._names.setdefault(_stems(said), [])
            if document not in documents:
                documents.append(document)
        self._names.pop((), None)
        self._words = {word for key in self._names for word in key}
        self._joined = {joined: key for key in self._names if len(joined := "".join(key)) >= SHORTEST and len(key) > 1}

    def found(self, text: str) -> list[Named]:
        """The topics that a text names, in its order; a note comes before a slide of the same name."""
        said = words(text)
        typed = set(re.findall(r"[^\W_]+", text))
        stems = [self._known(word) for word in said]
        content = sum(not is_stop(word, "en") and not is_stop(word, "es") for word in said) or 1
        found: list[Named] = []
        at = 0
        while at < len(stems):
            for size in range(min(LONGEST, len(stems) - at), 0, -1):
                key = tuple(stem_ for stem_, _ in stems[at : at + size])
                if key not in self._names:  # "dalle2", "Dall E 2", "stylegan 2": spaces and hyphens as they come
                    key = self._joined.get("".join(said[at : at + size]), key)
                if (documents := self._names.get(key)) and not (size == 1 and self._is_other(typed, said[at])):
                    exact = all(sure for _, sure in stems[at : at + size])
                    best = min(documents, key=lambda document: document.startswith("slide-"))
                    found.append(Named(best, at, at + size, size / content, exact))
                    if best.startswith("slide-"):
                        found += self._inside(stems, at, size, content)
                    at += size
                    break
            else:
                at += 1
        return found

    def _inside(self, stems: Sequence[tuple[str, bool]], at: int, size: int, content: int) -> list[Named]:
        """The longest topic's name within a slide's title: "Equation of self-attention" names self-attention too."""
        for less in range(size - 1, 0, -1):
            for start in range(at, at + size - less + 1):
                part = stems[start : start + less]
                for document in self._names.get(tuple(stem_ for stem_, _ in part), ()):
                    if not document.startswith("slide-"):
                        return [Named(document, start, start + less, less / content, all(sure for _, sure in part))]
        return []

    def _known(self, word: str) -> tuple[str, bool]:
        """The word's stem as names have it, and whether it is spelt as they spell it."""
        for language in ("en", "es"):
            if (stemmed := stem(word, language)) in self._words:
                return stemmed, True
        if word.endswith("s") and word[:-1] in self._words:
            return word[:-1], True  # "CNNs"
        if len(word) < SHORTEST or not word.isalpha() or self._is_word(word):
            return word, True
        from rapidfuzz import distance, process

        near = process.extractOne(
            stem(word), self._words, scorer=distance.OSA.distance, score_cutoff=1 if len(word) < 8 else 2
        )
        return (str(near[0]), False) if near and str(near[0])[0] == word[0] and len(str(near[0])) >= 4 else (word, True)

    def _is_other(self, typed: Collection[str], word: str) -> bool:
        """True for a word that is a proper name in one language and another word in the other, typed in small letters:
        "imagen" is Spanish for picture, "Imagen" a model."""
        own = {name for name in self._proper if name.islower() and word.startswith(name)}
        return bool(own) and not any(name.capitalize() in typed for name in own)

    def _is_word(self, word: str) -> bool:
        return word in self._vocabulary or is_stop(word, "en") or is_stop(word, "es")


def _proper(passages: Sequence[Passage]) -> frozenset[str]:
    """Titles of one word that the course's English writes large, but for a quotation, and its Spanish writes small too:
    as in the title and in small letters."""
    english = Counter(word for p in passages for word in re.findall(r"[^\W\d_]+", p.text))
    spanish = Counter(word for p in passages for text in p.other for word in re.findall(r"[^\W\d_]+", text))
    found = set()
    for name in {p.title for p in passages if p.title.isalpha() and p.title == p.title.capitalize()}:
        quoted = QUOTED * english[name]
        if english[name.lower()] <= quoted < spanish[name.lower()]:
            found.add(name)
    return frozenset(found | {name.lower() for name in found})


def _stems(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(stem(word) for word in said) if len(said) <= LONGEST else ()
