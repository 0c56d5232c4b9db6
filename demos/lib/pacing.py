"""Choosing which moments of a long run become frames."""

from __future__ import annotations

from collections.abc import Collection


def thin(count: int, most: int, keep: Collection[int] = ()) -> tuple[int, ...]:
    """At most `most` of the indices 0..count-1, rising and evenly spread, with the first, the last and all of `keep`.

    When `keep` alone is larger than `most`, `keep` is thinned too, its first and last staying.
    """
    if count <= most:
        return tuple(range(count))
    fixed = sorted({0, count - 1, *(index for index in keep if 0 <= index < count)})
    if len(fixed) >= most:
        return tuple(fixed[index] for index in _spread(len(fixed), most))
    return tuple(sorted({*fixed, *_spread(count, most - len(fixed) + 2)}))


def _spread(count: int, wanted: int) -> list[int]:
    """`wanted` indices (two at least) of 0..count-1, evenly spread, both ends among them."""
    wanted = max(2, wanted)
    return sorted({round(step * (count - 1) / (wanted - 1)) for step in range(wanted)})
