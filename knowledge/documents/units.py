"""What a document is made of once it is read: headings, sentences, list items, table rows, formulas and code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.documents.characters import flat
from knowledge.text import sentences

Kind = Literal["heading", "text", "item", "row", "math", "code"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a document that can stand as it is. `level` is a heading's depth, else 0; `first` opens a block."""

    kind: Kind
    text: str
    level: int = 0
    first: bool = True


def heading(text: str, level: int = 1) -> list[Unit]:
    """A heading, or nothing where it is empty."""
    return [Unit("heading", said, level)] if (said := flat(text)) else []


def is_open(text: str) -> bool:
    """True for text after which a sentence must go on."""
    last = text.rsplit(None, 1)[-1] if text.split() else ""
    return text.endswith((",", "(", "-", "‐", "–", "=", "+", "/", "&")) or last.lower().strip("(\"'“‘") in _OPEN


def lines_joined(lines: Iterable[str]) -> list[str]:
    """Lines that a writer broke by hand within one paragraph: one text where the last one ends a sentence, else each
    for itself, but for those that go on."""
    said = [line for line in map(flat, lines) if line]
    if not said or ENDED.search(said[-1]):
        return [" ".join(said)] if said else []
    joined = said[:1]
    for line in said[1:]:
        if is_open(joined[-1]) or line[:1].islower():
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def prose(text: str, kind: Kind = "text") -> list[Unit]:
    """The sentences of one paragraph of plain text: no sign in it means anything but itself."""
    return [Unit(kind, sentence, first=place == 0) for place, sentence in enumerate(sentences_in(flat(text)))]


_BARE = re.compile(r"^\(?(?:\d{1,2}|[a-zA-Z])[.)]$")


def sentences_in(text: str) -> list[str]:
    """The sentences of running text; a number that counts them is none of its own."""
    found: list[str] = []
    for sentence in sentences(text):
        if found and _BARE.match(found[-1]):
            found[-1] += f" {sentence}"
        else:
            found.append(sentence)
    return found


_CLOSED = re.compile(r"[.!?:;,…][\"'”’)\]]*$")
ENDED = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
"""What ends a sentence, or a line that stands for one."""
_OPEN = frozenset(
    """a an the of in on at to for from by with and or nor but as is are was were be been than that which who whose
    this these those its their his her our your my not no into onto over under between about called named
    el la los las un una unos unas de del en a al por para con sin y e o u ni que como es son era fue se su sus lo
    sobre entre desde hasta hacia según cuando donde más""".split()
)
"""Words after which no sentence and no heading ends."""
_SIGNS = r"[•▪▫‣◦●○■□◆◇➢➤►▶✓✔❖§·∙⁃]\s*|[-–—*]\s+"
BULLET = re.compile(rf"^(?:{_SIGNS}|\(?(?:\d{{1,2}}|[a-zA-Z])[.)]\s+|\((?:[ivx]{{1,4}}|\d{{1,2}})\)\s+)")
"""What may open an item of a list: a sign, or a short number or letter."""
_SIGN = re.compile(rf"^(?:{_SIGNS}|\(?\d{{1,2}}[.)]\s+|\(?[a-z]\)\s+)")
"""What does so beyond doubt: "A. Turing" is a name."""


def item(text: str, *, counted: bool = False) -> list[Unit]:
    """One item of a list or one line of a slide, as sentences of its own: it must not run into the next one.

    `counted` says that a letter at its head is its number.
    """
    said = (BULLET if counted else _SIGN).sub("", flat(text))
    return prose(said if not said or _CLOSED.search(said) else f"{said}.", "item")


def rows(cells: Sequence[Sequence[str]], *, headed: bool | None = None) -> list[Unit]:
    """The rows of a table, one unit each; each names its columns where the first row is their heads.

    `headed` says so where the format does; None leaves it to what the cells hold. A column is never named by a guess.
    """
    table = [[flat(cell) for cell in row] for row in cells]
    table = [row for row in table if any(row)]
    if not table:
        return []
    if len(table) > 1 and len(table[0]) > 1 and len(set(table[0])) == 1:  # a cell over all columns is their title
        title = table[0][0].rstrip(".:")
        return [Unit("row", f"{title}: {unit.text}") for unit in rows(table[1:], headed=headed)]
    headed = is_headed(table) if headed is None else headed
    names, body = (table[0], table[1:]) if headed and len(table) > 1 else ([], table)
    return [Unit("row", said) for row in body if (said := _row(names, row))]


def _row(names: Sequence[str], row: Sequence[str]) -> str:
    named = [*names, *[""] * (len(row) - len(names))]
    parts = _without_repeats((name, cell) for name, cell in zip(named, row, strict=False) if cell)
    said = "; ".join(f"{name} {cell}" if name and name != cell else cell for name, cell in parts)
    return said if not said or _CLOSED.search(said) else f"{said}."


def _without_repeats(parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A cell that spans columns is said once where their names are the same."""
    return list(dict.fromkeys(parts))


_NUMBER = re.compile(r"^[~≈<>≤≥±+\-−$€£(]*\d[\d.,:/ ]*(?:[eE][+-]?\d+)?\s*[%°\w/²³)€$£]{0,6}\)?$")


def is_number(cell: str) -> bool:
    """True for a number with its unit at most."""
    return bool(_NUMBER.match(cell))


def is_headed(table: Sequence[Sequence[str]]) -> bool:
    """True where the first row must be the columns' heads: it holds no number, and each row below it holds one in a
    column that the first row names."""
    first, body = table[0], table[1:]
    if not body or any(is_number(cell) for cell in first) or sum(map(bool, first)) < min(2, len(first)):
        return False
    numbers = [column for column in range(1, len(first)) if _are_numbers([row[column : column + 1] for row in body])]
    return bool(numbers)


def _are_numbers(column: Sequence[Sequence[str]]) -> bool:
    held = [cell[0] for cell in column if cell and cell[0]]
    return bool(held) and all(is_number(cell) for cell in held)
