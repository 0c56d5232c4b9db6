"""What examples are made of: sentences by document, and questions whose answers are known. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from knowledge.courses.labelled import plain
from knowledge.text import content_words

KNOWS = 0.5
"""A sentence that holds this share of what an answer adds to its question may answer it too: it is no near miss."""


@dataclass(frozen=True, slots=True)
class Known:
    """A question with the sentences of `document` that answer it, in the order to say them.

    `lead` opens the answer ("No: "), `history` holds the questions asked before. No answer at all means that nothing
    in the material answers the question.
    """

    kind: str
    document: str
    question: str
    answer: tuple[str, ...]
    lead: str = ""
    history: tuple[str, ...] = ()


@dataclass(frozen=True)
class Material:
    """A body of text: the sentences of each document in reading order, what is known about it, and its titles."""

    name: str
    sentences: dict[str, tuple[str, ...]]
    known: tuple[Known, ...]
    titles: dict[str, str] = field(default_factory=dict)

    def misses(self, known: Known, count: int) -> list[str]:
        """At most `count` near misses of a question, best first; no sentence that answers it anywhere is one."""
        return self._near.misses(known, count, self._answers[plain(known.question)])

    @cached_property
    def _near(self) -> Near:
        """Its sentences, searchable by shared words."""
        return Near([(document, text) for document, texts in self.sentences.items() for text in texts])

    @cached_property
    def _answers(self) -> dict[str, set[str]]:
        """All sentences that answer a question: it may be known of several documents, each with its answer."""
        answers: defaultdict[str, set[str]] = defaultdict(set)
        for known in self.known:
            answers[plain(known.question)].update(known.answer)
        return answers


class Near:
    """Sentences ranked by the rare words that they share with a question: what a search would bring by mistake."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        """`rows` are (document, sentence)."""
        self._rows = rows
        self._stems = [frozenset(content_words(text)) for _, text in rows]
        self._places: dict[str, list[int]] = defaultdict(list)
        for row, stems in enumerate(self._stems):
            for stem in stems:
                self._places[stem].append(row)

    def misses(self, known: Known, count: int, answers: Set[str] = frozenset()) -> list[str]:
        """At most `count` sentences of other documents that come near a question and do not answer it, best first.

        `answers` are sentences that answer it too, wherever they stand.
        """
        asked = set(content_words(known.question))
        told = set(content_words(" ".join(known.answer))) - asked
        scores: Counter[int] = Counter()
        for stem in sorted(asked):
            places = self._places.get(stem, [])
            for row in places:
                scores[row] += math.log(1 + len(self._rows) / len(places))  # type: ignore[assignment]
        found: list[str] = []
        for row in sorted(scores, key=lambda row: (-scores[row], row)):
            document, text = self._rows[row]
            foreign = document != known.document or not known.answer
            if foreign and text not in found and text not in answers and not self._tells(row, told):
                found.append(text)
            if len(found) == count:
                break
        return found

    def _tells(self, row: int, told: Set[str]) -> bool:
        return bool(told) and len(told & self._stems[row]) >= KNOWS * len(told)


_JOINS = frozenset("is are was were has have had can cannot may uses needs gives takes makes lets learns".split())


def joined(one: str, two: str) -> str:
    """Two sentences about the same subject as one ("X is A. X was B." -> "X is A and was B."), or "".

    The subject is what both begin with, up to a verb of each; nothing else is changed.
    """
    first, second = one.split(), two.split()
    shared = 0
    while shared < min(len(first), len(second)) and first[shared] == second[shared]:
        shared += 1
    if shared == len(first) or shared == len(second):
        return ""
    subject = first[:shared]
    if not content_words(" ".join(subject)) or not {first[shared], second[shared]} <= _JOINS:
        return ""
    if not one.endswith(".") or re.search(r"[:;$]| and ", one):
        return ""
    return f"{one[:-1]} and {' '.join(second[shared:])}"
