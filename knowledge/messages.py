"""Sentences that can be said in either language.

    say("{name} is not a format that Tiza reads.", name="notes.xyz")

is a string, the English "notes.xyz is not a format that Tiza reads.", which remembers its template and its values: a
front end says it in the language of whoever reads it (`tutor.i18n.tell`). Demos have the like of it, and more, in
`demos/runtime/messages.py`; neither room knows the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Value = str | int | float | bool
"""What a template may hold; a string may be a message again."""


class Message(str):
    """A text that was made of a template and values."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Value]

    def __str__(self) -> str:
        return self  # str(error) is still a message


def say(template: str, /, **values: Any) -> str:
    """The message of a template with its values, put in as `str.format` does it. Raises KeyError when one is
    missing."""
    plain = {name: value if isinstance(value, Value) else str(value) for name, value in values.items()}
    message = Message(template.format(**plain) if plain else template)
    message.template, message.values = template, plain
    return message


def listed(separator: str, texts: Iterable[str]) -> str:
    """The texts with the separator between them, as `separator.join` would have it."""
    found = ""
    for text in texts:
        found = say(f"{{before}}{separator}{{text}}", before=found, text=text) if found else text
    return found


def mark(template: str) -> str:
    """The template itself: marks it for the catalogue where its values come later."""
    return template


SYSTEM = (
    mark("Address already in use"),
    mark("Disk quota exceeded"),
    mark("File exists"),
    mark("File name too long"),
    mark("Input/output error"),
    mark("Is a directory"),
    mark("No space left on device"),
    mark("No such file or directory"),
    mark("Not a directory"),
    mark("Operation not permitted"),
    mark("Permission denied"),
    mark("Read-only file system"),
)
"""What Linux says of a file or a port that it does not give."""


def system_says(error: OSError) -> str:
    """The system's own words for an error; those that are met here are a message."""
    words = error.strerror or str(error)
    return say(words) if words in SYSTEM else words


def written(text: str) -> Any:
    """The form of a text in JSON; `read` gives it back."""
    if not isinstance(text, Message):
        return text
    values = {name: written(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return {"say": text.template, "with": values}


def read(value: Any) -> str:
    """A text from its form in JSON."""
    if isinstance(value, str):
        return value
    return say(value["say"], **{name: read(v) if isinstance(v, dict) else v for name, v in value["with"].items()})
