"""What an empty conversation shows: what this is, and questions to begin with."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList

from tutor.tui.language import texts
from tutor.tui.messages import Asked
from tutor.tui.text import Line, choice

__all__ = ["Welcome"]

MOST = 9


class Welcome(Vertical):
    """A greeting and numbered questions; a digit or Enter picks one."""

    def __init__(self, suggestions: Sequence[str]) -> None:
        super().__init__()
        self.suggestions = tuple(suggestions)[:MOST]

    def compose(self) -> ComposeResult:
        yield Line(
            ("tiza", "bold $primary"),
            ("  " + texts("the tutor that runs the lecture"), "$foreground-muted"),
            classes="greeting",
        )
        yield Line(
            texts("Ask about the lecture and every answer names its slide."),
            " ",
            texts("Ask to see an idea and it runs in front of you."),
        )
        if self.suggestions:
            yield Line((texts("Press a number, or write your own question:"), "$foreground-muted"), classes="heading")
            numbered = enumerate(self.suggestions, 1)
            yield OptionList(*(choice((f"{n}  ", "bold $primary"), text) for n, text in numbered), compact=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(Asked(self.suggestions[event.option_index], typed=False))
