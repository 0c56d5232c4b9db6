"""True sentences made false: a number, a name, a denial, a direction, a quantity or the subject is changed. Pure.

They teach and examine what checks a claim against the course (training/entailment.py): each altered sentence shares
almost all words with what it was made from, and is not said by it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.text import Language

_NUMBER = re.compile(r"(?<![\w.,^_{])\d+(?:[.,]\d+)*(?![\w^_}])")
_NAME = re.compile(r"(?<=[a-záéíóúñ,;:] )[A-ZÁÉÍÓÚÑ][\w-]+(?: (?:de |of )?[A-ZÁÉÍÓÚÑ][\w-]+){0,3}")
_COUNTS: Mapping[Language, tuple[str, ...]] = {
    "en": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "es": ("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
}
_OPPOSITES: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        ("more", "fewer"), ("larger", "smaller"), ("large", "small"), ("high", "low"), ("higher", "lower"),
        ("longer", "shorter"), ("long", "short"), ("first", "last"), ("before", "after"), ("forward", "backward"),
        ("increases", "decreases"), ("raises", "lowers"), ("grows", "shrinks"), ("always", "never"), ("all", "none of"),
        ("with", "without"), ("input", "output"), ("inputs", "outputs"), ("encoder", "decoder"), ("faster", "slower"),
        ("supervised", "unsupervised"), ("labelled", "unlabelled"), ("easy", "hard"), ("easier", "harder"),
        ("better", "worse"), ("good", "bad"), ("many", "few"), ("most", "least"), ("old", "new"), ("early", "late"),
        ("same", "different"), ("remembers", "forgets"), ("keeps", "drops"), ("adds", "removes"), ("real", "fake"),
        ("training", "test"), ("positive", "negative"), ("true", "false"), ("right", "wrong"), ("left", "right"),
        ("big", "tiny"), ("cheap", "expensive"), ("deep", "shallow"), ("simple", "complicated"), ("every", "no"),
        ("generator", "discriminator"), ("rows", "columns"), ("query", "value"), ("maximises", "minimises"),
        ("above", "below"), ("inside", "outside"), ("above all", "hardly"), ("often", "seldom"), ("only", "not only"),
    ),
    "es": (
        ("más", "menos"), ("mayor", "menor"), ("grande", "pequeño"), ("grandes", "pequeños"), ("alto", "bajo"),
        ("alta", "baja"), ("largo", "corto"), ("larga", "corta"), ("largas", "cortas"), ("primero", "último"),
        ("primera", "última"), ("antes", "después"), ("adelante", "atrás"), ("aumenta", "disminuye"),
        ("sube", "baja"), ("crece", "se reduce"), ("siempre", "nunca"), ("todos", "ninguno de"), ("con", "sin"),
        ("entrada", "salida"), ("entradas", "salidas"), ("codificador", "decodificador"), ("fácil", "difícil"),
        ("supervisado", "no supervisado"), ("etiquetados", "sin etiquetas"), ("mejor", "peor"), ("bueno", "malo"),
        ("muchos", "pocos"), ("muchas", "pocas"), ("viejo", "nuevo"), ("mismo", "otro"), ("mismos", "otros"),
        ("misma", "otra"), ("mismas", "otras"), ("recuerda", "olvida"), ("conserva", "descarta"), ("real", "falso"),
        ("entrenamiento", "prueba"), ("positivo", "negativo"), ("verdadero", "falso"), ("izquierda", "derecha"),
        ("barato", "caro"), ("profunda", "superficial"), ("profundo", "superficial"), ("cada", "ningún"),
        ("generador", "discriminador"), ("filas", "columnas"), ("máximo", "mínimo"), ("encima", "debajo"),
        ("dentro", "fuera"), ("a menudo", "rara vez"), ("rápido", "lento"), ("solo", "no solo"),
    ),
}  # fmt: skip
_DENIALS: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        (" is ", " is not "), (" are ", " are not "), (" was ", " was not "), (" were ", " were not "),
        (" can ", " cannot "), (" has ", " does not have "), (" have ", " do not have "), (" does not ", " does "),
        (" do not ", " do "), (" cannot ", " can "), (" is not ", " is "), (" are not ", " are "),
        (" needs ", " does not need "), (" uses ", " does not use "), (" learns ", " does not learn "),
        (" gives ", " does not give "), (" makes ", " does not make "), (" lets ", " does not let "),
        (" without ", " with "), (" no ", " every "),
    ),
    "es": (
        (" es ", " no es "), (" son ", " no son "), (" fue ", " no fue "), (" puede ", " no puede "),
        (" pueden ", " no pueden "), (" tiene ", " no tiene "), (" tienen ", " no tienen "), (" no ", " "),
        (" necesita ", " no necesita "), (" usa ", " no usa "), (" aprende ", " no aprende "), (" da ", " no da "),
        (" hace ", " no hace "), (" permite ", " no permite "), (" sin ", " con "), (" está ", " no está "),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """What names may be put in place of others: the topics' names in each language, and the proper names."""

    topics: Mapping[Language, Sequence[str]]
    names: Sequence[str]


def altered(text: str, language: Language, world: World, draw: random.Random) -> Iterator[tuple[str, str]]:
    """Each kind of change that fits a sentence, as (kind, sentence)."""
    for kind, change in CHANGES.items():
        if (made := change(text, language, world, draw)) and made != text:
            yield kind, made


def numbers(text: str, language: Language, _world: World, draw: random.Random) -> str:
    """Another number in place of one, in digits or as a word."""
    found = list(_NUMBER.finditer(text))
    if found:
        match = draw.choice(found)
        return f"{text[: match.start()]}{_other_number(match[0], draw)}{text[match.end() :]}"
    counts = _COUNTS[language]
    said = [word for word in counts[1:] if re.search(rf"\b{word}\b", text)]
    if not said:
        return ""
    word = draw.choice(said)
    other = draw.choice([count for count in counts[1:] if count != word])
    return re.sub(rf"\b{word}\b", other, text, count=1)


def _other_number(text: str, draw: random.Random) -> str:
    """A number that looks like it: one digit is another, or two change places."""
    places = [place for place, char in enumerate(text) if char.isdigit()]
    if len(places) > 1 and draw.random() < 0.4:
        one, two = places[-1], places[-2]
        if text[one] != text[two]:
            found = list(text)
            found[one], found[two] = found[two], found[one]
            return "".join(found)
    place = draw.choice(places)
    digit = draw.choice([d for d in "123456789" if d != text[place]])
    return f"{text[:place]}{digit}{text[place + 1 :]}"


def names(text: str, _language: Language, world: World, draw: random.Random) -> str:
    """Another proper name in place of one."""
    found = list(_NAME.finditer(text))
    if not found:
        return ""
    match = draw.choice(found)
    long = len(match[0].split()) > 1
    others = [name for name in world.names if name not in text and (len(name.split()) > 1) == long]
    return f"{text[: match.start()]}{draw.choice(others)}{text[match.end() :]}" if others else ""


def denials(text: str, language: Language, _world: World, draw: random.Random) -> str:
    """The sentence denied, or its denial taken away."""
    fitting = [(one, other) for one, other in _DENIALS[language] if one in text]
    if not fitting:
        return ""
    one, other = draw.choice(fitting)
    return text.replace(one, other, 1)


def opposites(text: str, language: Language, _world: World, draw: random.Random) -> str:
    """A word's opposite in its place."""
    pairs = [pair for one, other in _OPPOSITES[language] for pair in ((one, other), (other, one))]
    fitting = [(one, other) for one, other in pairs if re.search(rf"\b{one}\b", text)]
    if not fitting:
        return ""
    one, other = draw.choice(fitting)
    return re.sub(rf"\b{one}\b", other, text, count=1)


def subjects(text: str, language: Language, world: World, draw: random.Random) -> str:
    """Another topic's name in place of the one that is named."""
    topics = world.topics[language]
    said = [name for name in topics if len(name) > 3 and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)]
    if not said:
        return ""
    name = max(said, key=len)
    other = draw.choice([found for found in topics if found.lower() not in text.lower()])
    match = re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)
    assert match is not None
    put = f"{other[0].upper()}{other[1:]}" if match.start() == 0 else other
    return f"{text[: match.start()]}{put}{text[match.end() :]}"


def directions(text: str, language: Language, _world: World, _draw: random.Random) -> str:
    """What stands on both sides of a comparison or of a link changes places."""
    links = {"en": (" than ", " turns into ", " depends on ", " instead of ", " but not "),
             "es": (" que ", " depende de ", " en lugar de ", " en vez de ", " pero no ")}[language]  # fmt: skip
    for link in links:
        before, found, after = text.rstrip(".").partition(link)
        if found and 1 <= len(after.split()) <= 4 and len(before.split()) >= 3 and "," not in after:
            first = before.split()[:2]
            rest = before.split()[2:]
            if rest and (language == "en" or link != " que "):
                return f"{_up(after)} {' '.join(rest)}{link}{_down(' '.join(first))}."
    return ""


def _up(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _down(text: str) -> str:
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"


Change = Callable[[str, Language, World, random.Random], str]
CHANGES: Mapping[str, Change] = {
    "number": numbers, "name": names, "denial": denials, "opposite": opposites, "subject": subjects,
    "direction": directions,
}  # fmt: skip
