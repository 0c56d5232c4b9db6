"""What the user sees, in English and in Spanish, from one catalogue.

English texts are their own keys; `es.po` holds the Spanish ones (gettext's format). A text is said by
`Texts("es")("The course has no slide {number}.", number=99)`; what is not marked by such a call, or by `mark(...)`, is
not in the catalogue. What is said before its reader's language is known, as an error is, is a message, `say(...)`, and
`tell` says it. `python -m tutor.i18n` tells what is missing or no longer used.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from demos.runtime import messages as demos_messages
from demos.runtime.po import read_entries
from demos.runtime.texts import fixed
from knowledge import messages as knowledge_messages
from knowledge.text import Language

_CONTRACTED = re.compile(r"\b([DdAa])(e?) el (?=\w)")
"""Spanish joins "de el" and "a el", as they come about where a name is put in."""
CATALOGUE = Path(__file__).with_name("es.po")
Message = demos_messages.Message | knowledge_messages.Message


@cache
def spanish() -> dict[str, str]:
    """The Spanish of every text that has one."""
    return read_entries(CATALOGUE)


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


def tell(text: str, language: str) -> str:
    """A message of any room as a plain string; in English where the catalogue has no Spanish, and unchanged if it is
    no message. Its values are put in as they are: the name of a file is no word of the sentence."""
    if not isinstance(text, Message):
        return text
    return _spanish_of(text) if language == "es" else str.__str__(text)


def _spanish_of(text: str) -> str:
    if not isinstance(text, Message):
        return text
    if isinstance(text, demos_messages.Message) and text.parts:
        return "".join(map(_spanish_of, text.parts))
    template = spanish().get(text.template)
    if template is None and isinstance(text, demos_messages.Message):  # a demo's own words, or a template without any
        template = fixed(text.template, "es")
    values = {name: _spanish_of(value) if isinstance(value, str) else value for name, value in text.values.items()}
    template = template or text.template
    return template.format(**values) if values else template
