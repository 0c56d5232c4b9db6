"""Words and sentences of course text and of questions. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

_ABBREVIATIONS = frozenset(
    """e.g i.e etc et al fig vs dr prof mr ms st no approx cf resp sec ch vol pp
    eq jan feb mar apr jun jul aug sep oct nov dec""".split()
)
_BOUNDARY = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[¿¡*`$]*[A-ZÁÉÍÓÚÑ0-9$`*α-ω\[])")
_WORD = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*%?|[α-ω]")
_STOP = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but
    by can could did do does doing down during each few for from further had has have having he her here hers
    him his how i if in into is it its itself just me more most my no nor not now of off on once only or other
    our out over own same she should so some such than that the their them then there these they this those
    through to too under until up us very was we were what when where which while who whom whose why will with
    would you your please tell explain describe give show say know mean means meant lecture course slide slides
    according exactly really actually like make made get many much el la los las un una de del en y o que qué
    quién cuándo cómo es son por para se al lo su con cuál dónde fue""".split()
)


def sentences(text: str) -> list[str]:
    """The sentences of running text, whitespace folded. Initials, decimals and common abbreviations do not end one."""
    flat = " ".join(text.split())
    found: list[str] = []
    start = 0
    for match in _BOUNDARY.finditer(flat):
        last = flat[start : match.start()].rstrip(".").rsplit(" ", 1)[-1].lower().lstrip("(")
        if flat[match.start() - 1] == "." and (last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha())):
            continue
        if flat.count('"', start, match.start()) % 2 and flat[match.end() - 2 : match.end()].strip() != '"':
            continue  # inside a quotation or a title in quotes
        found.append(flat[start : match.end()].strip())
        start = match.end()
    if flat[start:].strip():
        found.append(flat[start:].strip())
    return found


def fold(text: str) -> str:
    """Lower case without accents: "Perceptrón" -> "perceptron"."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """All words and numbers in order, folded; "85,584" is one number and loses its comma."""
    return [word.replace(",", "") for word in _WORD.findall(fold(text))]


def content_words(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word) for word in words(text) if word not in _STOP]


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word's stem (Snowball, English)."""
    return str(_stemmer().stemWord(word))


def is_stop(word: str) -> bool:
    """True for a folded word that carries no content of its own."""
    return word in _STOP
