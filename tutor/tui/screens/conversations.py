"""The conversations that are kept: search, open, rename, delete, export."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input, OptionList

from tutor.conversations.store import Conversation, Conversations
from tutor.errors import Problem
from tutor.i18n import mark, preferred
from tutor.tui.export import write_markdown
from tutor.tui.language import texts
from tutor.tui.screens.dialogs import ConfirmScreen, PromptScreen
from tutor.tui.text import Field, Line, choice
from tutor.tui.widgets.footer import KeyLine

__all__ = ["ConversationsScreen"]


class ConversationsScreen(Screen[str | None]):
    """Gives the id of the conversation to open, or None. The store is called in threads, never on the screen's loop."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", mark("Open")),
        Binding("ctrl+r", "rename", mark("Rename")),
        Binding("ctrl+d", "delete", mark("Delete"), priority=True),
        Binding("delete", "delete", mark("Delete"), show=False),
        Binding("ctrl+s", "export", mark("Export")),
        Binding("escape,f3", "dismiss(None)", mark("Back")),
    ]

    def __init__(self, conversations: Conversations, owner: str, exports: Path) -> None:
        super().__init__()
        self._conversations, self._owner, self._exports = conversations, owner, exports
        self.deleted: set[str] = set()
        self.renamed: dict[str, str] = {}
        self._found: list[Conversation] = []
        self._search = Field(
            placeholder=texts("Type to search titles, questions and answers"), id="search", compact=True
        )
        self._list = OptionList(id="conversations", compact=True)
        self._notice = Line(classes="meaning")

    def compose(self) -> ComposeResult:
        yield Line(
            (texts("Conversations"), "bold $primary"),
            "  ",
            (texts("Enter opens one, the arrows choose"), "$foreground-muted"),
            classes="heading",
        )
        yield self._search
        yield self._list
        yield self._notice
        yield KeyLine()

    def on_mount(self) -> None:
        self._search.focus()
        self._read()

    def on_key(self, event: events.Key) -> None:
        """The arrows move in the list while the search has the focus."""
        if self.focused is self._search and event.key in ("down", "up"):
            event.stop()
            (self._list.action_cursor_down if event.key == "down" else self._list.action_cursor_up)()

    @on(Input.Changed, "#search")
    def search(self) -> None:
        self._read()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        if (chosen := self._chosen()) is not None:
            self.dismiss(chosen.id)

    def action_rename(self) -> None:
        if (chosen := self._chosen()) is None:
            return

        def rename(title: str | None) -> None:
            if title is not None:
                self._change(lambda: self._rename(chosen.id, title), texts("Renamed."))

        self.app.push_screen(PromptScreen(texts("What shall it be called?"), chosen.title), rename)

    def _rename(self, conversation_id: str, title: str) -> None:
        self._conversations.rename(self._owner, conversation_id, title)
        self.renamed[conversation_id] = title

    def action_delete(self) -> None:
        if (chosen := self._chosen()) is None:
            return

        def delete(agreed: bool | None) -> None:
            if agreed:
                self._change(lambda: self._remove(chosen.id), "")

        title = chosen.title or texts("Conversation")
        question = texts("Delete “{title}” with all of its answers? This cannot be undone.", title=title)
        self.app.push_screen(ConfirmScreen(question, texts("Delete")), delete)

    def action_export(self) -> None:
        if (chosen := self._chosen()) is not None:
            self._change(lambda: self._write(chosen.id), "")

    def _remove(self, conversation_id: str) -> str:
        self._conversations.delete(self._owner, conversation_id)
        self.deleted.add(conversation_id)
        return texts("Deleted.")

    def _write(self, conversation_id: str) -> str:
        path = write_markdown(self._conversations.get(self._owner, conversation_id), self._exports)
        return texts("Written to {path}", path=path)

    def _chosen(self) -> Conversation | None:
        number = self._list.highlighted
        return self._found[number] if number is not None and number < len(self._found) else None

    @work(group="change", exit_on_error=False)
    async def _change(self, change: Callable[[], Any], done: str) -> None:
        """Do something to the store, say what came of it, and read the list again."""
        try:
            said = await asyncio.to_thread(change)
        except Exception as error:
            self._notice.say((str(Problem.of(error, preferred())), "$error"))
            return
        self._notice.say((said if isinstance(said, str) else done, "$success"))
        self._read()

    @work(group="read", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        try:
            self._found = await asyncio.to_thread(self._conversations.list, self._owner, self._search.value)
        except Exception as error:
            self._found = []
            self._notice.say((str(Problem.of(error, preferred())), "$error"))
        kept = self._list.highlighted or 0
        self._list.clear_options()
        for found in self._found:
            self._list.add_option(
                choice(found.title or texts("Conversation"), (f"  {_when(found.updated_at)}", "$foreground-muted"))
            )
        if self._found:
            self._list.highlighted = min(kept, len(self._found) - 1)
        elif not self._notice.visual:
            nothing = texts("Nothing found.") if self._search.value else texts("Your conversations will be kept here.")
            self._notice.say(nothing)


def _when(moment: datetime) -> str:
    """The moment in this machine's time; SQLite gives it back in UTC without saying so."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known.astimezone().strftime("%d %b %Y %H:%M")
