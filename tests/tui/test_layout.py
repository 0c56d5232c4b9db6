"""Every screen holds in 80 x 24: nothing lies off the screen, nothing overlaps, the footer is in view."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tests.tui.conftest import Build
from tests.tui.steps import Driver, ask, composer, screen_text, settled, until, views, watch
from tutor.tui.app import TizaApp

SIZES = [(80, 24), (120, 40)]


def fixed(widget: Widget) -> Iterator[Widget]:
    """The widget and what is shown inside of it, down to what scrolls."""
    for child in widget.children:
        if child.display and child.region.area:
            yield child
            if not (child.is_vertical_scrollbar_grabbed or child.allow_vertical_scroll or child.max_scroll_y):
                yield from fixed(child)


def assert_holds(app: TizaApp) -> None:
    screen: Screen[object] = app.screen
    whole = Region(0, 0, *app.size)
    outside = [
        widget
        for widget in fixed(screen)
        if not isinstance(widget.parent, Footer) and not whole.contains_region(widget.region)
    ]
    assert outside == []
    rows = sorted((child.region for child in screen.children if child.display and child.region.area), key=lambda r: r.y)
    assert not any(upper.overlaps(lower) for upper, lower in pairwise(rows))


async def holds(pilot: Driver, app: TizaApp) -> None:
    await settled(pilot, lambda: assert_holds(app))


@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_fits(made: Build, size: tuple[int, int]) -> None:
    app, _ = made()
    async with app.run_test(size=size) as pilot:
        await holds(pilot, app)
        await ask(pilot, app, "Who made it?")
        await holds(pilot, app)
        for key in ("f7", "f5"):
            await pilot.press(key)
            await holds(pilot, app)
        await pilot.press("escape")
        await watch(pilot, app, "show me a walk")
        await pilot.press("end")
        await holds(pilot, app)
        player = views(app)[-1].player
        assert player is not None
        await until(pilot, lambda: app.chat.reader.transcript.region.contains_region(player.region), "the demo in view")
        for key in ("f", "r", "f2", "f3", "f1"):
            await pilot.press(key)
            await holds(pilot, app)
            await pilot.press("escape")


async def test_a_long_question_grows_the_input_but_leaves_the_answer_in_view(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(pilot, app, "Who made it?")
        composer(app).put("a long question of many words\n" * 40)
        await until(pilot, lambda: 3 < composer(app).region.height <= 8, "the input at its full height")
        await until(pilot, lambda: app.chat.query_one("#transcript").region.height >= 10, "the answer in view")
        await holds(pilot, app)


async def test_the_layout_follows_the_terminal(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press("f7")
        await until(pilot, lambda: app.chat.reader.side.display)
        assert app.chat.reader.transcript.display
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not app.chat.reader.transcript.region.area)
        await holds(pilot, app)
        await pilot.press("escape")
        await until(pilot, lambda: "McCulloch" in screen_text(app))


async def test_very_long_words_and_titles_do_not_break_the_lines(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(pilot, app, "x" * 500 + " 日本語" * 80)
        await holds(pilot, app)
        await pilot.press("f3")
        await holds(pilot, app)


@pytest.mark.parametrize("columns", [60, 80, 120])
async def test_no_key_is_shown_in_part(made: Build, columns: int) -> None:
    app, _ = made()
    async with app.run_test(size=(columns, 30)) as pilot:
        await watch(pilot, app, "show me a walk")
        await until(pilot, lambda: app.screen.query(FooterKey))
        await until(pilot, lambda: all(key.region.right <= columns for key in app.screen.query(FooterKey)), "the keys")
        shown = [key.region for key in app.screen.query(FooterKey)]
        assert len(shown) > 2
        assert not [1 for one in shown for other in shown if one is not other and one.overlaps(other)]
