"""The page of keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tutor.i18n import mark
from tutor.tui.language import texts
from tutor.tui.text import Line, Words

__all__ = ["HelpScreen"]

KEYS = (
    (
        mark("Asking"),
        (
            ("Enter", mark("ask; while an answer runs, ask when it ends")),
            ("Ctrl+J", mark("a new line in the question")),
            (mark("Up, Down"), mark("earlier questions, when the input is empty")),
            (mark("1 to 9"), mark("read a source, or take a suggested question, when the input is empty")),
            ("F7", mark("read the next source, at any time")),
            ("Escape", mark("close the source; with none open, stop the answer")),
            (mark("PageUp, PageDown"), mark("scroll the conversation, or the open source")),
            ("F8, F9", mark("go to an earlier or later answer, for its sources")),
            ("Tab", mark("go to demos and suggestions, and back")),
        ),
    ),
    (
        mark("Going somewhere"),
        (
            (mark("F1 or ?"), mark("this page")),
            ("F2", mark("all demos")),
            (mark("F3 or Ctrl+O"), mark("your conversations")),
            (mark("F4 or Ctrl+N"), mark("a new conversation")),
            ("F5", mark("about this answer: model, seed, what was left out")),
            ("F6", mark("to the demo, and back to the question")),
            ("Ctrl+L", mark("links of the open source or the answer")),
            ("Ctrl+S", mark("write this conversation to a Markdown file")),
            ("Ctrl+T", mark("light or dark")),
            ("Ctrl+Q", mark("leave")),
        ),
    ),
    (
        mark("In a demo"),
        (
            (mark("F6, Tab or click"), mark("give the demo the keys; Escape takes them back")),
            (mark("Space"), mark("pause, play, and play again from the start")),
            (mark("Left, Right"), mark("one frame back or on")),
            (mark("[ and ]"), mark("a tenth of the run back or on")),
            ("n, p", mark("the next or previous interesting moment")),
            (mark("Home, End"), mark("the first or last frame")),
            (mark("1 to 9"), mark("answer the guess, also from the empty input; then, tenths of the run")),
            ("+, -, s", mark("faster, slower, the next speed")),
            ("l", mark("the other language")),
            ("v", mark("the panels that do not fit")),
            ("f", mark("full screen, and back")),
            ("r", mark("change the parameters and run again")),
            ("c", mark("formula, parameters and algorithm in Python beside it")),
            ("e", mark("write the run to files: JSON, CSV, picture, animated GIF")),
        ),
    ),
)


class HelpScreen(ModalScreen[None]):
    """All keys on one page."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,question_mark", "dismiss", mark("Close"))]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="page"):
            yield Line(*_page())


def _page() -> Iterator[Words]:
    told = texts("Every command is also in the palette: Ctrl+P, then a few letters of it.")
    yield (f"{told}\n", "$foreground-muted")
    for heading, keys in KEYS:
        yield (f"\n{texts(heading)}\n", "bold $primary")
        for key, meaning in keys:
            yield (f"{texts(key):<19}", "bold")
            yield f"{texts(meaning)}\n"
