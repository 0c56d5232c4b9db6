"""What a tutor move says: lines of the course or of the tutor, and what it leaves for the turns after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from knowledge.passages import Passage
from knowledge.retrieval.retriever import Retriever
from tutor.answering.grounding import Evidence
from tutor.conversations.store import Exchange
from tutor.events import Outcome

SIMPLER = "Explain it more simply"
EXAMPLE = "Give me an example"
PRACTICE = "Ask me a practice question"
ANOTHER = "Another question"
HINT = "Give me a hint"
REVEAL = "Tell me the answer"
MOST_OFFERS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to say: the course's, with the passage that holds it, or the tutor's own, which has none."""

    text: str
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A turn that a move answers. `topic` and `search` are what follow-ups build on where nothing is cited."""

    lines: tuple[Line, ...]
    suggestions: tuple[str, ...] = ()
    topic: str = ""
    search: str = ""
    practice: dict[str, Any] | None = None
    outcome: Outcome = "answered"


class Reads(Protocol):
    """Tells what a student wants, given the demo request before; see tutor/dialogue/router.py."""

    def read(self, text: str, last_demo: tuple[str, Mapping[str, Any]] | None = None) -> object: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What moves work with. `demos` gives the demo requests that fit a passage; `intents` tells demo requests."""

    retriever: Retriever
    evidence: Evidence
    intents: Reads
    demos: Callable[[Passage], list[str]]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a student said, in the conversation that it was said in."""

    text: str
    history: Sequence[Exchange]
    seed: int = 0
