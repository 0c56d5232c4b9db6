"""Answers from the course: which topic, which of its units, which sentences of it.

A student's words are read in up to two ways, alone and with the topic of the conversation; what each finds decides. The
act chooses the unit of the topic, and a question that asks for something of its own ("why divide by the root?") the
unit whose sentences answer it. A fact takes one or two sentences; a unit is said as its author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from itertools import combinations

from knowledge.courses.units import Topic, Unit
from knowledge.passages import Passage
from knowledge.retrieval.answer_kinds import asked_for, asked_kind
from knowledge.retrieval.names import Named
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import IN_PARTICULAR, Found
from knowledge.text import Language, fold, stem, words
from tutor.answering.course import FACTS, LEAN, TAUGHT, Course, Explanation, Wanted, stems
from tutor.answering.facts import NOT_READ, best_of, facts, stands
from tutor.answering.following import ALONE_SAID, found_after
from tutor.answering.reply import Line
from tutor.answering.told import Features, Model, features_of

ASKED_SO = 0.94
"""Cosine (as e5 gives it) with an asked question from which its unit is meant, though another topic is named."""
ONLY_NAMES = 0.6
"""Share of the content words that names take when a follow-up is about another topic."""
ALONE = 0.1
"""How much likelier a question has to be covered alone before the conversation's topic is left."""
OWN_WORDS = 0.34
"""Least share of a question's content words that a topic's name takes for the act alone to choose the unit."""
AHEAD = 1.5
"""Log-odds by which a sentence has to be better than all of the act's unit for that unit not to be said beside it."""
ELSEWHERE = 3.0
"""Log-odds by which a sentence on another topic has to answer better than those on what is spoken of."""
SAME_QUESTION = 0.96
"""Cosine of two questions (as e5 gives it) from which they ask the same."""
CLEAR, JUST_SO = 0.85, 0.985
"""Probability of an act from which it is plain, and the cosine from which even then another unit's question is meant:
"What is a Kohonen network?" and "What is a Kohonen network for?" lie near each other."""
_PROPER = re.compile(r"(?<=[a-záéíóúñ,] )[A-ZÁÉÍÓÚÑ][\w-]+")
SYMBOL = re.compile(
    r"(?<![\w'])(?:[b-df-hj-xzB-DF-HJ-XZ]|\w+_\w+|[α-ωΑ-Ω]|\\\w+|Fact'?|alpha|alfa|beta|gamma|delta|epsilon|eta|theta|"
    r"lambda|mu|sigma|phi|neta|sqrt)(?!\w)"
)
"""A letter or a name that stands in formulas; the letters that are words of their own in either language are none."""
LETTERS = frozenset(
    "letter letters symbol symbols formula formulas equation letra letras simbolo simbolos ecuacion".split()
)
"""Words that ask for all symbols of a formula."""
EACH = frozenset("each every all cada todos todas".split())
"""Words that ask for all of something: with one of LETTERS, for the whole formula."""
PRONOUN = re.compile(r"\b(?:it|they|them|eso)\b", re.IGNORECASE)
"""Words that stand for the topic of the conversation, and nothing else."""
_POINTING = re.compile(r"\b(?:that|this|those|these|esto|eso|esa|ese|esos|esas)\b", re.IGNORECASE)
"""Words that point at what was said."""
SURELY = 0.6
"""Least probability of an act that asks for a form for that form to be said though the question asks more."""
BESIDE_FORM = 1
"""Words unknown to the topic at most that stand beside a wish for a form of it: "thx"."""
MOST = 5
"""Sentences of an answer at most."""
AFTER = 4
"""The same where sentences that answer in particular stand before the unit."""
TOLD = 2
"""Sentences that answer a question in particular, before the unit."""
EARLY = 3
"""Sentences at the head of a unit among which what answers best may stand where it is."""
OUTLINE = ("define", "why", "how", "uses", "limits")
"""The units whose first sentences make a summary of a topic."""
REASONS = ("why", "verify")
"""Acts that a sentence answers, and no form."""
FORMS = ("formula", "steps", "example")
"""Units that are read as a whole or not at all."""
BY_FORM = ("steps", "formula", "example", "simplify", "code", "limits")
"""Acts that say in which form the answer is wanted: no other unit will do, whatever it says."""
NUMERIC = frozenset(
    "number numbers numeric numerical calculation compute worked numeros numerico numerica numericos calculo cuentas "
    "hacelo formula step steps matrix matriz".split()
)
"""Words that ask for an example with numbers."""
DEEP = frozenset("torch pytorch keras tensorflow".split())
"""Libraries for deep networks: their programs are given in PyTorch."""
MISTAKES = frozenset(
    "mistake mistakes misconception misconceptions misunderstanding misunderstand wrong error errores embarradas "
    "equivoca equivocan confunde confunden".split()
)
"""Words that ask for what people get wrong."""
RATHER = 0.5
"""Least probability of all acts together that ask for what every topic has, for a topic that is named to be told."""
NEARLY_COVERED = 0.07
"""Least probability that the course covers the words for that, where some of them are strange to the topic: of the 17
questions of the training part on which it decides, all 6 that the course answers lie above, 9 of the 11 others below.
"""
OF_NAMES = ("define", "explain", "why", "verify", "compare", "fact", "formula", "steps", "limits")
"""Acts whose answer has to be on a name that is written large: what the course does not know it cannot tell."""
ACT_UNITS: Mapping[str, tuple[str, ...]] = {
    "define": ("define",), "explain": ("how", "define"), "steps": ("steps", "how"), "why": ("why", "uses"),
    "formula": ("formula",), "symbol": ("formula",), "limits": ("limits", "mistakes"), "example": ("example",),
    "simplify": ("simply", "define"), "code": ("code",), "summarise": ("define", "how"), "compare": ("compare",),
}  # fmt: skip
"""The units that serve an act, the best first."""


def explain(course: Course, wanted: Wanted) -> Explanation | None:
    """The explanation; None when the course has none."""
    found = found_for(course, wanted)
    alone = bool(course.topics) and not found.query.topic and wanted.leans < LEAN
    fitted = alone and wanted.act not in FACTS  # of a fact the retriever knows best whether it is there
    if fitted and _form_of_a_topic(course, wanted, found):
        found = replace(found, answerable=not strange(course, wanted))
    elif fitted:
        found = replace(found, answerable=Model.trained().tells(judged(course, wanted, found)))
    named = [name.document for name in found.names if name.document in course.topics]
    if wanted.act == "compare" and (compared := _compare(course, wanted, found, named)):
        return compared
    if wanted.act in OF_NAMES and course.topics and strange(course, wanted):
        return None
    topic = _topic(course, wanted, found, named)
    if (asked := _asked(course, found)) is not None:
        topic = asked.document
    if topic not in course.topics and wanted.act in BY_FORM:  # a slide: the unit in that form that is nearest
        form = ACT_UNITS[wanted.act][0]
        topic = next((s.passage.document for s in found.sentences if s.passage.act == form), topic)
    bare = not _particular(course, wanted, found, topic)
    unit = _unit(course, wanted, found, topic)
    said = set(words(wanted.text))
    each = bool(EACH & said) and bool(found.names)
    if wanted.act == "symbol" and LETTERS & said and (each or not SYMBOL.search(wanted.text)):
        wanted = replace(wanted, act="formula")
        unit = _unit(course, wanted, found, topic)
    if wanted.act == "symbol" and unit is not None and any(name.document == topic for name in found.names):
        return facts(course, wanted, found) or _unit_told(course, wanted, found, course.topics[topic].unit("define"))
    if wanted.act in FACTS or unit is None:
        return facts(course, wanted, found)
    told_whole = wanted.act not in REASONS and _asked_so(found, unit)
    if unit.act in FORMS and unit.act not in served_by(wanted) and not told_whole:
        return facts(course, wanted, found)  # the sentence of a formula that answers "why?", and not the formula
    if not found.answerable and (fitted or not _plainly(course, found, topic, wanted)):
        return None
    if wanted.act == "summarise":
        return Explanation(tuple(_in_short(course, course.topics[unit.topic], wanted.language)), topic, found, unit)
    lines = _whole(course, wanted, unit) if bare else _to_the_point(course, wanted, found, unit)
    if lines is None:
        return facts(course, wanted, found) or _unit_told(course, wanted, found, unit)
    served = served_by(wanted)
    return Explanation(tuple(lines), topic, found, unit, instead=bool(served) and unit.act not in served)


def judged(course: Course, wanted: Wanted, found: Found) -> Features:
    """What tells whether the course answers words that stand alone (tutor/answering/told.py)."""
    named = [name.document for name in found.names if name.document in course.topics]
    topic = _topic(course, wanted, found, named)
    topics = {topic for topic in (wanted.topic, *wanted.spoken) if topic}
    match = course.retriever.question(Query(wanted.text, wanted.language, wanted.units), topics)
    asked = match.probability if match is not None and match.passage.act in IN_PARTICULAR else 0.0
    return features_of(
        course, wanted, found, _own_words(wanted, found), unknown(course, wanted, found, topic), asked,
        strange(course, wanted),
    )  # fmt: skip


def _form_of_a_topic(course: Course, wanted: Wanted, found: Found) -> bool:
    """True for "the LSTM as a poem for my little sister": a form is surely wished for, of a topic that is named."""
    named = any(name.exact and name.document in course.topics for name in found.names)
    return named and wanted.act in BY_FORM and wanted.probability >= SURELY


def found_for(course: Course, wanted: Wanted) -> Found:
    """What is found for words in their conversation."""
    return _within(course, wanted, _read(course, wanted)) if course.topics else found_after(course, wanted)


def _asked_so(found: Found, unit: Unit) -> bool:
    """True where the unit as a whole is what was asked in just these words."""
    best = found.sentences[0] if found.sentences else None
    return best is not None and _of(best.passage, unit) and best.features.asked >= JUST_SO


def _unit_told(course: Course, wanted: Wanted, found: Found, unit: Unit | None) -> Explanation | None:
    return Explanation(tuple(_whole(course, wanted, unit)), unit.topic, found, unit) if unit is not None else None


def _whole(course: Course, wanted: Wanted, unit: Unit) -> list[Line]:
    """A unit as its author wrote it; how something works after what it is."""
    lines = course.lines(unit, wanted.language)
    lead = course.topics[unit.topic].unit("define")
    if wanted.act == "explain" and unit.act == "how" and lead is not None and len(lines) < MOST:  # its end is told too
        lines = [*course.lines(lead, wanted.language)[:1], *lines]
    return lines[: len(lines) if unit.act in ("steps", "formula", "example") else MOST]


def _to_the_point(course: Course, wanted: Wanted, found: Found, unit: Unit) -> list[Line] | None:
    """A unit for a question with words of its own: the sentences that answer them, and as much of the unit as explains
    them. None where those sentences are all that is wanted."""
    best, lines = best_of(found), _whole(course, wanted, unit)
    if unit.act in BY_FORM and wanted.probability >= SURELY:
        return lines
    inside = max((s.score for s in found.sentences if _of(s.passage, unit)), default=best.score - AHEAD - 1)
    of_topic = best.passage.document == unit.topic
    led = of_topic and best.passage.act == "define" and lines[0].text == best.text
    if best.score - inside > AHEAD and wanted.act != "explain" and not (led or (wanted.act == "define" and of_topic)):
        return None
    told = facts(course, wanted, found)
    said = [line for line in (told.lines[:TOLD] if told is not None else ()) if _explains(line, wanted)]
    if all(line.text in {other.text for other in lines[:EARLY]} for line in said):
        return lines
    return _before([lines[0], *said] if led else said, lines)


def _explains(line: Line, wanted: Wanted) -> bool:
    """False for who made a thing and when, which does not tell what it is."""
    return wanted.act != "define" or line.passage is None or line.passage.act != "facts"


def _before(first: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """Both, each line once."""
    return list({line.text: line for line in (*first, *lines)}.values())[:AFTER]


def _of(passage: Passage, unit: Unit) -> bool:
    return (passage.document, passage.act, passage.against) == (unit.topic, unit.act, unit.other)


def _in_short(course: Course, topic: Topic, language: Language) -> list[Line]:
    """A topic in a few sentences: the first one of each of its main units."""
    units = [unit for act in OUTLINE if (unit := topic.unit(act)) is not None]  # type: ignore[arg-type]
    return [line for unit in units for line in course.lines(unit, language)[:1]]


def served_by(wanted: Wanted) -> tuple[str, ...]:
    """The units that serve what is wanted, the best first: an example is a use, unless numbers are asked for, and what
    goes wrong is the common mistakes where they are named."""
    said = set(words(wanted.text))
    if wanted.act == "example" and not said & NUMERIC:
        return ("uses", "example")
    if wanted.act == "limits" and said & MISTAKES:
        return ("mistakes", "limits")
    return ACT_UNITS.get(wanted.act, ())


def _read(course: Course, wanted: Wanted) -> Found:
    """What is found for the words alone, or with the conversation's topic where they lean on it."""
    named = course.retriever.names.found(wanted.text)
    alone = Query(wanted.text, wanted.language, wanted.units)
    spoken = wanted.act == "symbol" and wanted.topic in course.topics and course.topics[wanted.topic].unit("formula")
    enough = len({name.document for name in named}) > (wanted.act == "compare")
    if wanted.act in BY_FORM and not named and wanted.topic in course.topics:  # "an example from real life": of what?
        wanted = replace(wanted, leans=1.0)
    if not named and _of_its_own(course, wanted):
        wanted = replace(wanted, leans=0.0)
    leant = PRONOUN.search(wanted.text) is not None or asked_for(wanted.text) in ("count", "money")
    whole = sum(name.share for name in named) >= ONLY_NAMES and not leant  # "how many layers has it?" is no new topic
    if not wanted.topic or (wanted.leans < ALONE_SAID and not spoken):
        return course.retriever.retrieve(alone)
    if enough and not spoken and (whole or wanted.leans < LEAN):  # "and the GRU?" leans, and is about the GRU
        return course.retriever.retrieve(alone)
    if wanted.act not in ("compare", "verify") and _of_another_system(course, wanted, named):
        return course.retriever.retrieve(alone)  # "and the LSTM, when did that one come out?"
    completed = Query(_completed(course, wanted), wanted.language, wanted.units, wanted.topic, wanted.text)
    leaning = course.retriever.retrieve(completed)
    if wanted.leans >= LEAN or spoken:
        return leaning
    found = course.retriever.retrieve(alone)
    return found if found.covered > leaning.covered + ALONE else leaning


def _of_another_system(course: Course, wanted: Wanted, named: Sequence[Named]) -> bool:
    """True where one system is named, which is not the conversation's: it is what is asked about."""
    exact = [name.document for name in named if name.exact and name.document in course.topics]
    dated = asked_kind(wanted.text) in ("when", "who")  # "and the Transformer, who made it?": no concept has that
    if wanted.act not in FACTS and _POINTING.search(wanted.text):
        return False  # "how does attention fix that?"
    systems = {document for document in exact if dated or _is_system(course, document)}
    pronoun = PRONOUN.search(wanted.text)
    if pronoun is not None and len(words(wanted.text[: pronoun.start()])) < max((n.end for n in named), default=0):
        return False  # "how does it beat the LSTM?"
    return len(systems) == 1 and wanted.topic not in systems and not any(d == wanted.topic for d in exact)


def _is_system(course: Course, topic: str) -> bool:
    """True for what has a demo or a name of its own, which is written large: the Transformer, and not a loss."""
    return bool(course.topics[topic].demo) or any(letter.isupper() for letter in course.inline(topic, "en"))


def _of_its_own(course: Course, wanted: Wanted) -> bool:
    """True for "what's the zoo?" while something else is spoken of: it asks what a thing is that the topic lacks."""
    if wanted.act != "define" or not wanted.telling or wanted.topic not in course.topics or PRONOUN.search(wanted.text):
        return False
    known = course.vocabulary(wanted.topic)
    return not any({word, stem(word, "en"), stem(word, "es")} & known for word in wanted.telling if len(word) > 1)


def _within(course: Course, wanted: Wanted, found: Found) -> Found:
    """Of words that lean on the conversation and name nothing, the sentences on what it speaks of come first; another
    topic's have to answer much better."""
    if wanted.leans < LEAN or wanted.topic not in course.topics or found.names or not found.sentences:
        return found
    spoken = {wanted.topic, *wanted.spoken}
    best = max((s.score for s in found.sentences if s.passage.document in spoken), default=None)
    if best is None or found.sentences[0].score - best > ELSEWHERE:
        return found
    own = [sentence for sentence in found.sentences if sentence.passage.document in spoken]
    others = [sentence for sentence in found.sentences if sentence.passage.document not in spoken]
    return replace(found, sentences=(*own, *others))


def _completed(course: Course, wanted: Wanted) -> str:
    """What was said with the topic in it: in a pronoun's place, or before it where there is none."""
    if wanted.topic in course.topics and (pronoun := PRONOUN.search(wanted.text)):
        name = course.inline(wanted.topic, wanted.language)
        return f"{wanted.text[: pronoun.start()]}{name}{wanted.text[pronoun.end() :]}"
    return f"{wanted.title}: {wanted.text}"


def _asked(course: Course, found: Found) -> Passage | None:
    """The unit that is asked for in just these words, whichever topic the words name."""
    best = found.sentences[0] if found.sentences else None
    if best is None or found.query.topic or not best.passage.act or best.passage.document not in course.topics:
        return None
    named = any(name.exact and name.document in course.topics for name in found.names)
    own = best.passage.document in {name.document for name in found.names}
    least = JUST_SO if named and not own else ASKED_SO  # "explain what a GAN is" lies near "explain what diffusion is"
    return best.passage if best.features.asked_best and best.features.asked >= least else None


def _topic(course: Course, wanted: Wanted, found: Found, named: Sequence[str]) -> str:
    """The topic that is meant: the one that the words name, the conversation's, or that of the best sentence."""
    best = found.sentences[0].passage.document if found.sentences else ""
    if found.query.topic and wanted.leans >= LEAN and best == wanted.topic:
        return wanted.topic  # "how many layers has it?" is not about layers
    own = [document for document in named if document != wanted.topic] or list(named)
    systems = [document for document in own if course.topics[document].demo]
    if systems and (wanted.act in FACTS or wanted.probability < SURELY):
        own = systems  # "nano-gpt params" asks of the system, whatever parameters are
    if own:  # "training an ESN" is about the ESN: what the best sentence on one of them is of
        return next((s.passage.document for s in found.sentences if s.passage.document in own), own[0])
    if found.query.topic:
        return found.query.topic
    return best


def _plainly(course: Course, found: Found, topic: str, wanted: Wanted) -> bool:
    """True when the words say little more than a topic's name, so that its unit is what is wanted."""
    if found.query.topic == topic and topic:
        few = len(unknown(course, wanted, found, topic)) <= BESIDE_FORM
        formed = wanted.act in BY_FORM and wanted.probability >= SURELY and few
        return formed or found.covered > 0.1  # "thx, now an example of that" tells nothing but the form
    if wanted.act == "off_topic":
        return False
    own = [name for name in found.names if name.document == topic]
    if own and wanted.telling and not unknown(course, wanted, found, topic):
        return True
    if wanted.telling and found.covered < NEARLY_COVERED:
        return False  # "message passing in a graph neural network": another thing that has a topic's name in its own
    if own and wanted.act in TAUGHT and wanted.taught >= RATHER and not strange(course, wanted):
        return True  # what a topic is, why, how, with which limits: it is told, whatever the other words
    told = len(wanted.telling)
    shares = [max(name.share, (name.end - name.start) / told if told else 0.0) for name in own]
    return max(shares, default=0.0) >= OWN_WORDS


def unsaid(found: Explanation, spoken: Set[str]) -> Explanation | None:
    """What answers next best on the topic among what was not said yet; None where nothing does."""
    if found.found is None:
        return None
    near = [
        sentence
        for sentence in found.found.sentences
        if sentence.passage.document == found.topic and sentence.text not in spoken and stands(sentence, found.found)
    ][:TOLD]
    lines = tuple(Line(s.text, s.passage) for s in near if s.read > NOT_READ and s.score > near[0].score - AHEAD)
    return replace(found, lines=lines, unit=None, instead=False) if lines else None


def strange(course: Course, wanted: Wanted) -> bool:
    """True where a name is written large that the course does not know: "How does Mamba replace attention?"."""
    text = course.retriever.corrected(Query(wanted.text, wanted.language)).text
    names = {word for name in _PROPER.findall(text) for word in words(name)}
    return any(not course.retriever.knows(word) for word in names)


def _unit(course: Course, wanted: Wanted, found: Found, topic: str) -> Unit | None:
    """The unit of a topic to say: that of the act, or the one that holds what is asked in particular."""
    if topic not in course.topics:
        return None
    units = course.topics[topic].units
    own = [sentence for sentence in found.sentences if sentence.passage.document == topic and sentence.passage.act]
    best = own[0] if own else None
    plainly = wanted.act in BY_FORM and any(unit.act == served_by(wanted)[0] for unit in units)
    same = SAME_QUESTION if wanted.probability < CLEAR else JUST_SO
    asked = best is not None and best.features.asked_best and best.features.asked >= same
    if best is not None and asked and wanted.act == "define":  # "What is a Kohonen network?" lies near "... for?"
        plainly = plainly or _defines(course, wanted, found, topic)
        told_elsewhere = not _own_words(wanted, found) and not plainly  # "what is DrawBench?": a name of Imagen's
        asked = (
            told_elsewhere or best.features.asked >= JUST_SO
            or _wants(wanted, best.passage.act) >= _wants(wanted, "define")
        )  # fmt: skip
    if best is not None and asked and not plainly and not found.query.topic:
        return course.topics[topic].unit(best.passage.act, best.passage.against)  # type: ignore[arg-type]
    chosen = next((unit for act in served_by(wanted) for unit in _in_order(units, wanted) if unit.act == act), None)
    if chosen is None and best is not None:
        return course.topics[topic].unit(best.passage.act, best.passage.against)  # type: ignore[arg-type]
    return chosen


def _defines(course: Course, wanted: Wanted, found: Found, topic: str) -> bool:
    """True where nothing but the topic's name is said, and its definition is of just that: "what is a dense layer?",
    and not "what is dropout?", which is told under overfitting."""
    unit = course.topics[topic].unit("define")
    if unit is None or _own_words(wanted, found):
        return False
    said = words(wanted.text)
    named = {word for name in found.names if name.document == topic for word in said[name.start : name.end]}
    lead = stems(unit.lines[0].en, "en") | stems(unit.lines[0].es, "es")
    return bool(named) and all({stem(word, "en"), stem(word, "es")} & lead for word in named)


def _wants(wanted: Wanted, act: str) -> float:
    """How likely a kind of unit is wanted, 0 where nobody looked."""
    return wanted.units.get(act, 0.0)


def _in_order(units: Sequence[Unit], wanted: Wanted) -> Sequence[Unit]:
    """Units as they serve: of code a program before a demo's lines, in the library that is named."""
    if wanted.act != "code":
        return units
    first, then = ("torch", "numpy") if set(words(wanted.text)) & DEEP else ("numpy", "torch")
    return sorted(units, key=lambda unit: {first: 0, then: 1}.get(unit.other, 2))


def _compare(course: Course, wanted: Wanted, found: Found, named: Sequence[str]) -> Explanation | None:
    """Two topics side by side: the unit that compares them, or what each of them is."""
    spoken = [topic for topic in (wanted.topic, *wanted.spoken, *wanted.earlier) if topic in course.topics]
    candidates = list(dict.fromkeys([*named, *spoken]))
    pairs = [pair for pair in combinations(candidates, 2) if len(named) < 2 or set(pair) <= set(named)]
    if not pairs:
        return None
    for one, other in pairs:  # "in the zoo, the LSM and the ESN": of three names those that are compared
        for unit in (course.topics[one].unit("compare", other), course.topics[other].unit("compare", one)):
            if unit is not None and (len(set(named)) <= len({one, other}) or _tells_of(course, unit, named)):
                return Explanation(tuple(course.lines(unit, wanted.language)), unit.topic, found, unit)
    several = list(dict.fromkeys(named)) if len(set(named)) > len(pairs[0]) else list(pairs[0])
    each = 2 if len(several) == len(pairs[0]) else 1
    lines: list[Line] = []
    for document in several[:MOST]:
        if (unit := course.topics[document].unit("define")) is not None:
            lines += course.lines(unit, wanted.language)[:each]
    return Explanation(tuple(lines), several[0], found, None, instead=each > 1)


def _tells_of(course: Course, unit: Unit, named: Sequence[str]) -> bool:
    """Whether a comparison speaks of all that is named."""
    told = " ".join(line.en for line in unit.lines)
    return set(named) <= {name.document for name in course.retriever.names.found(told)}


def _particular(course: Course, wanted: Wanted, found: Found, topic: str) -> bool:
    """True when a question has words of its own that the course uses on the topic, beside the topic's name and what its
    act is asked in: then the sentences which answer it are wanted, and not a unit as a whole."""
    forms = served_by(wanted)
    if wanted.act in BY_FORM and wanted.probability >= SURELY and topic in course.topics:
        return not any(course.topics[topic].unit(form) for form in forms)  # type: ignore[arg-type]
    known = course.vocabulary(topic).union(*(course.vocabulary(s.passage.document) for s in found.sentences[:2]))
    typed = set(_PROPER.findall(wanted.text))
    return any(
        {stem(word, "en"), stem(word, "es")} & known or word in {fold(name) for name in typed}
        for word in _own_words(wanted, found)
    )


def _own_words(wanted: Wanted, found: Found) -> list[str]:
    """The words that say what is asked beside the names of topics."""
    said = words(wanted.text)
    named = {said[place] for name in found.names for place in range(name.start, name.end) if place < len(said)}
    return [word for word in wanted.telling if word not in named]


def unknown(course: Course, wanted: Wanted, found: Found, topic: str) -> list[str]:
    """Of these, the words that the course does not use where it speaks of the topic."""
    known = course.vocabulary(topic)
    return [word for word in _own_words(wanted, found) if not {stem(word, "en"), stem(word, "es")} & known]
