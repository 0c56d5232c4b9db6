"""Tables whose cells span rows and columns, with what spans repeated in each place that it covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge.documents.units import Unit, rows

MOST_SPAN = 1000


class Grid:
    """Rows of cells, laid out as a reader sees them."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        self._below: dict[int, tuple[str, int]] = {}
        self._heads = 0

    def add(self, cells: Iterable[tuple[str, int, int]], *, head: bool = False) -> None:
        """A row of (text, columns, rows) cells; `head` says that it names the columns."""
        row: list[str] = []

        def fill() -> None:
            while (held := self._below.get(len(row))) is not None:
                text, left = held
                if left <= 1:
                    del self._below[len(row)]
                else:
                    self._below[len(row)] = (text, left - 1)
                row.append(text)

        for text, across, down in cells:
            fill()
            for _ in range(max(1, min(across, MOST_SPAN))):
                if down > 1:
                    self._below[len(row)] = (text, min(down, MOST_SPAN) - 1)
                row.append(text)
        fill()
        if head and self._heads == len(self._rows):
            self._heads += 1
        self._rows.append(row)

    def units(self, *, headed: bool | None = None) -> list[Unit]:
        """Its rows as units. Several rows of heads are one."""
        table = self._rows
        if self._heads:
            headed = True
            if self._heads < len(table):
                table = [_one_head(table[: self._heads]), *table[self._heads :]]
        return rows(table, headed=headed)


def _one_head(heads: Sequence[Sequence[str]]) -> list[str]:
    width = max(map(len, heads))
    columns = ([row[column] for row in heads if column < len(row)] for column in range(width))
    return [" ".join(dict.fromkeys(name for name in column if name)) for column in columns]
