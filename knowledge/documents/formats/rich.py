"""Rich text (RTF), through striprtf: its paragraphs, and its tables as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import BULLET, Unit, item, prose, rows
from knowledge.errors import KnowledgeError

_HIDDEN = re.compile(r"\\v(?![a-z0-9])")
_ROW = re.compile(r"\|\s*$")
_PICTURE = re.compile(r"\\pict(?![a-z])")


def read_rtf(path: Path, _tell: Tell) -> Converted:
    """The paragraphs of a rich text. Hidden text is left out, pictures are counted."""
    from striprtf.striprtf import rtf_to_text

    source = path.read_bytes().decode("latin-1")
    if not source.lstrip().startswith("{\\rtf"):
        raise KnowledgeError("it is damaged, or not what its name says.", code="unreadable_document")
    ledger = Ledger()
    shown, hidden = _without_hidden(source)
    ledger.note("hidden", count=hidden)
    ledger.note("picture", count=len(_PICTURE.findall(shown)))
    text = rtf_to_text(shown, encoding="cp1252", errors="replace")
    return Converted((Page(tuple(_units(text.split("\n")))),), ledger.gaps())


def _without_hidden(source: str) -> tuple[str, int]:
    """The source without the text between `\\v` and `\\v0` or the end of the group; and how often there was some."""
    parts, place, count = [], 0, 0
    while match := _HIDDEN.search(source, place):
        end, depth = match.end(), 0
        while end < len(source):
            sign = source[end]
            if sign == "\\":
                if depth == 0 and source.startswith(("\\v0", "\\plain"), end):
                    break
                end += 2
                continue
            depth += {"{": 1, "}": -1}.get(sign, 0)
            if depth < 0:
                break
            end += 1
        parts.append(source[place : match.start()] + " ")
        place, count = end, count + 1
    return "".join(parts) + source[place:], count


def _units(lines: list[str]) -> Iterator[Unit]:
    table: list[list[str]] = []
    for line in [*lines, ""]:
        if _ROW.search(line) and "|" in line.rstrip()[:-1]:
            table.append(line.rstrip().removesuffix("|").split("|"))
            continue
        if table:
            yield from rows(table)
            table = []
        yield from item(line, counted=True) if BULLET.match(line.strip()) else prose(line)
