"""Small steps that the tests of the app share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import unescape
from re import sub
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget

from tutor.tui.app import TizaApp
from tutor.tui.widgets.composer import Composer
from tutor.tui.widgets.exchange import ExchangeView

Driver = Pilot[None]


async def until(pilot: Driver, condition: Callable[[], Any], what: str = "it") -> None:
    """Let the app work until the condition holds."""
    for _ in range(3000):
        await pilot.pause(0.01)
        if condition():
            return
    raise AssertionError(f"{what} never happened")


async def settled(pilot: Driver, check: Callable[[], Any]) -> None:
    """Let the app work until the check's assertions hold; what fails at last is raised."""
    for attempt in range(1000):
        await pilot.pause(0.01)
        try:
            check()
            return
        except AssertionError:
            if attempt == 999:
                raise


def composer(app: TizaApp) -> Composer:
    return app.chat.query_one(Composer)


def views(app: TizaApp) -> list[ExchangeView]:
    return list(app.chat.query(ExchangeView))


def busy(app: TizaApp) -> bool:
    return any(worker.group == "turn" and not worker.is_finished for worker in app.workers)


async def say(pilot: Driver, app: TizaApp, question: str) -> None:
    """Write a question and send it."""
    composer(app).put(question)
    composer(app).focus()
    await pilot.press("enter")


async def ask(pilot: Driver, app: TizaApp, question: str) -> ExchangeView:
    """Ask and wait until the answer's turn is over."""
    before = len(app.chat.dialogue.exchanges)
    await say(pilot, app, question)
    # The view alone would not do: it is there a moment before the turn's worker is, while the chat is free.
    await until(pilot, lambda: len(app.chat.dialogue.exchanges) > before and app.chat.is_free, "the end of the turn")
    await pilot.pause()
    return views(app)[-1]


async def watch(pilot: Driver, app: TizaApp, question: str) -> ExchangeView:
    """Ask for a demo, give it the keys, and let it play without a guess."""
    view = await ask(pilot, app, question)
    await pilot.press("f6", "space")
    await until(pilot, lambda: view.player and view.player.has_focus and not view.player.is_waiting, "the film")
    return view


def screen_text(app: App[Any]) -> str:
    """What is on the screen, as plain text."""
    drawing = sub(r"(?s)<style>.*?</style>", "", app.export_screenshot())
    return unescape(sub(r"<[^>]*>", "", drawing)).replace("\xa0", " ")


def showing(app: App[Any], text: str) -> bool:
    """True when these words are on the screen."""
    return text in screen_text(app)


def notices(app: App[Any]) -> list[str]:
    """The passing notices, as given: on the screen they are broken into lines."""
    return [notice.message for notice in app._notifications]


def shown(widget: Widget) -> Iterator[Widget]:
    """The widget and all that is displayed inside of it, but for what scrolls."""
    if not widget.display:
        return
    yield widget
    for child in widget.children:
        if not (widget.allow_vertical_scroll or widget.is_scrollable):
            yield from shown(child)
