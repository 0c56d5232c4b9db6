"""What the user sees, in English and in Spanish, from one catalogue.

English texts are their own keys; `es.po` holds the Spanish ones (gettext's format, read by Babel). A text is said by
`Texts("es")("The course has no slide {number}.", number=99)`; what is not marked by such a call, or by `mark(...)`, is
not in the catalogue. `python -m tutor.i18n` tells what is missing or no longer used.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.text import Language

_CONTRACTED = re.compile(r"\b([DdAa])(e?) el (?=\w)")
"""Spanish joins "de el" and "a el", as they come about where a name is put in."""
CATALOGUE = Path(__file__).with_name("es.po")


@cache
def spanish() -> dict[str, str]:
    """The Spanish of every text that has one."""
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}


class Texts:
    """The tutor's own texts in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, text: str, **values: Any) -> str:
        """The text with its values put in; in English where the catalogue has no Spanish."""
        said = spanish().get(text, text) if self.language == "es" else text
        said = said.format(**values) if values else said
        return _CONTRACTED.sub(r"\1\2l ", said) if self.language == "es" else said

    def plural(self, one: str, many: str, count: int, **values: Any) -> str:
        """`one` for a count of 1, else `many`; both are keys of their own, with {count}."""
        return self(one if count == 1 else many, count=count, **values)


def preferred() -> Language:
    """The language that is set (TIZA_LANGUAGE), else that of the user's machine, where the tutor speaks it."""
    named = (os.environ.get(name) for name in ("TIZA_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "es" if next(filter(None, named), "").startswith("es") else "en"


def texts(text: str, **values: Any) -> str:
    """A text in the preferred language, for what has no other at hand."""
    return Texts(preferred())(text, **values)


def mark(text: str) -> str:
    """The text itself: marks it for the catalogue where it is kept before a language is known."""
    return text
