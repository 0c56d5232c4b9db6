"""Whether turns go through: a service whose parts are loaded, but whose queue nobody leaves any more, is not ready."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from tutor.errors import BusyError, Problem

log = logging.getLogger(__name__)
EVERY = 20.0
"""Seconds without a turn after which one is tried."""
STILL = 90.0
"""Seconds without a turn, tried ones too, after which the service is no longer ready."""
PATIENCE = 60.0
QUESTION = "What is a neural network?"


class Pulse:
    """When the last turn went through. It is watched while `watch` runs; before that nothing is known, and all is well.

    A queue that is full because many ask is no bad sign: their turns are what beats.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: float | None = None

    def beat(self) -> None:
        """A turn went through."""
        if self._last is not None:
            self._last = self._clock()

    @property
    def alive(self) -> bool:
        """Whether a turn went through lately."""
        return self._last is None or self._clock() - self._last < STILL

    async def watch(self, attempt: Callable[[], Awaitable[None]], every: float = EVERY) -> None:
        """Try a turn whenever none went through for a while, until it is cancelled."""
        self._last = self._clock()
        while True:
            await asyncio.sleep(every)
            if self._clock() - self._last < every:
                continue
            try:
                await asyncio.wait_for(attempt(), PATIENCE)
                self.beat()
            except (BusyError, TimeoutError):
                log.warning("no turn went through for %.0f s", self._clock() - self._last)
            except Exception as error:
                log.error("a turn was tried and failed: %s", Problem.of(error))
