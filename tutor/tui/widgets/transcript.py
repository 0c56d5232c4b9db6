"""The exchanges of the open conversation, one under the other."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from tutor.conversations.store import Exchange
from tutor.tui.language import texts
from tutor.tui.messages import SourceWanted
from tutor.tui.text import Line
from tutor.tui.widgets.exchange import ExchangeView
from tutor.tui.widgets.player import Player
from tutor.tui.widgets.welcome import Welcome

__all__ = ["Transcript"]

MOST_RESTORED = 40
"""How many exchanges of a kept conversation are shown; all are in its export."""


class Transcript(VerticalScroll, can_focus=False):
    """Follows the newest exchange, until the student scrolls away from it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._selected: int | None = None
        self._watched: Player | None = None
        # At least as high as the view: an anchored scroll would push a short conversation to the bottom.
        self._column = Vertical(classes="column")

    def compose(self) -> ComposeResult:
        yield self._column

    @property
    def views(self) -> list[ExchangeView]:
        return list(self.query(ExchangeView))

    @property
    def reading(self) -> ExchangeView | None:
        """The exchange that the student has chosen, else the newest."""
        views = self.views
        if not views:
            return None
        return views[-1 if self._selected is None else min(self._selected, len(views) - 1)]

    @property
    def player(self) -> Player | None:
        """The newest demo."""
        players = [view.player for view in self.views if view.player is not None]
        return players[-1] if players else None

    @property
    def waiting(self) -> Player | None:
        """The newest demo that waits for a guess."""
        return next((view.player for view in reversed(self.views) if view.player and view.player.is_waiting), None)

    async def welcome(self, suggestions: Sequence[str]) -> None:
        """Empty the transcript but for a greeting."""
        await self._empty()
        await self._column.mount(Welcome(suggestions))

    async def begin(self, question: str) -> ExchangeView:
        """Add the exchange of a question that is being asked."""
        await self.query(Welcome).remove()
        self._select(None)
        self._watched = None
        for view in self.views:
            view.leave()
        fresh = ExchangeView(question)
        await self._column.mount(fresh)
        self.anchor()
        return fresh

    async def restore(self, exchanges: Sequence[Exchange]) -> None:
        """Show a kept conversation instead."""
        await self._empty()
        left_out = len(exchanges) - MOST_RESTORED
        if left_out > 0:
            await self._column.mount(
                Line(
                    (
                        texts("{count} earlier questions are in the export (Ctrl+S).", count=left_out),
                        "$foreground-muted",
                    )
                )
            )
        for exchange in exchanges[-MOST_RESTORED:]:
            view = ExchangeView(exchange.question)
            await self._column.mount(view)
            await view.restore(exchange)
        for earlier in self.views[:-1]:
            earlier.leave()
        self.anchor()

    def watch_demo(self, player: Player) -> None:
        """Keep a demo in view while the answer under it grows, until `anchor` is called."""
        self.anchor(False)
        self._watched = player
        self.call_after_refresh(self._keep_in_view)

    def on_mouse_scroll_down(self) -> None:
        self._watched = None  # the student looks elsewhere

    def on_mouse_scroll_up(self) -> None:
        self._watched = None

    def watch_virtual_size(self) -> None:
        """A demo that has just come is not laid out yet: it is brought into view once there is room to scroll."""
        self.call_after_refresh(self._keep_in_view)

    def _keep_in_view(self) -> None:
        if self._watched is not None and self._watched.is_attached:
            self.scroll_to_widget(self._watched, animate=False, top=True)

    @property
    def markers(self) -> list[int]:
        """The numbers of the sources of the exchange that is being read."""
        view = self.reading
        return [source.marker for source in view.sources] if view is not None else []

    def source(self, marker: int) -> SourceWanted | None:
        """A numbered source of the exchange that is being read."""
        view = self.reading
        return view.source(marker) if view is not None else None

    def suggestion(self, number: int) -> str | None:
        """A numbered question of the greeting."""
        for welcome in self.query(Welcome):
            if 1 <= number <= len(welcome.suggestions):
                return welcome.suggestions[number - 1]
        return None

    def select(self, step: int) -> None:
        """Choose an earlier or later exchange to read."""
        last = len(self.views) - 1
        if last >= 0:
            now = last if self._selected is None else self._selected
            self._watched = None
            self._select(min(max(0, now + step), last))
            self.views[self._selected or 0].scroll_visible(top=True, animate=False)

    def page(self, pages: int) -> None:
        """Scroll by so many pages."""
        self._watched = None
        self.scroll_relative(y=pages * max(1, self.size.height - 2), animate=False)

    def _select(self, number: int | None) -> None:
        self._selected = number
        for place, view in enumerate(self.views):
            view.set_class(place == number, "-selected")

    async def _empty(self) -> None:
        self._selected = None
        await self._column.remove_children()
