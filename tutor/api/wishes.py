"""Orders about a text, told from questions on the course: sum it up, explain it, make a quiz or flashcards of it.

Platforms write them in the language of their site, so that verbs of several languages are known. A noun alone is no
order: a platform's own text for plain questions speaks of a "summary" too.
"""

from __future__ import annotations

import re
from typing import Literal

from knowledge.text import fold

PageWish = Literal["summarise", "explain", "quiz", "cards"]
_CARDS = re.compile(
    r"\b(?:flash ?-?cards?|tarjetas?(?: de (?:estudio|memoria|repaso))?|fichas? de (?:estudio|repaso))\b"
)
_QUIZ = re.compile(
    r"\b(?:quiz(?:zes)?|cuestionarios?|assessment questions?|multiple[- ]choice|mcqs?|opcion multiple"
    r"|(?:quiz|practice|exam|test|exercise|review) questions"
    r"|preguntas (?:de (?:examen|practica|opcion|repaso)|tipo test))\b"
)
_MANY = re.compile(
    r"\b(?:[2-9]|[12]\d|two|three|four|five|ten|some|dos|tres|cuatro|cinco|diez|unas) (?:questions|preguntas)\b"
)
_MAKE = re.compile(
    r"\b(?:mak(?:e|ing)|creat(?:e|ing)|generat(?:e|es|ing)|writ(?:e|ing)|prepare|produce|build|give me|design|assist"
    r"|crea(?:r|me)?|genera(?:r|me)?|haz(?:me)?|escrib(?:e|ir|eme)|prepara(?:r|me)?|elabora(?:r)?|dame|disena(?:r)?)\b"
)
_SUMMARISE = re.compile(
    r"\b(?:summari[sz]e[sd]?|summari[sz]ing|condense|sum up|tl;?dr"
    r"|resum(?:ir|e|a|an|iras|eme|elo|ela|iendo)|sintetiza(?:r)?"
    r"|zusammen(?:zu)?fassen|fasse? .{0,60}zusammen|riassum(?:ere|i)|resumer)\b|\bkey points\b|\bpuntos clave\b"
)
_EXPLAIN = re.compile(
    r"\b(?:explain(?:s|ing)?|simplify|clarify|break (?:it|this|the text) down"
    r"|explica(?:r|me|lo|la)?|explique|aclara(?:r)?"
    r"|simplifica(?:r)?|erklar(?:e|en)|spieg(?:a|are)|expliquer)\b"
)
_FREELY = re.compile(r"\bgenerat(?:e|ing) (?:\w+ )?text\b|\bgenerar (?:un )?texto\b")
"""A platform's text for plain questions: the user's words are the request."""
_WORDS = (
    "one a an un una uno", "two dos", "three tres", "four cuatro", "five cinco", "six seis", "seven siete",
    "eight ocho", "nine nueve", "ten diez",
)  # fmt: skip
_NUMBERS = {word: number for number, words in enumerate(_WORDS, 1) for word in words.split()}
_COUNT = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_NUMBERS)})\]? (?:[\w-]+ ){{0,3}}?"
    r"(?:questions?|preguntas?|flash ?-?cards?|cards?|tarjetas?|fichas?|items?|problems?|mcqs?)\b"
)


def wants_items(text: str) -> Literal["quiz", "cards"] | None:
    """Whether a text orders a quiz or flashcards; None for a question, and for one who wants to be asked."""
    plain = fold(text[:20_000])
    if _MAKE.search(plain) is None:
        return None
    if _CARDS.search(plain):
        return "cards"
    return "quiz" if _QUIZ.search(plain) or _MANY.search(plain) else None


def page_wish(text: str) -> PageWish | None:
    """What is to be done with a page; None where the text orders nothing of that kind."""
    plain = fold(text[:20_000])
    if _FREELY.search(plain):
        return None
    first = [(found.start(), wish) for wish, found in (("summarise", _SUMMARISE.search(plain)),
                                                       ("explain", _EXPLAIN.search(plain))) if found]  # fmt: skip
    return wants_items(text) or (min(first)[1] if first else None)  # type: ignore[return-value]


def count_of(text: str) -> int | None:
    """How many items a text asks for; None where it does not say."""
    found = _COUNT.search(fold(text[:20_000]))
    return None if found is None else _NUMBERS.get(found[1]) or int(found[1])
