"""What fills the properties of a quiz's question, of its choices, of a flashcard, and of one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tutor.api.property_names import (
    BACK,
    CHOICES,
    FRONT,
    HINTS,
    MISSING,
    NUMBER,
    QUESTION,
    RIGHT,
    SOURCE,
    TAGS,
    TITLE,
    WHY,
    WRONG,
    Record,
    is_one,
    named,
)
from tutor.teaching.items import LETTERS, Card, Choice, Item

_PLAIN_TYPE = re.compile(r"multiplechoiceresponse|multiple[ _-]?choice|single|mcq|radio|choice", re.IGNORECASE)


class ItemRecord(Record):
    """A question of a quiz."""

    def __init__(self, item: Item, place: int) -> None:
        self._item, self._place = item, place

    def get(self, name: str, kind: str) -> Any:
        item = self._item
        said = set(named(name))
        if kind in ("integer", "number"):
            if said & {"index", "option", "position", *RIGHT}:
                return item.place
            return item.slide if said & {"slide", "page"} else self._place if said & {*NUMBER} else MISSING
        if kind == "boolean":
            return MISSING
        if said & {"tolerance"} or {"answer", "value"} <= said:
            return ""  # for questions without choices
        if said & {*HINTS}:
            return item.hints[0] if item.hints else MISSING
        if said & {"title", "topic", "display", "subject", "category", "tema"}:
            return item.title
        if said & {*WHY}:
            return item.explanation
        if said & {"letter"}:
            return LETTERS[item.place].upper()
        if said & {*RIGHT}:
            return item.answer
        if said & {*QUESTION, "text", "name"}:
            return item.question
        if said & {*SOURCE, "slide"}:
            return f"slide {item.slide}"
        return str(self._place) if said & {*NUMBER} else MISSING

    def chosen(self, name: str, allowed: Sequence[Any]) -> Any:
        if is_one(name, RIGHT):
            letter = LETTERS[self._item.place]
            return next((one for one in (letter, letter.upper(), self._item.place) if one in allowed), MISSING)
        if is_one(name, ("type", "kind", "format", "tipo")):
            fitting = [one for one in allowed if isinstance(one, str) and _PLAIN_TYPE.search(one)]
            return fitting[0] if fitting else MISSING
        return super().chosen(name, allowed)

    def words(self) -> str:
        return self._item.title

    def inside(self, name: str, properties: Mapping[str, Any]) -> Record:
        lettered = name and properties and all(len(key) == 1 and key.lower() in LETTERS for key in properties)
        return LetteredRecord(self._item) if lettered else self

    def several(self, name: str, item: Mapping[str, Any], count: int) -> Sequence[Record]:
        del item, count
        if is_one(name, HINTS):
            return [LineRecord(text, place) for place, text in enumerate(self._item.hints, 1)]
        return [ChoiceRecord(choice, place) for place, choice in enumerate(self._item.choices)]

    def listed(self, name: str, kind: str) -> Any:
        item = self._item
        if kind in ("integer", "number"):
            return [item.place] if is_one(name, RIGHT) else MISSING
        if is_one(name, HINTS):
            return list(item.hints)
        if is_one(name, ("tags", "topics", "keywords")):
            return [item.title]
        if is_one(name, WRONG):
            return [choice.text for choice in item.choices if not choice.right]
        if is_one(name, ("correct", "right", "correctas")):
            return [item.answer]
        return [choice.text for choice in item.choices] if is_one(name, (*CHOICES, "choice", "option")) else MISSING


class LetteredRecord(Record):
    """The choices of a question under letters: {"A": ..., "B": ...}."""

    def __init__(self, item: Item) -> None:
        self._item = item

    def get(self, name: str, kind: str) -> Any:
        place = LETTERS.find(name.lower())
        return self._item.choices[place].text if kind == "string" and place < len(self._item.choices) else MISSING


class ChoiceRecord(Record):
    """One choice of a question."""

    def __init__(self, choice: Choice, place: int) -> None:
        self._choice, self._place = choice, place

    def get(self, name: str, kind: str) -> Any:
        said = set(named(name))
        if kind == "boolean":
            return self._choice.right if said & {"correct", "right", "true", "answer", "correcta"} else MISSING
        if kind in ("integer", "number"):
            return self._place if said & {*NUMBER} else MISSING
        if said & {*WHY, "hint"}:
            return self._choice.feedback
        if said & {"id", "letter", "key"}:
            return LETTERS[self._place].upper()
        return self._choice.text


class CardRecord(Record):
    """A flashcard."""

    def __init__(self, card: Card, place: int) -> None:
        self._card, self._place = card, place

    def get(self, name: str, kind: str) -> Any:
        said = set(named(name))
        if kind in ("integer", "number"):
            return self._card.slide if said & {"slide", "page"} else self._place if said & {*NUMBER} else MISSING
        if kind == "boolean":
            return MISSING
        if said & {*HINTS}:
            return self._card.hint or MISSING
        if said & {"front", "term", "question"}:
            return self._card.front
        if said & {*BACK, "text"}:
            return self._card.back
        if said & {*FRONT} - {"title"}:
            return self._card.front
        if said & {*TITLE}:
            return self._card.title
        if said & {*SOURCE, "slide"}:
            return f"slide {self._card.slide}"
        return str(self._place) if said & {*NUMBER} else MISSING

    def words(self) -> str:
        return self._card.title

    def listed(self, name: str, kind: str) -> Any:
        return [self._card.title] if kind == "string" and is_one(name, TAGS) else MISSING


class LineRecord(Record):
    """One sentence of the answer."""

    def __init__(self, text: str, place: int) -> None:
        self._text, self._place = text, place

    def get(self, name: str, kind: str) -> Any:
        if kind in ("integer", "number"):
            return self._place if is_one(name, (*NUMBER, "step")) else MISSING
        return self._text if kind == "string" and not is_one(name, TITLE) else MISSING
