"""The page of keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tutor.tui.text import Line, Words

__all__ = ["HelpScreen"]

KEYS = (
    (
        "Asking",
        (
            ("Enter", "ask; while an answer runs, ask when it ends"),
            ("Ctrl+J", "a new line in the question"),
            ("Up, Down", "earlier questions, when the input is empty"),
            ("1 to 9", "read a source, or take a suggested question, when the input is empty"),
            ("F7", "read the next source, at any time"),
            ("Escape", "close the source; with none open, stop the answer"),
            ("PageUp, PageDown", "scroll the conversation, or the open source"),
            ("F8, F9", "go to an earlier or later answer, for its sources"),
            ("Tab", "go to demos and suggestions, and back"),
        ),
    ),
    (
        "Going somewhere",
        (
            ("F1 or ?", "this page"),
            ("F2", "all demos"),
            ("F3 or Ctrl+O", "your conversations"),
            ("F4 or Ctrl+N", "a new conversation"),
            ("F5", "about this answer: model, seed, what was left out"),
            ("F6", "to the demo, and back to the question"),
            ("Ctrl+L", "links of the open source or the answer"),
            ("Ctrl+S", "write this conversation to a Markdown file"),
            ("Ctrl+T", "light or dark"),
            ("Ctrl+Q", "leave"),
        ),
    ),
    (
        "In a demo",
        (
            ("F6, Tab or click", "give the demo the keys; Escape takes them back"),
            ("Space", "pause, play, and play again from the start"),
            ("Left, Right", "one frame back or on"),
            ("[ and ]", "a tenth of the run back or on"),
            ("n, p", "the next or previous interesting moment"),
            ("Home, End", "the first or last frame"),
            ("1 to 9", "answer the guess, also from the empty input; then, tenths of the run"),
            ("+, -, s", "faster, slower, the next speed"),
            ("l", "the other language"),
            ("v", "the panels that do not fit"),
            ("f", "full screen, and back"),
            ("r", "change the parameters and run again"),
            ("c", "formula, parameters and algorithm in Python beside it"),
            ("e", "write the run to files: JSON, CSV, picture, animated GIF"),
        ),
    ),
)


class HelpScreen(ModalScreen[None]):
    """All keys on one page."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,question_mark", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="page"):
            yield Line(*_page())


def _page() -> Iterator[Words]:
    yield ("Every command is also in the palette: Ctrl+P, then a few letters of it.\n", "$foreground-muted")
    for heading, keys in KEYS:
        yield (f"\n{heading}\n", "bold $primary")
        for key, meaning in keys:
            yield (f"{key:<19}", "bold")
            yield f"{meaning}\n"
