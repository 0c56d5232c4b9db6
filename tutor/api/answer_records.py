"""What fills the properties of an answer as a whole, and of its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tutor.api.item_records import CardRecord, ItemRecord, LineRecord
from tutor.api.property_names import (
    ANSWER,
    CHOICES,
    CITED,
    COVERED,
    MISSING,
    NUMBER,
    POINTS,
    QUESTION,
    RIGHT,
    SOURCE,
    SUGGESTIONS,
    TAGS,
    TITLE,
    WRONG,
    Record,
    is_one,
    named,
)
from tutor.events import Citation

if TYPE_CHECKING:
    from tutor.api.structured import Facts

_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_ITEM_SIGNS = {*CHOICES, *WRONG, "correct"}
_CARD_SIGNS = {"front", "back", "term", "definition", "anverso", "reverso", "termino", "definicion"}


class AnswerRecord(Record):
    """The answer as a whole."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._unnamed = ""

    def get(self, name: str, kind: str) -> Any:
        facts, answered = self._facts, self._facts.answered
        if kind in ("integer", "number"):
            return self._number(name)
        if kind == "boolean":
            return answered.outcome in ("answered", "demonstrated") if is_one(name, COVERED) else MISSING
        if is_one(name, ("language", "lang", "idioma")):
            return facts.language
        if is_one(name, ("outcome", "status")):
            return answered.outcome
        if is_one(name, ("year", "date")):
            year = self._number("year")
            return year if year is MISSING else str(year)
        if is_one(name, ("quote", "evidence")) and answered.citations:
            return answered.citations[0].quote
        if is_one(name, SOURCE):
            return answered.citations[0].passage.place if answered.citations else MISSING
        if is_one(name, ANSWER) or not name:
            return facts.text
        if is_one(name, TITLE):
            return self._title()
        if is_one(name, QUESTION):
            return facts.question
        if self._unnamed in ("", name):  # one property of another name holds the answer
            self._unnamed = name
            return facts.text
        return MISSING

    def words(self) -> str:
        return self._facts.text

    def several(self, name: str, item: Mapping[str, Any], count: int) -> Sequence[Record]:
        properties = item.get("properties")
        signs = {word for key in properties for word in named(key)} if isinstance(properties, dict) else set()
        if is_one(name, CITED):
            return [CitationRecord(citation) for citation in self._facts.answered.citations]
        if signs & _ITEM_SIGNS:
            return [ItemRecord(item, place) for place, item in enumerate(self._facts.items(count), 1)]
        if signs & _CARD_SIGNS or (signs & {*QUESTION} and signs & {*RIGHT}):
            return [CardRecord(card, place) for place, card in enumerate(self._facts.cards(count), 1)]
        if signs & {*QUESTION} and is_one(name, ("questions", "problems", "quiz", "preguntas")):
            return [ItemRecord(item, place) for place, item in enumerate(self._facts.items(count), 1)]
        if is_one(name, POINTS) or signs & {*ANSWER}:
            return [LineRecord(text, place) for place, text in enumerate(self._facts.sentences[:count], 1)]
        return ()

    def listed(self, name: str, kind: str) -> Any:
        facts, answered = self._facts, self._facts.answered
        if kind != "string":
            return MISSING
        if is_one(name, SUGGESTIONS):
            return list(answered.suggestions)
        if is_one(name, TAGS):
            return [topic.named(facts.language) for topic in facts.topics]
        if is_one(name, CITED):
            quoted = is_one(name, ("quotes", "evidence"))
            return [found.quote if quoted else found.passage.place for found in answered.citations]
        if is_one(name, ("questions", "preguntas")):
            return [card.front for card in facts.cards(facts.count or 5)] or list(answered.suggestions) or MISSING
        if is_one(name, (*POINTS, *ANSWER)):
            return facts.sentences
        return MISSING

    def _title(self) -> Any:
        facts = self._facts
        if facts.topics:
            return facts.topics[0].named(facts.language)
        return facts.answered.topic or next((found.passage.title for found in facts.answered.citations), MISSING)

    def _number(self, name: str) -> Any:
        citations = self._facts.answered.citations
        if is_one(name, ("year", "date", "ano")):
            years = set(_YEAR.findall(self._facts.text))
            return int(years.pop()) if len(years) == 1 else MISSING
        if is_one(name, ("slide", "page")) and citations:
            passage = citations[0].passage
            return passage.slide if passage.slide is not None else passage.page or MISSING
        return MISSING


class CitationRecord(Record):
    """A source of the answer."""

    def __init__(self, citation: Citation) -> None:
        self._citation = citation

    def get(self, name: str, kind: str) -> Any:
        passage = self._citation.passage
        if kind in ("integer", "number"):
            if is_one(name, ("marker", *NUMBER)):
                return self._citation.marker
            found = passage.page if is_one(name, ("page",)) else passage.slide
            return MISSING if found is None else found
        if kind == "boolean":
            return MISSING
        if is_one(name, ("quote", "text", "content", "sentence", "snippet")):
            return self._citation.quote
        if is_one(name, ("id",)):
            return passage.id
        return passage.title if is_one(name, TITLE) else passage.place
