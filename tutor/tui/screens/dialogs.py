"""Small questions over a screen: yes or no, a line of text, one of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList

from tutor.i18n import mark
from tutor.tui.language import texts
from tutor.tui.text import Field, Line, choice

__all__ = ["ChooseScreen", "ConfirmScreen", "PromptScreen"]


class ConfirmScreen(ModalScreen[bool]):
    """Yes or no. The safe answer has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", mark("Yes")),
        Binding("n,escape", "answer(False)", mark("No")),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, yes: str) -> None:
        super().__init__()
        self._question, self._yes = question, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Line(self._question)
            with Horizontal(classes="buttons"):
                no = texts("No")
                yield Button(f"{no} (n)", id="no", compact=True)
                yield Button(f"{self._yes} (y)", id="yes", variant="error", compact=True)

    @on(Button.Pressed)
    def decide(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class PromptScreen(ModalScreen[str | None]):
    """A line of text, or None when the student turns back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", mark("Back"))]

    def __init__(self, question: str, text: str = "") -> None:
        super().__init__()
        self._question, self._text = question, text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Line(self._question)
            yield Field(self._text, max_length=200)
            yield Line((texts("Enter keeps it, Escape turns back."), "$foreground-muted"))

    @on(Input.Submitted)
    def decide(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text:
            self.dismiss(text)


class ChooseScreen(ModalScreen[int | None]):
    """One of several, by its number in the list."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", mark("Back"))]

    def __init__(self, question: str, options: Sequence[str]) -> None:
        super().__init__()
        self._question, self._options = question, options

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Line(self._question)
            yield OptionList(*(choice(option) for option in self._options), compact=True)

    @on(OptionList.OptionSelected)
    def decide(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)
