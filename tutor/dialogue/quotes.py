"""Quoted text in what a student says: it is material for a demo, and says nothing about what is wanted."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^“”\n]*”|«[^«»\n]*»|(?<!\w)'[^'\n]*'(?!\w)")


def unquoted(text: str) -> str:
    """The text with blanks in place of what it quotes."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)
