"""What one turn yields, in order: sources, text and demo frames, and exactly one ending (Answered or Failed)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from demos.runtime.contract import Frame
from demos.runtime.texts import Language
from knowledge.passages import Passage
from tutor.errors import Problem

Outcome = Literal["answered", "demonstrated", "not_covered", "about", "clarify"]


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as this answer numbers it: `marker` 1 is cited as [1]. `language` is the answer's."""

    marker: int
    passage: Passage
    score: float
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of the answer and the words of the passage that support it."""

    marker: int
    passage: Passage
    quote: str
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written by the language model in this turn."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Provenance:
    """What makes an answer reproducible."""

    model: str
    model_sha256: str
    adapter: str | None
    seed: int
    knowledge: str
    version: str


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A demo that this turn ran."""

    name: str
    params: dict[str, Any]
    run_id: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence of the model's draft that evidence did not let through, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """The numbered passages that the answer may cite. Comes before any text."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of checked answer text, in order."""

    text: str


@dataclass(frozen=True, slots=True)
class DemoStarted:
    """A demo run begins."""

    name: str
    title: str
    params: dict[str, Any]
    run_id: str
    language: Language = "en"
    """The language of whoever asked for it."""


@dataclass(frozen=True, slots=True)
class DemoFrame:
    """Frame number `index` (from 0) of the run that is under way; its texts can be said in either language."""

    index: int
    frame: Frame


@dataclass(frozen=True, slots=True)
class DemoFinished:
    """The run is over; `summary` is its last caption, `frames` how many there were."""

    summary: str
    frames: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The turn's ending. `text` is all that the Tokens said; `suggestions` are next questions or demos to offer.

    `search` and `topic` are what a follow-up builds on: what was searched, and the title of what answered. `rundown`
    is what can be asked about the demo that ran (see tutor/runs/summary.py); `about_run` the run that a question was
    about;
    `practice` the practice question that was asked or settled (see tutor/teaching/practice.py); `turn` what the next
    turn may lean on (see tutor/dialogue/state.py).
    """

    text: str
    outcome: Outcome
    citations: tuple[Citation, ...]
    provenance: Provenance
    usage: Usage = field(default_factory=Usage)
    demo: DemoRun | None = None
    suggestions: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = field(default=(), repr=False)
    search: str = ""
    topic: str = ""
    rundown: dict[str, Any] | None = field(default=None, repr=False)
    about_run: str = ""
    practice: dict[str, Any] | None = field(default=None, repr=False)
    turn: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn's other ending: what went wrong, in words a student can act on."""

    problem: Problem


Event = SourcesFound | Token | DemoStarted | DemoFrame | DemoFinished | Answered | Failed
