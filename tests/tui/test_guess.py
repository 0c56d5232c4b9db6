"""Guess first: nothing tells how a demo ends before the student has guessed, or has gone without."""

from __future__ import annotations

import pytest

from demos.runtime.catalogue import all_demos
from demos.runtime.texts import Language
from tests.tui.conftest import Build
from tests.tui.scripted import STOPPED, demonstrated
from tests.tui.steps import Driver, ask, composer, notices, screen_text, until, views
from tutor.events import Event, Failed
from tutor.i18n import Texts
from tutor.tui.app import TizaApp
from tutor.tui.grid import wrap
from tutor.tui.widgets.guess import GuessLine
from tutor.tui.widgets.player import GUESS_FIRST, Player

QUESTION = "Does it end above zero?"


def player(app: TizaApp) -> Player:
    found = views(app)[-1].player
    assert found is not None
    return found


async def from_chat(pilot: Driver, app: TizaApp) -> None:
    await ask(pilot, app, "show me a walk")


async def from_list(pilot: Driver, app: TizaApp) -> None:
    await pilot.press("f2")
    await until(pilot, lambda: "A curve that rises" in screen_text(app))
    await pilot.press("enter")
    await until(pilot, lambda: views(app) and app.chat.is_free and player(app).has_focus)


@pytest.mark.parametrize("way", [from_chat, from_list])
@pytest.mark.parametrize("steps", [1, 20])
async def test_nothing_is_told_before_the_guess(made: Build, way: object, steps: int) -> None:
    assert callable(way)
    app, _ = made(lambda _: demonstrated(20)[:steps + 1] + demonstrated(20)[21:])  # fmt: skip
    async with app.run_test(size=(120, 40)) as pilot:
        await way(pilot, app)
        await pilot.pause(0.3)
        text = screen_text(app)
        assert QUESTION in text and "space plays without a guess" in text
        assert player(app).position == 0 and not player(app).playing
        assert "The run says" not in text and "It rose." not in text and views(app)[-1].text == ""
        await pilot.press("1")
        await until(pilot, lambda: player(app).guess == "yes" and not player(app).is_waiting)


@pytest.mark.parametrize("key", ["right", "end", "n", "right_square_bracket", "9"])
async def test_no_key_but_a_guess_or_space_goes_on(made: Build, key: str) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "show me a walk")
        await pilot.press("f6", key)
        await until(pilot, lambda: key == "9" or GUESS_FIRST in notices(app))
        assert player(app).position == 0 and player(app).is_waiting and views(app)[-1].text == ""
        await pilot.press("space")
        await until(pilot, lambda: views(app)[-1].text == "It rose." and player(app).playing)
        assert "space plays without" not in screen_text(app)


@pytest.mark.parametrize(("key", "guess"), [("2", "no"), ("space", None)])
async def test_from_the_empty_input_too(made: Build, key: str, guess: str | None) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "show me a walk")
        assert composer(app).has_focus
        await pilot.press(key)
        await until(pilot, lambda: not player(app).is_waiting and views(app)[-1].text == "It rose.")
        assert player(app).guess == guess and composer(app).text == "" and composer(app).has_focus
        await pilot.press("f6", "end")
        verdict = "The run says: yes." + (f" You guessed {guess}." if guess else "")
        await until(pilot, lambda: verdict in screen_text(app))


async def test_words_in_the_input_are_words(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "show me a walk")
        await pilot.press("a", "space", "1")
        assert composer(app).text == "a 1" and player(app).is_waiting


async def test_a_guess_left_open_stays_open_and_its_answer_untold(made: Build) -> None:
    app, tutor = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(pilot, app, "show me a walk")
        await ask(pilot, app, "Who made it?")
        held = views(app)[0]
        assert held.text == "" and held.player is not None and held.player.is_waiting
        assert tutor.histories[-1][0].answer == "It rose."  # the conversation has it all the same
        await pilot.press("space")
        await until(pilot, lambda: held.text == "It rose.")


async def test_a_run_of_one_frame_is_judged_after_the_guess(made: Build) -> None:
    app, _ = made(lambda _: [*demonstrated(2)[:2], *demonstrated(2)[3:]])
    async with app.run_test() as pilot:
        await ask(pilot, app, "show me a walk")
        assert len(player(app).frames) == 1 and "The run says" not in screen_text(app)
        await pilot.press("2")
        await until(pilot, lambda: "The run says: yes. You guessed no." in screen_text(app))


FAILURES: list[list[Event | Exception]] = [[Failed(STOPPED)], [RuntimeError("a bug")]]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("frames", [5, 21])
async def test_a_failure_is_told_at_once_and_stays(made: Build, failure: list[Event | Exception], frames: int) -> None:
    app, _ = made(lambda _: [*demonstrated(20)[: frames + 1], *failure])
    async with app.run_test() as pilot:
        view = await ask(pilot, app, "show me a walk")
        await until(pilot, lambda: view.query_one(".notice").has_class("-failed") and view.query_one(".notice").display)
        await pilot.press("f6", "space")
        await until(pilot, lambda: not player(app).is_waiting)
        assert view.query_one(".notice").display


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_choice_of_a_guess_is_seen_at_80_columns(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """Question and choices take the three rows that they have, borders and scroll bar taken off."""
    said: list[str] = []

    def say(_: GuessLine, *parts: str | tuple[str, str]) -> None:
        said.append("".join(part if isinstance(part, str) else part[0] for part in parts))

    monkeypatch.setattr(GuessLine, "say", say)
    for demo in all_demos():
        GuessLine(demo).tell(Texts(language), None, "", waiting=True)
    assert len(said) == len(all_demos())
    assert [text for text in said if len(wrap(text, 72)) > 3] == []
