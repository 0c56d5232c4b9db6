"""The speeds of a film, and frames at the pace of a reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from demos.runtime.contract import Frame
from demos.runtime.reading import stay

__all__ = ["SPEEDS", "paced"]

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


async def paced(frames: AsyncIterator[Frame], speed: float) -> AsyncIterator[Frame]:
    """The frames, each when the one before has stayed its time; at speed 0 as they come. None waits after the last."""
    clock = asyncio.get_running_loop().time
    due, before = clock(), None
    async for frame in frames:
        if speed and before is not None:
            await asyncio.sleep(max(0.0, due - clock()))
        yield frame
        due, before = clock() + (stay(frame, before) / speed if speed else 0.0), frame
