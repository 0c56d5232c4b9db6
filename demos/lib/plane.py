"""The plane behind a scatter: its extent, values over it, and straight lines across it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from demos.runtime.contract import Region, Series


@dataclass(frozen=True, slots=True)
class Plane:
    """The part of the plane that is shown, the same over a whole run."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @classmethod
    def around(cls, xs: Sequence[float], ys: Sequence[float], border: float = 0.5) -> Plane:
        """A plane that holds all the points, with a border of that width."""
        return cls(
            (round(min(xs) - border, 2), round(max(xs) + border, 2)),
            (round(min(ys) - border, 2), round(max(ys) + border, 2)),
        )

    def region(self, value: Callable[[float, float], float], cells: int = 16) -> Region:
        """`value(x, y)` at the centres of a grid of cells."""
        (x0, x1), (y0, y1) = self.x_range, self.y_range
        xs = [x0 + (x1 - x0) * (i + 0.5) / cells for i in range(cells)]
        ys = [y0 + (y1 - y0) * (i + 0.5) / cells for i in range(cells)]
        rows = tuple(tuple(round(value(x, y), 3) for x in xs) for y in ys)
        return Region(values=rows, x_range=self.x_range, y_range=self.y_range)

    def line(self, name: str, w1: float, w2: float, b: float) -> tuple[Series, ...]:
        """The piece of the line w1·x + w2·y + b = 0 that is in view, or nothing."""
        (left, right), (low, high) = self.x_range, self.y_range
        crossings = [(x, -(w1 * x + b) / w2) for x in (left, right) if w2]
        crossings += [(-(w2 * y + b) / w1, y) for y in (low, high) if w1]
        seen = sorted((x, y) for x, y in crossings if left <= x <= right and low <= y <= high)
        if len(seen) < 2 or seen[0] == seen[-1]:
            return ()
        ends = (seen[0], seen[-1])
        return (Series(name=name, x=tuple(round(x, 4) for x, _ in ends), y=tuple(round(y, 4) for _, y in ends)),)
