"""Parameters of a demo read from a request in plain words: "train a perceptron on XOR for 30 epochs, lr 0.5".

The demo's JSON schema is the grammar: its names, aliases, units, choices and bounds say which words may mean what, and
its example requests show in which company a value appears ("draw a 7"). Every value that comes out stands literally in
the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from demos.contract import Demo
from knowledge.text import fold

_NUMBER = re.compile(
    r"(?<![\w.])[-+−]?(?:\d+(?:,\d{3})+|\d+\.\d+|\.\d+|\d+)(?:e[-+]?\d+)?(?:%|(?:st|nd|rd|th)\b)?(?![\w])",
    re.IGNORECASE,
)
_SPELLED = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "hundred": 100, "thousand": 1000,
}  # fmt: skip
_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]{2,400})[\"“”«»]|(?<!\w)'([^']{2,400})'(?!\w)")
_AFTER_COLON = re.compile(r":\s+(\S.{2,400})$")
_BETWEEN = frozenset("of to is at be a the with and equal equals value set using use rate = :".split())
_APART = 1e3
"""What it costs to give a parameter a number that is not near it."""
NEAR = 4
"""How many words may lie between a number and the parameter it belongs to."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the words of a request fix. `loose` are numbers in it that no parameter claimed."""

    params: dict[str, Any]
    loose: tuple[float, ...] = ()
    open_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    whole: bool
    start: int
    end: int


@dataclass(slots=True)
class _Reading:
    """A request while it is read: taken numbers are not given twice."""

    text: str
    numbers: list[_Number]
    params: dict[str, Any] = field(default_factory=dict)


def extract(demo: Demo, text: str) -> Extracted:
    """The parameters that `text` states for `demo`, unvalidated: `demo.parse` judges them."""
    properties: Mapping[str, dict[str, Any]] = demo.schema()["properties"]
    quote, rest = _split_quote(demo, properties, text)
    rest = re.sub(r"\b(?:me|us) ", "", fold(rest))  # "draw me a 7" is "draw a 7"
    reading = _Reading(rest, list(_numbers(rest)))
    _read_numbers(demo, properties, reading)
    _read_choices(properties, reading, _unnamed(demo, properties, reading.text))
    _read_switches(properties, reading)
    if quote is not None:
        reading.params[quote[0]] = quote[1]
    numeric = [name for name, schema in properties.items() if _is_number(schema)]
    return Extracted(
        reading.params,
        tuple(number.value for number in reading.numbers),
        tuple(name for name in numeric if name not in reading.params),
    )


def _unnamed(demo: Demo, properties: Mapping[str, dict[str, Any]], text: str) -> str:
    """The text without those names of the demo that list its choices: "cat or dog" chooses neither."""
    for name in (demo.name, demo.title, *demo.aliases):
        said = set(re.findall(r"\w+", fold(name).replace("_", " ")))
        for schema in properties.values():
            if (
                len({str(value) for value in schema.get("enum", ())} & {*said, *(word.rstrip("s") for word in said)})
                > 1
            ):
                text = re.sub(rf"(?<!\w){_loose(name)}(?!\w)", lambda match: " " * len(match[0]), text)
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
    reading = _Reading(text, list(_numbers(text)))
    _read_numbers(demo, properties, reading)
    return bool(reading.params)


def grammar(fields: tuple[str, ...], values: tuple[float, ...]) -> str:
    """GBNF for a JSON object that gives each field at most one of the loose numbers, or nothing."""
    number = " | ".join(f'"{value:g}"' for value in values)
    pair = " | ".join(rf'"\"{name}\": " value' for name in fields)
    return f'root ::= "{{" (pair (", " pair)*)? "}}"\npair ::= {pair}\nvalue ::= {number}\n'


def _numbers(text: str) -> Iterator[_Number]:
    for match in _NUMBER.finditer(text):
        literal = re.sub(r"(st|nd|rd|th)$", "", match[0].replace(",", "").replace("−", "-"))
        value = float(literal.rstrip("%")) / (100 if literal.endswith("%") else 1)
        yield _Number(value, "." not in literal and "%" not in literal, match.start(), match.end())
    for match in re.finditer(r"\b[a-z]+\b", text):
        if match[0] in _SPELLED:
            yield _Number(float(_SPELLED[match[0]]), True, match.start(), match.end())


def _read_choices(properties: Mapping[str, dict[str, Any]], reading: _Reading, text: str) -> None:
    for name, schema in properties.items():
        spots = [
            (match.end() - match.start(), match.start(), match.end(), value)
            for value in schema.get("enum", ())
            if name not in reading.params and not str(value).isdigit()
            for word in (str(value), *schema.get("synonyms", {}).get(str(value), ()))
            if (match := re.search(rf"(?<![\w]){_loose(word)}(?![\w])", _without_stopwords(text, word)))
        ]
        if spots:
            _, start, end, value = max(spots, key=lambda spot: (spot[0], -spot[1]))
            reading.params[name] = value
            reading.numbers = [n for n in reading.numbers if n.end <= start or n.start >= end]


def _without_stopwords(text: str, value: str) -> str:
    """ "and" and "or" name gates only where they are not conjunctions: "the AND gate", "on and for"."""
    if value not in ("and", "or", "not"):
        return text
    match = re.search(
        rf"\b(?:on|for|the|an?|learns?|train|do|does|compute|gate|problem|data|function|with|con)[ =]+{value}\b(?! the\b)|\b{value}[ -](?:gate|problem|function|data)\b",
        text,
    )
    return " " * match.start() + match[0] if match else ""


def _read_numbers(demo: Demo, properties: Mapping[str, dict[str, Any]], reading: _Reading) -> None:
    """Give numbers to parameters: as many as can be, each to the cue that is nearest to it."""
    fields = {name: schema for name, schema in properties.items() if _is_number(schema) and name not in reading.params}
    if not fields or not reading.numbers:
        return
    cost = np.full((len(fields), len(reading.numbers)), _APART)
    cues = _cues_found(demo, fields, reading.text)
    for row, (name, schema) in enumerate(fields.items()):
        for match, weight in cues[name]:
            for column, number in enumerate(reading.numbers):
                if (gap := _gap(reading.text, match, number)) is not None and _fits(schema, number):
                    cost[row, column] = min(cost[row, column], gap - weight)
    taken = []
    for at, to in zip(*linear_sum_assignment(cost), strict=True):
        if cost[at, to] < _APART:
            name, number = list(fields)[int(at)], reading.numbers[int(to)]
            reading.params[name] = _value(fields[name], number)
            taken.append(number)
    reading.numbers = [number for number in reading.numbers if number not in taken]


def _cues_found(
    demo: Demo, fields: Mapping[str, dict[str, Any]], text: str
) -> dict[str, list[tuple[re.Match[str], float]]]:
    """Where the cues of each parameter stand; one inside a longer cue of another ("size" in "kernel size") is none."""
    found = {
        name: [
            (match, weight)
            for cue, weight in _cues(demo, name, schema)
            for match in re.finditer(rf"(?<![\w]){_loose(cue)}(?:s|es)?(?![\w])", text)
        ]
        for name, schema in fields.items()
    }

    def inside(name: str, one: re.Match[str]) -> bool:
        return any(
            other.start() <= one.start() and one.end() <= other.end() and len(other[0]) > len(one[0])
            for rival, matches in found.items()
            if rival != name
            for other, _ in matches
        )

    return {name: [(match, w) for match, w in matches if not inside(name, match)] for name, matches in found.items()}


def _gap(text: str, cue: re.Match[str], number: _Number) -> float | None:
    """Words between cue and number, None when too many or across another clause; after the number counts as nearer."""
    between = text[number.end : cue.start()] if cue.start() >= number.end else text[cue.end() : number.start]
    if cue.start() < number.end and cue.end() > number.start:
        return None
    if re.search(r"[;.!?](?:\s|$)", between) or _NUMBER.search(between):
        return None
    words = re.findall(r"\w+|=", between)
    count = sum(0.2 if word in _BETWEEN else 1.0 for word in words)
    if "," in between or " and " in f" {between} ":
        count += 1.5
    return count if count <= NEAR else None


def _cues(demo: Demo, name: str, schema: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Words that announce this parameter and how much to trust them."""
    yield name.replace("_", " "), 0.5
    for alias in schema.get("aliases", ()):
        yield fold(str(alias)), 0.4
    if unit := schema.get("unit"):
        yield fold(str(unit)).rstrip("s") or str(unit), 0.1
    yield from ((cue, 0.3) for cue in _taught(demo, name))


def _taught(demo: Demo, name: str) -> set[str]:
    """The two words before the parameter's value in the demo's own example requests: "draw a" 7."""
    found = set()
    for example in demo.examples:
        value = example.params.get(name)
        if (isinstance(value, int | float) and not isinstance(value, bool)) or str(value).isdigit():
            value = float(str(value))
            match = re.search(rf"(\b[a-z]+ [a-z]+) {re.escape(f'{value:g}')}(?![\w.])", fold(example.text))
            if match and not set(match[1].split()) <= _BETWEEN:
                found.add(match[1])
    return found


def _read_switches(properties: Mapping[str, dict[str, Any]], reading: _Reading) -> None:
    for name, schema in properties.items():
        if schema.get("type") != "boolean" or name in reading.params:
            continue
        for cue in (name.replace("_", " "), *(fold(str(alias)) for alias in schema.get("aliases", ()))):
            if match := re.search(
                rf"(?:(without|no|not|disable|turn off|hide|hiding|drop|ignore|ignoring|exclude|leave out)(?: the| a| any)? )?(?<!\w){_loose(cue)}(?!\w)",
                reading.text,
            ):
                reading.params[name] = match[1] is None


def _fits(schema: dict[str, Any], number: _Number) -> bool:
    if "enum" in schema:
        return f"{number.value:g}" in map(str, schema["enum"])
    return number.whole or not _integer(schema)


def _value(schema: dict[str, Any], number: _Number) -> int | float | str:
    """The number in the parameter's own type; a choice among digits is text."""
    if "enum" in schema:
        return str(next(value for value in schema["enum"] if str(value) == f"{number.value:g}"))
    return int(number.value) if _integer(schema) else number.value


def _integer(schema: dict[str, Any]) -> bool:
    return "integer" in _types(schema)


def _is_number(schema: dict[str, Any]) -> bool:
    if "enum" in schema:
        return any(str(value).isdigit() for value in schema["enum"])
    return bool(_types(schema) & {"integer", "number"})


def _types(schema: dict[str, Any]) -> set[str]:
    return {str(part.get("type")) for part in (schema, *schema.get("anyOf", ()))}


def _loose(words: str) -> str:
    """A pattern for the words with space, hyphen or underscore between them."""
    return r"[\s_-]+".join(re.escape(part) for part in re.split(r"[\s_-]+", fold(words)) if part)
