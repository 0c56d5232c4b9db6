"""The practice questions of a course: those of its asked questions that can be put to a student as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge.passages import Passage
from knowledge.retrieval.spanish import is_spanish
from knowledge.text import content_words
from tutor.teaching.reply import Line

_WELL_FORMED = re.compile(
    r"^(?:(?:In|At|By|For|To|With|On|From|Of|Into) )?"
    r"(?:[Ww]hat|[Ww]hich|Who|[Ww]hose|[Ww]hom|Why|How|When|Where)\b.{8,}\?$"
)
"""A whole question. Those that "yes" or "no" would answer are left out: one word shows little."""

_ELSEWHERE = re.compile(
    r"\b(?:formula|equation|symbol|example|slides?|lecture|lecturer|course|professor|links?|web|page|website|e-mail|"
    r"tiza|tutor|pictures?|abbreviations?|legend)\b",
    re.IGNORECASE,
)
"""What a student would have to look up, or see, to answer."""

_UNSAID = re.compile(r"\$|https?://|\bSlide \d")
"""Answers that nobody types."""

_LONGEST_ANSWER = 60


@dataclass(frozen=True, slots=True)
class Item:
    """A practice question, and the sentences that answer it in the order to say them."""

    question: str
    answer: tuple[Line, ...]
    title: str
    document: str


def read_items(passages: Iterable[Passage]) -> Mapping[str, tuple[Item, ...]]:
    """The items by document. Of several wordings with the same answer the first that stands alone is taken."""
    answers: dict[tuple[str, str], list[Line]] = {}
    first: dict[str, Passage] = {}
    for passage in passages:
        first.setdefault(passage.document, passage)
        for asked in passage.asked:
            held = answers.setdefault((passage.document, asked.question), [])
            held += [Line(text, passage) for text in asked.answer]
    found: dict[str, dict[tuple[str, ...], Item]] = {}
    for (document, question), lines in answers.items():
        if lines and _stands_alone(question, lines, first[document]):
            item = Item(question, tuple(lines), first[document].title, document)
            found.setdefault(document, {}).setdefault(tuple(line.text for line in lines), item)
    return {document: tuple(items.values()) for document, items in found.items()}


def _stands_alone(question: str, answer: list[Line], passage: Passage) -> bool:
    """True for a whole English question that names its topic and can be answered in words."""
    if not _WELL_FORMED.match(question) or _ELSEWHERE.search(question) or is_spanish(question):
        return False
    said = " ".join(line.text for line in answer)
    if _UNSAID.search(said) or len(said.split()) > _LONGEST_ANSWER:
        return False
    names = set(content_words(" ".join((passage.title, *passage.aliases))))
    return bool(names & set(content_words(question)))
