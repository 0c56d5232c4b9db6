"""`python -m tutor.i18n`: texts that the Spanish catalogue lacks, and those that nobody says any more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from demos.runtime.said import worded
from tutor.i18n import CATALOGUE

ROOT = Path(__file__).parents[2]
KEYWORDS = {"texts": None, "_texts": None, "mark": None, "plural": (1, 2)}
ROOMS = {"tutor": KEYWORDS, "tutor/runs": {"say": None}}
"""Where texts are marked, and how: an answer about a run is a message, as the run's own texts are."""


METHODS = [("formulas/**.py", "ignore"), ("**.py", "python")]
"""Formulas are signs and no texts, and their f-strings are not read right."""


def said() -> set[str]:
    """Every text that the code marks."""
    from babel.messages.extract import extract_from_dir

    found: set[str] = set()
    for room, keywords in ROOMS.items():
        for _, _, message, _, _ in extract_from_dir(ROOT / room, METHODS, keywords=keywords):
            found.update(message if isinstance(message, tuple) else (message,))
    return {text for text in found if text and worded(text)}


def problems() -> Iterator[str]:
    """What is wrong with the catalogue, a line each."""
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as file:
        held = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    marked = said()
    yield from (f"no Spanish: {text!r}" for text in sorted(marked - {text for text, es in held.items() if es}))
    yield from (f"nobody says: {text!r}" for text in sorted(set(held) - marked))
    for text, spanish in held.items():
        if sorted(_fields(text)) != sorted(_fields(spanish)):
            yield f"other values in Spanish: {text!r}"


def _fields(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


if __name__ == "__main__":
    found = list(problems())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    raise SystemExit(bool(found))
