"""How long a frame stays on screen: as long as its caption takes to read, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from demos.runtime.contract import Frame

__all__ = ["SPEEDS", "paced", "stay"]

READING = 25.0
"""Characters a second that a student reads who also looks at a picture."""

LEAST, MOST = 0.4, 2.5
"""Seconds that an ordinary frame stays at least and at most: many captions of one run differ in their numbers only."""

MOST_OF_MOMENT = 8.0
"""Seconds that the first frame and an interesting moment stay at most."""

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


def stay(frame: Frame, *, first: bool = False) -> float:
    """Seconds that a frame stays at speed 1; the first one has a scene to be looked at."""
    return min(max(LEAST, len(frame.caption) / READING), MOST_OF_MOMENT if first or frame.moment else MOST)


async def paced(frames: AsyncIterator[Frame], speed: float) -> AsyncIterator[Frame]:
    """The frames, each when the one before has stayed its time; at speed 0 as they come. None waits after the last."""
    clock = asyncio.get_running_loop().time
    due = clock()
    first = True
    async for frame in frames:
        if speed and not first:
            await asyncio.sleep(max(0.0, due - clock()))
        yield frame
        due, first = clock() + (stay(frame, first=first) / speed if speed else 0.0), False
