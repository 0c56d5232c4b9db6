"""An answer in a JSON Schema that a client asks for: filled from what the course says, or refused with the reason.

Which part of an answer a property wants is read from its name (tutor/api/property_names.py). Nothing is invented to
please a schema: no zero for a year that the course does not tell, no empty list in a quiz's place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from demos.runtime.messages import say
from knowledge.courses.units import Topic
from knowledge.text import Language, language_of, sentences
from tutor.api.answer_records import AnswerRecord
from tutor.api.property_names import MISSING, Plain, Record, kind_of
from tutor.errors import InputError
from tutor.events import Answered
from tutor.teaching.items import Card, Item, cards, quiz

SOME = 5
DEEPEST, MOST_PARTS = 32, 20_000
_MARK = re.compile(r"\s?\[\d{1,2}\]")
_FORMATS = ("date", "date-time", "time", "email", "uri", "url", "uuid", "ipv4", "ipv6", "hostname", "duration")


@dataclass
class Facts:
    """What a schema may be filled from."""

    question: str
    text: str
    answered: Answered
    count: int | None = None
    topics: Sequence[Topic] = field(default=())

    @property
    def language(self) -> Language:
        kept = (self.answered.turn or {}).get("language")
        return kept if kept in ("en", "es") else language_of(self.text)

    @property
    def sentences(self) -> list[str]:
        """The answer's sentences without the marks of their sources."""
        lines = (line.strip().removeprefix("- ") for line in _MARK.sub("", self.text).splitlines())
        return [text for line in lines if line for text in sentences(line)]

    def items(self, most: int) -> list[Item]:
        return quiz(self.topics, self.language, most)

    def cards(self, most: int) -> list[Card]:
        return cards(self.topics, self.language, most)


@dataclass(frozen=True, slots=True)
class Form:
    """The form that is asked for: any JSON object where `schema` is None; `tool` is the name of the function whose
    arguments it is, "" for the answer itself."""

    schema: Any = None
    tool: str = ""
    param: str = "response_format"

    @property
    def wants_topics(self) -> bool:
        return self.schema is not None

    def fill(self, facts: Facts) -> str:
        """JSON text. Raises InputError (`schema_not_filled`) that names what the course has nothing for."""
        if self.schema is None:
            return json.dumps({"answer": facts.text}, ensure_ascii=False)
        try:
            value = _Filler(self.schema, facts).value(self.schema, "", AnswerRecord(facts))
        except _Unfilled as left:
            where = say("`{path}` of the schema", path=left.path) if left.path else say("the schema")
            raise InputError(
                say("The course gives nothing for {where}{why}.", where=where, why=left.why), code="schema_not_filled",
                hint=say("Make it optional or nullable, or ask for text."), param=self.param,
            ) from None  # fmt: skip
        return json.dumps(value, ensure_ascii=False)


class _Unfilled(Exception):
    def __init__(self, path: str, why: str = "") -> None:
        super().__init__(path)
        self.path, self.why = path, say(" ({why})", why=why) if why else ""


class _Filler:
    """Walks a schema and asks a record for each of its leaves."""

    def __init__(self, root: Any, facts: Facts) -> None:
        self._root, self._facts, self._left = root, facts, MOST_PARTS

    def value(self, schema: Any, path: str, record: Record, name: str = "", depth: int = 0) -> Any:
        """A value of `schema` for the property `name`. Raises _Unfilled."""
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            raise _Unfilled(path, say("it is too deep or too large"))
        schema = self._resolved(schema, path)
        if "const" in schema:
            return schema["const"]
        options = [part for part in (schema.get("anyOf"), schema.get("oneOf")) if isinstance(part, list)]
        if options:
            return self._first(options[0], path, record, name, depth)
        kinds = schema.get("type")
        if isinstance(kinds, list):
            return self._first([{**schema, "type": kind} for kind in kinds], path, record, name, depth)
        if schema.get("nullable") is True:
            return self._first([{**schema, "nullable": False}, {"type": "null"}], path, record, name, depth)
        match kind_of(schema):
            case "object":
                return self._object(schema, path, record, name, depth)
            case "array":
                return self._array(schema, path, record, name, depth)
            case "null":
                return None
            case kind:
                return self._leaf(schema, kind, path, record, name)

    def _resolved(self, schema: Any, path: str) -> dict[str, Any]:
        """The schema with references followed and `allOf` joined; `true` is any text."""
        for _ in range(DEEPEST):
            if schema is True:
                return {}
            if not isinstance(schema, dict):
                raise _Unfilled(path, say("it is no JSON Schema"))
            if isinstance(reference := schema.get("$ref"), str):
                schema = {**_at(self._root, reference, path), **{k: v for k, v in schema.items() if k != "$ref"}}
            elif isinstance(parts := schema.get("allOf"), list) and parts:
                rest = {key: part for key, part in schema.items() if key != "allOf"}
                schema = _joined([*parts, rest], path)
            else:
                return schema
        raise _Unfilled(path, say("it refers to itself"))

    def _first(self, options: Sequence[Any], path: str, record: Record, name: str, depth: int) -> Any:
        """The first option that can be filled; null where that is one and no other can."""
        left: _Unfilled | None = None
        null = False
        for option in options:
            if isinstance(option, dict) and option.get("type") == "null":
                null = True
                continue
            try:
                return self.value(option, path, record, name, depth + 1)
            except _Unfilled as failed:
                left = left or failed
        if null:
            return None
        raise left or _Unfilled(path)

    def _object(self, schema: dict[str, Any], path: str, record: Record, name: str, depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        if properties is None or properties == {}:
            raise _Unfilled(path, say("it names no properties"))
        if not isinstance(properties, dict):
            raise _Unfilled(path, say("its properties are no object"))
        required = schema.get("required")
        chosen = required if isinstance(required, list) and required else list(properties)
        record = record.inside(name, properties)
        found: dict[str, Any] = {}
        for key, part in properties.items():
            try:
                found[key] = self.value(part, f"{path}.{key}" if path else key, record, key, depth + 1)
            except _Unfilled:
                if isinstance(part, dict) and "default" in part:
                    found[key] = part["default"]
                elif key in chosen:
                    raise
        if missing := [key for key in chosen if key not in properties]:
            lacking = f"{path}.{missing[0]}" if path else str(missing[0])
            raise _Unfilled(lacking, say("it is required and not described"))
        return found

    def _array(self, schema: dict[str, Any], path: str, record: Record, name: str, depth: int) -> list[Any]:
        least, most = _bound(schema, "minItems", 0), _bound(schema, "maxItems", 10_000)
        asked = self._facts.count or max(SOME, least)
        options = self._options(schema.get("items", True), path)
        described = next((option for option in options if kind_of(option) == "object"), None)
        found: list[Any] = []
        if described is not None:
            records = record.several(name, described, min(max(asked, least), most))
            for place, one in enumerate(records[:most]):
                found.append(self.value(described, f"{path}[{place}]", one, "", depth + 1))
        else:
            kinds = [kind_of(option) for option in options]
            listed = (record.listed(name, kind) for kind in kinds)
            values: Any = next((found for found in listed if found is not MISSING), MISSING)
            if values is MISSING:
                raise _Unfilled(path)
            for value in values[:most]:
                found.append(self.value(schema.get("items", True), f"{path}[]", Plain(value), name, depth + 1))
        if len(found) < max(least, 1) and not record.may_be_empty(name):
            least = max(least, 1)
            raise _Unfilled(
                path, say("there are {count} on this topic, and {asked} are asked for", count=len(found), asked=least)
            )
        return found

    def _options(self, schema: Any, path: str) -> list[dict[str, Any]]:
        """The schemas that an entry of a list may have."""
        schema = self._resolved(schema, path)
        parts = next((part for part in (schema.get("anyOf"), schema.get("oneOf")) if isinstance(part, list)), None)
        if parts:
            return [self._resolved(part, path) for part in parts]
        kinds = schema.get("type")
        return [{**schema, "type": kind} for kind in kinds] if isinstance(kinds, list) else [schema]

    def _leaf(self, schema: dict[str, Any], kind: str, path: str, record: Record, name: str) -> Any:
        if isinstance(allowed := schema.get("enum"), list):
            if len(allowed) == 1:
                return allowed[0]
            if (chosen := record.chosen(name, allowed)) is MISSING:
                raise _Unfilled(path, say("none of the allowed values follows from the course"))
            return chosen
        value = record.get(name, kind)
        if value is MISSING:
            raise _Unfilled(path)
        return self._checked(value, schema, path)

    def _checked(self, value: Any, schema: dict[str, Any], path: str) -> Any:
        """The value within its bounds."""
        if isinstance(value, str):
            if "pattern" in schema or schema.get("format") in _FORMATS:
                raise _Unfilled(path, say("it must have a form of its own"))
            return _within(value, _bound(schema, "minLength", 0), _bound(schema, "maxLength", 10**9), path)
        if isinstance(value, int) and not isinstance(value, bool):
            low, high = schema.get("minimum"), schema.get("maximum")
            if (isinstance(low, int | float) and value < low) or (isinstance(high, int | float) and value > high):
                raise _Unfilled(path, say("{value} is out of its bounds", value=value))
        return value


def _within(text: str, least: int, most: int, path: str) -> str:
    """As many whole sentences as there is room for."""
    if len(text) > most:
        whole = ""
        for sentence in sentences(text):
            if len(joined := f"{whole} {sentence}".strip()) > most:
                break
            whole = joined
        text = whole
        if not text:
            raise _Unfilled(path, say("no sentence is as short as {count} characters", count=most))
    if len(text) < least:
        raise _Unfilled(path, say("it must have {count} characters", count=least))
    return text


def _bound(schema: dict[str, Any], name: str, otherwise: int) -> int:
    value = schema.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise


def _at(root: Any, reference: str, path: str) -> dict[str, Any]:
    """What a reference within the schema points to."""
    found = root
    for part in reference.removeprefix("#").strip("/").split("/") if reference.strip("#/") else ():
        part = part.replace("~1", "/").replace("~0", "~")
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not reference.startswith("#"):
        raise _Unfilled(path, say("{reference} points to nothing", reference=reference[:60]))
    return found


def _joined(parts: Sequence[Any], path: str) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for part in parts:
        if not isinstance(part, dict):
            raise _Unfilled(path, say("it is no JSON Schema"))
        for key, value in part.items():
            if key == "properties" and isinstance(value, dict) and isinstance(joined.get(key), dict):
                joined[key] = {**joined[key], **value}
            elif key == "required" and isinstance(value, list) and isinstance(joined.get(key), list):
                joined[key] = [*joined[key], *value]
            else:
                joined[key] = value
    return joined
