"""What words come to where their act is in doubt: a question that the course answers, one on a run, a slide or how the
course is run.
"""

from __future__ import annotations

from dataclasses import replace

from knowledge.retrieval.query import Query
from tutor.answering.course import LEAN
from tutor.answering.particular import asked_in_particular
from tutor.answering.ways import nearest_way
from tutor.dialogue.context import Parts
from tutor.dialogue.reading import units_of
from tutor.dialogue.said import Said
from tutor.dialogue.wanted import EXPLAINED, asked_act, wanted_of
from tutor.runs.questions import about_run

DOUBT = 0.6
"""Probability up to which these acts give way to a question that the course answers; chosen on the development part."""
DOUBTED = ("locate", "order", "list", "practise", "social", "summarise", "about_course")
OTHERWISE = ("off_topic", "correct_me", "social", "continue", "list", "order", "locate", "summarise", "about_course")
"""Acts that give way to a question of the course that is likelier than they are."""
OTHER = 0.5
"""Least probability of such a question."""
RATHER = 0.4
"""The same where the words lean on the topic though they seem off it ("sounds like cheating, the internet surely had
dogs"), are to sum up what nobody named, or ask why after a run."""
ANSWERED = 0.6
"""Least coverage of such a question."""
JUST_SO = 0.92
"""Least cosine (as e5 gives it) with a way to ask how the course is run of words that surely ask for that."""
PLAINLY_OF_A_RUN, OTHERWISE_LIKELY = 0.9, 0.7
"""Probability from which words plainly ask of a run, and that of a question of the course which is likelier still."""
OF_A_RUN = 0.6
"""Probability from which words ask of a run though none was made."""


def asks_for_rules(parts: Parts, said: Said) -> bool:
    """True for "when is the exam?", whatever the conversation is about."""
    if said.act not in (*EXPLAINED, "about_course", "off_topic") or parts.navigator is None:
        return False
    if said.leans >= LEAN and said.state.topic:
        return False  # "and what did it cost?" asks of what was spoken of
    return nearest_way(said.vector, parts.embedder, ("about", "rules", "teacher"), JUST_SO) == "rules"


def asks_of_a_slide(parts: Parts, said: Said) -> bool:
    """True for "on slide 36 there is a strange thing, what is it?": a slide is named, and nothing else."""
    asks = said.act in (*EXPLAINED, "off_topic") and said.utterance.slide is not None and parts.navigator is not None
    return asks and not parts.course.retriever.names.found(said.text)


def asks_of_the_idea(parts: Parts, said: Said) -> bool:
    """True for "why does the energy never rise?" after a run: the course answers it, and the run's numbers do not."""
    if about_run(said.utterance.text, said.state.run) if said.state.run else False:
        return False
    match = asked_in_particular(parts.course, wanted_of(parts, replace(said, act=asked_act(said))))
    plainly = said.reading.probabilities["ask_run"] > PLAINLY_OF_A_RUN
    return match is not None and match.probability > (OTHERWISE_LIKELY if plainly else RATHER)


def asks_of_no_run(said: Said) -> bool:
    """True for a question on a run where none was made, or another than the last one was proposed."""
    if said.act != "ask_run" or said.offer is not None:
        return False
    if said.state.proposed is not None:
        return said.reading.sure
    return said.state.run is None and said.reading.probability > OF_A_RUN and said.leans >= LEAN


def in_particular(parts: Parts, said: Said) -> bool:
    """True for an act that explains nothing where the words are a question that the course answers: "so like filling in
    the blanks?" after an answer is no doubt of it."""
    open_ = (said.state.practice or {}).get("open")
    if said.offer is not None or said.topic or open_ or said.act not in OTHERWISE:
        return False
    match = asked_in_particular(parts.course, wanted_of(parts, said))
    if match is not None and said.act == "summarise":
        return match.probability > RATHER
    if match is not None and said.act == "off_topic" and said.leans >= LEAN and said.state.topic:
        return match.probability > RATHER
    return match is not None and match.probability > max(OTHER, said.reading.probability)


def doubtful(parts: Parts, said: Said) -> bool:
    """True for an act that is in doubt where the course answers the words, so that they are a question on it."""
    if said.act == "compare":
        named = {name.document for name in parts.course.retriever.names.found(said.text)}
        return len(named) == 1 and not said.state.topic
    if said.act not in DOUBTED or said.reading.probability > DOUBT or said.utterance.slide is not None:
        return False
    return parts.course.retriever.retrieve(Query(said.text, said.language, units_of("fact"))).covered > ANSWERED


def covered(parts: Parts, said: Said) -> bool:
    """Whether the course answers the words by themselves: "why is it called liquid?" after a run asks nothing of it."""
    alone = parts.course.retriever.retrieve(Query(said.text, said.language, units_of("fact")))
    named = [name for name in alone.names if name.exact and name.document != said.state.topic]
    return bool(named) or alone.covered > ANSWERED
