"""A source beside the answer, with the cited sentences marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.formulas import readable
from tutor.i18n import mark
from tutor.sanitize import clean
from tutor.tui.language import texts
from tutor.tui.text import Line, Prose

__all__ = ["SidePanel"]

MARK = "$text on $warning-muted"


class SidePanel(Vertical):
    """Shows one Markdown page; hidden until then."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "screen.links", mark("Links"))]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.markdown = ""
        self._heading = Line(classes="heading")
        self._quote = Line(classes="quote")
        self._page = Prose()
        self._scroll = VerticalScroll(self._quote, self._page)

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._scroll

    def on_mount(self) -> None:
        self.display = False

    async def show(self, heading: str, markdown: str, quotes: tuple[str, ...] = ()) -> None:
        """Open the page at the first of the quotes; a quote that is not on it is shown above it."""
        self.markdown = markdown
        await self._page.update(markdown)  # before its title, so that no other page stands under it
        closes = texts("Esc closes")
        self._heading.say((heading, "bold"), (f"  {closes}", "$foreground-muted"))
        self.display = True
        spoken = [readable(clean(quote)) for quote in quotes]
        marked = [(quote, self._mark(quote)) for quote in spoken]
        missing = [quote for quote, block in marked if block is None]
        self._quote.display = bool(missing)
        self._quote.say((texts("Cited:"), "bold"), " ", (" … ".join(missing), MARK))
        found = [block for _, block in marked if block is not None]
        self._scroll.scroll_home(animate=False)
        if found:
            self.call_after_refresh(self._scroll.scroll_to_widget, found[0], animate=False)

    def page(self, pages: int) -> None:
        """Scroll by so many pages."""
        self._scroll.scroll_relative(y=pages * max(1, self._scroll.size.height - 2), animate=False)

    def _mark(self, quote: str) -> Widget | None:
        """Mark the quote where a block holds it, whatever its spacing and punctuation; None where none does."""
        spoken = re.findall(r"\w+", quote)
        if not spoken:
            return None
        pattern = re.compile(r"\W+".join(map(re.escape, spoken)) + r"[.!?]?", re.IGNORECASE)
        for block, content in self._blocks():
            found = pattern.search(content.plain)
            if found:
                block.update(content.stylize(MARK, found.start(), found.end()))
                return block
        return None

    def _blocks(self) -> Iterator[tuple[Static, Content]]:
        """The page's paragraphs, list items and table cells with what they show."""
        for block in self._page.query(Static):
            if isinstance(block.visual, Content):
                yield block, block.visual
