"""The one door for text: every widget that shows words others wrote is made here, and cleans them.

Textual passes control sequences through to the terminal and reads markup in plain strings. These widgets do neither:
`words` makes cleaned, unmarked content; `Line`, `Prose`, `Picture`, `Field` and `choice` show nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual.await_complete import AwaitComplete
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Markdown, Static
from textual.widgets.option_list import Option

from tutor.formulas import Formulas, readable_markdown
from tutor.sanitize import Sanitiser, clean

__all__ = ["Field", "Line", "Picture", "Prose", "Words", "choice", "links", "pasted", "words"]

Words = str | tuple[str, str] | Content
"""Text, text with a style such as "bold $accent", or content made by `words`."""


def words(*parts: Words) -> Content:
    """The parts joined, cleaned, with their styles and no markup."""
    safe: list[Content | tuple[str, str]] = []
    for part in parts:
        if isinstance(part, Content):
            safe.append(part)
        elif isinstance(part, tuple):
            safe.append((clean(part[0]), part[1]))
        else:
            safe.append(Content(clean(part)))
    return Content.assemble(*safe)


def choice(*parts: Words, id: str | None = None, disabled: bool = False) -> Option:
    """An entry of an option list."""
    return Option(words(*parts), id=id, disabled=disabled)


def pasted(text: str) -> str:
    """Text as a terminal pastes it, with plain newlines and nothing that could steer the terminal."""
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


class Line(Static):
    """Words, in one line or more."""

    def __init__(self, *parts: Words, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(words(*parts), id=id, classes=classes, markup=False)

    def say(self, *parts: Words) -> None:
        """Show these words instead."""
        self.update(words(*parts))


class Prose(Markdown):
    """Markdown that opens no link by itself, hides no text as HTML, shows formulas in Unicode, and may be streamed."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(text, id=id, classes=classes, open_links=False, parser_factory=_parser)
        self._begin()

    def update(self, markdown: str) -> AwaitComplete:
        self._begin()
        return super().update(readable_markdown(clean(markdown)))

    def append(self, markdown: str) -> AwaitComplete:
        return super().append(self._formulas.feed(self._sanitiser.feed(markdown)))

    async def finish(self) -> None:
        """End what was streamed: a formula that was never closed is shown as it was written."""
        if rest := self._formulas.flush():
            await super().append(rest)

    def _begin(self) -> None:
        self._sanitiser, self._formulas = Sanitiser(), Formulas(markdown=True)


class Field(Input):
    """A line of input."""

    def validate_value(self, value: str) -> str:
        return pasted(value).replace("\n", " ")


class Picture(Widget):
    """A Rich drawing made for the widget's size; one that cannot be drawn says so instead."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.drawing: RenderableType = ""

    def render(self) -> _Cleaned:
        return _Cleaned(self.drawing)


class _Cleaned:
    """A Rich drawing without control codes, links and actions."""

    def __init__(self, drawing: RenderableType) -> None:
        self._drawing = drawing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._drawing, options):
            if not segment.control:
                # Never None: the app's filters for terminals without colour take a style for granted.
                style = segment.style.clear_meta_and_links() if segment.style else Style.null()
                yield Segment(clean(segment.text), style)


class _CleanParser(MarkdownIt):
    """Cleans after parsing too: a character reference such as `&#x202e;` is text only before that."""

    def parse(self, src: str, env: Any = None) -> list[Token]:
        tokens = super().parse(src, env)
        _clean_tokens(tokens)
        return tokens


def _clean_tokens(tokens: Sequence[Token]) -> None:
    for token in tokens:
        token.content = clean(token.content)
        token.attrs = {key: clean(value) if isinstance(value, str) else value for key, value in token.attrs.items()}
        _clean_tokens(token.children or ())


def _parser() -> MarkdownIt:
    # With HTML off, `List<int>` is shown as written; on, the widget would drop the tag without a word.
    return _CleanParser("gfm-like", {"html": False})


def links(markdown: str) -> tuple[str, ...]:
    """The web addresses that a Markdown text points to, each once, in order."""
    found: dict[str, None] = {}
    for token in _parser().parse(markdown):
        for child in token.children or ():
            address = child.attrs.get("href") or child.attrs.get("src")
            if isinstance(address, str) and address.startswith(("http://", "https://")):
                found[address] = None
    return tuple(found)
