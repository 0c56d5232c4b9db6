"""The film of `tiza demo`: it plays, stops, steps and ends at a key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from demos.runtime.contract import DemoError, Frame
from tutor.cli.film import Film

FAST = 1000.0


def _frames() -> list[Frame]:
    return [Frame(caption=f"Frame {i}", progress=i / 4, moment="a moment" if i == 3 else "") for i in range(5)]


async def _stream() -> AsyncIterator[Frame]:
    for frame in _frames():
        yield frame


async def _played(*keys: str, speed: float = FAST) -> tuple[list[str], list[Frame]]:
    """The captions in the order in which they were drawn, and what the film gives back."""
    drawn: list[str] = []
    pressed: asyncio.Queue[str] = asyncio.Queue()
    for key in keys:
        pressed.put_nowait(key)
    film = Film(lambda frame, _: drawn.append(frame.caption), pressed, speed)
    return drawn, await asyncio.wait_for(film.show(_stream()), 20)


async def test_it_plays_to_the_end_by_itself() -> None:
    drawn, frames = await _played()
    assert drawn == [frame.caption for frame in _frames()] and frames == _frames()


async def test_keys_step_jump_and_let_it_go_on() -> None:
    pressed: asyncio.Queue[str] = asyncio.Queue()
    drawn: list[str] = []

    def draw(frame: Frame, _: str) -> None:
        drawn.append(frame.caption)
        for key in {1: ["pause"], 2: ["right", "left", "home", "moment", "end", "pause"]}.get(len(drawn), []):
            pressed.put_nowait(key)

    film = Film(draw, pressed, 1.0)
    await asyncio.wait_for(film.show(_stream()), 20)
    assert drawn[1:7] == ["Frame 0", "Frame 1", "Frame 0", "Frame 0", "Frame 3", "Frame 4"]


async def test_leaving_gives_the_whole_run_all_the_same() -> None:
    drawn, frames = await _played("quit", speed=0.25)
    assert frames == _frames() and len(drawn) <= 2


async def test_a_run_that_fails_is_said() -> None:
    async def broken() -> AsyncIterator[Frame]:
        yield _frames()[0]
        raise DemoError("It broke.")

    film = Film(lambda *_: None, asyncio.Queue(), FAST)
    with pytest.raises(DemoError, match="It broke"):
        await asyncio.wait_for(film.show(broken()), 20)
