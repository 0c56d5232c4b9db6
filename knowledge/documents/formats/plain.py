"""Plain text: paragraphs by their lines' width and empty lines, pages by form feeds. No sign in it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from knowledge.documents.characters import decode, flat
from knowledge.documents.layout.hyphens import Vocabulary
from knowledge.documents.layout.paragraphs import paragraphs
from knowledge.documents.layout.runs import Line, Run
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import Unit, heading, item, prose

_WRAPPED = 100
"""Letters in a line at most where lines are broken for their width; longer ones are whole paragraphs."""


def read_text(path: Path, _tell: Tell) -> Converted:
    """The sentences of a text file."""
    return text_pages(decode(path.read_bytes()))


def text_pages(text: str) -> Converted:
    """The units of plain text, page by page where form feeds part them."""
    text = re.sub(r"\r\n?|\x85|\u2028|\u2029", "\n", text)
    parts = text.split("\f")
    while len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    kind = "page" if len(parts) > 1 else ""
    vocabulary = Vocabulary()
    vocabulary.learn(text.split("\n"))
    pages = (Page(tuple(_units(part, vocabulary)), number if kind else 0, kind) for number, part in enumerate(parts, 1))
    return Converted(tuple(pages))


def _units(text: str, vocabulary: Vocabulary) -> Iterator[Unit]:
    lines = [line.expandtabs(4).rstrip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line.strip())
    is_wrapped = bool(lengths) and lengths[int(0.95 * (len(lengths) - 1))] <= _WRAPPED
    for block in _blocks(lines):
        if is_wrapped:
            yield from _paragraphs(block, vocabulary)
        else:
            for line in block:
                yield from _whole(line)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Lines between empty ones; rules drawn with signs part them, too."""
    block: list[str] = []
    for line in [*lines, ""]:
        if any(char.isalnum() for char in line):
            block.append(line)
        elif block:
            yield block
            block = []


def _whole(line: str) -> Iterator[Unit]:
    """A line that is a paragraph."""
    said = flat(line)
    yield from item(said) if re.match(r"^[•▪‣●○■–—*-]\s", said) else prose(said)


def _paragraphs(block: list[str], vocabulary: Vocabulary) -> Iterator[Unit]:
    """Paragraphs of lines that were broken for their width: each letter is as wide as another."""
    typed = []
    for number, line in enumerate(block):
        said, indent = flat(line), float(len(line) - len(line.lstrip()))
        if said:
            run = Run(said, indent, indent + len(said), number * 1.2, 1.0)
            typed.append(Line([run], said, run.x0, run.x1, run.y, 1.0, False, len(said.split())))
    for paragraph in paragraphs(typed, 1.0):
        text = vocabulary.join([line.text for line in paragraph.lines])
        if paragraph.kind == "item":
            yield from item(text, counted=True)
        else:
            yield from heading(text) if paragraph.kind == "heading" else prose(text)
