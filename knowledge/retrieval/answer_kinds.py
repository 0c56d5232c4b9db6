"""What a question asks for in particular (a number, a price, a date, a name), and whether a sentence has it.

"What does a loaf cost?" shares its words with all that is said on loaves, and no sentence without a price answers it.
This is grammar in both languages: the words that ask, and the signs and units of what answers. A number, a year or a
name that the question gives is none that answers it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from knowledge.text import Language, fold, is_stop, stem, words


def _words(text: str) -> str:
    """A pattern that finds any of the words, or of the beginnings that end in a star."""
    return rf"\b(?:{'|'.join(text.split())})\b".replace("*", r"\w*")


NUMBERS = _words(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred* thousand* million* billion*
    dozen* half quarter third once twice none no both uno dos tres cuatro cinco seis siete ocho nueve diez once doce
    trece catorce quince dieci* veint* treinta cuarenta cincuenta sesenta setenta ochenta noventa cien* doscient*
    trescient* quinient* mil miles millon* docena* mitad tercio cuarta ningun* ambos un una"""
)
_NUMBER = rf"\d[\d.,]*|{NUMBERS}"
_TIMES = _words(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday spring summer autumn winter noon midnight morning evening century centuries
    decade* ago enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes
    martes miercoles jueves viernes sabado domingo primavera verano otono invierno mediodia medianoche siglo*
    decada*"""
)
_SPANS = _words(
    """second* minute* hour* day* night* week* fortnight month* year* decade* centur* forever every always never once
    twice until often rarely seldom usually daily weekly segundo* minuto* hora* dia* noche* semana* mes meses ano*
    decada* siglo* siempre nunca cada vez veces hasta diario"""
)
_LENGTHS = _words(
    """m cm mm km ft metre* meter* centimet* millimet* kilomet* feet foot inch inches yard* mile* storey* stories
    floor* league* fathom* metro* centimetro* milimetro* kilometro* pies pulgada* milla* piso* legua*"""
)
_WEIGHTS = _words(
    """kg g mg t kilo* gram* milligram* ton tons tonne* pound* lb lbs ounce* hundredweight* stone* gramo* tonelada*
    libra* onza* quintal*"""
)
_OF_LENGTH, _OF_WEIGHT = (unit.removeprefix(r"\b") for unit in (_LENGTHS, _WEIGHTS))
"""The units where they may follow a digit: "20m"."""
_MONEY = _words(
    """pound* shilling* pence penny pennies halfpenny farthing* guinea* dollar* cent cents euro* franc* marks florin*
    peso* dolar* centavo* libra* ducat* free gratis gratuit* cop usd eur"""
)
_SHARES = _words(
    """percent half halves third thirds quarter* fifth tenth most majority all none nine four mitad tercio tercera
    cuarta quinta decima mayoria ciento todo* toda*"""
)
_COLOURS = _words(
    """red* blue* green* yellow* whit* black* grey* gray* brown* orange purple violet pink gold* silver* colourless
    colorless dark pale rust* rojo* roja* azul* verde* amarill* blanc* negr* gris* pard* marron* naranja morad*
    violeta rosad* dorad* plateado incolor* oscur*"""
)
_DEATH = _words(
    """die* dying death* dead kill* murder* buri* drown* grave funeral widow* lived until muri* muere* muert* fallec*
    mataron asesin* enterr* ahog* viud* vivi* hasta"""
)
_BIRTH = _words("born birth* aged age old child* native nac* edad anos ano* year*")
_MARRIAGE = _words("marr* wife husband spouse wed* widow* bride casad* caso espos* marido viud*")
_PERSONS = _words(
    """king queen pope emperor people men women man woman worker* student* monk* nun* priest* farmer* soldier*
    engineer* chemist* physicist* scientist* scholar* merchant* smith* government* council parliament committee
    court company army church party member* citizen* child children son daughter wife husband they we state* rey
    reina papa emperador gente hombre* mujer* trabajador* estudiante* monje* campesin* soldado* ingenier* quimic*
    fisico* cientific* gobierno* consejo congreso corte compania ejercito iglesia partido miembro* ciudadan* nino*
    hijo* hija* estado* team* group* equipo* grupo* *istas *logos"""
)
_WHILE = _words(
    """after before during since while until age era war year* time day* week* reign today now nowadays tras despues
    antes durante desde mientras epoca guerra ano* hoy dia* semana* reinado hace"""
)
_AUXILIARY = r"(?:was|were|did|is|are|does|do|will|has|had|have|can|should|would)"
_MEASURES = (
    r"(?:height|width|depth|thickness|diameter|altitude|length|distance|altura|anchura|ancho|profundidad|espesor|diametro|"
    r"altitud|longitud|distancia)"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of thing is asked for, and what has it (both folded). `counts` says that it needs a number which the
    question does not give, `about` that the sentences beside may have it."""

    asks: re.Pattern[str]
    has: re.Pattern[str]
    counts: bool = False
    about: bool = False


_KINDS: Mapping[str, _Kind] = {
    "count": _Kind(
        asks=re.compile(r"\bhow many\b|\bcuant[oa]s\b|\b(?:what|which) number of\b|\bque (?:numero|cantidad) de\b"),
        has=re.compile(_NUMBER),
        counts=True,
    ),
    "money": _Kind(
        asks=re.compile(
            r"\bhow much (?:money|(?:did|does|do) .*\b(?:cost|pay|earn)|(?:is|are|was|were) .*\b(?:paid|worth))\b"
            r"|\b(?:costs?|prices?|salary|salaries|wages?|fees?|fares?|budget|earn(?:s|ed)?)\b"
            r"|\b(?:cuesta|cuestan|costo|costaron|costos|precios?|salario|sueldo|tarifa|presupuesto)\b"
        ),
        has=re.compile(rf"[$€£¥] ?\d|{_MONEY}"),
    ),
    "share": _Kind(
        asks=re.compile(
            r"\bwhat (?:percent\w*|share|fraction|proportion)\b|\bque (?:porcentaje|proporcion|fraccion)\b"
        ),
        has=re.compile(rf"%|\bper ?cent\b|\d|{_SHARES}"),
    ),
    "colour": _Kind(
        asks=re.compile(r"\b(?:what|which) colou?rs?\b|\b(?:de )?que color\b|\bcual es el color\b"),
        has=re.compile(_COLOURS),
    ),
    "length": _Kind(
        asks=re.compile(
            rf"\bhow (?:tall|high|wide|deep|thick|far|broad)\b|\b(?:what|which|que) {_MEASURES}\b"
            rf"|\b(?:what|cual) (?:is|was|es|era) (?:the|el|la) {_MEASURES}\b"
            rf"|^(?!how |why |como |por que )[^?]{{0,40}}\b{_MEASURES}$"
            r"|\bque tan (?:alt|anch|profund|larg|lej)\w+|\bcuanto mide\b"
        ),
        has=re.compile(rf"(?:{_NUMBER})[^.;]{{0,24}}?(?:\b|(?<=\d)){_OF_LENGTH}|{_LENGTHS}[^.;]{{0,12}}\d"),
        counts=True,
    ),
    "weight": _Kind(
        asks=re.compile(
            r"\bhow heavy\b|\bhow much (?:does|do|did) .*\bweigh\b|\bweight of\b|\bcuanto pes\w+|\bque peso\b"
        ),
        has=re.compile(rf"(?:{_NUMBER})[^.;]{{0,16}}?(?:\b|(?<=\d)){_OF_WEIGHT}"),
        counts=True,
    ),
    "temperature": _Kind(
        asks=re.compile(r"\b(?:what|which) temperature\b|\bhow (?:hot|cold|warm)\b|\bque temperatura\b"),
        has=re.compile(rf"°|{_NUMBER}|{_words('degree* grado* boil* freez* hierv* congel*')}"),
    ),
    "span": _Kind(
        asks=re.compile(
            rf"\bhow long (?:{_AUXILIARY}|ago|must|after|before|until)\b|\bhow (?:often|soon)\b|\blifespan\b"
            r"|\bcuanto (?:tiempo|dur\w+|tard\w+|demor\w+)\b|\bcada cuanto\b|\bcuantas veces\b"
        ),
        has=re.compile(rf"\d|{_SPANS}|{_TIMES}|{_LENGTHS}"),
    ),
    "death": _Kind(
        asks=re.compile(
            rf"\b{_AUXILIARY} .*\bdie$|\bdie (?:in|of|from|at)\b|\bdeath of\b"
            r"|\b(?:murio|murieron|fallecio|muerte de)\b"
        ),
        has=re.compile(_DEATH),
        about=True,
    ),
    "birth": _Kind(
        asks=re.compile(
            r"\bborn\b|\bbirth\w*|\bhow old\b|\bwhat age\b|\bnaci(?:o|eron)\b|\bque edad\b|\bcuantos anos ten\w+"
        ),
        has=re.compile(_BIRTH),
        about=True,
    ),
    "marriage": _Kind(
        asks=re.compile(
            r"\bmarr(?:y|ied|iage)\b|\b(?:wife|husband|spouse) of\b|\b(?:his|her) (?:wife|husband|spouse)\b"
            r"|\bcaso con\b|\b(?:espos[oa]|marido) de\b"
        ),
        has=re.compile(_MARRIAGE),
        about=True,
    ),
    "when": _Kind(
        asks=re.compile(
            rf"\bwhen {_AUXILIARY}\b|^(?:and |so |since |y |desde )*(?:when|cuando)$|\b(?:year|date|fecha|ano)$"
            r"|\b(?:what|which) (?:year|date|day|month|decade|century)\b|^(?:y |desde |hasta )*cuando [^,]+$"
            r"|\b(?:en )?que (?:ano|siglo|fecha|mes|decada)\b"
        ),
        has=re.compile(rf"\d|{_TIMES}|{_WHILE}"),
        counts=True,
    ),
    "who": _Kind(
        asks=re.compile(
            r"^(?:and |so |hey |but |y |a |de |con |to |by |with |from )*(?:who|whom|quien|quienes)\b"
            r"|\bwhich (?:person|man|woman|scientist|engineer|king|queen|clergyman|chemist|botanist|governor)\b"
            r"|\b(?:inventor|designer|founder|discoverer)$"
        ),
        has=re.compile(_PERSONS),
    ),
}
"""In the order in which a question is looked at: "how many" counts, whatever it names beside."""
_NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑ][\w'’-]*[a-záéíóúñ]\w*")
_TOLD = re.compile(rf"\d+|{NUMBERS}")
_ANYTHING = frozenset(
    stem(word, language)
    for word in "people person item thing time kind type number total persona gente cosa vez tipo numero total".split()
    for language in get_args(Language)
)
"""Nouns that count what the course may call by any other name."""
_MANY = re.compile(r"\b(?:how many|cuant[oa]s|number of|numero de|cantidad de)\b")


@lru_cache(maxsize=4096)
def asked_kind(question: str) -> str:
    """The kind of thing that a question asks for; "" where its words do not tell."""
    plain = " ".join(fold(question).strip(" ¿?!.").split())
    return next((name for name, kind in _KINDS.items() if kind.asks.search(plain)), "")


def lacks(question: str, sentence: str, about: str | None = "") -> bool | None:
    """True for a sentence without the kind of thing that the question asks for, False for one with it, None where the
    question asks for no such thing. `about` is the text that the sentence stands in, where what is counted may be
    named; None says that it is in another language than the question, which names it otherwise."""
    name = asked_kind(question)
    if not name:
        return None
    kind, said, near = _KINDS[name], fold(sentence), f"{fold(sentence)} {fold(about or '')}"
    if name == "who" and _new_names(question, sentence):
        return False
    if kind.counts and not _has_new_number(fold(question), said):
        return True
    if name == "count" and about is not None and (noun := _counted(question)) and not noun & _stems(near):
        return True
    return not kind.has.search(near if kind.about else said)


def _new_names(question: str, sentence: str) -> bool:
    """True for a sentence with a name, after its first letter, that the question does not give."""
    told = {fold(word) for word in re.findall(r"[\w-]+|[\w'’-]+", question)}
    return any(fold(name) not in told for name in _NAME.findall(sentence[1:]))


def _has_new_number(question: str, sentence: str) -> bool:
    """True for a sentence with a number or a time, in digits or words, that the question does not give."""
    told = set(_TOLD.findall(question))
    return any(number not in told for number in _TOLD.findall(sentence)) or bool(re.search(_TIMES, sentence))


@lru_cache(maxsize=4096)
def _counted(question: str) -> frozenset[str]:
    """The stems, in either language, of the first words after "how many"; none where nothing is counted."""
    plain = fold(question)
    match = _MANY.search(plain)
    if match is None:
        return frozenset()
    said = [word for word in words(plain[match.end() :])[:4] if not is_stop(word, "en") and not is_stop(word, "es")]
    return frozenset(stem(word, language) for word in said[:2] for language in get_args(Language)) - _ANYTHING


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in words(text) for language in get_args(Language))
