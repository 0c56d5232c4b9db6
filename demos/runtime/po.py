"""Reads a catalogue in gettext's format (PO), in a few milliseconds: a command that says one sentence waits for it.

Babel checks these files and knows all of the format; its import alone takes as long as reading every catalogue here.
"""

from __future__ import annotations

import json
from pathlib import Path

_FIELDS = ("msgid", "msgstr")


def read_entries(path: Path) -> dict[str, str]:
    """The translation of every text that has one. A file that is not there has none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found: dict[str, str] = {}
    field, parts = "", dict.fromkeys(_FIELDS, "")
    for line in [*lines, 'msgid ""']:
        word, _, rest = line.partition(" ")
        if word == "msgid":
            found[parts["msgid"]] = parts["msgstr"]
            parts = dict.fromkeys(_FIELDS, "")
        if word in _FIELDS:
            field, line = word, rest
        if line.startswith('"'):
            parts[field] += json.loads(line)  # the escapes of PO are those of JSON
    return {text: said for text, said in found.items() if text and said}
