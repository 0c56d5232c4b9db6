"""Spanish questions in the English words that the course uses: a word list, not a translator.

The embedder reads English only. A question is taken as Spanish when enough of its words are; each known word is then
replaced, function words fall away, and names and unknown words stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import Stemmer

from knowledge.text import fold

_FUNCTION_WORDS = frozenset(
    """el la los las un una unos unas de del al y o e u a en es son era fue ser esta este esto ese eso esa su sus lo le
    les se me mi tu te nos ha han he hay si no ya ni pero pues tal tan asi cada otro otra entonces aqui puede puedes
    podria quiero seria sea sido estar estan estaba""".split()
)
_MARKS = frozenset(
    """con un y muestra corre ejecuta entrena dibuja quien cuando donde que cual como por cuanto cuantos cuantas el la
    los las de del una es fue en se para""".split()
)
_TERMS = (
    ("tasa de aprendizaje", "learning-rate"), ("inteligencia artificial", "artificial-intelligence"),
    ("red neuronal", "neural-network"), ("redes neuronales", "neural-networks"),
    ("red de hopfield", "hopfield-network"),
    ("aprendizaje automatico", "machine-learning"), ("aprendizaje profundo", "deep-learning"),
    ("regla delta", "delta-rule"), ("nubes de puntos", "clouds"), ("modelo de lenguaje", "language-model"),
    ("modelos de lenguaje", "language-models"), ("paso a paso", "step-by-step"),
    ("tres en raya", "tic-tac-toe"), ("cuatro en raya", "connect-four"),
)  # fmt: skip


def is_spanish(text: str) -> bool:
    """True when the text opens or reads like Spanish."""
    words = re.findall(r"\w+", fold(text))
    if not words:
        return False
    marks = sum(word in _MARKS for word in words)
    return (
        "¿" in text
        or "¡" in text
        or (marks >= 2 and marks / len(words) >= 0.25)
        or words[0] in ("quien", "cuando", "cuantos")
    )


def in_plain_words(text: str) -> str:
    """The question with what students abbreviate written out; other words stay as they are."""
    return re.sub(r"[A-Za-z]+", lambda match: _informal().get(match[0].lower(), match[0]), text)


def in_english(text: str) -> str:
    """The question in the course's words; unchanged when it is not Spanish."""
    if not is_spanish(text):
        return text
    folded = re.sub(r"\bpor que\b", "por_que", re.sub(r"\bpara que\b", "para_que", fold(text)))
    out = []
    for word in re.findall(r"\d[\d.,]*|[\w'-]+", _phrases(folded)):
        known = _lexicon().get(word) or _lexicon().get(_stem(word))
        if known is not None:
            out.append(known)
        elif word not in _FUNCTION_WORDS:
            out.append(word)
    return " ".join(out) + "?"


def _phrases(folded: str) -> str:
    """Terms of several words, whose order differs in English."""
    for spanish, english in _TERMS:
        folded = folded.replace(spanish, english)
    return folded


@cache
def _lexicon() -> dict[str, str]:
    """Folded Spanish words, and their stems, with the English words for them."""
    found: dict[str, str] = {}
    for word, english in _pairs("spanish.txt"):
        found.setdefault(word, english)
        found.setdefault(_stem(word), english)
    return found


@cache
def _informal() -> dict[str, str]:
    return dict(_pairs("informal.txt"))


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """The word list in a file beside this one: each word on a line's left with the words on its right."""
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        left, mark, right = line.partition("=")
        if mark and not line.startswith("#"):
            yield from ((word, right.strip()) for word in fold(left).split())


@cache
def _stem(word: str) -> str:
    return "~" + str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("spanish")
