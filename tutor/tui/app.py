"""The terminal app: its screens, its commands, its looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Markdown

from demos.runtime.contract import Demo
from tutor.conversations.store import Conversations
from tutor.errors import Problem
from tutor.i18n import mark, preferred
from tutor.sanitize import clean
from tutor.tui.dialogue import Dialogue
from tutor.tui.export import write_markdown, write_run
from tutor.tui.filters import Styled
from tutor.tui.language import texts
from tutor.tui.messages import ExportWanted
from tutor.tui.ports import Catalogue, RunDemo, Tutor
from tutor.tui.preferences import Preferences
from tutor.tui.screens.chat import ChatScreen
from tutor.tui.screens.conversations import ConversationsScreen
from tutor.tui.screens.demos import DemosScreen
from tutor.tui.screens.dialogs import ChooseScreen, ConfirmScreen
from tutor.tui.screens.help import HelpScreen
from tutor.tui.text import links
from tutor.tui.themes import DARK, LIGHT

__all__ = ["TizaApp"]

COMMANDS = (
    (mark("Ask a new question"), mark("Begin a new conversation"), "screen.new"),
    (mark("Demos"), mark("All demos, grouped as the lecture is"), "app.demos"),
    (mark("Conversations"), mark("Search, open, rename, delete, export"), "app.conversations"),
    (mark("Export"), mark("Write this conversation to a Markdown file"), "app.export"),
    (mark("About this answer"), mark("Model, seed, what was left out"), "screen.about"),
    (mark("Links"), mark("Open a link of the source or the answer"), "app.links"),
    (mark("Stop"), mark("Stop the running answer"), "screen.back"),
    (mark("Light or dark"), mark("Change the look; it is remembered"), "app.look"),
    (mark("Help"), mark("All keys"), "app.help"),
    (mark("Quit"), mark("Leave Tiza; conversations are kept"), "app.quit"),
)


class TizaApp(App[None]):
    """Takes the parts that it shows; builds none of them."""

    TITLE = "Tiza"
    CSS_PATH = "tiza.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # declared as App's own attribute
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall"), (48, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", mark("Help")),
        Binding("ctrl+t", "look", mark("Light/dark"), show=False),
    ]

    def __init__(
        self,
        tutor: Tutor,
        conversations: Conversations,
        demos: Catalogue,
        run_demo: RunDemo,
        *,
        owner: str = "local",
        seed: int = 0,
        question_limit: int = 4000,
        preferences: Path | None = None,
        exports: Path | None = None,
    ) -> None:
        """`preferences` is the file that keeps the theme, `exports` the folder of exported conversations (default:
        the working folder), `question_limit` the longest question in characters that the tutor takes."""
        super().__init__()
        self._conversations, self._demos = conversations, demos
        self._preferences, self._exports = Preferences(preferences), exports or Path.cwd()
        self._dialogue = Dialogue(tutor, conversations, owner, seed)
        self.chat = ChatScreen(tutor, self._dialogue, demos, run_demo, question_limit=question_limit)
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = self._preferences.theme

    def get_default_screen(self) -> Screen[None]:
        return self.chat

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (Styled(), *super().get_line_filters()) if self.no_color else super().get_line_filters()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for name, explanation, action in COMMANDS:
            if not action.startswith("screen.") or isinstance(screen, ChatScreen):
                yield SystemCommand(texts(name), texts(explanation), self._doing(action))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a passing notice, cleaned; whoever writes markup for it, it is shown as plain words."""
        del markup
        super().notify(clean(message), title=clean(title), severity=severity, timeout=timeout, markup=False)

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_look(self) -> None:
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        if not self._preferences.remember_theme(self.theme):
            self.notify(texts("This look could not be written to the data folder, so it lasts until you leave."))

    def action_demos(self) -> None:
        async def begin(chosen: tuple[Demo, bool] | None) -> None:
            if chosen is None:
                return
            demo, change = chosen
            if change:
                self.chat.configure(demo, {})
            else:
                await self.chat.run_demo(demo, demo.parse())

        self.push_screen(DemosScreen(self._demos), begin)

    def action_conversations(self) -> None:
        screen = ConversationsScreen(self._conversations, self._dialogue.owner, self._exports)

        async def go_on(conversation_id: str | None) -> None:
            open_now = self._dialogue.conversation
            self.chat.retitle(screen.renamed)
            try:
                if conversation_id is not None:
                    await self.chat.open(conversation_id)
                elif open_now is not None and open_now.id in screen.deleted:
                    await self.chat.action_new()
            except Exception as error:
                self.notify(str(Problem.of(error, preferred())), severity="error")

        self.push_screen(screen, go_on)

    @work(group="export", exit_on_error=False)
    async def action_export(self) -> None:
        """Write the open conversation to a Markdown file and say where."""
        conversation = self._dialogue.conversation
        if conversation is None:
            self.notify(texts("There is nothing to export yet."))
            return
        try:
            kept = await asyncio.to_thread(self._conversations.get, self._dialogue.owner, conversation.id)
            path = await asyncio.to_thread(write_markdown, kept, self._exports)
        except Exception as error:
            self.notify(str(Problem.of(error, preferred())), severity="error")
        else:
            self.notify(texts("Written to {path}", path=path), timeout=10)

    @on(ExportWanted)
    def export_run(self, message: ExportWanted) -> None:
        self.notify(texts("Writing the run. The film takes some seconds."))
        self._export_run(message)

    @work(group="export", exit_on_error=False)
    async def _export_run(self, wanted: ExportWanted) -> None:
        try:
            path = await asyncio.to_thread(
                write_run, wanted.demo, wanted.params, wanted.frames, wanted.shown, self._exports
            )
        except Exception as error:
            self.notify(str(Problem.of(error, preferred())), severity="error")
        else:
            self.notify(texts("Written to {path}", path=path), timeout=10)

    def action_links(self) -> None:
        """Offer the links of what is being read."""
        found = links(self.chat.reader.text)
        if not found:
            self.notify(texts("There is no link here."))
            return

        def chosen(number: int | None) -> None:
            if number is not None:
                self.open_url(found[number])

        self.push_screen(ChooseScreen(texts("Open which link in a browser?"), found), chosen)

    @on(Markdown.LinkClicked)
    def offer_link(self, message: Markdown.LinkClicked) -> None:
        """Show where a link leads before anything opens."""
        if not message.href.startswith(("http://", "https://")):
            self.notify(texts("This link is not a web address: {address}", address=message.href))
            return

        def decide(agreed: bool | None) -> None:
            if agreed:
                self.open_url(message.href)

        question = texts("Open {address} in a browser?", address=message.href)
        self.push_screen(ConfirmScreen(question, texts("Open")), decide)

    def action_help_quit(self) -> None:
        """Ctrl+C with nothing to copy: the notice that Textual gives has markup, which no notice here may have."""
        self.notify(texts("Ctrl+Q leaves Tiza. Ctrl+C copies what is selected."))

    async def action_quit(self) -> None:
        await self.chat.stop()
        self.exit()

    def _doing(self, action: str) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            await self.run_action(action)

        return do
