"""A page's lines in the order of reading: columns one after the other, tables as rows, all else from the top down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from statistics import fmean

from knowledge.documents.layout.runs import Box, Line, Run, is_parted, rows_of, segments
from knowledge.documents.units import ENDED, is_open

GUTTER = 0.8
"""Ems of white between two columns at least."""
_DEEPEST = 3
_FAR = 2.5
"""Ems of white on a line over which no sentence goes."""
_NUMBER = re.compile(r"^\(\w{1,3}(?:\.\w{1,3})*\)$")
"""The number of an equation, which stands at the margin."""
_MOST_ROWS = 400
"""Rows of one page in which columns are looked for."""


@dataclass(slots=True)
class Text:
    """Lines that stand below one another in one column; `apart` says that they go on nothing."""

    lines: list[Line]
    apart: bool = False


@dataclass(slots=True)
class Table:
    """Rows of cells; `headed` where rules or type set the first row apart."""

    rows: list[list[str]]
    lines: list[Line] = field(default_factory=list)
    headed: bool | None = None


Region = Text | Table


def regions(runs: Sequence[Run], rules: Sequence[Box] = (), depth: int = 0) -> list[Region]:
    """What stands on a page, or in a part of it, in the order in which it is read."""
    upright = [rule for rule in rules if rule.width <= 2 < rule.height]
    rows = [segments(row, upright) for row in rows_of(runs)]
    found: list[Region] = []
    start = 0
    while start < len(rows):
        block = _block(rows, start, upright) if depth < _DEEPEST and len(rows) <= _MOST_ROWS else None
        if block is None:
            found += _row(found, rows[start])
            start += 1
            continue
        found += _columns(rows[start : block.end], block.gutters, rules, depth)
        start = block.end
    return found


def _row(found: Sequence[Region], parts: Sequence[Line]) -> list[Region]:
    """A row that is in no columns, added to the text above it: parts of it far from one another are no one sentence."""
    apart: list[list[Line]] = []
    for part in parts:
        if (apart and part.x0 - apart[-1][-1].x1 < _FAR * part.size) or (apart and _NUMBER.match(part.text)):
            apart[-1].append(part)
        else:
            apart.append([part])
    lines = [Line.of([run for part in group for run in part.runs]) for group in apart]
    if len(lines) > 1:
        return [Text([line], apart=True) for line in lines]
    if found and isinstance(found[-1], Text) and not found[-1].apart:
        found[-1].lines += lines
        return []
    return [Text(lines)]


@dataclass(frozen=True, slots=True)
class _Block:
    end: int
    gutters: list[float]


def _block(rows: Sequence[Sequence[Line]], start: int, upright: Sequence[Box]) -> _Block | None:
    """The longest part of the rows from `start` on that white stripes divide, with the middles of the stripes; one with
    an upright rule in it may be as narrow as it likes."""
    spans: list[tuple[float, float]] = []
    best: _Block | None = None
    if not _opens(rows, start):
        return None
    for end in range(start, len(rows)):
        if end > start and _is_apart(rows[end - 1], rows[end]):
            break
        spans = _merged([*spans, *((part.x0, part.x1) for part in rows[end])])
        size = max(part.size for part in rows[end])
        gaps = [(left[1], right[0]) for left, right in pairwise(spans)]
        middle = rows[end][0].y - 0.2 * size
        wide = [(a + b) / 2 for a, b in gaps if b - a >= GUTTER * size or is_parted(a, b, middle, upright)]
        if end > start and not wide:
            break
        if not wide and (len(spans) == 1 and len(rows[start]) > 1):
            break
        held = [gutter for gutter in wide if _is_held(rows[start : end + 1], gutter)]
        if best and len(held) < len(best.gutters) and len(rows[end]) == 1:
            break  # a line that goes over a table's columns is below it
        if held:
            best = _Block(end + 1, held)
    return best


def _opens(rows: Sequence[Sequence[Line]], start: int) -> bool:
    """True where columns may begin: two parts stand beside one another, on one line or nearly so."""
    if len(rows[start]) > 1:
        return True
    if start + 1 == len(rows):
        return False
    (first,), below = rows[start], rows[start + 1]
    return below[0].y - first.y < 0.9 * first.size and all(part.x1 < first.x0 or part.x0 > first.x1 for part in below)


def _is_apart(above: Sequence[Line], below: Sequence[Line]) -> bool:
    """True where so much white is between two rows that no column goes over it."""
    size = max(part.size for part in (*above, *below))
    return min(part.y for part in below) - max(part.y for part in above) > 5 * size


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for x0, x1 in sorted(spans):
        if found and x0 <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], x1))
        else:
            found.append((x0, x1))
    return found


def _is_held(rows: Sequence[Sequence[Line]], gutter: float) -> bool:
    """True where two rows at least stand on each side of the white stripe, beside one another."""
    left = [number for number, row in enumerate(rows) if any(part.x1 <= gutter for part in row)]
    right = [number for number, row in enumerate(rows) if any(part.x0 >= gutter for part in row)]
    if len(left) < 2 or len(right) < 2:
        return False
    return left[0] <= right[-1] and right[0] <= left[-1]


def _columns(
    rows: Sequence[Sequence[Line]], gutters: Sequence[float], rules: Sequence[Box], depth: int
) -> Iterator[Region]:
    """Rows that white stripes divide, as a table or as columns."""
    grid = [[_cell(row, left, right) for left, right in _stripes(gutters)] for row in rows]
    end = max(_end_of_table(grid) or len(grid), _end_of_box(grid, rules))
    if (table := _table(grid[:end], gutters, rules)) is not None:
        yield table
        yield from regions([run for row in rows[end:] for part in row for run in part.runs], rules, depth)
        return
    for column in range(len(gutters) + 1):
        runs = [run for row in grid if (cell := row[column]) for run in cell.runs]
        yield from regions(runs, rules, depth + 1)


def _end_of_table(grid: Sequence[Sequence[Line | None]]) -> int:
    """Where a table ends: after its last row of several cells, and what such a row was wrapped into."""
    end = max((n for n, row in enumerate(grid, 1) if sum(cell is not None for cell in row) > 1), default=0)
    while end < len(grid) and end and _is_wrapped(grid[end - 1], grid[end], ()):
        end += 1
    return end


def _end_of_box(grid: Sequence[Sequence[Line | None]], rules: Sequence[Box]) -> int:
    """How many rows stand in the box that upright rules make about the first one; 0 where there are none."""
    cells = [cell for row in grid for cell in row if cell]
    x0, x1 = min(cell.x0 for cell in cells), max(cell.x1 for cell in cells)
    upright = sorted(
        (rule for rule in rules if rule.width <= 2 < rule.height and x0 - 20 <= rule.x0 <= x1 + 20),
        key=lambda rule: rule.y0,
    )
    top = min(cell.y - 0.3 * cell.size for cell in grid[0] if cell)
    bottom = 0.0
    for rule in upright:
        if rule.y0 <= max(top, bottom + 2) and rule.y1 >= top:
            bottom = max(bottom, rule.y1)
    return sum(all(cell.y - 0.3 * cell.size <= bottom for cell in row if cell) for row in grid)


def _stripes(gutters: Sequence[float]) -> list[tuple[float, float]]:
    edges = [float("-inf"), *gutters, float("inf")]
    return list(pairwise(edges))


def _cell(row: Sequence[Line], left: float, right: float) -> Line | None:
    runs = [run for part in row if left <= (part.x0 + part.x1) / 2 < right for run in part.runs]
    return Line.of(runs) if runs else None


def _table(grid: Sequence[Sequence[Line | None]], gutters: Sequence[float], rules: Sequence[Box]) -> Table | None:
    """The grid as a table, or None where its columns are running text.

    Cells of a table stand beside one another and are short in at least one column, or rules part them.
    """
    beside = [row for row in grid if sum(cell is not None for cell in row) > 1]
    least = min(sum(row[column] is not None for row in grid) for column in range(len(grid[0])))
    if len(beside) < 0.6 * least:
        return None
    inside = _rules_in(grid, rules)
    is_ruled = len(inside) >= 2
    if not is_ruled and any(_are_unlike(row) for row in beside):
        return None  # a heading beside running text
    if not is_ruled and all(_is_prose([row[column] for row in grid]) for column in range(len(grid[0]))):
        return None
    if not is_ruled and len(grid[0]) == 2 and _is_wordy(grid) and len(beside) < 0.75 * len(grid):
        return None
    lines = [cell for row in grid for cell in row if cell]
    cells = _ruled(grid, gutters, rules) or _unwrapped(grid, inside)
    return Table(cells, lines, _is_headed(grid, inside))


def _is_prose(column: Sequence[Line | None]) -> bool:
    """Running text has lines of several words, and one of them begins in the middle of a sentence or ends one."""
    lines = [line for line in column if line]
    if len(lines) < 2:
        return False
    longest, mean = max(line.words for line in lines), fmean(line.words for line in lines)
    goes_on = sum(below.text[:1].islower() or is_open(above.text) for above, below in pairwise(lines))
    goes_on += bool(ENDED.search(lines[-1].text)) and not all(ENDED.search(line.text) for line in lines[:-1])
    goes_on += sum(line.words >= 4 and _SENTENCE.search(line.text) is not None for line in lines)
    return longest >= 4 and (mean >= 4 or goes_on >= len(lines) / 3) and (goes_on > 0 or mean >= 6)


def _are_unlike(row: Sequence[Line | None]) -> bool:
    """True where the cells of a row are set in different sizes."""
    sizes = [cell.size for cell in row if cell]
    return max(sizes) > 1.1 * min(sizes)


def _is_wordy(grid: Sequence[Sequence[Line | None]]) -> bool:
    return all(
        fmean([line.words for row in grid if (line := row[column])] or [0]) >= 3 for column in range(len(grid[0]))
    )


def _rules_in(grid: Sequence[Sequence[Line | None]], rules: Sequence[Box]) -> list[float]:
    """The heights of level rules that run between or around the grid's rows."""
    cells = [cell for row in grid for cell in row if cell]
    x0, x1 = min(cell.x0 for cell in cells), max(cell.x1 for cell in cells)
    top, bottom = cells[0].y - 3 * cells[0].size, cells[-1].y + 2 * cells[-1].size
    level = sorted(
        rule.y0
        for rule in rules
        if rule.height <= 2 and top <= rule.y0 <= bottom and min(rule.x1, x1) - max(rule.x0, x0) > 0.2 * (x1 - x0)
    )
    return [y for number, y in enumerate(level) if not number or y - level[number - 1] > 2]


def _ruled(
    grid: Sequence[Sequence[Line | None]], gutters: Sequence[float], rules: Sequence[Box]
) -> list[list[str]] | None:
    """The rows of a table whose columns are all ruled from row to row: a cell that goes over several rows is said in
    each of them. None for a table with fewer rules."""
    cells = [cell for row in grid for cell in row if cell]
    edges = [min(cell.x0 for cell in cells), *gutters, max(cell.x1 for cell in cells)]
    columns = [_levels(rules, left, right, cells) for left, right in pairwise(edges)]
    levels = sorted(y for column in columns for y in column)
    levels = [y for number, y in enumerate(levels) if not number or y - levels[number - 1] > 2]
    if len(levels) < 3 or any(not column or column[0] > levels[0] + 2 or column[-1] < levels[-1] - 2
                              for column in columns):  # fmt: skip
        return None
    if any(not levels[0] - 1 <= cell.y <= levels[-1] + 1 for cell in cells):
        return None
    found = []
    for top, bottom in pairwise(levels):
        row = []
        for place, column in enumerate(columns):
            above, below = max(y for y in column if y <= top + 2), min(y for y in column if y >= bottom - 2)
            held = [cell for line in grid if (cell := line[place]) and above < cell.y - 0.2 * cell.size <= below]
            row.append(reduce(_joined, (cell.text for cell in held), ""))
        if any(row):
            found.append(row)
    return found


def _levels(rules: Sequence[Box], left: float, right: float, cells: Sequence[Line]) -> list[float]:
    """The heights of level rules over the middle of a column, from one row above the cells to one below them."""
    middle = (left + right) / 2
    top, bottom = min(cell.y - 3 * cell.size for cell in cells), max(cell.y + 2 * cell.size for cell in cells)
    return sorted(
        rule.y0 for rule in rules if rule.height <= 2 and rule.x0 <= middle <= rule.x1 and top <= rule.y0 <= bottom
    )


def _unwrapped(grid: Sequence[Sequence[Line | None]], inside: Sequence[float]) -> list[list[str]]:
    """The rows of cells, with lines that a cell was wrapped into joined again."""
    found: list[list[str]] = []
    last: Sequence[Line | None] = []
    for row in grid:
        texts = [cell.text if cell else "" for cell in row]
        if found and _is_wrapped(last, row, inside):
            found[-1] = [_joined(above, below) for above, below in zip(found[-1], texts, strict=True)]
        else:
            found.append(texts)
        last = row
    return found


def _is_wrapped(last: Sequence[Line | None], row: Sequence[Line | None], inside: Sequence[float]) -> bool:
    """True for a row that only goes on what stands above it, with no rule between."""
    above, below = [cell for cell in last if cell], [cell for cell in row if cell]
    y0, y1 = max(cell.y for cell in above), min(cell.y for cell in below)
    if len(inside) >= 3:  # every row is ruled
        return not any(y0 - 1 < rule < y1 for rule in inside)
    if len(below) == len(row) or y1 - y0 > 1.6 * below[0].size:
        return False
    goes_on = [cell for cell, over in zip(row, last, strict=True) if cell and over]
    return len(goes_on) == len(below) and row[0] is None and all(_continues(cell.text) for cell in goes_on)


def _continues(text: str) -> bool:
    return text[:1].islower() or text[:1] in "(,;&/+"


def _joined(above: str, below: str) -> str:
    if above.endswith("-") and below[:1].islower():
        return above[:-1] + below
    return f"{above} {below}".strip()


_SENTENCE = re.compile(r"[.!?](?:\s|$)")
_NUMERIC = re.compile(r"^\W*\d")


def _is_headed(grid: Sequence[Sequence[Line | None]], inside: Sequence[float]) -> bool | None:
    """True where bold type or the only inner rule sets the first row apart; None where nothing tells."""
    first, body = [cell for cell in grid[0] if cell], [cell for row in grid[1:] for cell in row if cell]
    if not body or any(_NUMERIC.match(cell.text) for cell in first):
        return None
    if all(cell.bold for cell in first) and not all(cell.bold for cell in body):
        return True
    below = [rule for rule in inside if first[0].y < rule < body[0].y]
    others = [rule for rule in inside if body[0].y < rule < body[-1].y - body[-1].size]
    return True if below and not others else None
