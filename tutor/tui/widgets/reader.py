"""The conversation with, when the student wants it, a page beside it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from tutor.tui.language import texts
from tutor.tui.messages import CodeWanted, SourceWanted
from tutor.tui.pages import about_page, code_page, source_page
from tutor.tui.ports import Tutor
from tutor.tui.widgets.slide import SidePanel
from tutor.tui.widgets.transcript import Transcript

__all__ = ["Reader"]


class Reader(Horizontal):
    """Transcript and side page; on a narrow screen the page lies over the transcript."""

    def __init__(self, tutor: Tutor, *, id: str) -> None:
        super().__init__(id=id)
        self._tutor = tutor
        self._marker = 0
        self.before: Widget | None = None
        """What had the keys when the page beside was opened."""
        self.transcript, self.side = Transcript(id="transcript"), SidePanel(id="side")

    def compose(self) -> ComposeResult:
        yield self.transcript
        yield self.side

    @property
    def text(self) -> str:
        """The Markdown that is being read: the page beside, else the answer."""
        view = self.transcript.reading
        return self.side.markdown if self.side.display else view.text if view else ""

    async def welcome(self) -> None:
        """Begin anew, with the tutor's first questions."""
        self.close()
        suggestions: tuple[str, ...] = ()
        with suppress(Exception):  # a greeting without questions still works
            suggestions = self._tutor.suggestions()
        await self.transcript.welcome(suggestions)

    def want(self, marker: int) -> bool:
        """Open the source of that number beside the answer; False when there is none."""
        wanted = self.transcript.source(marker)
        return wanted is not None and self.post_message(wanted)

    def want_next(self) -> None:
        """Open the first source, or the one after the source that is open; close after the last."""
        markers = self.transcript.markers
        later = [marker for marker in markers if marker > self._marker] if self.side.display else markers
        if later:
            self.want(later[0])
        else:
            self.close()

    @on(SourceWanted)
    async def show_source(self, message: SourceWanted) -> None:
        message.stop()
        self._marker = message.source.marker
        heading, page = await asyncio.to_thread(source_page, self._tutor, message.source)
        await self._open(heading, page, message.quotes)

    @on(CodeWanted)
    async def show_code(self, message: CodeWanted) -> None:
        message.stop()
        page = await asyncio.to_thread(code_page, message.demo)
        await self._open(f"{message.demo.name}.py", page)

    async def show_about(self) -> None:
        """Open what is known of how the answer was made."""
        if (view := self.transcript.reading) is not None:
            await self._open(texts("About this answer"), about_page(view.answered, view.kept))

    def page(self, pages: int) -> None:
        """Scroll what is being read."""
        (self.side if self.side.display else self.transcript).page(pages)

    def close(self) -> bool:
        """Close the side page; False when none is open."""
        was_open = bool(self.side.display)
        self.side.display = False
        self.remove_class("-reading")
        return was_open

    async def _open(self, heading: str, page: str, quotes: tuple[str, ...] = ()) -> None:
        if not self.side.display:
            self.before = self.screen.focused
        self.add_class("-reading")
        await self.side.show(heading, page, quotes)
