"""How far a fetch has come, as a front end shows it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["waiting", "looking", "fetching", "checking"]
"""Waiting for another fetch of the same model; looking where it can be had; receiving it; hashing what is here."""
Origin = Literal["", "hub", "packages"]

WINDOW = 5.0
"""Seconds over which the speed is measured."""
EVERY = 0.1
"""Seconds between two reports at least."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of `total` that are here, from where, and how fast they come (bytes a second; 0 while nothing is known)."""

    name: str
    stage: Stage
    done: int
    total: int
    origin: Origin = ""
    part: int = 0
    parts: int = 0
    speed: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all is here at this speed; None while that is not known."""
        return max(0, self.total - self.done) / self.speed if self.stage == "fetching" and self.speed else None


Listener = Callable[[Progress], None]


class Reporter:
    """Tells a listener how far one fetch is, a few times a second, with the speed of the last seconds."""

    def __init__(self, name: str, total: int, listener: Listener) -> None:
        self._name, self._total, self._listener = name, total, listener
        self.stage: Stage = "looking"
        self._origin: Origin = ""
        self._part = self._parts = 0
        self._said = 0.0
        self._marks: deque[tuple[float, int]] = deque()

    def begin(self, stage: Stage, done: int = 0, *, origin: Origin = "", part: int = 0, parts: int = 0) -> None:
        """Another stage, source or part begins: told at once."""
        if (stage, origin) != (self.stage, self._origin):
            self._marks.clear()
        self.stage, self._origin, self._part, self._parts = stage, origin, part, parts
        self._said = 0.0
        self.reach(done)

    def reach(self, done: int) -> None:
        """So many bytes are here now."""
        now = time.monotonic()
        if self._marks and done < self._marks[-1][1]:
            self._marks.clear()  # begun anew
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > WINDOW:
            self._marks.popleft()
        if now - self._said < EVERY and done < self._total:
            return
        self._said = now
        (first, fewer), (last, more) = self._marks[0], self._marks[-1]
        speed = (more - fewer) / (last - first) if last - first > EVERY else 0.0
        shown = min(done, self._total)
        self._listener(
            Progress(self._name, self.stage, shown, self._total, self._origin, self._part, self._parts, speed)
        )
