"""A demo's run as a film in a plain terminal: it plays at a pace that can be read, and obeys the keyboard."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress

from demos.runtime.contract import Frame
from demos.runtime.extents import Extents
from demos.runtime.reading import stay
from tutor.tui.pace import SPEEDS

__all__ = ["Film", "keyboard"]

KEYS = {
    "\x1b[C": "right", "\x1bOC": "right", "\x1b[D": "left", "\x1bOD": "left", "\x1b[F": "end", "\x1b[H": "home",
    " ": "pause", "n": "moment", "+": "faster", "=": "faster", "-": "slower", "q": "quit", "\x1b": "quit",
    "\r": "right", "\n": "right",
}  # fmt: skip


@contextmanager
def keyboard() -> Iterator[asyncio.Queue[str] | None]:
    """The names of the keys that are pressed, as they come; None where nobody sits at a keyboard."""
    try:
        import termios
        import tty

        there = sys.stdin.fileno()
        before = termios.tcgetattr(there)
    except (ImportError, OSError, ValueError, termios.error):
        yield None
        return
    pressed: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(OSError):
            typed = os.read(there, 32).decode(errors="ignore")
            for key in [typed] if typed.startswith("\x1b") else typed:
                if key in KEYS:
                    pressed.put_nowait(KEYS[key])

    tty.setcbreak(there)
    loop.add_reader(there, read)
    try:
        yield pressed
    finally:
        loop.remove_reader(there)
        termios.tcsetattr(there, termios.TCSADRAIN, before)


class Film:
    """Shows frames by `draw(frame, state)` while they come: each stays its time, unless a key says otherwise."""

    def __init__(self, draw: Callable[[Frame, str], None], pressed: asyncio.Queue[str], speed: float) -> None:
        self._draw, self._pressed, self._speed = draw, pressed, speed
        self.frames: list[Frame] = []
        self.position, self._playing, self._over = -1, True, False
        self._new = asyncio.Event()
        self._extents = Extents()

    async def show(self, stream: AsyncIterator[Frame]) -> list[Frame]:
        """All frames of the run, once the film has ended or was left."""
        coming = asyncio.create_task(self._take(stream))
        try:
            await self._play()
            return self.frames
        finally:
            if not coming.done():
                coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming

    async def _take(self, stream: AsyncIterator[Frame]) -> None:
        try:
            async for frame in stream:
                self.frames.append(frame)
                self._extents.see(frame)
                self._new.set()
        finally:
            self._over = True
            self._new.set()

    async def _play(self) -> None:
        clock = asyncio.get_running_loop().time
        due = 0.0
        while True:
            last = self.position == len(self.frames) - 1
            if self._over and last and self._playing:
                return
            if self._playing and not last and clock() >= due:
                due = clock() + self._go(self.position + 1)
                continue
            wait = due - clock() if self._playing and not last else None
            key = await self._key(wait)
            if key == "quit":
                await self._end()
                return
            if key and (stays := self._obey(key)) is not None:
                due = clock() + stays

    async def _end(self) -> None:
        """Let the run come to its end without showing it."""
        while not self._over:
            self._new.clear()
            await self._new.wait()

    async def _key(self, wait: float | None) -> str:
        """The next key, or "" when a frame has come or the time is over."""
        self._new.clear()
        key, came = asyncio.create_task(self._pressed.get()), asyncio.create_task(self._new.wait())
        await asyncio.wait((key, came), timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        came.cancel()
        if key.done():
            return key.result()
        key.cancel()
        return ""

    def _obey(self, key: str) -> float | None:
        """Do what a key says; the seconds that the frame stays from now on, None to leave it as it was."""
        if key in ("faster", "slower"):
            near = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self._speed))
            self._speed = SPEEDS[min(max(0, near + (1 if key == "faster" else -1)), len(SPEEDS) - 1)]
            return self._go(self.position)
        if key == "pause":
            self._playing = not self._playing
            return self._go(self.position)
        self._playing = False
        marked = [at for at, frame in enumerate(self.frames) if frame.moment and at > self.position]
        to = {
            "right": self.position + 1,
            "left": self.position - 1,
            "home": 0,
            "end": len(self.frames) - 1,
            "moment": marked[0] if marked else len(self.frames) - 1,
        }[key]
        return self._go(to)

    def _go(self, position: int) -> float:
        """Show a frame, and say how long it stays."""
        if not self.frames:
            return 0.0
        self.position = min(max(0, position), len(self.frames) - 1)
        frame = self.frames[self.position]
        sign = "▶" if self._playing else "‖"
        self._draw(self._extents.fit(frame), f"{sign} {self.position + 1}/{len(self.frames)}  {self._speed:g}×")
        before = self.frames[self.position - 1] if self.position else None
        return stay(frame, before) / self._speed if self._speed else 0.0
