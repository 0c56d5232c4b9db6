"""The line at the top: which conversation this is, and what the tutor is doing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from tutor.errors import Problem
from tutor.events import DemoFinished, DemoFrame, DemoStarted, Event, SourcesFound, Token
from tutor.tui.language import texts
from tutor.tui.text import Line

__all__ = ["StatusBar"]


class StatusBar(Horizontal):
    """Title to the left, state to the right."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._heading, self._state = Line(id="heading"), Line(id="state")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._state

    def show(self, title: str, running: bool, ready: Problem | bool, event: Event | None) -> None:
        """Say where the conversation stands; `event` is the latest of the running turn."""
        self._heading.say(("tiza", "bold $primary"), f"  {title}")
        if running:
            self._state.say((_doing(bool(ready), event), "$warning"), "  ", (texts("Esc stops"), "$foreground-muted"))
        elif isinstance(ready, Problem):
            self._state.say((texts("not ready"), "$error"))
        else:
            self._state.say((texts("ready"), "$success") if ready else (texts("getting ready…"), "$foreground-muted"))


def _doing(ready: bool, event: Event | None) -> str:
    match event:
        case Token():
            return texts("answering…")
        case DemoStarted() | DemoFrame():
            return texts("running the demo…")
        case SourcesFound() | DemoFinished():
            return texts("reading…")
        case _:
            return texts("looking in the course…") if ready else texts("getting ready, then answering…")
