"""Spanish questions in the English words that the course uses: a word list, not a translator.

The embedder reads English only. A question is taken as Spanish when enough of its words are; each known term or word
is then replaced, and names and unknown words stay as they are. spanish.txt is the word list and says how it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import Stemmer

from knowledge.text import fold, stem
from knowledge.text import words as english_words

_ENGLISH = frozenset(
    """what who whom whose which when where why how is are was were be been do does did can could would will should have
    has had the a an of to in and or for with by from on at as it its this that these those not no than if me my your
    you we i they he she there give show tell list""".split()
)
"""Words that say that a text is English."""
_GLUE = frozenset("de del el la los las un una".split())
"""Words that may stand between those of a term, or be left out."""
_STRETCH = 3
"""How many words a term may have more in a question than in the word list."""
_OPENING = 0.5
"""What the first word says of the language beyond what every word does."""
_ASKING = frozenset("que quien quienes cuando donde como cual cuales cuanto cuanta cuantos cuantas".split())
_JOINING = frozenset("que cuando como donde".split())
"""Question words that, without their accent, also join clauses."""
_BEFORE_ASKING = frozenset("y e o u pero a con de desde en hasta por sobre".split())
"""Words after which a question word asks, even without its accent."""
_COMPARING = dict.fromkeys("mas menos mejor peor mayor menor".split(), "than") | dict.fromkeys(("mismo", "misma"), "as")
"""What "que" says in English when one of these words stands shortly before it."""
_NEAR = 3
_INFINITIVE = re.compile(r"(?!azar)\w{2,}[aei]r(?:l[aeo]s?|se)?")
_FLAT_ENDING = re.compile(r"(\w{3,}?)(?:[aei]r(?:ia[ns]?|iamos|a[ns]?|emos?|e)|ia[ns]?|iamos|io|aramos|ieramos)")
"""Verb endings that the stemmer knows only with their accent: aprendería, aprenderán, aprendía, aprendió."""
_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]")
_TOKEN = re.compile(r"[-−]?\d(?:[\w.,-]*\w)?%?|[\w'-]+(?:\.\w+)*")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The word list. `terms` maps folded Spanish to English, `stems` its stems; a term's words have spaces between.

    `signs` holds how much each word shows that a text is Spanish, `english` the stems of all words on the right.
    """

    terms: dict[str, str]
    stems: dict[str, str]
    signs: dict[str, float]
    english: frozenset[str]
    longest: int


def is_spanish(text: str) -> bool:
    """True when the text says more in Spanish than in English words; what it quotes does not count."""
    words = re.findall(r"[^\W\d_]+", fold(_QUOTED.sub(" ", text)))
    if "¿" in text or "¡" in text or not words:
        return bool(words)
    signs = [_lexicon().signs.get(word, 0.0) for word in words]
    spanish = sum(signs) + _OPENING * (signs[0] == 1)
    english = sum(word in _ENGLISH for word in words) + _OPENING * (words[0] in _ENGLISH)
    return spanish >= 1 and spanish > english


def in_plain_words(text: str) -> str:
    """The question with what students abbreviate written out; other words stay as they are."""
    return re.sub(r"[A-Za-z]+", lambda match: _informal().get(match[0].lower(), match[0]), text)


def in_english(text: str) -> str:
    """The question in the course's words; unchanged when it is not Spanish."""
    if not is_spanish(text):
        return text
    words = _words(text)
    out, start = [], 0
    while start < len(words):
        size, english = _longest_term(words, start)
        out.append(english)
        start += size
    return " ".join(filter(None, out)) + "?"


def _words(text: str) -> list[str]:
    """The words, folded. One that joins clauses where it could ask ("la red que aprende") ends in an apostrophe, and so
    does "al" before a verb.

    A question word joins without an accent, where the question has asked before or has accents elsewhere.
    """
    typed = _TOKEN.findall(unicodedata.normalize("NFC", text).lower())
    plain = [fold(word) for word in typed]
    asked, out = any(accent in word for word in typed for accent in "áéíóú"), plain[:1]
    for place in range(1, len(plain)):
        before, word = plain[place - 1], plain[place]
        asked = asked or before in _ASKING
        joins = asked and typed[place] in _JOINING and before not in _BEFORE_ASKING
        if word == "al" and _INFINITIVE.fullmatch(" ".join(plain[place + 1 : place + 2])):
            joins = True
        compared = [_COMPARING[near] for near in plain[max(0, place - 1 - _NEAR) : place] if near in _COMPARING]
        if joins and word == "que" and compared and before not in ("sin", "para"):
            out.append(compared[-1])
        else:
            out.append(f"{word}'" if joins else word)
    return out


def _longest_term(words: Sequence[str], start: int) -> tuple[int, str]:
    """How many words from `start` on the list has together, and their English; an unknown word stands for itself."""
    for size in range(min(_lexicon().longest + _STRETCH, len(words) - start), 0, -1):
        if (english := _known(_without_glue(words[start : start + size]))) is not None:
            return size, english
    return 1, words[start]


def _known(words: Sequence[str]) -> str | None:
    """The English of a term, or of one with the same stems; an English word of the list has no Spanish stem.

    A joining word may stand in a term ("lo que") behind its first word.
    """
    lexicon = _lexicon()
    term = " ".join(words)
    if term in lexicon.terms or stem(term) in lexicon.english:
        return lexicon.terms.get(term)
    if any(word.endswith("'") for word in words[1:]):
        return _known([words[0], *(word.rstrip("'") for word in words[1:])])
    found = lexicon.stems.get(_stems(words))
    if found is None and (match := _FLAT_ENDING.fullmatch(term)):
        return lexicon.stems.get(_stem(f"{match[1]}er"))
    return found


def _without_glue(words: Sequence[str]) -> list[str]:
    """The words without articles and "de" inside; the ends stay."""
    last = len(words) - 1
    return [word for place, word in enumerate(words) if place in (0, last) or word not in _GLUE]


@cache
def _lexicon() -> _Lexicon:
    """The word list of spanish.txt. Of several lines with the same stem the first gives its English."""
    pairs = list(_pairs("spanish.txt"))
    terms: dict[str, str] = {}
    stems: dict[str, str] = {}
    for left, english in pairs:
        parts = _without_glue(left.rstrip("*").split("_"))
        terms.setdefault(" ".join(parts), english)
        stems.setdefault(_stems(parts), english)
    known = frozenset(word for _, english in pairs for word in english_words(english))
    signs = {left.rstrip("*"): 0.5 if left.endswith("*") else 1.0 for left, _ in pairs if left.rstrip("*") not in known}
    return _Lexicon(terms, stems, signs, frozenset(map(stem, known)), max(len(term.split()) for term in terms))


@cache
def _informal() -> dict[str, str]:
    return dict(_pairs("informal.txt"))


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """The word list in a file beside this one: each word on a line's left with the words on its right."""
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        left, mark, right = line.partition("=")
        if mark and not line.startswith("#"):
            yield from ((word, right.strip()) for word in fold(left).split())


def _stems(words: Sequence[str]) -> str:
    return " ".join(map(_stem, words))


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("spanish")
