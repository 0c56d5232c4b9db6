"""What widgets and workers tell the screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.message import Message

from demos.runtime.contract import Demo, Frame
from tutor.errors import Problem
from tutor.events import Event, Source

__all__ = [
    "Asked",
    "CodeWanted",
    "ExportWanted",
    "FilmBegun",
    "Prepared",
    "RerunWanted",
    "SourceWanted",
    "TurnEvent",
    "Typed",
]


@dataclass
class Asked(Message):
    """The student sends a question, `typed` in the input or picked from a list."""

    text: str
    typed: bool = True


@dataclass
class Typed(Message):
    """The student began to write while something else had the keys."""

    text: str


@dataclass
class TurnEvent(Message):
    """Turn number `turn` of this start yields an event."""

    turn: int
    event: Event


@dataclass
class Prepared(Message):
    """The tutor is ready, or says why not."""

    problem: Problem | None


@dataclass
class SourceWanted(Message):
    """The student wants to see a source beside the answer."""

    source: Source
    quotes: tuple[str, ...]


@dataclass
class FilmBegun(Message):
    """The student has guessed how a demo ends, or watches it without a guess."""


@dataclass
class RerunWanted(Message):
    """The student wants to change parameters and run a demo again."""

    name: str
    params: dict[str, Any]


@dataclass
class CodeWanted(Message):
    """The student wants to read the demo's own file beside it."""

    demo: Demo


@dataclass
class ExportWanted(Message):
    """The student wants a run as files; `shown` is the number, from 0, of the frame on screen."""

    demo: Demo
    params: dict[str, Any]
    frames: list[Frame]
    shown: int
