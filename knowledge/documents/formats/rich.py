"""Rich text (RTF), through striprtf: its paragraphs, and its tables as rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from knowledge.documents.characters import flat, lowered, raised
from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import BULLET, Unit, item, prose, rows
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_ROW = re.compile(r"\|\s*$")
_PICTURE = re.compile(r"\\pict(?![a-z])")
_HIDDEN = re.compile(r"\\v(?![a-z0-9-])")
_SHOWN = re.compile(r"\\(?:v0|plain)(?![a-z0-9-])")
_RAISED, _LOWERED = re.compile(r"\\super(?![a-z0-9-])"), re.compile(r"\\sub(?![a-z0-9-])")
_LEVEL = re.compile(r"\\(?:nosupersub|plain)(?![a-z0-9-])")
_COLOURS = re.compile(r"\{\\colortbl([^{}]{0,5000})\}")
_COLOUR = re.compile(r"\\(?:cf\d+|plain)(?![a-z0-9-])")
_GROUND = re.compile(r"\\(?:highlight|chcbpat|cb|clcbpat)[1-9]")
_MARKS = ("\ue010", "\ue011", "\ue012")


def read_rtf(path: Path, _tell: Tell) -> Converted:
    """The paragraphs of a rich text. Hidden text is left out, pictures are counted."""
    from striprtf.striprtf import rtf_to_text

    source = path.read_bytes().decode("latin-1")
    if not source.lstrip().startswith("{\\rtf"):
        raise KnowledgeError(say("it is damaged, or not what its name says."), code="unreadable_document")
    ledger = Ledger()
    source = _without(source, _HIDDEN, _SHOWN, ledger)
    if not _GROUND.search(source) and (white := _white(source)):
        source = _without(source, re.compile(rf"\\cf(?:{'|'.join(white)})(?![a-z0-9-])"), _COLOUR, ledger)
    source = _marked(_marked(source, _RAISED, _MARKS[0]), _LOWERED, _MARKS[1])
    ledger.note("picture", count=len(_PICTURE.findall(source)))
    text = rtf_to_text(source, encoding="cp1252", errors="replace")
    text = re.sub(f"{_MARKS[0]}([^{_MARKS[2]}]*){_MARKS[2]}", lambda match: raised(match[1]), text)
    text = re.sub(f"{_MARKS[1]}([^{_MARKS[2]}]*){_MARKS[2]}", lambda match: lowered(match[1]), text)
    return Converted((Page(tuple(_units(text.split("\n")))),), ledger.gaps())


def _white(source: str) -> list[str]:
    """The numbers of the colours that are white."""
    table = _COLOURS.search(source)
    colours = table[1].split(";") if table else []
    return [str(number) for number, colour in enumerate(colours) if colour.count("255") == 3]


def _spans(source: str, opens: re.Pattern[str], closes: re.Pattern[str], put: Callable[[str], str]) -> str:
    """The source with what stands from a control word to the one that ends it, or to the end of its group, changed."""
    parts, place = [], 0
    while match := opens.search(source, place):
        end, depth = match.end(), 0
        while end < len(source):
            sign = source[end]
            if sign == "\\":
                if depth == 0 and closes.match(source, end):
                    break
                end += 2
                continue
            depth += {"{": 1, "}": -1}.get(sign, 0)
            if depth < 0:
                break
            end += 1
        parts += [source[place : match.start()], put(source[match.end() : end])]
        place = end
    return "".join(parts) + source[place:]


_WORD = re.compile(r"\\[a-z]+-?\d* ?|[{}\s]")


def _without(source: str, opens: re.Pattern[str], closes: re.Pattern[str], ledger: Ledger) -> str:
    def leave_out(inner: str) -> str:
        ledger.note("hidden", count=int(bool(_WORD.sub("", inner))))
        return " "

    return _spans(source, opens, closes, leave_out)


def _marked(source: str, opens: re.Pattern[str], mark: str) -> str:
    """The source with a mark before and after each raised or lowered text, which survives the reading."""
    before, after = (f"\\uc1\\u{ord(sign) - 65536}?" for sign in (mark, _MARKS[2]))
    return _spans(source, opens, _LEVEL, lambda inner: f"{before}{inner}{after}")


def _units(lines: list[str]) -> Iterator[Unit]:
    table: list[list[str]] = []
    for line in [*lines, ""]:
        if _ROW.search(line) and "|" in line.rstrip()[:-1]:
            table.append(line.rstrip().removesuffix("|").split("|"))
            continue
        if table:
            yield from rows(table)
            table = []
        said = flat(line)
        yield from item(said, counted=True) if BULLET.match(said) else prose(said)
