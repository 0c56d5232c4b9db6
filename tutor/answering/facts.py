"""A fact: the sentence that answers best, one that holds the kind of thing which is asked for, and what it repeats."""

from __future__ import annotations

import re

from knowledge.courses.units import Unit
from knowledge.retrieval.answer_kinds import asked_for, counted, counts, holds
from knowledge.retrieval.retriever import Found, Sentence
from knowledge.text import Language, fold, stem, words
from tutor.answering.course import FACTS, Course, Explanation, Wanted, stems
from tutor.answering.prose import told
from tutor.answering.reply import Line

NOT_READ = -4.0
"""The cross-encoder's log-odds under which a sentence answers nothing."""
SECOND = 2.0
"""Log-odds by which a second sentence may fall behind the best one and still be said: on the development part the best
sentence alone holds what is asked for in 0.80 of the questions on a concept, two within this distance in 0.90."""
REPEATS = 0.65
"""Share of the shorter sentence's words that stand in the other from which it says the same."""
ALL = 0.9
"""The same share from which a longer sentence is said instead of the one that it holds."""
BEHIND = 3.0
"""Log-odds by which a sentence that holds the year, number or name that is asked for may fall behind the best one."""
LOOKED = 8
"""Sentences among which it is looked for."""
SIDE = 0.25
"""Likelihood of an act from which its unit's sentences may answer though another one is likelier."""
MADE = frozenset(
    "year date invent invented create created build built make made publish published propose proposed write written "
    "develop developed introduce introduced release released remind ano fecha invento creo hizo publico propuso "
    "escribio desarrollo presento salio construyo".split()
)
"""Words in which it is asked when something was made."""
NOT_ALONE = ("steps", "simply", "example")
"""Units whose sentences say nothing without those before: a third step, what stands for what in a picture, a sum."""
_LINK = re.compile(r"\b(?:links?|enlaces?|urls?|web|sites?|sitio|pages?|pagina|videos?|blog|read more|leer)\b|http|www")
"""Words that ask where on the web a thing is."""
_SYMBOL = re.compile(r"\$\$|The symbol|El símbolo|In words|En palabras")
_PERSON = re.compile(
    r"\b[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+ (?:[A-Z]\. )?(?:von |van |de )?[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+"
    r"|\b[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+ (?:and others|y otros)"
)
"""A first name and a surname, or the first of several authors."""
_SLIDE = re.compile(r"\b(?:slides?|diapositivas?|diapos?)\b", re.IGNORECASE)


def facts(course: Course, wanted: Wanted, found: Found) -> Explanation | None:
    """The sentence that answers best, with a second one where that answers about as well; those of one passage in
    reading order, but for a fact, which comes first."""
    if not found.answerable or not found.sentences:
        return _on_record(course, wanted, found)
    best = _of_the_kind(course, wanted, found)
    if best is None:
        return None
    chosen = [best]
    room = 3 if wanted.act == "list" or best.passage.source == "document" else 2
    for sentence in found.sentences:
        if sentence is best or not stands(sentence, found):
            continue
        near = best.score - sentence.score < SECOND and sentence.read > NOT_READ
        own = best.passage.source != "document" or sentence.passage.id == best.passage.id
        if asked_for(wanted.text) is not None:  # a year or a name is told; what another topic says is no part of it
            own = own and sentence.passage.document == best.passage.document
        if (
            not (near and own)
            or sentence.text.startswith("$$")
            or (_is_of_record(sentence) and not _is_of_record(best))
            or (_SLIDE.search(sentence.text) and not _SLIDE.search(found.query.text))  # where it stands was not asked
        ):
            continue
        same = next((at for at, other in enumerate(chosen) if _repeats(sentence, other, wanted.language)), None)
        if same is not None:  # of two that say the same, the one that says more
            if _holds_all(sentence, chosen[same], wanted.language) and sentence.read > NOT_READ / 2:
                chosen[same] = sentence
        elif len(chosen) < room:
            chosen.append(sentence)
    if best.passage.source == "document":
        return Explanation(told(chosen, wanted), best.passage.document, found)
    one = len({sentence.passage.id for sentence in chosen}) == 1
    if wanted.act not in FACTS and one and best.passage.act != "formula":  # what its letters are answers no "why?"
        chosen.sort(key=lambda sentence: sentence.place)
    lines = tuple(Line(sentence.text, sentence.passage) for sentence in chosen)
    return Explanation(lines, best.passage.document, found, _unit_of(course, best))


def best_of(found: Found) -> Sentence:
    """The sentence that answers best and can stand alone; that a slide names a thing is told where slides are asked."""
    alone = [sentence for sentence in found.sentences if stands(sentence, found)]
    if not alone:
        return found.sentences[0]
    near = [s for s in alone if alone[0].score - s.score < SECOND and s.passage.document == alone[0].passage.document]
    if alone[0].passage.act == "facts" and not _SLIDE.search(found.query.text):
        return next((sentence for sentence in near if not _SLIDE.search(sentence.text)), alone[0])
    return alone[0]


def stands(sentence: Sentence, found: Found) -> bool:
    """Whether a sentence can be said without those beside it; what compares two things, shows code, or tells a
    symbol, where that is asked."""
    act = sentence.passage.act
    if "http" in sentence.text and sentence.passage.source == "lecture":
        return _LINK.search(fold(found.query.text)) is not None
    if act in ("compare", "code") or (act == "formula" and _SYMBOL.match(sentence.text)):
        return found.query.acts.get(act, 0.0) > SIDE
    return act not in NOT_ALONE


def _is_of_record(sentence: Sentence) -> bool:
    """True for who published what when, and for what a slide prints: beside an explanation that is a stray."""
    return sentence.passage.act == "facts" or sentence.passage.source == "lecture"


def _holds_all(longer: Sentence, shorter: Sentence, language: Language) -> bool:
    """True when a sentence says what a shorter one says, and more."""
    held = {word for word in stems(shorter.text, language) if len(word) > 2}
    return len(longer.text) > len(shorter.text) and len(held & stems(longer.text, language)) >= ALL * len(held)


def _repeats(one: Sentence, other: Sentence, language: Language) -> bool:
    """True when one of two sentences says little that the other does not."""
    left, right = (stems(sentence.text, language) for sentence in (one, other))
    telling = [{word for word in found if len(word) > 2} for found in (left, right)]
    return len(telling[0] & telling[1]) >= REPEATS * min(map(len, telling))


def _of_the_kind(course: Course, wanted: Wanted, found: Found) -> Sentence | None:
    """The best sentence, or one about as good that holds the year, the name or the number which is asked for. None when
    no sentence near has the year or the age, or when the course counts no such thing where it speaks of the topic."""
    best, kind = best_of(found), asked_for(wanted.text)
    if kind is None or best.passage.source == "document":
        return best
    looked = [s for s in found.sentences[:LOOKED] if stands(s, found)]
    near = [s for s in looked if best.score - s.score < BEHIND and s.read > NOT_READ] or [best]
    near.sort(key=lambda sentence: sentence is not best)
    nouns = _counted(course, wanted, found) if kind == "count" else frozenset()
    if (exact := next((s for s in near if nouns and counts(s.text, nouns, wanted.language)), None)) is not None:
        return exact
    if kind == "who" and (person := next((s for s in near if _PERSON.search(_without_topics(course, s.text))), None)):
        return person
    for sentence in near:
        text = _without_topics(course, sentence.text) if kind == "who" else sentence.text
        if holds(text, kind) and (not nouns or nouns & stems(sentence.text, wanted.language)):
            return sentence
    if kind == "money":
        return None
    if kind in ("when", "birth"):
        return best if found.query.topic else None
    return best if not nouns or nouns & course.vocabulary(best.passage.document) else None


def _without_topics(course: Course, text: str) -> str:
    """A sentence without the names of topics, which are written large and are nobody's: "ChatGPT", "XOR"."""
    systems = {text for topic in course.topics.values() for text in (topic.title, *topic.aliases)}
    kept = [word for word in text.split() if word.strip(".,:;()\"'") not in systems]
    return " ".join(kept)


def _counted(course: Course, wanted: Wanted, found: Found) -> frozenset[str]:
    """The stems of what "how many" counts, in the student's word and, where that names a topic, in the course's."""
    noun = counted(wanted.text, wanted.language)
    if not noun:
        return frozenset()
    said = words(wanted.text)
    named = {
        name.document for name in found.names if noun in stems(" ".join(said[name.start : name.end]), wanted.language)
    }
    titles = [course.topics[topic].named(wanted.language) for topic in named if topic in course.topics]
    return frozenset({noun}).union(*(stems(title, wanted.language) for title in titles))


def _unit_of(course: Course, sentence: Sentence) -> Unit | None:
    topic = course.topics.get(sentence.passage.document)
    return topic.unit(sentence.passage.act, sentence.passage.against) if topic and sentence.passage.act else None  # type: ignore[arg-type]


def _on_record(course: Course, wanted: Wanted, found: Found) -> Explanation | None:
    """When a topic that is named was made, and by whom: "in which year did Hinton build LeNet?" is set right by it."""
    named = [course.topics[name.document] for name in found.names if name.document in course.topics]
    if wanted.act != "fact" or asked_for(wanted.text) != "when" or len(named) != 1:
        return None
    known = course.vocabulary(named[0].id) | MADE
    proper = {fold(name) for name in re.findall(r"(?<=[^.?!] )[A-ZÁÉÍÓÚÑ][\w-]+", wanted.text)}
    if any(word not in proper and not {word, stem(word, "en"), stem(word, "es")} & known for word in wanted.telling):
        return None  # "when did the first octopus come to the zoo?"
    unit = named[0].unit("facts")
    lines = course.lines(unit, wanted.language) if unit is not None else []
    told = next((line for line in lines if holds(line.text, "when") and holds(line.text, "who")), None)
    return Explanation((told,), named[0].id, found, unit) if told is not None else None
