"""Texts of a run that can be said in either language.

    say("Epoch {epoch}: the error is {error:.2f}.", epoch=3, error=0.25)

is a string, the English "Epoch 3: the error is 0.25.", which remembers its template and its values. It travels like
that between processes and is kept like that with a run; `demos.runtime.texts` says it in the language of whoever looks.
A text without a template (`"x1"`, a student's own words) is the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

Value = str | int | float | bool
"""What a template may hold; a string may be a message again."""


class Message(str):
    """A text that was made of a template and values, or of other texts one after the other (`parts`)."""

    __slots__ = ("parts", "template", "values")
    template: str
    values: dict[str, Value]
    parts: tuple[str, ...]

    def __add__(self, other: str) -> Message:
        return _chain(self, other)

    def __radd__(self, other: str) -> Message:
        return _chain(other, self)

    def __str__(self) -> str:
        return self  # str(error) is still a message


def say(template: str, /, **values: Any) -> str:
    """The message of a template with its values, put in as `str.format` does it. Raises KeyError when
    one is missing."""
    plain = {name: _value(value) for name, value in values.items()}
    message = Message(template.format(**plain) if plain else template)
    message.template, message.values, message.parts = template, plain, ()
    return message


def listed(separator: str, texts: Iterable[str]) -> str:
    """The texts with the separator between them, as `separator.join` would have it."""
    parts: list[str] = []
    for text in texts:
        parts += [separator, text] if parts else [text]
    return _chain(*parts)


def counted(count: float | str, noun: str) -> str:
    """The number with its noun, in the plural unless it is 1: "1 epoch", "2.5 points"."""
    return say(f"{{count}} {noun if str(count) == '1' else plural(noun)}", count=count)


def plural(noun: str) -> str:
    """The English plural of a regular noun."""
    return noun + ("es" if noun.endswith(("tch", "s", "x")) else "s")


def clipped(text: str, most: int) -> str:
    """The text, cut off after so many characters where a student's own words have made it too long."""
    return text if len(text) <= most else str.__str__(text)[: most - 1] + "…"


def _chain(*texts: str) -> Message:
    parts: list[str] = []
    for text in texts:
        parts += text.parts if isinstance(text, Message) and text.parts else [text]
    message = Message("".join(parts))
    message.template, message.values, message.parts = "", {}, tuple(parts)
    return message


def _value(value: Any) -> Value:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else str(value)


def read(value: Any) -> str:
    """A text from its form on the wire: a string, {"say": template, "with": values}, or a list of these."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _chain(*(read(part) for part in value))
    if not isinstance(value, dict) or not isinstance(value.get("say"), str):
        raise ValueError("a text is a string, a message or a list of these")
    held = value.get("with", {})
    return say(value["say"], **{n: read(v) if isinstance(v, dict | list) else v for n, v in held.items()})


def written(text: Any) -> Any:
    """The form of a text on the wire; `read` gives it back."""
    if not isinstance(text, Message):
        return text
    if text.parts:
        return [written(part) for part in text.parts]
    return {"say": text.template} | ({"with": {n: written(v) for n, v in text.values.items()}} if text.values else {})


Said = Annotated[
    str, PlainValidator(read), PlainSerializer(written, when_used="json"), WithJsonSchema({"type": "string"})
]
"""A field of a frame that people read."""
