"""Work on files beside the event loop, a piece at a time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PIECE = 2**20
"""Bytes that are read or hashed between two looks at whether somebody cancelled."""


async def finished(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """`work`'s result, from a thread. A cancelled caller leaves only when the work is done: nothing goes on writing to
    a file that somebody else may open next."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                continue
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is told of it later
        raise


async def digest(path: Path, reach: Callable[[int], None], size: int | None = None, start: int = 0) -> str:
    """Hexadecimal SHA-256 of a file, or of `size` bytes of it from `start`; `reach` hears how many were read."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        left = path.stat().st_size - start if size is None else size
        file.seek(start)
        done = 0
        while piece := await finished(file.read, min(PIECE, left - done)):
            await finished(total.update, piece)
            done += len(piece)
            reach(done)
    return total.hexdigest()
