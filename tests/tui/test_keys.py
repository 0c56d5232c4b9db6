"""Who has the keys: the writer's letters are never a demo's commands, and the wheel scrolls whatever lies under it."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets._footer import FooterKey

from tests.tui.conftest import Build
from tests.tui.steps import ask, composer, notices, screen_text, until, views, watch
from tutor.tui.app import TizaApp
from tutor.tui.screens.parameters import ParametersScreen
from tutor.tui.widgets.player import COMMAND_PAUSE, LETTERS, Player
from tutor.tui.widgets.plot import Plot

SIZES = [(80, 24), (120, 40)]


def player(app: TizaApp) -> Player:
    found = views(app)[-1].player
    assert found is not None
    return found


async def test_a_question_written_slowly_under_a_demo_is_a_question(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "show me a walk")
        assert composer(app).has_focus
        for letter in "".join(sorted(LETTERS)):
            await pilot.press(letter)
            await pilot.pause(1.2 * COMMAND_PAUSE)
        assert composer(app).text == "".join(sorted(LETTERS))
        assert not app.chat.reader.side.display and not notices(app) and app.screen is app.chat
        assert app.chat.maximized is None and player(app).position == 0


async def test_the_screen_says_how_a_demo_gets_the_keys(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "f6" not in screen_text(app)
        await ask(pilot, app, "show me a walk")
        await until(pilot, lambda: "f6 Demo" in screen_text(app) and "F6: its keys" in screen_text(app))
        await pilot.press("f6")
        await until(pilot, lambda: player(app).has_focus and "F6: its keys" not in screen_text(app))
        await until(pilot, lambda: "c Code" in screen_text(app))
        await pilot.press("escape")
        assert composer(app).has_focus


@pytest.mark.parametrize("way", ["f6", "click"])
async def test_a_demo_takes_commands_once_it_has_the_keys(made: Build, way: str) -> None:
    app, _ = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(pilot, app, "show me a walk")
        if way == "f6":
            await pilot.press("f6")
        else:
            await until(pilot, lambda: player(app).query(Plot))
            await pilot.click(Plot)
        await until(pilot, lambda: player(app).has_focus)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ParametersScreen) and app.screen.focused)


@pytest.mark.parametrize("size", SIZES)
async def test_closing_the_code_gives_the_keys_back_to_the_demo(made: Build, size: tuple[int, int]) -> None:
    app, _ = made()
    async with app.run_test(size=size) as pilot:
        await watch(pilot, app, "show me a walk")
        await pilot.press("c")
        await until(pilot, lambda: app.chat.reader.side.display)
        await pilot.press("escape")
        await until(pilot, lambda: not app.chat.reader.side.display and player(app).has_focus)
        await pilot.press("escape", "f5")
        await until(pilot, lambda: app.chat.reader.side.display)
        await pilot.press("escape")
        await until(pilot, lambda: not app.chat.reader.side.display and composer(app).has_focus)


@pytest.mark.parametrize("size", SIZES)
async def test_the_wheel_scrolls_the_conversation_over_a_plot_too(made: Build, size: tuple[int, int]) -> None:
    app, _ = made()
    async with app.run_test(size=size) as pilot:
        for _ in range(3):
            await watch(pilot, app, "show me a walk")
        transcript = app.chat.reader.transcript
        await until(pilot, lambda: any(plot.region.area and transcript.region.contains_region(plot.region)
                                       for plot in player(app).query(Plot)), "a plot in view")  # fmt: skip
        plot = next(plot for plot in player(app).query(Plot) if transcript.region.contains_region(plot.region))
        before, limits = transcript.scroll_y, (plot._x_min, plot._x_max)
        x, y = plot.region.center
        for kind in (events.MouseScrollUp, events.MouseScrollUp):
            app.post_message(kind(None, int(x), int(y), 0, -1, 0, False, False, False))
        await until(pilot, lambda: transcript.scroll_y < before, "scrolling up")
        up = transcript.scroll_y
        app.post_message(events.MouseScrollDown(None, int(x), int(y), 0, 1, 0, False, False, False))
        await until(pilot, lambda: transcript.scroll_y > up, "scrolling down")
        assert (plot._x_min, plot._x_max) == limits


async def test_ctrl_c_says_in_plain_words_how_to_leave(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await pilot.press("ctrl+c")
        await until(pilot, lambda: notices(app))
        assert notices(app) == ["Ctrl+Q leaves Tiza. Ctrl+C copies what is selected."]


@pytest.mark.parametrize("width", range(50, 131, 16))
async def test_no_key_of_the_footer_lies_under_another(made: Build, width: int) -> None:
    app, _ = made()
    async with app.run_test(size=(width, 30)) as pilot:
        await watch(pilot, app, "show me a walk")
        for keys in ("f6", "f6"):
            await pilot.press(keys)
            await pilot.pause(0.1)
            shown = [key.region for key in app.chat.query(FooterKey)]
            assert len(shown) >= 3 and all(region.right <= width for region in shown)
            assert not any(one.overlaps(other) for one in shown for other in shown if one is not other)
            assert screen_text(app).rstrip().endswith("palette")


async def test_the_screens_speak_the_language_of_the_machine(made: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "es_CO.UTF-8")
    app, _ = made()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        shown = screen_text(app)
        assert "Pregunta sobre la clase" in shown and "Preguntar" in shown
        assert not [word for word in ("Ask about", "Help", "History") if word in shown]
        await pilot.press("f1")
        await pilot.pause()
        assert "preguntar; durante una respuesta" in screen_text(app)


async def test_a_setting_comes_before_the_machine_s_language(made: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "es_CO.UTF-8")
    monkeypatch.setenv("TIZA_LANGUAGE", "en")
    app, _ = made()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert "Ask about the lecture" in screen_text(app)
