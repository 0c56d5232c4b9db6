"""What the terminal needs of the rest of the house; wiring hands it in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from demos.runtime.contract import Demo, Frame, Params
from tutor.conversations.store import Exchange
from tutor.events import Event

__all__ = ["Catalogue", "RunDemo", "Tutor"]


class Tutor(Protocol):
    """Answers questions and knows the lecture's slides."""

    def answer(self, question: str, history: Sequence[Exchange], *, seed: int = 0) -> AsyncIterator[Event]:
        """The events of one turn. Closing or cancelling the iterator frees the model at once."""
        ...

    async def prepare(self) -> None:
        """Load what answering needs. A question asked before it is ready simply waits."""
        ...

    def slide(self, number: int) -> str:
        """The slide as Markdown."""
        ...

    def suggestions(self) -> tuple[str, ...]:
        """Questions to begin with."""
        ...


class Catalogue(Protocol):
    """All demos, by name; the module `demos.runtime.catalogue` is one."""

    def all_demos(self) -> Sequence[Demo]: ...

    def load(self, name: str) -> Demo:
        """Raises DemoError (`unknown_demo`)."""
        ...


class RunDemo(Protocol):
    """Runs a demo and yields its frames; closing the iterator ends the run."""

    def __call__(self, demo: Demo, params: Params) -> AsyncIterator[Frame]: ...
