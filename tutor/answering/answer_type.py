"""What kind of thing a question for a fact asks for, and whether a sentence has one: a year, a number, a name.

"How many dollars did Watson win?" shares its words with the course, and no sentence of it holds the number. This is
grammar, in both languages: the question word alone, and the noun that is counted.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Literal

from knowledge.text import Language, fold, is_stop, stem

Kind = Literal["year", "count", "money", "name", "age"]
_WHEN = re.compile(
    r"\b(?:what|which|que|cual) (?:year|ano)\b|^(?:and |y |so |but )?(?:when|cuando)(?: exactly| exactamente)?$"
    r"|\bwhen (?:was|were|did)\b"
    r"|\bcuando (?:fue|se (?:publico|creo|invento|hizo|presento)|salio|gano|invento|hizo|nacio la)\b"
    r"|^(?:year|ano|yr|date|fecha)$"
)
_COUNT = re.compile(r"\b(?:how many|how much|cuant[oa]s?)\b")
_MANY = re.compile(r"\b(?:how many|cuant[oa]s)\b")
_MONEY = re.compile(r"\b(?:money|dollars|cost|price|salary|dinero|plata|pesos|dolares|cuesta|costo|vale|gana)\b")
_PAID = re.compile(r"[$€£] ?\d|\b(?:dollars?|dolares|euros?|pesos colombianos)\b")
_AGE = re.compile(r"\b(?:how old|que edad|cuantos anos ten|birthday|cumpleanos|born\b|nacio)")
_WHO = re.compile(r"^(?:and |y |so )?(?:who|whose|quien|quienes)\b")
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|million|billion|half|no|none|"
    r"dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|cien|mil|millones|mitad|cero|ningun[oa]?)\b"
)
_NO_COUNT = re.compile(r"\bhttps?://\S+|\b(?:slides?|diapositivas?) \d+|\b(?:1[89]|20)\d\d\b")
"""Numbers that count nothing: addresses, slides, years."""
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d|\b(?:century|siglo|decade|decada)\b")
_NAME = re.compile(
    r"(?<!^)\b(?:[A-ZÁÉÍÓÚÑ][a-záéíóúñ'][\w.'-]*|IBM|MIT)"
    r"|^[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+ (?:and|y) (?:others|otros|[A-ZÁÉÍÓÚÑ])"
)
"""A person's or a maker's; an abbreviation is a thing's."""


def asked_for(question: str) -> Kind | None:
    """The kind of thing that is asked for; None where the words do not tell."""
    plain = fold(question).strip(" ¿?!.")
    if _AGE.search(plain):
        return "age"
    if _WHEN.search(plain):
        return "year"
    if _COUNT.search(plain):
        return "money" if _MONEY.search(plain) and not _MANY.search(plain) else "count"
    return "name" if _WHO.search(plain) else None


def holds(sentence: str, kind: Kind | None) -> bool:
    """True when a sentence has something of that kind, and for None."""
    if kind == "year":
        return bool(_YEAR.search(fold(sentence)))
    if kind == "count":
        return bool(_NUMBER.search(_NO_COUNT.sub(" ", fold(sentence))))
    if kind == "money":
        return bool(_PAID.search(fold(sentence)))
    if kind == "name":
        return bool(_NAME.search(sentence))
    if kind == "age":
        return bool(re.search(r"\b(?:born|aged|years old|nacio|anos de edad|edad)\b", fold(sentence)))
    return True


def counts(sentence: str, nouns: Set[str], language: Language) -> bool:
    """True where a number stands just before one of these stems: "three gates", "tres compuertas de control"."""
    said = re.findall(r"\w+", _NO_COUNT.sub(" ", fold(sentence)))
    return any(
        (word.isdigit() or _NUMBER.fullmatch(word) is not None)
        and any(stem(other, language) in nouns for other in said[at + 1 : at + 3])
        for at, word in enumerate(said)
    )


def counted(question: str, language: Language) -> str:
    """The stem of what "how many" counts, the next word that carries meaning; "" where there is none."""
    plain = fold(question)
    match = _MANY.search(plain)
    if match is None:
        return ""
    for word in re.findall(r"\w+", plain[match.end() :])[:3]:
        if not is_stop(word, language) and not is_stop(word, "en"):
            return stem(word, language)
    return ""
