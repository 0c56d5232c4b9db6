"""Practice: one question of the course at a time, with hints, the answer, and a word on what the student says.

What is kept of it lies in the exchange's detail under "practice": the question, its document, how many hints were
given, whether it is open still, and what the student wanted to be asked about.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from knowledge.retrieval.questions import read_question
from knowledge.retrieval.spanish import in_english, in_plain_words
from knowledge.text import content_words
from tutor.conversations.store import Exchange
from tutor.teaching.grading import judge, telling
from tutor.teaching.note_index import Shelf
from tutor.teaching.question_bank import Item
from tutor.teaching.reply import ANOTHER, HINT, REVEAL, Asking, Desk, Line, Reply

POSED = "A question on “{title}”: {question}"
HINTED = "A hint:"
GAPS = "Fill the gaps:"
LEADS = {
    "right": "Yes, that is it:",
    "partly": "Partly. What is missing:",
    "other": "Compare with the course:",
    "wrong": "Not quite. The course says:",
}
_POSED = re.compile(r"A question on “.+?”: (.+\?)\s*$")
_NO_HINT = re.compile(r"\$|https?://|\b(?:lecture|slides?|zoo)\b", re.IGNORECASE)
"""Sentences that lead nowhere: formulas, and where something stands."""
_DATED = re.compile(r"\b(?:1[89]|20)\d\d\b")
_NEAR = 0.3
"""Least cosine of a sentence to question and answer before it is a hint."""
_ALL_BLANK = 2
"""Up to so many telling words all become gaps; of more, the rarer half."""


@dataclass(frozen=True, slots=True)
class Round:
    """A practice question in a conversation. `documents` and `focus` are what the student wanted to be asked about."""

    item: Item
    hints: int = 0
    is_open: bool = True
    documents: tuple[str, ...] = ()
    focus: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "question": self.item.question, "document": self.item.document, "hints": self.hints, "open": self.is_open,
            "documents": list(self.documents), "focus": self.focus,
        }  # fmt: skip


def latest_round(history: Sequence[Exchange], shelf: Shelf) -> Round | None:
    """The practice question of the last complete exchange, open or just settled; None when it has none."""
    complete = [exchange for exchange in history if exchange.state == "complete"]
    if not complete:
        return None
    kept = complete[-1].detail.get("practice")
    if isinstance(kept, dict):
        item = _item(shelf, str(kept.get("question")), str(kept.get("document")))
        documents, hints = tuple(map(str, kept.get("documents", ()))), int(kept.get("hints", 0))
        return Round(item, hints, bool(kept.get("open")), documents, str(kept.get("focus", ""))) if item else None
    return _told(complete, shelf)


def _told(exchanges: Sequence[Exchange], shelf: Shelf) -> Round | None:
    """The open question that a client tells of which keeps no detail: read from the text of the last answers."""
    for hints, exchange in enumerate(reversed(exchanges)):
        if "provenance" in exchange.detail:
            return None
        if match := _POSED.search(exchange.answer):
            item = _item(shelf, match[1])
            return Round(item, hints) if item else None
        if not exchange.answer.startswith((HINTED, GAPS)):
            return None
    return None


def _item(shelf: Shelf, question: str, document: str = "") -> Item | None:
    held = [item for items in shelf.items.values() for item in items if item.question == question]
    return next((item for item in held if item.document == document), held[0] if held and not document else None)


def pose(shelf: Shelf, asking: Asking, documents: Sequence[str] = (), focus: str = "") -> Reply:
    """The next question, from these documents or from any note; `focus` prefers those that speak of it."""
    items = [item for document in documents for item in shelf.items.get(document, ())]
    items = items or [item for note in shelf.notes for item in shelf.items.get(note, ())]
    if not items:
        return Reply((Line("This course has no practice questions; ask me about it instead."),))
    before = _asked_before(asking.history)
    item = _choose(items, before, focus, f"{asking.seed} {len(before)} {' '.join(documents)}")
    return posed(Round(item, documents=tuple(documents), focus=focus))


def posed(round_: Round, lead: str = "") -> Reply:
    """The question of a round, asked."""
    item = round_.item
    said = POSED.format(title=item.title, question=item.question)
    lines = (Line(lead), Line(said)) if lead else (Line(said),)
    return Reply(lines, (HINT, REVEAL), item.title, item.question, round_.kept)


def _asked_before(history: Iterable[Exchange]) -> list[str]:
    """The questions asked in this conversation, in order, each once."""
    found: list[str] = []
    for exchange in history:
        match = _POSED.search(exchange.answer)
        kept = exchange.detail.get("practice")
        found += [str(kept["question"])] if isinstance(kept, dict) else [match[1]] if match else []
    return list(dict.fromkeys(found))


def _choose(items: Sequence[Item], before: Sequence[str], focus: str, seed: str) -> Item:
    """One that was not asked yet, while there is one; after that any but the last."""
    fresh = [item for item in items if item.question not in before]
    fresh = fresh or [item for item in items if item.question != before[-1]] or list(items)
    wanted = set(content_words(focus))
    named = [item for item in fresh if wanted & set(content_words(item.question))]
    return random.Random(seed).choice(named or fresh)


def hint(desk: Desk, shelf: Shelf, round_: Round) -> Reply:
    """A sentence that leads there; then the answer with gaps; then the answer."""
    if round_.hints == 0 and (line := _near_miss(desk, shelf, round_.item)):
        return _hinted(round_, 1, Line(HINTED), line)
    if round_.hints < 2 and (lines := [line for line in map(_Gaps(shelf, round_.item), round_.item.answer) if line]):
        return _hinted(round_, 2, Line(GAPS), *lines)
    return settle(round_)


def _hinted(round_: Round, hints: int, *lines: Line) -> Reply:
    offers = (HINT, REVEAL) if hints < 2 else (REVEAL,)
    return Reply(lines, offers, round_.item.title, round_.item.question, replace(round_, hints=hints).kept)


def _near_miss(desk: Desk, shelf: Shelf, item: Item) -> Line | None:
    """The sentence of the document nearest to question and answer that gives nothing of the answer away."""
    asked, answer = set(telling(item.question)), [line.text for line in item.answer]
    secret = {word for text in answer for word in telling(text)} - asked
    dates = bool({"who", "when"} & set(read_question(item.question).asked))
    lines = [Line(text, passage) for passage in shelf.document(item.document) for text in passage.sentences]
    fitting = [
        line for line in lines
        if line.passage and line.passage.section not in ("Worked example", "Formula")
        and line.text not in answer and not secret & set(telling(line.text)) and not _NO_HINT.search(line.text)
        and (dates or not _DATED.search(line.text)) and set(telling(line.text)) - asked
    ]  # fmt: skip
    sought = " ".join((item.question, *answer))
    near = desk.evidence.closeness(sought, [line.text for line in fitting]) if fitting else []
    best = max(range(len(near)), key=lambda place: near[place], default=-1)
    return fitting[best] if best >= 0 and near[best] >= _NEAR else None


class _Gaps:
    """Turns a sentence of the answer into one with gaps; None when it would have none."""

    def __init__(self, shelf: Shelf, item: Item) -> None:
        sentences = [text for passage in shelf.document(item.document) for text in passage.sentences]
        self._asked = set(telling(item.question))
        self._count = Counter(word for text in sentences for word in set(telling(text)))

    def __call__(self, line: Line) -> Line | None:
        secret = list(dict.fromkeys(word for word in telling(line.text) if word not in self._asked))
        rare = sorted(secret, key=lambda word: (not word[0].isdigit(), self._count[word]))
        gaps = set(rare if len(rare) <= _ALL_BLANK else rare[: math.ceil(len(rare) / 2)])

        def gap(match: re.Match[str]) -> str:
            return "…" if gaps & set(telling(match[0])) else match[0]

        text = re.sub(r"…(?:[ -]…)+", "…", re.sub(r"[^\W_]+(?:[.,]\d+)*%?", gap, line.text))
        return Line(text, line.passage) if gaps else None


def settle(round_: Round, lead: str = "", lines: Sequence[Line] = ()) -> Reply:
    """The course's answer, after a word on the student's."""
    closed = replace(round_, is_open=False).kept
    said = (*([Line(lead)] if lead else []), *(lines or round_.item.answer))
    return Reply(said, (ANOTHER,), round_.item.title, round_.item.question, closed)


def respond(desk: Desk, round_: Round, text: str) -> Reply:
    """Feedback on a student's answer, with the course's own sentences."""
    item = round_.item
    expected = [line.text for line in item.answer]
    verdict = judge(item.question, expected, in_plain_words(in_english(text)), desk.evidence.closeness)
    missing = [item.answer[place] for place in verdict.missing]
    return settle(round_, LEADS[verdict.kind], missing)
