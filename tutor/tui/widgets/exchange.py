"""One question with all that came of it: demo, answer, sources, what to ask next."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Markdown, OptionList
from textual.widgets.markdown import MarkdownStream

from demos.runtime.contract import Demo
from tutor.conversations.store import Exchange
from tutor.errors import Problem
from tutor.events import Answered, Citation, DemoFinished, DemoFrame, DemoStarted, Event, Source, SourcesFound, Token
from tutor.formulas import readable
from tutor.i18n import mark
from tutor.tui.dialogue import citations
from tutor.tui.language import texts
from tutor.tui.literal import with_literal_quotes
from tutor.tui.messages import Asked, FilmBegun, SourceWanted
from tutor.tui.text import Line, Prose, choice
from tutor.tui.widgets.player import Player

__all__ = ["ExchangeView", "SourceLine"]

MOST_SOURCES = 9
HELD = mark("What the run shows is told when you have guessed, or have pressed space.")
NOTICES = {"not_covered": mark("The course does not cover this."), "clarify": mark("Which one do you mean?")}


class SourceLine(Line):
    """One numbered source; a click opens it, as its digit does."""

    def __init__(self, source: Source, quotes: tuple[str, ...]) -> None:
        passage = source.passage
        super().__init__(
            (f" {source.marker} ", "bold $primary"),
            readable(passage.named(source.language)),
            (f"  {passage.located(source.language)}", "$foreground-muted"),
            classes="source",
        )
        self._wanted = SourceWanted(source, quotes)

    def on_click(self) -> None:
        self.post_message(SourceWanted(self._wanted.source, self._wanted.quotes))


class ExchangeView(Vertical):
    """Grows while its turn runs; a kept exchange is shown by `restore`.

    While its demo waits for a guess, what the turn says is held back: it would tell how the demo ends.
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question
        self.answered: Answered | None = None
        self.kept: Exchange | None = None
        self.player: Player | None = None
        self.sources: tuple[Source, ...] = ()
        self._held: list[Event] | None = None
        self._quotes: dict[int, tuple[str, ...]] = {}
        self._stream: MarkdownStream | None = None
        self._left = False
        self._suggested: tuple[str, ...] = ()
        self._prose = Prose(classes="answer")
        self._notice = Line(classes="notice")
        self._list = Vertical(classes="sources")
        self._next = OptionList(classes="next", compact=True)

    def compose(self) -> ComposeResult:
        yield Line(self.question, classes="question")
        yield self._notice
        yield self._prose
        yield self._list
        yield self._next

    def on_mount(self) -> None:
        for part in (self._notice, self._prose, self._next):
            part.display = False

    @property
    def text(self) -> str:
        """The answer's Markdown, its formulas in Unicode."""
        return self._prose.source

    def source(self, marker: int) -> SourceWanted | None:
        """The source of that number with the sentences cited from it."""
        for source in self.sources:
            if source.marker == marker:
                return SourceWanted(source, self._quotes.get(marker, ()))
        return None

    async def start_demo(self, started: DemoStarted, demo: Demo | None, *, hold: bool) -> Player:
        """Make a player for a run that begins."""
        self.player = Player(started.name, started.title, started.params, demo, hold=hold, language=started.language)
        await self.mount(self.player, before=self._notice)
        self._held = [] if self.player.is_waiting else None
        return self.player

    async def take(self, event: Event) -> None:
        """Show what the turn yields, at once or when the demo's film has begun."""
        if isinstance(event, Answered):
            self.answered = event
        if self._held is None or isinstance(event, DemoFrame | DemoFinished):
            await self._show(event)
        else:
            if not self._held:
                self._tell(texts(HELD), "held")
            self._held.append(event)

    @on(FilmBegun)
    async def reveal(self) -> None:
        """Show what was held back."""
        if self._notice.has_class("-held"):
            self._notice.display = False
        while self._held:
            await self._show(self._held.pop(0))
        self._held = None

    async def _show(self, event: Event) -> None:
        match event:
            case SourcesFound(sources=sources):
                await self._show_sources(sources)
            case Token(text=text) if self._beside_film(text):
                await self._write(text)
            case DemoFrame(frame=frame) if self.player is not None:
                self.player.add(frame)
            case DemoFinished() if self.player is not None:
                self.player.finish()
            case Answered() as answered:
                await self._end_stream(self._literal(self._beside_film(answered.text), answered.citations))
                await self._cite(answered.citations, answered.outcome)
                self.offer(answered.suggestions)

    def _beside_film(self, text: str) -> str:
        """The text without what the film's last caption says above it."""
        said = self.player.last_words if self.player is not None else ""
        return text.removeprefix(said).lstrip() if said else text

    def fail(self, problem: Problem) -> None:
        """The turn failed."""
        self._tell(str(problem), "failed")

    async def close(self, *, stopped: bool) -> None:
        """The turn is over, however it ended."""
        if self.player is not None:
            self.player.finish(stopped=True)  # one that has finished stays as it is
        await self._end_stream(None)
        if stopped:
            self._tell(texts("Stopped."), "stopped")

    async def restore(self, exchange: Exchange) -> None:
        """Show an exchange of an earlier day."""
        self.kept = exchange
        demo = exchange.detail.get("demo")
        is_bare_run = bool(demo) and "provenance" not in exchange.detail
        if demo:
            self.player = Player(demo["name"], demo.get("title", demo["name"]), demo["params"], None)
            await self.mount(self.player, before=self._notice)
            self.player.remember(exchange.answer if is_bare_run else "")
        if exchange.answer and not is_bare_run:
            self._prose.display = True
            await self._prose.update(self._literal(exchange.answer, citations(exchange)))
        await self._cite(citations(exchange), exchange.outcome)
        if exchange.state == "failed":
            self._tell(exchange.detail.get("error", {}).get("message", texts("This answer failed.")), "failed")
        elif exchange.state != "complete":
            self._tell(texts("This answer was stopped."), "stopped")
        self.offer(tuple(exchange.detail.get("suggestions", ())))

    def leave(self) -> None:
        """Another question was asked: offer no next one any more."""
        self._left = True
        self.offer(())

    def offer(self, suggestions: Sequence[str]) -> None:
        """List next questions; none hides the list."""
        suggestions = () if self._left else suggestions
        self._next.clear_options()
        self._next.add_options([choice("→ ", text) for text in suggestions])
        self._suggested = tuple(suggestions)
        self._next.display = bool(suggestions)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(Asked(self._suggested[event.option_index], typed=False))

    async def _show_sources(self, sources: Sequence[Source], heading: str = mark("Sources")) -> None:
        self.sources = tuple(sources)[:MOST_SOURCES]
        await self._list.remove_children()
        if self.sources:
            lines = [SourceLine(source, self._quotes.get(source.marker, ())) for source in self.sources]
            await self._list.mount(
                Line(
                    (texts(heading) + " (" + texts("press a number to read one") + ")", "$foreground-muted"),
                    classes="heading",
                ),
                *lines,
            )

    def _literal(self, text: str, cited: Sequence[Citation] = ()) -> str:
        """The text with what documents say as they say it: a star in them is a star."""
        passages = [source.passage for source in self.sources] + [citation.passage for citation in cited]
        return with_literal_quotes(text, passages)

    async def _write(self, text: str) -> None:
        if self._stream is None:
            self._prose.display = True
            self._stream = Markdown.get_stream(self._prose)
        await self._stream.write(self._literal(text))

    async def _cite(self, cited: Sequence[Citation], outcome: str) -> None:
        for citation in cited:
            self._quotes[citation.marker] = (*self._quotes.get(citation.marker, ()), citation.quote)
        found = {source.marker: source for source in self.sources}
        for citation in cited:
            found.setdefault(citation.marker, Source(citation.marker, citation.passage, 0.0, citation.language))
        if outcome in NOTICES:
            self._tell(texts(NOTICES[outcome]), outcome)
        if outcome == "not_covered":
            await self._show_sources(tuple(found.values()), mark("The nearest the course has"))
        else:
            await self._show_sources([found[marker] for marker in sorted(self._quotes)])

    async def _end_stream(self, text: str | None) -> None:
        if self._stream is not None:
            await self._stream.stop()
            self._stream = None
            if not text:
                await self._prose.finish()
        if text:
            # The widget's streaming may repeat a line when it is stopped in mid-append: the whole text settles it.
            self._prose.display = True
            await self._prose.update(text)

    def _tell(self, text: str, kind: str) -> None:
        self._notice.display = True
        self._notice.set_classes(f"notice -{kind}")
        self._notice.say(text)
