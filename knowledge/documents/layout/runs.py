"""Runs of text with their places, and the lines that they make: superscripts raised, footnote marks gone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from knowledge.documents.characters import lowered, raised

GAP = 0.17
"""Ems between two words at least."""
_TOUCHING = -0.1
APART = 1.1
"""Ems from which a gap may be that between two columns."""


@dataclass(frozen=True, slots=True)
class Box:
    """Left, upper, right and lower side, in points from the upper left."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def sides(self) -> list[Box]:
        """Its outline as four rules."""
        return [
            Box(self.x0, self.y0, self.x1, self.y0), Box(self.x0, self.y1, self.x1, self.y1),
            Box(self.x0, self.y0, self.x0, self.y1), Box(self.x1, self.y0, self.x1, self.y1),
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """Letters in one size on one line. `y` is the line on which they stand; `spaced` says that a space is written
    before them."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    spaced: bool = False


@dataclass(slots=True)
class Line:
    """Runs beside one another, and what they say."""

    runs: list[Run]
    text: str = ""
    x0: float = 0.0
    x1: float = 0.0
    y: float = 0.0
    size: float = 0.0
    bold: bool = False
    words: int = field(default=0)

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Line:
        """The line of some runs; the size is that of most of its letters."""
        count: Counter[float] = Counter()
        for run in runs:
            count[round(run.size, 1)] += len(run.text)
        size = max(count, key=lambda size: (count[size], size))
        main = [run for run in runs if abs(run.size - size) <= 0.06]
        text = text_of(runs, size, main[0].y)
        bold = sum(len(run.text) for run in runs if run.bold) > 0.8 * sum(len(run.text) for run in runs)
        x0, x1 = min(run.x0 for run in runs), max(run.x1 for run in runs)
        return cls(list(runs), text, x0, x1, main[0].y, size, bold, len(text.split()))


def is_rightward(runs: Iterable[Run]) -> bool:
    """False for a line that is mostly read from right to left."""
    kinds = Counter(unicodedata.bidirectional(char) for run in runs for char in run.text)
    return kinds["R"] + kinds["AL"] <= kinds["L"]


def text_of(runs: Sequence[Run], size: float, baseline: float) -> str:
    """What runs beside one another say. Marks of footnotes leave; other small raised or lowered signs stay so."""
    rightward = is_rightward(runs)
    parts: list[str] = []
    last: Run | None = None
    for run in sorted(runs, key=lambda run: run.x0 if rightward else -run.x1):
        said = _script(run, size, baseline, "".join(parts[-2:]))
        if not said:
            continue
        is_script = said != run.text and run.size <= 0.87 * size
        if last is not None and not is_script and _gap(last, run, rightward) > _least(run) * min(last.size, run.size):
            parts.append(" ")
        parts.append(said)
        last = run
    return "".join(parts)


def _least(run: Run) -> float:
    """Ems that part a run from what stands before it: where a space is written, letters of slanted type may touch."""
    return _TOUCHING if run.spaced else GAP


def _gap(last: Run, run: Run, rightward: bool) -> float:
    return run.x0 - last.x1 if rightward else last.x0 - run.x1


_NOTE = re.compile(r"^[\d,*†‡§¶]{1,6}$|^\[[\d,\- ]+\]$|^[a-e]$")
_UNITS = frozenset("mm cm dm km hm kg ms ft in yd mi".split())


def _script(run: Run, size: float, baseline: float, before: str) -> str:
    """What a run says beside what stands before it: a smaller one that is raised or lowered is no plain text."""
    if run.size > 0.87 * size:
        return run.text
    lift = (baseline - run.y) / size
    if lift > 0.12:
        base = re.search(r"([^\W\d_]*)([^\w\s]*)$", before)
        word, sign = (base[1], base[2]) if base else ("", "")
        follows_word = len(word) >= 3 or (len(word) == 2 and word not in _UNITS and not sign)
        ends = bool(re.search(r"[.,;:!?”\"’»]$", sign)) or (
            sign.endswith(")") and len(before) > 1 and "=" not in before
        )
        if _NOTE.match(run.text) and (follows_word or ends or not before):
            return ""
        return raised(run.text)
    return lowered(run.text) if lift < -0.08 else run.text


def rows_of(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs that stand on one line, from the top down; small raised and lowered ones with the line they belong to."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.y):
        if rows and abs(run.y - _level(rows[-1])) <= 0.25 * max(run.size, rows[-1][0].size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return _with_scripts(rows)


def _level(row: Sequence[Run]) -> float:
    return max(row, key=lambda run: (run.size, len(run.text))).y


def _with_scripts(rows: list[list[Run]]) -> list[list[Run]]:
    """Rows of small type that touch a row of larger type just above or below are its super- and subscripts."""
    for number, row in enumerate(rows):
        for other in (number - 1, number + 1):
            if not 0 <= other < len(rows) or not rows[other] or not row:
                continue
            main = rows[other]
            size = max(run.size for run in main)
            stays = [run for run in row if not _belongs(run, main, size)]
            if len(stays) < len(row):
                main += [run for run in row if run not in stays]
                row[:] = stays
    return [row for row in rows if row]


def _belongs(run: Run, main: Sequence[Run], size: float) -> bool:
    if run.size > 0.87 * size:
        return False
    near = [other for other in main if other.size > run.size / 0.87]
    return any(
        -0.35 * other.size < other.y - run.y < 0.75 * other.size
        and min(abs(run.x0 - other.x1), abs(other.x0 - run.x1)) < 0.5 * other.size
        for other in near
    )


_SIGN_ONLY = re.compile(r"^(?:[•▪▫‣◦●○■□◆◇➢➤►▶✓✔❖§·∙⁃\-–—*\uf000-\uf0ff]|\(?\w{1,3}[.)]|\[\d{1,3}\])$")


def is_parted(x0: float, x1: float, y: float, upright: Sequence[Box]) -> bool:
    """True where an upright rule stands between two places of the line at `y`."""
    return any(x0 - 1 <= rule.x0 <= x1 + 1 and rule.y0 <= y <= rule.y1 for rule in upright)


def segments(row: Sequence[Run], upright: Sequence[Box] = ()) -> list[Line]:
    """A row's parts between wide gaps or upright rules; a bullet or number stays with what it opens."""
    parts: list[list[Run]] = []
    for run in sorted(row, key=lambda run: run.x0):
        if parts:
            reach = max(other.x1 for other in parts[-1])
            size = max(run.size, parts[-1][-1].size)
            opens = len(parts[-1]) == 1 and bool(_SIGN_ONLY.match(parts[-1][0].text))
            ruled = is_parted(reach, run.x0, run.y - 0.2 * run.size, upright)
            if run.x0 - reach <= (4.5 if opens else APART) * size and not ruled:
                parts[-1].append(run)
                continue
        parts.append([run])
    return [Line.of(part) for part in parts]
