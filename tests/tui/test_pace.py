"""How long a frame stays: as long as its caption takes to read, and not at all where nobody reads."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.runtime.contract import Demo, Frame, Params
from demos.runtime.reading import LEAST, MOST, stay
from tests.tui.conftest import Build
from tests.tui.scripted import WALK, WalkParams, walk
from tests.tui.steps import screen_text, until, watch
from tutor.cli import demo as demo_command
from tutor.tui.pace import SPEEDS


def said(length: int, moment: str = "") -> Frame:
    return Frame(caption="x" * length, progress=0, moment=moment)


OTHER = Frame(caption="y", progress=0)


@given(st.integers(1, 330), st.integers(1, 330))
def test_longer_words_stay_longer_up_to_a_bound(one: int, other: int) -> None:
    short, long = sorted((one, other))
    assert LEAST <= stay(said(short), OTHER) <= stay(said(long), OTHER) <= MOST
    assert stay(said(long), OTHER) <= stay(said(long, "a moment"), OTHER) <= MOST
    assert stay(said(long, "a moment"), OTHER) == stay(said(long))


def test_a_long_caption_stays_as_long_as_it_takes_to_read() -> None:
    assert stay(said(227), OTHER) >= 227 / 25


def test_words_that_were_read_already_are_not_waited_for() -> None:
    before = Frame(caption="Epoch 1: the error is 0.5, and it falls with every step.", progress=0)
    after = Frame(caption="Epoch 2: the error is 0.4, and it falls with every step.", progress=0)
    assert LEAST < stay(after, before) < 0.5 * stay(after, OTHER)
    assert stay(before, before) == LEAST


async def test_plus_and_minus_change_the_speed(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await watch(pilot, app, "show me a walk")
        await pilot.press("plus")
        await until(pilot, lambda: "2×" in screen_text(app))
        await pilot.press("minus", "minus")
        await until(pilot, lambda: "0.5×" in screen_text(app))
        await pilot.press(*["minus"] * 9)
        await until(pilot, lambda: f"{SPEEDS[0]:g}×" in screen_text(app))


@pytest.mark.parametrize(
    ("terminal", "speed", "share"), [(True, 1.0, 1.0), (True, 4.0, 0.25), (True, 0.0, 0.0), (False, 1.0, 0.0)]
)
def test_the_film_of_the_command_waits_only_for_a_reader(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, speed: float, share: float
) -> None:
    frames = list(walk(WalkParams(steps=6)))
    waited: list[float] = []

    async def sleep(seconds: float, *_: object) -> None:
        waited.append(seconds)

    async def ready(demo: Demo, params: Params, **_: object) -> AsyncIterator[Frame]:
        del demo, params
        for frame in frames:
            yield frame

    monkeypatch.setattr("tutor.tui.pace.asyncio.sleep", sleep)
    monkeypatch.setattr(demo_command, "run", ready)
    monkeypatch.setattr(demo_command, "load", lambda _: WALK)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    demo_command.run_command(["walk", "--steps", "6", "--speed", str(speed)])
    wanted = expected(frames, share)
    assert len(waited) == len(wanted) and all(0 <= one <= most for one, most in zip(waited, wanted, strict=True))
    assert sum(waited) >= 0.5 * sum(wanted)


def expected(frames: Sequence[Frame], share: float) -> list[float]:
    """What each frame but the last stays, where any does."""
    stays = [stay(frame, before) for frame, before in zip(frames[:-1], [None, *frames], strict=False)]
    return [share * seconds for seconds in stays] if share else []
