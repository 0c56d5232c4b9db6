"""All demos, grouped as the lecture is."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList

from demos.runtime.contract import Demo
from demos.runtime.texts import fixed
from tutor.i18n import Texts, mark, preferred
from tutor.tui.language import texts
from tutor.tui.ports import Catalogue
from tutor.tui.text import Field, Line, choice, words
from tutor.tui.widgets.footer import KeyLine

__all__ = ["DemosScreen"]


class DemosScreen(Screen[tuple[Demo, bool] | None]):
    """Gives the chosen demo and whether its parameters are to be changed first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose(False)", mark("Run")),
        Binding("ctrl+r", "choose(True)", mark("Change and run")),
        Binding("escape,f2", "dismiss(None)", mark("Back")),
    ]

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue, self._language = catalogue, preferred()
        self._demos: list[Demo] = []
        self._shown: dict[str, Demo] = {}
        self._search = Field(placeholder=texts("Type to search"), id="search", compact=True)
        self._list = OptionList(id="demos", compact=True)
        self._about = Line(id="about-demo")

    def compose(self) -> ComposeResult:
        yield Line(
            ("Demos", "bold $primary"), ("  Enter runs one, the arrows choose", "$foreground-muted"), classes="heading"
        )
        yield self._search
        with Horizontal():
            yield self._list
            with VerticalScroll(id="detail", can_focus=False):
                yield self._about
        yield KeyLine()

    def on_mount(self) -> None:
        self._search.focus()
        self._about.say(texts("Reading the demos…"))
        self._read()

    @work(exit_on_error=False)
    async def _read(self) -> None:
        self._demos = list(await asyncio.to_thread(self._catalogue.all_demos))
        self._fill("")

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_key(self, event: events.Key) -> None:
        """The arrows move in the list while the search has the focus."""
        if self.focused is self._search and event.key in ("down", "up"):
            event.stop()
            (self._list.action_cursor_down if event.key == "down" else self._list.action_cursor_up)()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def run_chosen(self) -> None:
        self.action_choose(False)

    @on(OptionList.OptionHighlighted)
    def describe(self, event: OptionList.OptionHighlighted) -> None:
        demo = self._shown.get(event.option.id or "")
        if demo is not None:
            self._about.update(_about(demo, Texts(self._language)))

    def action_choose(self, change: bool) -> None:
        option = self._list.highlighted_option
        demo = self._shown.get(option.id or "") if option else None
        if demo is not None:
            self.dismiss((demo, change))

    def _fill(self, search: str) -> None:
        wanted = search.lower().split()
        found = [demo for demo in self._demos if all(word in _searchable(demo) for word in wanted)]
        self._shown = {demo.name: demo for demo in found}
        self._list.clear_options()
        for group, demos in groupby(found, key=lambda demo: demo.group):
            self._list.add_option(choice((fixed(group, self._language), "bold $secondary"), disabled=True))
            for demo in demos:
                self._list.add_option(choice(f"  {fixed(demo.title, self._language, demo.name)}", id=demo.name))
        self._list.highlighted = 1 if found else None
        if not found:
            self._about.say(texts("No demo has these words."))


def _searchable(demo: Demo) -> str:
    spoken = (fixed(text, "es", demo.name) for text in (demo.title, demo.summary))
    return " ".join((demo.name, demo.title, demo.group, demo.summary, *spoken, *demo.aliases)).lower()


def _about(demo: Demo, texts: Texts) -> Content:
    def say(text: str) -> str:
        return fixed(text, texts.language, demo.name)

    look = "".join(f"\n· {say(sentence)}" for sentence in demo.look_for)
    presets = "".join(f"\n· {say(preset.title)}: {say(preset.comment)}" for preset in demo.presets.values())
    return words(
        (f"{say(demo.title)}\n", "bold $primary"),
        (texts("slide {number}", number=demo.slide) + f" · tiza demo {demo.name}\n\n", "$foreground-muted"),
        f"{say(demo.summary)}\n\n",
        (texts("Guess before it runs") + "\n", "bold"),
        f"{say(demo.prediction.question)}\n\n",
        (texts("What to look for"), "bold"),
        f"{look}\n\n",
        *(((texts("Presets"), "bold"), presets) if presets else ()),
    )
