"""The conversation: the question's way to the tutor and the events' way to the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import TextArea
from textual.worker import Worker, WorkerError, WorkerState

from demos.runtime.contract import Demo, DemoError, Params
from tutor.errors import Problem
from tutor.events import DemoStarted, Event, Failed
from tutor.i18n import mark, preferred
from tutor.tui.dialogue import Dialogue, request
from tutor.tui.language import texts
from tutor.tui.messages import Asked, Prepared, RerunWanted, TurnEvent, Typed
from tutor.tui.ports import Catalogue, RunDemo, Tutor
from tutor.tui.screens.parameters import ParametersScreen
from tutor.tui.text import Line
from tutor.tui.widgets.composer import Composer
from tutor.tui.widgets.exchange import ExchangeView
from tutor.tui.widgets.footer import KeyLine
from tutor.tui.widgets.reader import Reader
from tutor.tui.widgets.status import StatusBar

__all__ = ["ChatScreen"]


ENDED = (WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED)


class ChatScreen(Screen[None]):
    """One conversation at a time, one turn at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", mark("Back")),
        Binding("f6", "player", mark("Demo")),
        Binding("f2", "app.demos", mark("Demos")),
        Binding("f3,ctrl+o", "app.conversations", mark("History")),
        Binding("f4,ctrl+n", "new", mark("New")),
        Binding("f5", "about", mark("About")),
        Binding("f7", "next_source", mark("Source"), show=False),
        Binding("ctrl+l", "app.links", mark("Links"), show=False),
        Binding("ctrl+s", "app.export", mark("Export"), show=False),
        Binding("f8", "select(-1)", mark("Earlier answer"), show=False),
        Binding("f9", "select(1)", mark("Later answer"), show=False),
    ]

    def __init__(
        self, tutor: Tutor, dialogue: Dialogue, demos: Catalogue, run_demo: RunDemo, *, question_limit: int
    ) -> None:
        super().__init__()
        self.dialogue = dialogue
        self._demos, self._run_demo = demos, run_demo
        self._turn = 0
        self._worker: Worker[None] | None = None
        self._current: ExchangeView | None = None
        self._chosen_demo = self._send_when_free = False
        self._ready: Problem | bool = False
        self._composer = Composer(self._take_key, question_limit, id="composer")
        self.reader = Reader(tutor, id="body")
        self._transcript = self.reader.transcript
        self._bar, self._hint = StatusBar(id="bar"), Line(id="hint")

    @property
    def is_free(self) -> bool:
        """True while no turn is running."""
        return self._worker is None

    def compose(self) -> ComposeResult:
        yield self._bar
        yield self.reader
        yield self._hint
        yield self._composer
        yield KeyLine()

    async def on_mount(self) -> None:
        self._hint.display = False
        await self.reader.welcome()
        self._composer.focus()
        self._show_state()
        self._prepare()

    @on(Asked)
    async def ask(self, message: Asked) -> None:
        """Send a question, or say in one sentence why not; its text stays in the input until it is sent."""
        question = message.text.strip()
        if sentence := self._composer.objection(question):
            self._say(sentence)
        elif self._worker is not None:
            self._send_when_free = self._send_when_free or message.typed
            self._say(texts("It will be asked when this answer ends. Escape stops the answer and asks it now."))
        else:
            self._composer.remember(question)
            if message.typed:
                self._composer.put("")
            await self._begin_turn(question, self.dialogue.ask(question))

    async def run_demo(self, demo: Demo, params: Params) -> None:
        """Run a demo in the conversation, outside of any answer."""
        if self._worker is not None:
            self._say(texts("An answer is under way. Escape stops it; then run the demo."))
            return
        self._chosen_demo = True
        await self._begin_turn(request(demo, params), self.dialogue.run(demo, params, self._run_demo))

    def configure(self, demo: Demo, params: dict[str, Any]) -> None:
        """Ask for a demo's parameters, then run it."""

        async def begin(chosen: Params | None) -> None:
            if chosen is not None:
                await self.run_demo(demo, chosen)

        self.app.push_screen(ParametersScreen(demo, params), begin)

    async def _begin_turn(self, question: str, events: AsyncIterator[Event]) -> None:
        self._turn += 1
        self._current = await self._transcript.begin(question)
        self._worker = self._take(self._turn, events)
        self._show_state()

    @work(group="turn", exit_on_error=False)
    async def _take(self, turn: int, events: Any) -> None:
        async with aclosing(events):
            async for event in events:
                self.post_message(TurnEvent(turn, event))

    @work(group="prepare", exit_on_error=False)
    async def _prepare(self) -> None:
        problem = None
        try:
            await self.dialogue.prepare()
        except Exception as error:
            problem = Problem.of(error, preferred())
        self.post_message(Prepared(problem))

    # The events' way in

    @on(TurnEvent)
    async def take_event(self, message: TurnEvent) -> None:
        view = self._current
        if message.turn != self._turn or view is None:
            return
        try:
            await self._show_event(view, message.event)
        except Exception as error:
            # What cannot be shown must not take the conversation with it.
            await self._fail(view, Problem.of(error, preferred()))
        self._show_state(message.event)

    async def _show_event(self, view: ExchangeView, event: Event) -> None:
        if isinstance(event, DemoStarted):
            await self._start_demo(view, event)
        elif isinstance(event, Failed):
            await self._fail(view, event.problem)
        else:
            await view.take(event)

    @on(Worker.StateChanged)
    async def end_turn(self, message: Worker.StateChanged) -> None:
        """The turn's worker has ended: by itself, by Escape, or by a bug."""
        # What the worker is by now does not count: a quick one has finished before the news of its start is read here,
        # and its events are still to come.
        if message.worker is not self._worker or message.state not in ENDED:
            return
        if (view := self._current) is not None:
            await view.close(stopped=message.state is WorkerState.CANCELLED)
            if message.state is WorkerState.ERROR and message.worker.error is not None:
                await self._fail(view, Problem.of(message.worker.error, preferred()))
        self._worker, self._current = None, None
        self._say("")
        if self.dialogue.unsaved is not None:
            self.notify(texts("This was not saved. {reason}", reason=self.dialogue.unsaved), severity="warning")
        self._show_state()
        if self._send_when_free:
            self._send_when_free = False
            self.post_message(Asked(self._composer.text))

    async def _start_demo(self, view: ExchangeView, started: DemoStarted) -> None:
        demo = None
        with suppress(DemoError):
            demo = await asyncio.to_thread(self._demos.load, started.name)
        player = await view.start_demo(started, demo, hold=True)
        self.refresh_bindings()
        if not self._composer.text and self.app.screen is self:
            if self._chosen_demo:  # from the list or the form; a demo in an answer must not take a writer's keys
                player.focus()
            self.call_after_refresh(self._transcript.watch_demo, player)
        self._chosen_demo = False

    async def _fail(self, view: ExchangeView, problem: Problem) -> None:
        """Show the problem and give the question back, unless the student has begun another."""
        view.fail(problem)
        self._send_when_free = False
        if not self._composer.text:
            self._composer.put(view.question)
        self._composer.focus()

    @on(Prepared)
    def take_prepared(self, message: Prepared) -> None:
        self._ready = message.problem or True
        if message.problem is not None:
            self.notify(str(message.problem), severity="error", timeout=15)
        self._show_state()

    @on(RerunWanted)
    def change_demo(self, message: RerunWanted) -> None:
        try:
            demo = self._demos.load(message.name)
        except DemoError as error:
            self.notify(str(Problem.of(error, preferred())), severity="warning")
        else:
            self.configure(demo, message.params)

    @on(Typed)
    def write(self, message: Typed) -> None:
        """Take up what was written while a demo had the keys."""
        self._write_on()
        self._composer.insert(message.text)

    @on(TextArea.Changed)
    def judge_length(self) -> None:
        """Warn of a text that is too long while it is written; any change ends the last hint and a wait."""
        text = self._composer.text.strip()
        self._send_when_free = False
        self._say(self._composer.objection(text) if text else "")

    async def action_about(self) -> None:
        await self.reader.show_about()

    def action_back(self) -> None:
        """Close what is open, else stop the answer, else go back to the question."""
        if self.maximized is not None:
            self.minimize()
        elif self.reader.close():
            self.call_after_refresh(self._give_keys_back)
        elif self._worker is not None:
            self._worker.cancel()
        else:
            self._write_on()

    def _give_keys_back(self) -> None:
        """To what had them before the page beside was opened."""
        before = self.reader.before
        (before if before is not None and before.is_attached else self._composer).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        return action != "player" or self._transcript.player is not None

    def action_page(self, pages: int) -> None:
        self.reader.page(pages)

    def action_player(self) -> None:
        """Go to the newest demo, or from there back to the question."""
        player = self._transcript.player
        if player is None or self.focused is player:
            self._write_on()
        else:
            player.focus()
            self._transcript.watch_demo(player)

    def action_select(self, step: int) -> None:
        self._transcript.select(step)

    def action_next_source(self) -> None:
        self.reader.want_next()

    # Changing the conversation

    async def action_new(self) -> None:
        await self.stop()
        self.dialogue.begin_new()
        await self.reader.welcome()
        self._show_state()

    async def open(self, conversation_id: str) -> None:
        """Go on with a kept conversation. Raises InputError (`not_found`), StorageError."""
        await self.stop()
        await self.dialogue.open(conversation_id)
        self.reader.close()
        await self._transcript.restore(self.dialogue.exchanges)
        for exchange in self.dialogue.exchanges:
            self._composer.remember(exchange.question)
        self._show_state()

    def retitle(self, titles: dict[str, str]) -> None:
        """Show the new title of the open conversation, if it is among those that were renamed."""
        self.dialogue.retitle(titles)
        self._show_state()

    async def stop(self) -> None:
        """Stop the running turn, if there is one, and wait until it is stored."""
        if (worker := self._worker) is not None:
            self._turn += 1
            worker.cancel()
            with suppress(WorkerError, asyncio.CancelledError):
                await worker.wait()
            self._worker, self._current, self._send_when_free = None, None, False

    # Parts

    def _take_key(self, key: str) -> bool:
        """Use a digit or a space typed into the empty input; False when it means nothing here."""
        player = self._transcript.waiting
        if key == " ":
            if player is not None:
                player.toggle()
            return player is not None
        digit = int(key)
        if player is not None and player.takes(digit):
            player.action_digit(digit)
            return True
        if (question := self._transcript.suggestion(digit)) is not None:
            self._composer.put(question)
            return True
        return self.reader.want(digit)

    def _write_on(self) -> None:
        """Go back to the question, and follow the newest answer again."""
        self._composer.focus()
        self._transcript.anchor()

    def _say(self, hint: str) -> None:
        self._hint.say(hint)
        self._hint.display = bool(hint)

    def _show_state(self, event: Event | None = None) -> None:
        asked = self._current.question if self._current is not None else ""
        self._bar.show(self.dialogue.title or asked, self._worker is not None, self._ready, event)
