"""What is asked of a topic in particular ("and who wins in the end?"): the course's answer to that very question."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from knowledge.courses.units import Unit
from knowledge.retrieval.answer_kinds import asked_for, counted, counts, holds
from knowledge.retrieval.query import Query
from knowledge.retrieval.question_space import Match
from knowledge.retrieval.retriever import IN_PARTICULAR
from knowledge.text import stem
from tutor.answering.course import FACTS, TAUGHT, Course, Explanation, Wanted
from tutor.answering.explain import BY_FORM, OF_NAMES, strange
from tutor.answering.explain import SURELY as PLAINLY

ASKED = 0.5
"""Least probability that a question of the course is the student's for its answer to be said."""
TOLD = 0.6
"""The same for what alone asks what every topic is asked (what it is, how it works), to which a unit answers well."""
LEANS = 0.5
"""Probability of leaning on what was said from which words that tell nothing ask of that."""
SURELY = 0.85
"""The same where a name is written large that the course does not know."""
LEANING = 0.3
"""The same for words that lean on what was said and name no form: of 308 such turns of a set that was read for mending
a unit was right in 0.17, and a match of this probability in 0.3."""
OPEN = ("explain", "fact", "verify", "compare")
"""Acts of questions that a topic's unit answers less often than not where they are not just on what every topic has."""
LIKELY = 0.4
"""The same for these, alone: from here to ASKED three of four of other hands' questions are right."""
AGAIN = 0.8
"""The same for what was said before, and for words that lean on it and wish for a form: "in simpler words"."""
BACK = 0.7
"""The same for a topic of the turns before the last one, where nothing on the last one's answers."""
MAYBE = 0.25
"""The same where the course would else decline."""
JUDGED = 0.65
"""The same for a yes or no where none was plainly asked for: a wrong one would say what is false."""


def particular(
    course: Course, wanted: Wanted, least: float = ASKED, spoken: Set[str] = frozenset()
) -> Explanation | None:
    """The answer to the question of the course that was asked; None where it is none of those. `spoken` are sentences
    that were said before on the topic."""
    match = asked_in_particular(course, wanted)
    if match is None:
        return None
    act: Any = match.passage.act
    unit = course.topics[match.passage.document].unit(act, match.passage.against)
    if unit is None:
        return None
    if wanted.act == "compare" and act == "compare" and not _compares(course, wanted, unit):
        return None
    lines = course.lines(unit, wanted.language)
    if wanted.leans >= LEANS:
        if wanted.act in BY_FORM and wanted.probability >= PLAINLY:
            least = AGAIN
        elif wanted.act != "fact" or asked_for(wanted.text) is None:  # a year or a name is found as such
            least = min(least, LEANING)
    elif wanted.act in OPEN:
        least = min(least, LIKELY)
    elif wanted.act in TAUGHT:
        least = max(least, TOLD)
    if judges(unit):
        if wanted.act == "fact" and asked_for(wanted.text) is not None:
            return None  # "who made it?" is not answered by a no
        alone = LIKELY if wanted.leans < LEANS else ASKED
        least = max(least, alone if wanted.act == "verify" else JUDGED)
    if wanted.act == "verify" and wanted.leans < LEANS and _tells_more(course, wanted, match):
        least = max(least, JUDGED)  # "elmo and GPT use the same strategy?" is not "did LLaMA come from GPT?"
    if wanted.leans < LEANS and _of_another(course, wanted, match):
        least = max(least, AGAIN)  # "why does Stable Diffusion work in the latent space?" is not asked of Imagen
    if wanted.act in OF_NAMES and match.probability < SURELY and strange(course, wanted):
        least = SURELY
    if all(line.text in spoken for line in lines):
        least = max(least, AGAIN)
    kind = asked_for(wanted.text) if wanted.act == "fact" else None
    if kind is not None and not any(holds(line.text, kind) for line in lines):
        least = max(least, SURELY)  # "how old was Rosenblatt?" is not answered by who he was
    noun = counted(wanted.text, wanted.language)
    if noun and not any(counts(line.text, {noun}, wanted.language) for line in lines):
        least = max(least, SURELY)  # "how many gates?" wants the number of gates
    if match.probability < least:
        return None
    return Explanation(tuple(lines), unit.topic, None, unit)


def _compares(course: Course, wanted: Wanted, unit: Unit) -> bool:
    """Whether a comparison is of what the words name and the conversation speaks of."""
    named = {name.document for name in course.retriever.names.found(wanted.text)} & set(course.topics)
    spoken = {wanted.topic, *wanted.spoken} if len(named) < len({unit.topic, unit.other}) else set()
    return not named or {unit.topic, unit.other} <= named | spoken


def _of_another(course: Course, wanted: Wanted, match: Match) -> bool:
    """True where systems are named, and the match is of none of them."""
    names = course.retriever.names.found(wanted.text)
    named = {name.document for name in names if name.exact and name.document in course.topics}
    systems = {topic for topic in named if course.topics[topic].demo}
    about = {match.passage.document, match.passage.against}
    return bool(systems) and not about & {*named, wanted.topic, *wanted.spoken}


def _tells_more(course: Course, wanted: Wanted, match: Match) -> bool:
    """True where words tell of something that the course does not use where it speaks of the match's topic."""
    known = course.vocabulary(match.passage.document)
    return any(not {stem(word, "en"), stem(word, "es")} & known for word in wanted.telling)


def judges(unit: Unit) -> bool:
    """True for an answer to a question for yes or no."""
    return unit.lines[0].en.startswith(("Yes: ", "No: "))


def asked_in_particular(course: Course, wanted: Wanted) -> Match | None:
    """The nearest question of the course, where it asks something in particular."""
    if not course.topics or (wanted.leans >= LEANS and not wanted.telling and wanted.act not in FACTS):
        return None  # "why?" alone asks of what was said last
    query = Query(wanted.text, wanted.language, wanted.units)
    topics = {topic for topic in (wanted.topic, *wanted.spoken) if topic}
    match = course.retriever.question(query, topics)
    if wanted.leans >= LEANS and set(wanted.earlier) - topics and (match is None or match.probability < LEANING):
        back = course.retriever.question(query, topics.union(wanted.earlier))
        if back is not None and back.probability >= BACK:
            match = back
    return match if match is not None and match.passage.act in IN_PARTICULAR else None
