"""Running heads, page numbers and footnotes: what stands on every page and belongs to no sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.documents.layout.runs import Box, Line, Run, rows_of

ZONE = 0.12
"""Share of the page, at its head and its foot, in which running heads stand."""
_DEPTH = 3
"""Rows of each zone that are looked at."""
_NUMBER = re.compile(
    r"^[\W_]*(?:(?:page|página|pág\.?|p\.|slide|seite)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|de|von|\|)\s*\d{1,4})?[\W_]*$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_SENTENCE = re.compile(r"[.!?]$")


@dataclass(slots=True)
class Sheet:
    """One page's runs and rules, or those of a picture on it, from which what runs on every page is taken.

    `body` is the size of its own running text where that is not the document's.
    """

    number: int
    width: float
    height: float
    runs: list[Run]
    rules: list[Box] = field(default_factory=list)
    body: float = 0.0
    taken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Candidate:
    sheet: Sheet
    line: Line
    is_head: bool
    is_last: bool


def take_running(sheets: Sequence[Sheet], body: float) -> None:
    """Remove running heads, feet and page numbers from the sheets."""
    groups: dict[tuple[bool, str], list[_Candidate]] = defaultdict(list)
    for sheet in sheets:
        for candidate in _candidates(sheet):
            if candidate.is_last and (_NUMBER.match(candidate.line.text) or _is_margin(candidate, body)):
                _take(candidate)
            else:
                groups[candidate.is_head, _DIGITS.sub("#", candidate.line.text.lower())].append(candidate)
    for group in groups.values():
        if len({candidate.sheet.number for candidate in group}) > 1:
            for place in _at_one_height(group):
                if _runs_on(place, len(sheets), body):
                    for candidate in place:
                        _take(candidate)
    for sheet in sheets:  # what stood outside of the heads is outermost now
        for candidate in _candidates(sheet):
            if sheet.taken and candidate.is_last and _NUMBER.match(candidate.line.text):
                _take(candidate)


def _candidates(sheet: Sheet) -> list[_Candidate]:
    rows = [Line.of(row) for row in rows_of(sheet.runs)]
    heads = [line for line in rows[:_DEPTH] if line.y < ZONE * sheet.height]
    feet = [line for line in rows[::-1][:_DEPTH] if line.y > (1 - ZONE) * sheet.height]
    return [
        _Candidate(sheet, line, is_head, place == 0)
        for is_head, lines in ((True, heads), (False, feet))
        for place, line in enumerate(lines)
    ]


def _is_margin(candidate: _Candidate, body: float) -> bool:
    """True for a few words in small type at the very edge of a page, away from its text: a head, though of one page."""
    line, sheet = candidate.line, candidate.sheet
    if line.size >= 0.9 * body or line.words > 8 or _SENTENCE.search(line.text):
        return False
    edge = line.y if candidate.is_head else sheet.height - line.y
    others = [run.y for run in sheet.runs if abs(run.y - line.y) > 0.5 * line.size]
    return edge < 0.06 * sheet.height and all(abs(y - line.y) > 2 * body for y in others)


def _at_one_height(group: Sequence[_Candidate]) -> list[list[_Candidate]]:
    found: list[list[_Candidate]] = []
    for candidate in sorted(group, key=lambda candidate: candidate.line.y):
        if found and candidate.line.y - found[-1][-1].line.y < 4:
            found[-1].append(candidate)
        else:
            found.append([candidate])
    return found


def _runs_on(place: Sequence[_Candidate], pages: int, body: float) -> bool:
    """True for lines that stand at one height of several pages and say the same, but for the number of the page."""
    numbers = len({candidate.sheet.number for candidate in place})
    if numbers < 2:
        return False
    line = place[0].line
    is_same = len({candidate.line.text for candidate in place}) == 1
    if not is_same and not _count_pages(place):
        return False
    if _SENTENCE.search(line.text) and line.words >= 6 and not (is_same and numbers >= max(3, 0.5 * pages)):
        return False
    return line.size <= 1.15 * body or numbers >= max(3, 0.6 * pages)


def _count_pages(place: Sequence[_Candidate]) -> bool:
    """True where the numbers in the lines stay the same, or go up with the pages."""
    held = [(candidate.sheet.number, [int(n[:9]) for n in _DIGITS.findall(candidate.line.text)]) for candidate in place]
    for slot in range(len(held[0][1])):
        values = {numbers[slot] for _, numbers in held}
        offsets = {numbers[slot] - page for page, numbers in held}
        if len(values) > 1 and len(offsets) > 1:
            return False
    return True


def _take(candidate: _Candidate) -> None:
    gone = {id(run) for run in candidate.line.runs}
    candidate.sheet.runs = [run for run in candidate.sheet.runs if id(run) not in gone]
    candidate.sheet.taken.append(candidate.line.text)


_NOTE = re.compile(r"^(?:\[?\d{1,3}\]?[.)]?|[*†‡§¶]{1,3}|[a-e])\s*\S")


def split_notes(lines: Sequence[Line], height: float, body: float) -> tuple[list[Line], list[Line]]:
    """A column's lines and the footnotes at its end: in smaller type, low on the page, the first one with its mark."""
    start = len(lines)
    while start and lines[start - 1].size < 0.93 * body and lines[start - 1].y > 0.45 * height:
        start -= 1
    while start < len(lines) and not _opens_note(lines[start]):
        start += 1
    return list(lines[:start]), list(lines[start:])


def _opens_note(line: Line) -> bool:
    first = min(line.runs, key=lambda run: run.x0)
    return bool(_NOTE.match(first.text + "x")) and (first.size < 0.87 * line.size or bool(_NOTE.match(line.text)))
