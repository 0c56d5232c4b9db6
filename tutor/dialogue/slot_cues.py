"""Where a request announces a parameter, and how well a number beside that announcement fits it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from demos.runtime.contract import Demo
from knowledge.text import fold
from tutor.dialogue.numbers import LITERAL, Number

BETWEEN = frozenset(
    "of to is at be a an the with and equal equals value set using use only rate just de la el en al por = :".split()
)
"""Words that keep no number from its parameter."""
NEAR = 4
"""How many words may lie between a number and the parameter it belongs to."""
BESIDE = 0.6
"""Up to this far a number surely means the parameter, even one that it cannot have."""
_ITSELF = re.compile(r"(?:\b(?:an?|the|un|el|number|numero|digit|digito)\s+(?:(?!and|or|of|to)\w+\s+)?)$")
_NOTHING_COUNTED = re.compile(
    r"\s{0,3}(?:$|[,.;:!?]|(?:with|in|on|using|through|for|from|out|and|at|please|pls|by|after|while|when|until|if|so|but|over|into|as|like|step|via|it|is|"
    r"con|en|de|a|y|por|usando|desde|mediante|paso)\b)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A place that announces a parameter. `said` is its text, `weight` how much it is to be trusted."""

    start: int
    end: int
    said: str
    weight: float
    plural: bool
    """Whether the text has a plural that the parameter's own word has not: "digits" for a digit."""
    many: bool
    """Whether the parameter's own word is a plural, so that it counts things."""
    taught: bool = False


def cues_of(demo: Demo, fields: Mapping[str, dict[str, Any]], text: str) -> dict[str, list[Cue]]:
    """The cues of each parameter; one inside a longer cue of another ("size" in "kernel size") is none."""
    found = {name: list(_found(demo, name, schema, text)) for name, schema in fields.items()}

    def inside(name: str, one: Cue) -> bool:
        return any(
            other.start <= one.start and one.end <= other.end and len(other.said) > len(one.said)
            for rival, cues in found.items()
            if rival != name
            for other in cues
        )

    return {name: [cue for cue in cues if not inside(name, cue)] for name, cues in found.items()}


def cost(text: str, schema: dict[str, Any], cue: Cue, number: Number) -> float | None:
    """How far the number is from being the value that the cue announces; None when it cannot be it."""
    gap = _gap(text, cue, number)
    if gap is None or not fits(schema, number) or (cue.taught and (gap or number.start < cue.end)):
        return None
    if not in_range(schema, number) and (gap > BESIDE or not number.exact):
        return None
    counted = number.end <= cue.start
    if not number.exact and (gap > 1.5 or not _said_of(text, cue, number, counted)):
        return None
    return gap - cue.weight + _doubt(text, schema, cue, number, counted)


def _said_of(text: str, cue: Cue, number: Number, counted: bool) -> bool:
    """Whether a number in words belongs to the cue: "two cells", not "the two cells" or "a cell with two gates"."""
    if number.ordinal:
        return not cue.many
    if number.article:
        return counted and cue.many
    if counted:
        return not re.search(r"\b(?:the|both|these|those|las|los|ambas|ambos)\s+$", text[: number.start])
    return _NOTHING_COUNTED.match(text, number.end) is not None


def _doubt(text: str, schema: dict[str, Any], cue: Cue, number: Number, counted: bool) -> float:
    """What speaks against a number beside the cue: how both are put."""
    if counted:
        if number.article:
            return 1.0
        one = number.whole and is_integer(schema) and number.value != 1
        return 0.6 if one and cue.plural else 0.3 if one and not cue.said.endswith("s") else 0.0  # "7 patch 9": patch 9
    doubt = 0.3 if cue.plural else 0.0  # "digits 8 epochs" speaks of 8 epochs
    if "enum" not in schema and re.search(r"\b(?:an?|the|una?|el)\s+$", text[cue.end : number.start]):
        doubt += 1.5  # "the maps of a 7"
    return doubt + (0.0 if _NOTHING_COUNTED.match(text, number.end) else 0.05)


def cost_without_cue(
    demo: Demo, text: str, fields: Mapping[str, dict[str, Any]], name: str, number: Number
) -> float | None:
    """The same for a number that nothing announces: "draw a 4", "vit 4" for a digit, "flip 30%" for the one share."""
    schema = fields[name]
    if "enum" in schema and sum(str(value).isdigit() for value in schema["enum"]) >= 10:
        itself = _ITSELF.search(text[: number.start]) and _NOTHING_COUNTED.match(text, number.end)
        alone = bool(itself) or _follows_name(demo, text, number)
        return 0.9 if alone and fits(schema, number) and number.exact else None
    shares = [one for one, other in fields.items() if _is_share(other)]
    return 2.0 if number.share and shares == [name] and in_range(schema, number) else None


def fits(schema: dict[str, Any], number: Number) -> bool:
    """Whether the parameter can have such a number at all: a choice among those offered, a whole one for a count."""
    if "enum" in schema:
        return f"{number.value:g}" in map(str, schema["enum"])
    return number.whole or not is_integer(schema)


def in_range(schema: dict[str, Any], number: Number) -> bool:
    """Whether the number keeps to the parameter's bounds."""
    if "enum" in schema:
        return fits(schema, number)
    low = schema.get("minimum", schema.get("exclusiveMinimum", float("-inf")))
    return bool(low <= number.value <= schema.get("maximum", float("inf")))


def is_number(schema: dict[str, Any]) -> bool:
    """Whether the parameter's values are numbers, or choices among numbers."""
    if "enum" in schema:
        return any(str(value).isdigit() for value in schema["enum"])
    return bool(_types(schema) & {"integer", "number"})


def is_integer(schema: dict[str, Any]) -> bool:
    """Whether the parameter's values are whole numbers."""
    return "integer" in _types(schema)


def loose(words: str) -> str:
    """A pattern for the words with space, hyphen or underscore between them; one article is as good as another."""
    parts = [part for part in re.split(r"[\s_-]+", fold(words)) if part]
    return r"[\s_-]+".join(
        "(?:an?|the|my|this)" if part in ("a", "the") and parts[1:] else re.escape(part) for part in parts
    )


def _found(demo: Demo, name: str, schema: dict[str, Any], text: str) -> Iterator[Cue]:
    for cue, weight, taught in _cues(demo, name, schema):
        one = cue[:-1] if len(cue) > 3 and cue.endswith("s") and not cue.endswith("ss") else cue
        for match in re.finditer(rf"(?<![\w]){loose(one)}(?:s|es)?(?![\w])", text):
            plural = match[0].endswith("s") and not cue.endswith("s")
            yield Cue(*match.span(), match[0], weight, plural, cue.endswith("s"), taught)


def _cues(demo: Demo, name: str, schema: dict[str, Any]) -> Iterator[tuple[str, float, bool]]:
    """Words that announce this parameter, how much to trust them, and whether an example taught them."""
    yield name.replace("_", " "), 0.5, False
    for alias in schema.get("aliases", ()):
        yield fold(str(alias)), 0.4, False
    if unit := schema.get("unit"):
        yield fold(str(unit)), 0.1, False
    yield from ((cue, 0.3, True) for cue in _taught(demo, name))


def _taught(demo: Demo, name: str) -> set[str]:
    """The two words before the parameter's value in the demo's own example requests: "draw a" 7."""
    found = set()
    for example in demo.examples:
        value = example.params.get(name)
        if (isinstance(value, int | float) and not isinstance(value, bool)) or str(value).isdigit():
            value = float(str(value))
            match = re.search(
                rf"(\b[a-z]+ (?!and\b|or\b|y\b)[a-z]+) {re.escape(f'{value:g}')}(?![\w.])", fold(example.text)
            )
            if match and not set(match[1].split()) <= BETWEEN:
                found.add(match[1])
    return found


def _gap(text: str, cue: Cue, number: Number) -> float | None:
    """Words between cue and number, None when too many or across another clause."""
    between = text[number.end : cue.start] if cue.start >= number.end else text[cue.end : number.start]
    if cue.start < number.end and cue.end > number.start:
        return None
    if re.search(r"[;.!?](?:\s|$)", between) or LITERAL.search(between):
        return None
    words = re.findall(r"\w+|=", between)
    count = sum(0.2 if word in BETWEEN else 1.0 for word in words)
    if "," in between or re.search(r"\b(?:and|y|or|o)\b", between):
        count += 1.5
    return count if count <= NEAR else None


def _follows_name(demo: Demo, text: str, number: Number) -> bool:
    """Whether the number stands right behind a name of the demo, and is no part of one: "vit 7", not "lenet 5"."""
    names = [rf"{loose(name)}" for name in (demo.name, demo.title, *demo.aliases)]
    before = any(re.search(rf"(?<!\w){name}\s+$", text[: number.start]) for name in names)
    return before and not any(re.search(rf"(?<!\w){name}$", text[: number.end]) for name in names)


def _is_share(schema: dict[str, Any]) -> bool:
    return "enum" not in schema and "number" in _types(schema) and schema.get("maximum", 2) <= 1


def _types(schema: dict[str, Any]) -> set[str]:
    return {str(part.get("type")) for part in (schema, *schema.get("anyOf", ()))}
