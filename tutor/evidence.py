"""What in an answer is supported by what: the gate that every sentence passes before a student sees it.

A sentence counts as supported when one passage sentence (or two neighbours) holds its numbers, its names and nearly all
of its content words, says it with the same polarity, keeps names in the same order and relations in the same
direction, and is close to it in meaning. Anything else is not evidence, however plausible it sounds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.embed import Embedder
from knowledge.passages import Passage
from knowledge.text import content_words, fold, is_stop, stem, words

CLOSE = 0.55
"""Least cosine between a sentence and its support."""

SHARE = 0.75
"""Least share of a sentence's content words that its support must hold."""

_NEGATION = re.compile(
    r"\b(not|no|never|none|nothing|neither|nor|cannot|without|fails?|failed|unable|n't|impossible|lacks?|false|wrong)\b|n't\b"
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-ZÁÉÍÓÚÑ][\w’'-]*\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
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
_LEAD = re.compile(
    r"^(yes|no|so|in short|in other words|that is|according to the (course|notes|slides?|lecture))[,:]?\s+",
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
        claim = _LEAD.sub("", sentence).strip()
        if not content_words(claim):
            return Verdict(None, "says nothing that could be checked")
        reasons: list[tuple[int, str]] = []
        passed = []
        for support in supports:
            if claim in support.text:
                return Verdict(support)
            if reason := _contradicts(claim, support.text, question):
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


def _contradicts(claim: str, support: str, question: str) -> str:
    """The first reason for which `support` cannot carry `claim`, or ""."""
    if missing := _numbers(claim) - _numbers(support):
        return f"{', '.join(sorted(missing))} is in no passage sentence"
    have = set(words(support))
    stems = {stem(word) for word in have}
    for name in _NAME.findall(claim):
        if not all(stem(word) in stems or is_stop(word) for word in words(name)):
            return f"{name} is in no passage sentence"
    asked = set(content_words(question)) - {stem(w) for name in _NAME.findall(question) for w in words(name)}
    wanted = set(content_words(claim)) - asked
    share = len(wanted & stems) / len(wanted) if wanted else 1.0
    if share < SHARE:
        lacking = ", ".join(sorted(wanted - stems)[:4])
        return f"only {share:.0%} of its words are in a passage sentence (not: {lacking})"
    if bool(_NEGATION.search(fold(claim))) != bool(_NEGATION.search(fold(support))):
        return "it denies what the passage says, or the other way round"
    if pair := _opposite(set(words(claim)), have):
        return f"it says {pair[0]} where the passage says {pair[1]}"
    return _misordered(claim, support)


def _misordered(claim: str, support: str) -> str:
    """Names in another order mean another relation: "A beats B" does not support "B beats A"."""
    names = [fold(name) for name in re.findall(r"\b[A-Z][\w-]+", claim)]
    order = [place for name in dict.fromkeys(names) if (place := fold(support).find(name)) >= 0]
    turned = bool(re.search(r"\bby\b", fold(claim))) != bool(re.search(r"\bby\b", fold(support)))
    if len(order) > 1 and order != sorted(order) and not turned:  # the passive voice turns names, not the relation
        return "it names things in another order than the passage"
    return ""


def _numbers(text: str) -> set[str]:
    found = {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(text)}
    return found | {_SPELLED[word] for word in words(text) if word in _SPELLED and word != "one"}


def _opposite(claim: set[str], support: set[str]) -> tuple[str, str] | None:
    for group in _OPPOSITES:
        said, there = claim & set(group), support & set(group)
        if said and there and not said & there:
            return min(said), min(there)
    return None
