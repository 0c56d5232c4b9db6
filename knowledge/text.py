"""Words and sentences of course text and of questions. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

import Stemmer

Language = Literal["en", "es"]

_ABBREVIATIONS = frozenset(
    """e.g i.e etc et al fig vs dr prof mr ms st no approx cf resp sec ch vol pp
    eq jan feb mar apr jun jul aug sep oct nov dec""".split()
)
_BOUNDARY = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[¿¡*`$]*[A-ZÁÉÍÓÚÑ0-9$`*α-ω\[])")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*%?|[α-ω]")
_STOP: dict[str, frozenset[str]] = {
    "en": frozenset(
        """a about above after again all also am an and any are as at be because been before being below between both
        but by can could did do does doing down during each few for from further had has have having he her here hers
        him his how i if in into is it its itself just me more most my no nor not now of off on once only or other
        our out over own same she should so some such than that the their them then there these they this those
        through to too under until up us very was we were what when where which while who whom whose why will with
        would you your please tell explain describe give show say know mean means meant lecture course slide slides
        according exactly really actually like make made get many much""".split()
    ),
    "es": frozenset(
        """a al algo ante antes aqui asi aun aunque cada como con cual cuales cuando cuanta cuantas cuanto cuantos de
        del desde donde dos el ella ellas ellos en entonces entre era eran es esa esas ese eso esos esta estan estas
        este esto estos fue fueron ha hace hacen hacer hacia han hasta hay la las le les lo los mas me mi
        mientras muy nada ni no nos o otra otras otro otros para pero poco por porque pues que quien quienes se
        sea segun ser si sin sobre son su sus tal tambien tan tanto te tiene tienen todo todos tu un una unas
        uno unos usted y ya yo dime explica explicame explicar dame muestra muestrame puedes puede favor
        significa quiere decir clase curso diapositiva diapositivas funciona sirve hizo""".split()
    ),
}
_TELLING = {name: _STOP[name] - _STOP[other] for name, other in (("en", "es"), ("es", "en"))}


LONGEST_SENTENCE = 90
"""Words from which a sentence is no sentence, and is cut: an answer says sentences, and a passage has about as many."""
PIECE = 40
"""Words of its parts at most."""
_LETTERS = 12
"""Letters that a word has at most, by and large."""
_WIDEST = 200
"""Letters from which a word is cut itself."""


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


def pieces(sentence: str) -> list[str]:
    """A sentence, or its parts where it is none: captions of a lecture have no full stop from end to end. Parts end
    where a comma is, if one is near, and lose no sign but the space between them."""
    if len(sentence) <= LONGEST_SENTENCE * _LETTERS and len(sentence.split()) <= LONGEST_SENTENCE:
        return [sentence]
    found: list[str] = []
    part: list[str] = []
    size = 0
    for word in (whole[at : at + _WIDEST] for whole in sentence.split() for at in range(0, len(whole), _WIDEST)):
        if part and (len(part) == PIECE or size + len(word) > PIECE * _LETTERS):
            end = next((at for at in range(len(part), len(part) // 2, -1) if part[at - 1][-1] in ",;:"), len(part))
            found.append(" ".join(part[:end]))
            part = part[end:]
            size = sum(map(len, part))
        part.append(word)
        size += len(word)
    return [*found, " ".join(part)]


def fold(text: str) -> str:
    """Lower case without accents: "Perceptrón" -> "perceptron"."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    return _NOT_ASCII.sub(_without_accent, unicodedata.normalize("NFKD", lowered))


def _without_accent(match: re.Match[str]) -> str:
    return "" if unicodedata.combining(match[0]) else match[0]


def words(text: str) -> list[str]:
    """All words and numbers in order, folded; "85,584" is one number and loses its comma."""
    return [word.replace(",", "") for word in _WORD.findall(fold(text))]


def content_words(text: str, language: Language = "en") -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word, language) for word in words(text) if not is_stop(word, language)]


def question_stems(text: str, language: Language) -> list[str]:
    """The stems that a question is searched by. A Spanish question names half of its things in English, so that its
    words are stemmed both ways."""
    found = content_words(text, language)
    if language == "es":
        found += [stem(word, "en") for word in words(text) if not is_stop(word, "es") and not is_stop(word, "en")]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=2)
def _stemmer(language: Language) -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english" if language == "en" else "spanish")


@lru_cache(maxsize=65536)
def stem(word: str, language: Language = "en") -> str:
    """The stem of a folded word (Snowball)."""
    return str(_stemmer(language).stemWord(word))


def is_stop(word: str, language: Language = "en") -> bool:
    """True for a folded word that carries no content of its own."""
    return word in _STOP[language]


def language_of(text: str) -> Language:
    """English or Spanish, by the words that each of them has and the other has not; English where nothing tells.

    For passages, which are long; what a student says is told apart by tutor/dialogue/language.py.
    """
    found = re.findall(r"[a-z]+", fold(text))
    counts = {name: sum(word in own for word in found) for name, own in _TELLING.items()}
    return "es" if counts["es"] > counts["en"] else "en"
