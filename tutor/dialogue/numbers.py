"""Numbers in a sentence: digits, percentages, and number words in English and Spanish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SHARE = r"(?: ?%| ?per ?cent| por ciento)"
LITERAL = re.compile(
    r"(?<![\w.])[-+−]?(?:\d+(?:,\d{3})+|0,\d+|\d+\.\d+|\.\d+|\d+)(?:e[-+]?\d+)?"
    rf"(?:{_SHARE}|k\b|(?:st|nd|rd|th)\b)?(?![\w])",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?!(?:st|nd|rd|th)\b)(?=[a-z]{2,}\b)")
_WORDS = {
    word: value
    for value, text in {
        0: "zero cero", 1: "one uno", 2: "two dos", 3: "three tres", 4: "four cuatro", 5: "five cinco", 6: "six seis",
        7: "seven siete", 8: "eight ocho", 9: "nine nueve", 10: "ten diez", 11: "eleven once", 12: "twelve doce",
        13: "thirteen trece", 14: "fourteen catorce", 15: "fifteen quince", 16: "sixteen dieciseis", 17: "seventeen",
        18: "eighteen", 19: "nineteen", 20: "twenty veinte", 25: "veinticinco", 30: "thirty treinta",
        40: "forty cuarenta", 50: "fifty cincuenta", 60: "sixty sesenta", 70: "seventy setenta", 80: "eighty ochenta",
        90: "ninety noventa", 100: "hundred cien ciento", 200: "doscientos doscientas", 300: "trescientos trescientas",
        500: "quinientos quinientas", 1000: "thousand mil",
    }.items()
    for word in text.split()
}  # fmt: skip
_ORDINALS = {
    word: value
    for value, text in {
        2: "second segundo segunda", 3: "third tercer tercero tercera", 4: "fourth cuarto cuarta",
        5: "fifth quinto quinta", 6: "sixth sexto sexta", 7: "seventh septimo septima", 8: "eighth octavo octava",
        9: "ninth noveno", 10: "tenth decimo",
    }.items()
    for word in text.split()
}  # fmt: skip
_SHARES = {"half": 0.5, "mitad": 0.5, "quarter": 0.25}
_NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b(?:(?:[\s-]+|\s+(?:and|y)\s+)(?:{'|'.join(_WORDS)})\b)*")
_OTHER_WORDS = re.compile(rf"(?<!per )(?<!por )(?<!tokens a )\b(?:{'|'.join((*_ORDINALS, *_SHARES))})\b(?!\s+moons?\b)")
_SINGLE = re.compile(r"(?<=\bcon )una?\b|\b(?:single|sola|solo una?)\b")
_A_PRONOUN = re.compile(
    r"\b(?:the|this|that|each|every|other|another|which|any|no|a|draw|second|third|fourth|fifth|last|first|same|right|wrong|new)\s+$"
)
_ONES_NOUN = re.compile(
    r"\s{1,3}(?!(?:of|by|after|at|and|or|more|another|thing|that|which|to|in|is|space|go|step at)\b)\w"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where it stands. `exact` says that it is written in digits, so that surely a value is meant."""

    value: float
    whole: bool
    start: int
    end: int
    exact: bool = True
    share: bool = False
    ordinal: bool = False
    article: bool = False
    """Said by an article or by "single": one, if things are counted at all."""


def spaced(text: str) -> str:
    """The text with a space between a number and the word written to it: "30epochs"."""
    return _JOINED.sub(r"\1 ", text)


def numbers(text: str) -> Iterator[Number]:
    """The numbers of a folded text: those in digits first, then those in words."""
    for match in LITERAL.finditer(text):
        yield _written(match)
    for match in _NUMBER_WORDS.finditer(text):
        yield from _spelled(text, match)
    for match in _OTHER_WORDS.finditer(text):
        value = _SHARES.get(match[0], _ORDINALS.get(match[0], 0))
        order = match[0] in _ORDINALS
        yield Number(float(value), order, *match.span(), exact=False, share=not order, ordinal=order)
    for match in _SINGLE.finditer(text):
        yield Number(1.0, True, *match.span(), exact=False, article=True)


def _written(match: re.Match[str]) -> Number:
    literal = re.sub(r"(st|nd|rd|th)$", "", match[0].lower())
    literal = re.sub(r"^([-+−]?0),", r"\1.", literal).replace(",", "").replace("−", "-")
    bare = re.sub(_SHARE + "$", "", literal)
    share = bare != literal
    scale = 0.01 if share else 1000.0 if bare.endswith("k") else 1.0
    value = float(bare.rstrip("k"))
    whole = "." not in literal and not share
    return Number(value / 100 if share else value * scale, whole, *match.span(), share=share)


def _spelled(text: str, run: re.Match[str]) -> Iterator[Number]:
    """The numbers that a run of number words says: "five hundred" is one, "two three" are two."""
    said: list[tuple[int, int, int]] = []
    for match in re.finditer(r"[a-z]+", run[0]):
        if match[0] not in _WORDS:
            continue
        value, (start, end) = _WORDS[match[0]], (run.start() + match.start(), run.start() + match.end())
        before = said[-1][0] if said else 0
        if value in (100, 1000) and 0 < before < value:
            said[-1] = (before * value, said[-1][1], end)
        elif before and value and value < _room(before):
            said[-1] = (before + value, said[-1][1], end)
        else:
            said.append((value, start, end))
    for value, start, end in said:
        if _counts(text, start, end):
            yield Number(float(value), True, start, end, exact=False)


def _room(value: int) -> int:
    """What may be added in words: less than 10 to twenty, less than 100 to two hundred."""
    return 1000 if value % 1000 == 0 else 100 if value % 100 == 0 else 10 if value % 10 == 0 and value >= 20 else 0


def _counts(text: str, start: int, end: int) -> bool:
    """False for "one" as a pronoun: "the other one"."""
    if text[start:end] not in ("one", "uno"):
        return True
    return not _A_PRONOUN.search(text[:start]) and _ONES_NOUN.match(text, end) is not None
