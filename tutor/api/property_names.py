"""Which part of an answer a schema's property wants, by its name; and what of the course fills it.

A record answers for the properties of one object: the answer as a whole, a quiz's question, one of its choices, a
flashcard, a citation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from knowledge.text import fold, words
from tutor.events import Citation
from tutor.teaching.items import LETTERS, Card, Choice, Item

if TYPE_CHECKING:
    from tutor.api.structured import Facts

MISSING: Final = object()
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
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
_PLAIN_TYPE = re.compile(r"multiplechoiceresponse|multiple[ _-]?choice|single|mcq|radio|choice", re.IGNORECASE)
_ITEM_SIGNS = {*CHOICES, *WRONG, "correct"}
_CARD_SIGNS = {"front", "back", "term", "definition", "anverso", "reverso", "termino", "definicion"}


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


class LineRecord(Record):
    """One sentence of the answer."""

    def __init__(self, text: str, place: int) -> None:
        self._text, self._place = text, place

    def get(self, name: str, kind: str) -> Any:
        if kind in ("integer", "number"):
            return self._place if is_one(name, (*NUMBER, "step")) else MISSING
        return self._text if kind == "string" and not is_one(name, TITLE) else MISSING
