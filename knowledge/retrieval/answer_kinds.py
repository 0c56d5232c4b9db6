"""What a question asks for in particular (a number, a price, a date, a name), and whether a sentence has it.

"What does a loaf cost?" shares its words with all that is said on loaves, and no sentence without a price answers it.
This is grammar in both languages: the words that ask, and the signs and units of what answers, which stand in
answer_kinds.yaml. A number, a year or a name that the question gives is none that answers it. The built-in course says
its facts in few ways, so that a kind is told there by fewer signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from knowledge.text import Language, fold, is_stop, stem, words

FILE = Path(__file__).with_suffix(".yaml")
CourseKind = Literal["birth", "when", "money", "count", "who"]
"""In the order in which a question is looked at."""
_MANY = re.compile(r"\b(?:how many|cuant[oa]s)\b")
_COUNTED = re.compile(r"\b(?:how many|cuant[oa]s|number of|numero de|cantidad de)\b")
_NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑ][\w'’-]*[a-záéíóúñ]\w*")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of thing is asked for, and what has it. `counts` says that it needs a number which the question does
    not give, `about` that the sentences beside may have it, `cased` that letters are looked at as they stand;
    `without` is left out of a sentence before."""

    asks: re.Pattern[str]
    has: re.Pattern[str]
    counts: bool = False
    about: bool = False
    cased: bool = False
    without: re.Pattern[str] | None = None

    def held(self, sentence: str) -> bool:
        """Whether a sentence, as it stands, has the kind."""
        return self.has.search(self.looked_at(sentence)) is not None

    def looked_at(self, sentence: str) -> str:
        """What of a sentence can have it."""
        said = sentence if self.cased else fold(sentence)
        return self.without.sub(" ", said) if self.without else said


@dataclass(frozen=True, slots=True)
class _Kinds:
    """The kinds in the order in which a question is looked at, in documents and in the built-in course; with the words
    that are numbers or times and what counts anything."""

    documents: Mapping[str, _Kind]
    course: Mapping[CourseKind, _Kind]
    told: re.Pattern[str]
    times: re.Pattern[str]
    few: re.Pattern[str]
    anything: frozenset[str]


@cache
def _kinds() -> _Kinds:
    """What answer_kinds.yaml says."""
    data: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    named = {name: _any_of(lists) for name, lists in data["words"].items()}
    nouns = " ".join(data["anything"].values()).split()
    return _Kinds(
        {name: _kind(told, named) for name, told in data["documents"].items()},
        {name: _kind(data["course"][name], named) for name in get_args(CourseKind)},
        re.compile(rf"\d+|\b{named['numbers']}"),
        re.compile(rf"\b{named['times']}"),
        re.compile(rf"\d|\b{named['few']}"),
        frozenset(stem(noun, language) for noun in nouns for language in get_args(Language)),
    )


def _any_of(lists: Mapping[Language, str]) -> str:
    """A pattern of any of the words, or of the beginnings that end in a star, up to a word's end."""
    return rf"(?:{'|'.join(' '.join(lists.values()).split())})\b".replace("*", r"\w*")


def _kind(told: Mapping[str, Any], named: Mapping[str, str]) -> _Kind:
    asks = [pattern for patterns in told["asks"].values() for pattern in patterns]
    flags = {name: bool(told.get(name)) for name in ("counts", "about", "cased")}
    without = re.compile(told["without"]) if "without" in told else None
    return _Kind(_pattern(asks, named), _pattern(told["has"], named), **flags, without=without)


def _pattern(patterns: Sequence[str], named: Mapping[str, str]) -> re.Pattern[str]:
    """Any of the patterns, with the words in the place of the lists' names."""
    whole = "|".join(patterns)
    whole = re.sub(r"<<(\w+)>>", lambda match: rf"(?:\b|(?<=\d)){named[match[1]]}", whole)
    return re.compile(re.sub(r"<(\w+)>", lambda match: rf"\b{named[match[1]]}", whole))


def _plain(question: str) -> str:
    return " ".join(fold(question).strip(" ¿?!.").split())


@lru_cache(maxsize=4096)
def asked_kind(question: str) -> str:
    """The kind of thing that a question asks for of any text; "" where its words do not tell."""
    plain = _plain(question)
    return next((name for name, kind in _kinds().documents.items() if kind.asks.search(plain)), "")


@lru_cache(maxsize=4096)
def asked_for(question: str) -> CourseKind | None:
    """The kind of thing that a question asks for of the built-in course; None where its words do not tell."""
    plain = _plain(question)
    return next((name for name, kind in _kinds().course.items() if kind.asks.search(plain)), None)


def holds(sentence: str, kind: CourseKind | None) -> bool:
    """True when a sentence of the built-in course has something of that kind, and for None."""
    return kind is None or _kinds().course[kind].held(sentence)


def lacks(question: str, sentence: str, about: str | None = "") -> bool | None:
    """True for a sentence without the kind of thing that the question asks for, False for one with it, None where the
    question asks for no such thing. `about` is the text that the sentence stands in, where what is counted may be
    named; None says that it is in another language than the question, which names it otherwise."""
    name = asked_kind(question)
    if not name:
        return None
    kind, near = _kinds().documents[name], f"{sentence} {about or ''}"
    if name == "who" and _new_names(question, sentence):
        return False
    if kind.counts and not _has_new_number(fold(question), kind.looked_at(sentence), times=name == "when"):
        return True
    if name == "count" and about is not None and (nouns := _counted(question)) and not nouns & _stems(fold(near)):
        return True
    return not kind.held(near if kind.about else sentence)


def counts(sentence: str, nouns: Set[str], language: Language) -> bool:
    """True where a number stands just before one of these stems: "three gates", "tres compuertas de control"."""
    few = _kinds().few
    said = re.findall(r"\w+", _kinds().course["count"].looked_at(sentence))
    return any(
        (word.isdigit() or few.fullmatch(word) is not None)
        and any(stem(other, language) in nouns for other in said[at + 1 : at + 3])
        for at, word in enumerate(said)
    )


def counted(question: str, language: Language) -> str:
    """The stem of what "how many" counts, the next word that carries meaning; "" where there is none."""
    plain = fold(question)
    match = _MANY.search(plain)
    if match is None:
        return ""
    for word in re.findall(r"\w+", plain[match.end() :])[:3]:
        if not is_stop(word, language) and not is_stop(word, "en"):
            return stem(word, language)
    return ""


def several_numbers(sentence: str) -> bool:
    """True for a sentence with two numbers or more, in digits or words."""
    return len(set(_kinds().told.findall(fold(sentence)))) > 1


def _new_names(question: str, sentence: str) -> bool:
    """True for a sentence with a name, after its first letter, that the question does not give."""
    told = {fold(word) for word in re.findall(r"[\w-]+|[\w'’-]+", question)}
    return any(fold(name) not in told for name in _NAME.findall(sentence[1:]))


def _has_new_number(question: str, sentence: str, *, times: bool) -> bool:
    """True for a sentence with a number, in digits or words, that the question does not give; or with a time."""
    numbers = _kinds().told
    told = set(numbers.findall(question))
    new = any(number not in told for number in numbers.findall(sentence))
    return new or (times and _kinds().times.search(sentence) is not None)


@lru_cache(maxsize=4096)
def _counted(question: str) -> frozenset[str]:
    """The stems, in either language, of the first words after "how many"; none where nothing is counted."""
    plain = fold(question)
    match = _COUNTED.search(plain)
    if match is None:
        return frozenset()
    said = [word for word in words(plain[match.end() :])[:4] if not is_stop(word, "en") and not is_stop(word, "es")]
    return frozenset(stem(word, language) for word in said[:2] for language in get_args(Language)) - _kinds().anything


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in words(text) for language in get_args(Language))
