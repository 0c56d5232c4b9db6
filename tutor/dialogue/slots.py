"""Parameters of a demo read from a request in plain words: "train a perceptron on XOR for 30 epochs, lr 0.5".

The demo's JSON schema is the grammar: its names, aliases, units, choices and bounds say which words may mean what, and
its example requests show in which company a value appears ("draw a 7"). Every value that comes out stands literally in
the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from demos.runtime.contract import Demo
from knowledge.text import fold
from tutor.dialogue.numbers import Number, numbers, spaced
from tutor.dialogue.slot_cues import cost, cost_without_cue, cues_of, fits, in_range, is_integer, is_number, loose

_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]{2,400})[\"“”«»]|(?<!\w)'([^']{2,400})'(?!\w)")
_AFTER_COLON = re.compile(r":\s+(\S.{2,400})$")
_NOT = (
    r"(?:(without|no|not|n't|never|disable|disabling|turn off|switch off|hide|hiding|drop|dropping|ignore|ignoring|exclude|"
    r"excluding|leave out|leaving out|leave away|remove|removing|skip|skipping|omit|omitting|minus|sin|quita|quitando|ignora|excluye|omite)"
    r"(?: (?:use|using|used|see|seeing|know|knowing|have|having|look at|looking at|the|a|an|any|its|column|usar|ver|conocer|la|el|los|las|"
    r"columna|columnas|de|del))* )?"
)
_OFF = r"(?: column)?(?:\s*[=:]\s*|\s+(?:is |are |turned |switched |left )*)?(off|false|no\b|out|disabled|removed|hidden|apagad[oa])?\b"
"""What turns a switch off when it stands before its name, and after it."""
_APART = 1e3
"""What it costs to give a parameter a number that is not near it."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the words of a request fix. `loose` are numbers in it that no parameter claimed."""

    params: dict[str, Any]
    loose: tuple[float, ...] = ()
    open_fields: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """A request while it is read: taken numbers are not given twice."""

    text: str
    numbers: list[Number]
    params: dict[str, Any] = field(default_factory=dict)


def extract(demo: Demo, text: str) -> Extracted:
    """The parameters that `text` states for `demo`, unvalidated: `demo.parse` judges them."""
    properties: Mapping[str, dict[str, Any]] = demo.schema()["properties"]
    quote, rest = _split_quote(demo, properties, text)
    rest = re.sub(r"\b(?:me|us) ", "", fold(rest))  # "draw me a 7" is "draw a 7"
    if "side" in properties:  # "a map of 6x6" has 6 a side
        rest = re.sub(r"\b(\d{1,3}) ?(?:x|by|por) ?\1\b", r"side \1", rest)
    rest = spaced(re.sub(rf"\b({'|'.join(_short_cues(properties))})(?=\d)", r"\1 ", rest))  # "lr0.1" is "lr 0.1"
    reading = _Reading(rest, list(numbers(rest)))
    unnamed = _unnamed(demo, properties, reading.text)
    _read_choices({name: schema for name, schema in properties.items() if not is_number(schema)}, reading, unnamed)
    _read_numbers(demo, properties, reading)
    _read_choices(properties, reading, unnamed)
    _read_switches(properties, reading)
    if quote is not None:
        reading.params[quote[0]] = quote[1]
    open_fields = {
        name: properties[name] for name in properties if is_number(properties[name]) and name not in reading.params
    }
    return Extracted(
        reading.params,
        tuple(number.value for number in reading.numbers if _may_be_meant(number, open_fields)),
        tuple(open_fields),
    )


def _short_cues(properties: Mapping[str, dict[str, Any]]) -> list[str]:
    """The parameters' names and aliases of one word, longest first."""
    words = {
        fold(word)
        for name, schema in properties.items()
        if is_number(schema)
        for word in (name, *schema.get("aliases", ()))
        if word.isalpha() and len(word) > 1
    }
    return sorted(words, key=lambda word: (-len(word), word))


def _may_be_meant(number: Number, fields: Mapping[str, dict[str, Any]]) -> bool:
    """Whether a number that nothing claims could be one of these parameters: a year in a count is none."""
    return number.exact and any(
        fits(schema, number) and in_range(schema, number) for name, schema in fields.items() if name != "seed"
    )


def _unnamed(demo: Demo, properties: Mapping[str, dict[str, Any]], text: str) -> str:
    """The text without those names of the demo that list its choices: "cat or dog" chooses neither."""
    for name in (demo.name, demo.title, *demo.aliases):
        said = set(re.findall(r"\w+", fold(name).replace("_", " ")))
        said |= {word.rstrip("s") for word in said}
        for schema in properties.values():
            other = schema.get("synonyms", {})
            if sum(not said.isdisjoint((str(v), *other.get(str(v), ()))) for v in schema.get("enum", ())) > 1:
                text = re.sub(rf"(?<!\w){loose(name)}(?!\w)", lambda match: " " * len(match[0]), text)
    return text


def _split_quote(demo: Demo, properties: Mapping[str, dict[str, Any]], text: str) -> tuple[tuple[str, str] | None, str]:
    """A text parameter and its value where the request quotes one, and the request without it.

    What follows a colon counts as quoted when it does not itself speak of parameters.
    """
    free = [name for name, schema in properties.items() if schema.get("type") == "string" and "enum" not in schema]
    match = _QUOTED.search(text) or (
        _AFTER_COLON.search(text) or _in_capitals(properties, free, text) if free else None
    )
    if match is None or not free:
        return None, text
    quote = next(group for group in match.groups() if group).strip().rstrip("?")
    if match.re is _AFTER_COLON and _speaks_of_parameters(demo, properties, fold(quote)):
        return None, text
    return (free[0], quote), f"{text[: match.start()]} {text[match.end() :]}"


def _in_capitals(properties: Mapping[str, dict[str, Any]], free: list[str], text: str) -> re.Match[str] | None:
    """A word in capitals after the name of the first text parameter, or another word for it: "sort CABACB"."""
    cues = "|".join(map(re.escape, (free[0], *properties[free[0]].get("aliases", ()))))
    return re.search(rf"\b(?i:{cues})\s+([A-Z]{{3,}})\b", text)


def _speaks_of_parameters(demo: Demo, properties: Mapping[str, dict[str, Any]], text: str) -> bool:
    reading = _Reading(text, list(numbers(text)))
    _read_numbers(demo, properties, reading)
    _read_choices(properties, reading, text)
    return bool(reading.params)


def grammar(fields: tuple[str, ...], values: tuple[float, ...]) -> str:
    """GBNF for a JSON object that gives each field at most one of the loose numbers, or nothing."""
    number = " | ".join(f'"{value:g}"' for value in values)
    pair = " | ".join(rf'"\"{name}\": " value' for name in fields)
    return f'root ::= "{{" (pair (", " pair)*)? "}}"\npair ::= {pair}\nvalue ::= {number}\n'


def _read_choices(properties: Mapping[str, dict[str, Any]], reading: _Reading, text: str) -> None:
    for name, schema in properties.items():
        spots = [
            (match.end() - match.start(), match.start(), match.end(), value)
            for value in schema.get("enum", ())
            if name not in reading.params and not str(value).isdigit()
            for word in (str(value), *schema.get("synonyms", {}).get(str(value), ()))
            if (match := re.search(_any_number_of(word), _without_stopwords(text, word)))
        ]
        if spots:
            _, start, end, value = max(spots, key=lambda spot: (spot[0], -spot[1]))
            reading.params[name] = value
            reading.numbers = [n for n in reading.numbers if n.end <= start or n.start >= end]


def _any_number_of(word: str) -> str:
    """A pattern for the word, singular or plural."""
    return rf"(?<![\w]){loose(word)}{'(?:s|es)?' if len(word) > 3 else ''}(?![\w])"


_BEFORE_GATE = (
    "on|for|the|an?|learns?|learning|learnt|teach|teaching|solves?|solving|train|do|does|compute|gate|problem|data|"
    "function|with|con|en|sobre|la|el|compuerta|puerta|problema|datos|funcion|aprende|aprenda|aprender|entrena|para"
)
"""Words after which "and", "or" and "not" are gates, in both languages."""


def _without_stopwords(text: str, value: str) -> str:
    """ "and" and "or" name gates only where they are not conjunctions: "the AND gate", "on and for"."""
    if value not in ("and", "or", "not"):
        return text
    match = re.search(
        rf"\b(?:{_BEFORE_GATE})[ =]+{value}\b(?! (?:the|not)\b)|\b{value}[ -](?:gate|problem|function|data)\b|\b{value}\W*$",
        text,
    )
    return " " * match.start() + match[0] if match else ""


def _read_numbers(demo: Demo, properties: Mapping[str, dict[str, Any]], reading: _Reading) -> None:
    """Give numbers to parameters: as many as can be, each to the cue that is nearest to it."""
    fields = {name: schema for name, schema in properties.items() if is_number(schema) and name not in reading.params}
    if not fields or not reading.numbers:
        return
    costs = np.full((len(fields), len(reading.numbers)), _APART)
    cues = cues_of(demo, fields, reading.text)
    for row, (name, schema) in enumerate(fields.items()):
        for column, number in enumerate(reading.numbers):
            found = [cost(reading.text, schema, cue, number) for cue in cues[name]]
            found.append(cost_without_cue(demo, reading.text, fields, name, number))
            costs[row, column] = min((one for one in found if one is not None), default=_APART)
    taken = []
    for at, to in zip(*linear_sum_assignment(costs), strict=True):
        if costs[at, to] < _APART:
            name, number = list(fields)[int(at)], reading.numbers[int(to)]
            reading.params[name] = _value(fields[name], number)
            taken.append(number)
    reading.numbers = [number for number in reading.numbers if number not in taken]


def _read_switches(properties: Mapping[str, dict[str, Any]], reading: _Reading) -> None:
    for name, schema in properties.items():
        if schema.get("type") != "boolean" or name in reading.params:
            continue
        said = [
            match[1] is None and match[2] is None
            for cue in (name.replace("_", " "), *(fold(str(alias)) for alias in schema.get("aliases", ())))
            for match in re.finditer(rf"{_NOT}(?<!\w){loose(cue)}(?!\w){_OFF}", reading.text)
        ]
        if said:
            reading.params[name] = all(said)


def _value(schema: dict[str, Any], number: Number) -> int | float | str:
    """The number in the parameter's own type; a choice among digits is text."""
    if "enum" in schema:
        return str(next(value for value in schema["enum"] if str(value) == f"{number.value:g}"))
    return int(number.value) if is_integer(schema) else number.value
