"""Which part of an answer a schema's property wants, by the words of its name.

A record fills the properties of one object: tutor/api/answer_records.py those of the answer as a whole and of its
sources, tutor/api/item_records.py those of quizzes and flashcards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from knowledge.text import fold, words

MISSING: Final = object()
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
ANSWER = "answer response text content message summary explanation reply result output body respuesta resumen".split()
TITLE = "title name topic subject heading theme deck category display titulo tema nombre".split()
QUESTION = "question stem query prompt problem statement pregunta enunciado html".split()
CHOICES = "choices options alternatives answers opciones alternativas".split()
WRONG = "distractors incorrect wrong distractores".split()
RIGHT = "correct right answer solution correcta respuesta key".split()
WHY = "explanation rationale justification feedback reason solution explicacion retroalimentacion".split()
HINTS = "hint hints demand pista pistas".split()
FRONT = "front term concept word question prompt anverso termino pregunta title key".split()
BACK = "back definition answer meaning description explanation content reverso definicion respuesta value".split()
SOURCE = "source citation reference place fuente cita".split()
NUMBER = "id number index no position order numero".split()
SUGGESTIONS = "suggestions followups followup follow ups next related sugerencias".split()
TAGS = "tags keywords topics concepts categories temas etiquetas".split()
POINTS = "sentences points steps items bullets lines facts key main list puntos pasos frases".split()
CITED = "citations sources references quotes evidence citas fuentes".split()
COVERED = "answered covered found answerable relevant supported".split()


def named(name: str) -> list[str]:
    """The words of a property's name."""
    return re.findall(r"[a-z0-9]+", fold(_CAMEL.sub(" ", name)))


def is_one(name: str, among: Sequence[str]) -> bool:
    """Whether one of the name's words is among them."""
    return any(word in among for word in named(name))


def kind_of(schema: Mapping[str, Any]) -> str:
    """The type of a schema; told from what else it says where it names none."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


class Record:
    """What fills the properties of one object. MISSING stands for what the course does not give."""

    def get(self, name: str, kind: str) -> Any:
        """A plain value."""
        del name, kind
        return MISSING

    def chosen(self, name: str, allowed: Sequence[Any]) -> Any:
        """One of the values that a schema allows, where it follows from the value or from the words of the record."""
        value = self.get(name, "string")
        if value is not MISSING and value in allowed:
            return value
        said = set(words(self.words()))
        fitting = [one for one in allowed if isinstance(one, str) and one and set(words(one)) <= said and words(one)]
        return fitting[0] if len(fitting) == 1 else MISSING

    def words(self) -> str:
        """All that the record says."""
        return ""

    def inside(self, name: str, properties: Mapping[str, Any]) -> Record:
        """The record of an object within this one."""
        del name, properties
        return self

    def several(self, name: str, item: Mapping[str, Any], count: int) -> Sequence[Record]:
        """The records of a list of objects that `item` describes."""
        del name, item, count
        return ()

    def listed(self, name: str, kind: str) -> Any:
        """The values of a list of plain ones."""
        del name, kind
        return MISSING

    def may_be_empty(self, name: str) -> bool:
        """Whether no entry at all is the truth."""
        return is_one(name, (*CITED, *SUGGESTIONS, *HINTS))


class Plain(Record):
    """One value of a list of plain ones."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def get(self, name: str, kind: str) -> Any:
        del name
        kinds = {"string": str, "integer": int, "number": int | float}
        return self._value if kind in kinds and isinstance(self._value, kinds[kind]) else MISSING
