"""What demos say, in the language of whoever looks.

The catalogue of a demo is `demos/texts/NAME.po` (gettext's format): each English text of the demo with its Spanish;
`common.po` holds what several demos say. `python -m demos.texts` tells what is missing and what nobody says any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from string import Formatter
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from demos.runtime.contract import Demo, Frame
from demos.runtime.messages import Message
from demos.runtime.po import read_entries

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
FOLDER = Path(__file__).parents[1] / "texts"
COMMON = "common"
_CONTRACTED = re.compile(r"\b([DdAa])(e?) el (?=[^\W\d])")
"""Spanish joins "de el" and "a el", as they come about where a name is put in."""
T = TypeVar("T")


@cache
def entries(name: str) -> Mapping[str, str]:
    """The Spanish of every text in one file of the catalogue."""
    return read_entries(FOLDER / f"{name}.po")


@cache
def spanish(demo: str) -> Mapping[str, str]:
    """The Spanish of what a demo says; without a name, of what any of them says."""
    if demo:
        return {**entries(COMMON), **entries(demo)}
    own = sorted(path.stem for path in FOLDER.glob("*.po") if path.stem != COMMON)
    return {text: said for name in (*own, COMMON) for text, said in entries(name).items()}


def tell(text: str, language: str, demo: str = "", more: Mapping[str, str] | None = None) -> str:
    """A text of a run as a plain string; in English where the catalogue has no Spanish, and unchanged if it is no
    message: a number, a symbol, a student's own words. `more` is the Spanish of texts that no demo says."""
    if not isinstance(text, Message):
        return text
    if language != "es":
        return str.__str__(text)
    return _CONTRACTED.sub(r"\1\2l ", _spanish(text, {**(more or {}), **spanish(demo)}))


def fixed(text: str, language: str, demo: str = "") -> str:
    """A text that stands in a demo's description (a title, a preset's comment) in that language."""
    return spanish(demo).get(text, text) if language == "es" else text


def told(frame: Frame, language: str, demo: str = "") -> Frame:
    """The frame with plain strings in that language."""
    plain: Frame = _told(frame, partial(tell, language=language, demo=demo))
    return plain


def shown(frame: Frame, language: str, demo: Demo) -> Frame:
    """The frame as it is drawn: its texts are plain, and its metrics have the names that people read."""
    plain = told(frame, language, demo.name)
    names = {name: fixed(name.replace("_", " "), language, demo.name) for name in plain.metrics}
    return plain.model_copy(update={"metrics": {names[name]: value for name, value in plain.metrics.items()}})


def label(name: str, language: str, demo: str) -> str:
    """A parameter's or metric's name as people read it: "learning rate", "tasa de aprendizaje"."""
    return fixed(name.replace("_", " "), language, demo)


def _spanish(text: str, held: Mapping[str, str]) -> str:
    if not isinstance(text, Message):
        return text
    if text.parts:
        return "".join(_spanish(part, held) for part in text.parts)
    template = held.get(text.template, text.template)
    values = {name: _spanish(v, held) if isinstance(v, str) else v for name, v in text.values.items()}
    return _SPANISH.vformat(template, (), values) if values else template


class _SpanishFormatter(Formatter):
    """Numbers as they are written in Spanish: a space stands before the percent sign."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        text = super().format_field(value, format_spec)
        return f"{text[:-1]} %" if format_spec.endswith("%") else text


_SPANISH = _SpanishFormatter()


def _told(value: Any, tell: Any) -> Any:
    if isinstance(value, str):
        return tell(value)
    if isinstance(value, tuple):
        return value if value and isinstance(value[0], float | int) else tuple(_told(one, tell) for one in value)
    if isinstance(value, BaseModel):
        return value.model_construct(**{name: _told(getattr(value, name), tell) for name in type(value).model_fields})
    return value
