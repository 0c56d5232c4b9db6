"""What a turn says: sentences of the course with their passages, or the tutor's own, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from knowledge.passages import Passage
from tutor.events import Outcome

MOST_OFFERS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to say: the course's, with the passage that holds it, or the tutor's own, which has none. `opens`
    begins a paragraph, an item of a list or a step."""

    text: str
    passage: Passage | None = None
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may come next: `text` is what the student would say; `act` with `topic` is what it means."""

    text: str
    act: str
    topic: str = ""
    demo: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


Mood = Literal["plain", "picture", "code"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A turn's answer before it is told as events.

    `topic` is the id of the topic it is about, `act` what was done, `unit` which unit was said, `listed` what it
    enumerated, so that "the second one" can be taken up;
    `mood` says that it is a picture or code and no statement of the course.
    """

    lines: tuple[Line, ...]
    outcome: Outcome = "answered"
    offers: tuple[Offer, ...] = ()
    topic: str = ""
    act: str = ""
    unit: str = ""
    listed: tuple[str, ...] = ()
    practice: dict[str, Any] | None = None
    about_run: str = ""
    mood: Mood = "plain"
    search: str = ""
    beside: tuple[Line, ...] = ()
    """Sentences near the question that are not said, for who words the answer."""
