"""What in an answer is supported by what: the gate that every sentence passes before a student sees it.

A sentence counts as supported when one passage sentence (or two neighbours) holds its numbers, its names and all of its
content words but glue, has them side by side in the same order, denies the same words, and is close to it in meaning.
Anything else is not evidence, however plausible it sounds: `python -m evaluation.grounding` measures it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from knowledge.passages import Passage
from knowledge.retrieval.embedder import Embedder
from knowledge.text import content_words, fold, is_stop, stem, words

CLOSE = 0.55
"""Least cosine between a sentence and its support."""

WINDOW = 4
"""Words that stand together in a sentence are at most this many content words apart in its support."""

LOOSE = 10
"""One pair of neighbouring words in so many may stand apart in the support."""

_NEGATIONS = frozenset(
    """not no never none nothing neither nor cannot without fail fails failed unable impossible lack lacks false wrong
    don't doesn't didn't isn't aren't wasn't can't won't""".split()
)
_GLUE = frozenset(stem(word) for word in "also thus therefore so called known meaning means namely hence then".split())
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-ZÁÉÍÓÚÑ][\w’'-]*\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-z0-9]+(?:['’][a-z]+)?")
_SPELLED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_OPPOSITES = (
    ("increase", "decrease"), ("rise", "fall"), ("more", "less", "fewer"), ("higher", "lower"), ("larger", "smaller"),
    ("large", "small"), ("big", "small"), ("before", "after"), ("first", "last"), ("always", "never"),
    ("all", "none", "some"),
    ("supervised", "unsupervised"), ("linear", "nonlinear"), ("best", "worst"), ("add", "remove"), ("add", "subtract"),
    ("maximize", "minimize"), ("win", "lose"), ("won", "lost"), ("faster", "slower"), ("better", "worse"),
    ("encoder", "decoder"),
    ("input", "output"), ("forward", "backward"), ("cat", "dog"), ("discriminator", "generator"), ("with", "without"),
    ("can", "cannot"), ("high", "low"), ("long", "short"), ("easy", "hard"), ("same", "different"), ("true", "false"),
    ("positive", "negative"), ("left", "right"), ("above", "below"), ("start", "end"), ("early", "late"),
)  # fmt: skip
_VERDICT = re.compile(r"^(yes|no)\b(?! (?:one|two|more|longer|other)\b)[,:.!]?\s+", re.IGNORECASE)
_FRAME = re.compile(
    r"^(?:so|and|but)?,? ?(?:is it (?:true|right|correct|the case)(?: that)?|do you mean(?: that)?)\s+", re.IGNORECASE
)
_TAG = re.compile(r",? (?:right|correct|true|isn't it|is that (?:right|true|so))\?$", re.IGNORECASE)
"""What a question puts before and after the statement that it asks about."""
_LEAD = re.compile(
    r"^(so|in short|in other words|that is|according to the (course|notes|slides?|lecture))[,:]?\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Support:
    """A place in the course that a sentence may rest on."""

    marker: int
    passage: Passage
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`support` is None when nothing supports the sentence; `reason` says why not, for the failure browser."""

    support: Support | None
    reason: str = ""


class Evidence:
    """Checks sentences against supports. Deterministic; embeds each sentence once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def check(self, sentence: str, supports: Sequence[Support], question: str = "") -> Verdict:
        """The support of a sentence, or why it has none. Words of the question that are no names may recur freely."""
        verdict = _VERDICT.match(sentence)
        claim = _LEAD.sub("", sentence[verdict.end() :] if verdict else sentence).strip()
        if not content_words(claim):
            return Verdict(None, "says nothing that could be checked")
        quoted = [support for support in supports if claim in support.text]
        if verdict and quoted:  # what is quoted has to bear the verdict out, without its neighbours
            supports = [min(quoted, key=lambda support: len(support.text))]
        reasons: list[tuple[int, str]] = []
        passed = []
        for support in supports:
            unfounded = _unfounded(verdict[1].lower(), question, support.text) if verdict and question else ""
            if claim in support.text and not unfounded:
                return Verdict(support)
            if reason := unfounded or _contradicts(claim, support.text, question):
                reasons.append((len(set(words(claim)) & set(words(support.text))), reason))
            else:
                passed.append(support)
        if not passed:
            return Verdict(None, max(reasons)[1] if reasons else "no passage was found")
        vectors = self._embedder.encode([claim, *(support.text for support in passed)])
        cosines = vectors[1:] @ vectors[0]
        best = int(cosines.argmax())
        if cosines[best] < CLOSE:
            return Verdict(None, f"the nearest passage sentence is not close enough ({cosines[best]:.2f} < {CLOSE})")
        return Verdict(passed[best])

    def closeness(self, text: str, others: Sequence[str]) -> list[float]:
        """The cosine of a text to each of the others."""
        vectors = self._embedder.encode([text, *others])
        return [float(cosine) for cosine in vectors[1:] @ vectors[0]]


def supports(passages: Sequence[tuple[int, Passage]]) -> list[Support]:
    """Every sentence of the numbered passages, and every two neighbours together."""
    found = []
    for marker, passage in passages:
        found += [Support(marker, passage, text) for text in passage.sentences]
        found += [
            Support(marker, passage, f"{one} {two}")
            for one, two in zip(passage.sentences, passage.sentences[1:], strict=False)
        ]
    return found


def _unfounded(verdict: str, question: str, support: str) -> str:
    """Why `support` does not bear out a Yes or No to a question, or "".

    Yes needs all that the question says; No needs something in it that the support has otherwise: a number, a name, an
    opposite, a denial.
    """
    asked = _TAG.sub("", _FRAME.sub("that ", question.strip()))
    if verdict == "no":
        against = _disagrees(asked, support) or _denied_otherwise(asked, support)
        return "" if against else "it says no, and the passage does not speak against what is asked"
    reason = _contradicts(asked, support, "")
    return f"it says yes to what is asked, but {reason}" if reason else ""


def _disagrees(claim: str, support: str) -> str:
    """The number, name or opposite that a claim has and its support does not, in words, or ""."""
    if missing := set(_numbers(claim) - _numbers(support)):
        return f"{', '.join(sorted(missing))} is in no passage sentence"
    have = words(support)
    stems = {stem(word) for word in have}
    for name in _NAME.findall(claim):
        if not all(stem(word) in stems or is_stop(word) for word in words(name)):
            return f"{name} is in no passage sentence"
    pair = _opposite(words(claim), have)
    return f"it says {pair[0]} where the passage says {pair[1]}" if pair else ""


def _contradicts(claim: str, support: str, question: str) -> str:
    """The first reason for which `support` cannot carry `claim`, or ""."""
    if reason := _disagrees(claim, support):
        return reason
    stems = {stem(word) for word in words(support)}
    asked = set(content_words(question)) - {stem(w) for name in _NAME.findall(question) for w in words(name)}
    if lacking := set(content_words(claim)) - asked - stems - _GLUE:
        return f"not in a passage sentence: {', '.join(sorted(lacking)[:4])}"
    if word := _twice(claim, support):
        return f"it says {word} more often than the passage"
    if word := _denied_otherwise(claim, support):
        return f"it denies {word} where the passage does not, or the other way round"
    if apart := _apart(claim, support, asked):
        return f"the passage does not say these together, in this order: {apart}"
    return ""


def opposes(claim: str, support: str) -> bool:
    """True when a claim has the opposite of a word of the support, and not that word."""
    return _opposite(words(claim), words(support)) is not None


def denies_otherwise(claim: str, support: str) -> bool:
    """True when one of the two denies a word that the other affirms."""
    return _denied_otherwise(claim, support) != ""


def _twice(claim: str, support: str) -> str:
    """A content word that the claim repeats and the support does not as often, or "": a small model runs in circles."""
    there = Counter(content_words(support))
    return next((word for word, count in Counter(content_words(claim)).items() if count > max(1, there[word])), "")


def _denied_otherwise(claim: str, support: str) -> str:
    """A word that both have and that the claim denies, or affirms, more often or where the support does not, or ""."""
    here, there = _denied(claim), _denied(support)
    often, known = Counter((word, no) for _, word, no in here), Counter((word, no) for _, word, no in there)
    for before, word, denied in here:
        if often[word, denied] > known[word, denied] and (known[word, True] or known[word, False]):
            return word
        if (before, word, not denied) in there and (before, word, denied) not in there:
            return word
    return ""


def _denied(text: str) -> list[tuple[str, str, bool]]:
    """For each telling word the one before it, itself, and whether a negation stands right before it; two are none."""
    found: list[tuple[str, str, bool]] = []
    denied = False
    for word in _WORD.findall(fold(text)):
        if word.replace("’", "'") in _NEGATIONS:
            denied = not denied
        elif word[0].isdigit() or not is_stop(word):
            found.append((found[-1][1] if found else "", stem(word), denied))
            denied = False
    return found


def _apart(claim: str, support: str, asked: Set[str]) -> str:
    """The first two words that stand together in the claim and not in the support, when there are too many such."""
    moved = re.sub(r"^In \d{4}, ", "", claim)  # a year may stand at either end
    said = [word for word in content_words(moved) if word not in _GLUE and word not in asked]
    places: dict[str, list[int]] = {}
    for place, word in enumerate(content_words(support)):
        places.setdefault(word, []).append(place)
    turned = bool(re.search(r"\bby\b", fold(claim))) != bool(re.search(r"\bby\b", fold(support)))  # the passive voice
    apart = [
        f"{one} {two}"
        for one, two in pairwise(said)
        if not any(
            0 < b - a <= WINDOW or (turned and 0 < a - b <= 3 * WINDOW)
            for a in places.get(one, ())
            for b in places.get(two, ())
        )
    ]
    return apart[0] if len(apart) > len(said) // LOOSE else ""


def _numbers(text: str) -> Counter[str]:
    """How often each number is there."""
    found = Counter(number.replace(",", "").rstrip(".") for number in _NUMBER.findall(text))
    return found + Counter(_SPELLED[word] for word in words(text) if word in _SPELLED and word != "one")


def _opposite(claim: Sequence[str], support: Sequence[str]) -> tuple[str, str] | None:
    """A word of the claim and its opposite, which the support has instead: at all, or beside the same words."""
    for group in _OPPOSITES:
        said, there = set(claim) & set(group), set(support) & set(group)
        if said and there and not said & there:
            return min(said), min(there)
        beside = {word: _beside(support, word) for word in there}
        for word in sorted(said):
            for places in _beside(claim, word) - beside.get(word, set()):
                if other := next((other for other in sorted(there - {word}) if places in beside[other]), ""):
                    return word, other
    return None


def _beside(text: Sequence[str], word: str) -> set[tuple[str, str]]:
    """The stems of the telling words on both sides of each place of a word, "" at an end."""
    found = set()
    for place, other in enumerate(text):
        if other == word:
            before = next((stem(near) for near in reversed(text[:place]) if not is_stop(near)), "")
            after = next((stem(near) for near in text[place + 1 :] if not is_stop(near)), "")
            found.add((before, after))
    return found
