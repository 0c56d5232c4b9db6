"""Markdown, and notebooks, whose cells are Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.documents.characters import clean, decode
from knowledge.documents.formats.plain import text_pages
from knowledge.documents.formats.web import html_units
from knowledge.documents.gaps import Ledger
from knowledge.documents.markdown import front_matter, units
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import Unit, heading
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_BROKEN_HEAD = re.compile(
    r"\A---\n(?:[A-Za-z][\w -]{0,40}:(?: [^\n]{0,500})?\n|[ \t]{1,8}[^\n]{0,500}\n|#[^\n]{0,200}\n){1,60}---\n"
)
"""Front matter that is no YAML, and is plainly meant as such: nothing but names with what they stand for."""
MOST_LINES = 30
"""Lines of one output of a notebook that are read: a longer one is a log."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")
_OBJECT = re.compile(r"^<.*>$|^\w+\(.*\)$|^\[<.*>\]$", re.DOTALL)
"""What Python says of an object that has no words of its own: "<Axes: >", "LinearRegression()"."""
_FRAME = re.compile(r'class="[^"]*\bdataframe\b')


def read_markdown(path: Path, _tell: Tell) -> Converted:
    """Markdown as it is, without its front matter."""
    text = re.sub(r"\r\n?", "\n", decode(path.read_bytes()))
    _, body = front_matter(text)
    body = _BROKEN_HEAD.sub("", body, count=1)
    ledger = Ledger()
    return Converted((Page(tuple(_marked(body, ledger))),), ledger.gaps())


def read_notebook(path: Path, _tell: Tell) -> Converted:
    """The text cells of a Jupyter notebook of format 3 or 4, its code as code, and what its outputs say; their pictures
    and errors, and what of them is too long, are counted."""
    notebook = json.loads(decode(path.read_bytes()))
    if not isinstance(notebook, dict):
        raise KnowledgeError(say("it is no notebook."), code="unreadable_document")
    sheets = notebook.get("worksheets") or [notebook]
    cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    ledger = Ledger()
    found: list[Unit] = []
    for cell in cells:
        found += _cell(cell, ledger)
    return Converted((Page(tuple(found)),), ledger.gaps())


def _cell(cell: dict[str, Any], ledger: Ledger) -> Iterator[Unit]:
    source = _text(cell.get("source", cell.get("input", "")))
    match cell.get("cell_type"):
        case "markdown":
            yield from _marked(source, ledger)
        case "heading":
            yield from heading(source, int(cell.get("level", 1)))
        case "code":
            if source.strip():
                yield Unit("code", clean(source).rstrip())
            for output in cell.get("outputs", []):
                yield from _output(output, ledger)
        case _:
            pass  # raw cells are for other programs


def _output(output: dict[str, Any], ledger: Ledger) -> Iterator[Unit]:
    """What an output says: a table as rows, text as text. A picture is counted, and what stands for it left out."""
    held = {**output, **_data(output)}
    if any(kind.startswith("image/") or kind in ("png", "jpeg", "svg") for kind in held):
        ledger.note("picture")
    elif output.get("output_type") in ("error", "pyerr"):
        ledger.note("output")
    elif source := _text(held.get("text/html", held.get("html", ""))):
        units = html_units(source, ledger)
        yield from _without_index(units) if _FRAME.search(source) else units
    else:
        said = _text(held.get("text/plain", held.get("text", "")))
        said = _OVERWRITTEN.sub("", _COLOURS.sub("", said)).strip()
        lines = said.splitlines()
        if len(lines) > MOST_LINES:
            ledger.note("output")
        elif said and not _OBJECT.match(said):
            yield from (unit for page in text_pages(said).pages for unit in page.units)


def _without_index(units: list[Unit]) -> list[Unit]:
    """The rows of a data frame without the numbers that count them."""
    numbers = [unit.text.partition("; ")[0] for unit in units]
    if numbers != [str(place) for place in range(len(units))]:
        return units
    return [Unit(unit.kind, unit.text.partition("; ")[2], unit.level, unit.first) for unit in units]


def _data(output: dict[str, Any]) -> dict[str, Any]:
    data = output.get("data")
    return data if isinstance(data, dict) else {}


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


def _marked(text: str, ledger: Ledger) -> Iterator[Unit]:
    """The units of Markdown; what of it is HTML is read as that."""
    ledger.note("picture", count=len(re.findall(r"!\[[^\]\n]{0,300}\]\(", text)))
    for unit in units(text):
        said = clean(unit.text) if unit.kind == "code" else " ".join(clean(unit.text).split())
        if said:
            yield Unit(unit.kind, said, unit.level, unit.first)
