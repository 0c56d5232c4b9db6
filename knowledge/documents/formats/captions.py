"""Captions of a recorded lecture (WebVTT, SubRip): what is said as sentences, under the minute in which it is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.documents.characters import decode, flat
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import Unit, heading
from knowledge.errors import KnowledgeError
from knowledge.messages import say
from knowledge.text import sentences

_TIME = re.compile(r"^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,]\d{1,3}\s+-->\s+\S+")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>\n]{0,200}>|\{\\[^{}\n]{0,100}\}")
_SPEAKER = re.compile(r"<v(?:\.[^ >]*)?\s+[^>]{1,100}>")
_SECTION = 120
"""Seconds of speech under one heading."""
_UNMARKED = 40
"""Words without a full stop from which captions are taken to have none: each is then a unit."""


@dataclass(frozen=True, slots=True)
class _Cue:
    second: int
    text: str


def read_captions(path: Path, _tell: Tell) -> Converted:
    """The sentences that are spoken."""
    cues = list(_cues(re.sub(r"\r\n?", "\n", decode(path.read_bytes()))))
    if not cues:
        raise KnowledgeError(say("it holds no captions."), code="unreadable_document")
    return Converted((Page(tuple(_units(cues))),))


def _cues(text: str) -> Iterator[_Cue]:
    """The captions in order, without lines that the one before shows already."""
    last: list[str] = []
    for block in re.split(r"\n{2,}", text):
        lines = block.split("\n")
        place = next((number for number, line in enumerate(lines) if _TIME.match(line)), None)
        if place is None:
            continue
        match = _TIME.match(lines[place])
        assert match is not None
        second = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
        shown = [flat(html.unescape(_TAG.sub("", _SPEAKER.sub("", line)))) for line in lines[place + 1 :]]
        said = " ".join(line for line in shown if line and line not in last)
        last = shown
        if said:
            yield _Cue(second, said)


def _units(cues: Sequence[_Cue]) -> Iterator[Unit]:
    whole, starts = "", list[tuple[int, int]]()
    for cue in cues:
        starts.append((len(whole), cue.second))
        whole += cue.text + " "
    found = sentences(whole)
    is_marked = len(whole.split()) / len(found) < _UNMARKED
    section = -1
    position = 0
    for said in found if is_marked else [cue.text for cue in cues]:
        position = max(position, whole.find(said, position))
        second = next(second for start, second in reversed(starts) if start <= position)
        if second // _SECTION != section:
            section = second // _SECTION
            minute = section * _SECTION // 60
            yield from heading(f"From {minute // 60}:{minute % 60:02}:00" if minute >= 60 else f"From {minute}:00", 2)
        yield Unit("text", said)
        position += len(said)
