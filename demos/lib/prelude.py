"""Showing the first frame of a story before the long computation that the other scenes need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from demos.lib.scenes import Scene, play
from demos.runtime.contract import Frame


def open_with(opening: Scene, rest: Callable[[], Sequence[Scene]]) -> Iterator[Frame]:
    """The opening as a frame at once, then `rest` is called and its scenes follow."""
    yield next(play([opening, opening]))
    yield from islice(play([opening, *rest()]), 1, None)
