"""Where the student writes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from tutor.i18n import mark
from tutor.tui.language import texts
from tutor.tui.messages import Asked
from tutor.tui.text import pasted

__all__ = ["Composer"]

DIGIT_PAUSE = 0.4
"""Seconds within which a second digit means that a number was being typed, not a shortcut."""


class Composer(TextArea):
    """A question of one line or more: Enter asks, Ctrl+J starts another line, Up brings back earlier questions.

    In an empty composer a digit or a space is offered to `take_key` and typed only when that declines it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", mark("Ask"), priority=False),
        Binding("ctrl+j", "newline", mark("New line"), show=False),
        Binding("f6", "screen.player", mark("Demo")),
        Binding("f7", "screen.next_source", mark("Source"), show=False),
        Binding("pageup", "screen.page(-1)", mark("Scroll up"), show=False),
        Binding("pagedown", "screen.page(1)", mark("Scroll down"), show=False),
        Binding("ctrl+home", "screen.page(-1000)", mark("To the top"), show=False),
        Binding("ctrl+end", "screen.page(1000)", mark("To the end"), show=False),
    ]

    def __init__(self, take_key: Callable[[str], bool], limit: int, *, id: str) -> None:
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, compact=True)
        self.placeholder = texts("Ask about the lecture, or name something to see run")
        self.highlight_cursor_line = False
        self._take_key, self._limit = take_key, limit
        self._asked: list[str] = []
        self._recalled: int | None = None
        self._digit: tuple[str, float] | None = None

    def put(self, text: str) -> None:
        """Replace the text and set the cursor at its end."""
        self.text = pasted(text)
        self.move_cursor(self.document.end)

    def remember(self, question: str) -> None:
        """Add a question to those that Up brings back."""
        if not self._asked or self._asked[-1] != question:
            self._asked.append(question)
        self._recalled = None

    def objection(self, question: str) -> str:
        """Why this question cannot be sent, in one sentence; nothing when it can."""
        if not question:
            return texts("Write a question first.")
        if len(question) <= self._limit:
            return ""
        size, limit = f"{len(question):,}", f"{self._limit:,}"
        return texts(
            "This question has {size} characters and at most {limit} fit: shorten it, then press Enter.",
            size=size, limit=limit,
        )  # fmt: skip

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default().stop()
            self.action_send()
        elif event.key == "ctrl+j":
            event.prevent_default().stop()
            self.action_newline()
        elif not self.text and event.character == "?":
            event.prevent_default().stop()
            self.run_worker(self.run_action("app.help"))
        elif not self.text and self._is_shortcut(event):
            event.prevent_default().stop()

    def on_paste(self, event: events.Paste) -> None:
        event.text = pasted(event.text)

    def action_send(self) -> None:
        self.post_message(Asked(self.text))

    def action_newline(self) -> None:
        self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        if select or not self._recall(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if select or not self._recall(1):
            super().action_cursor_down(select)

    def _recall(self, step: int) -> bool:
        """Show the question before or after the recalled one; False when the student is editing words of their own."""
        shown = None if self._recalled is None else self._asked[self._recalled]
        if not self._asked or (self.text and self.text != shown):
            return False
        position = (len(self._asked) if self._recalled is None else self._recalled) + step
        if position >= len(self._asked):
            self._recalled = None
            self.put("")
            return True
        self._recalled = max(0, position)
        self.put(self._asked[self._recalled])
        return True

    def _is_shortcut(self, event: events.Key) -> bool:
        digit = event.character or ""
        if digit == " ":
            return self._take_key(digit)
        if digit not in set("0123456789"):
            self._digit = None
            return False
        if self._digit and time.monotonic() - self._digit[1] < DIGIT_PAUSE:
            self.put(self._digit[0] + digit)
            self._digit = None
            return True
        if digit == "0" or not self._take_key(digit):
            return False
        self._digit = (digit, time.monotonic())
        return True
