"""Replies from the map of the course: slides, sections, lists, dates, summaries, what comes next."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.retrieval.query import Query
from knowledge.text import words
from tutor.answering import navigate, recap
from tutor.answering.answer import Desk, offers
from tutor.answering.course import FACTS, LEAN
from tutor.answering.reply import Line, Reply
from tutor.answering.ways import nearest_way
from tutor.dialogue import talk
from tutor.dialogue.context import Parts
from tutor.dialogue.doubts import OTHER
from tutor.dialogue.explaining import explain
from tutor.dialogue.reading import units_of
from tutor.dialogue.said import Said
from tutor.dialogue.wanted import EXPLAINED, spoken_of, topic_of

SURELY_OFF = 0.85
"""Probability from which what is off the course's topics is not searched for."""
PART = re.compile(
    r"\b(?:part|section|chapter|unit|block|slides|parte|secci[oó]n|cap[ií]tulo|bloque|diapositivas)\b", re.I
)
"""Words for a part of the lecture."""
NEXT = re.compile(r"\b(?:next|after|following|siguiente|despues|sigue|proxima)\b")
PREVIOUS = re.compile(r"\b(?:previous|before|anterior|antes)\b")
PARTICULAR = 1.9
"""Log-odds of a sentence on the course itself from which it is what was asked, and not the course as a whole."""
ORDERED = ("order", "compare", "fact", "list", "verify")
"""Acts that may ask which of several things came first."""
IN_ORDER = 0.92
"""Least cosine (as e5 gives it) with a way to ask for the order of several things."""
FEW = 4
"""Words at most that ask for another list after a list."""
SEVERAL = 2
"""Slides of a topic from which it is asked which of them is meant."""
SUMMED_UP = 0.88
"""Least cosine (as e5 gives it) with a way to ask for a recap of words that do not seem to lean on what was said."""


def go_on(parts: Parts, desk: Desk, said: Said, _seed: int) -> Reply:
    """The next unit of what is spoken of, or the next slide."""
    if parts.navigator is not None and (slide := _slide_beside(said)) is not None and NEXT.search(said.utterance.plain):
        return navigate.located(desk, parts.navigator, "", slide) or talk.unsure(desk)
    topic = parts.topics.get(said.topic)
    unit = topic.unit(said.unit) if topic and said.unit else None  # type: ignore[arg-type]
    if topic is None:
        return talk.unsure(desk)
    if unit is None:
        told = desk.texts(
            "That is all that the course says on {topic}.", topic=desk.course.inline(topic.id, said.language)
        )
        return Reply((Line(told),), offers=offers(desk, topic.id, said.state.spoken), topic=topic.id, act="continue")
    lines = desk.course.lines(unit, said.language)
    spoken = said.state.spoken | {line.text for line in lines}
    return Reply(tuple(lines), offers=offers(desk, topic.id, spoken), topic=topic.id, act="continue")


def locate(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """On which slide something is, or what a slide shows."""
    if parts.navigator is None:
        return explain(parts, desk, said, seed)
    if said.utterance.slide is None and not said.topic and said.reading.probability < SURELY_OFF:
        asked = parts.course.retriever.retrieve(Query(said.text, said.language, units_of("fact")))
        best = asked.sentences[0] if asked.sentences else None
        if best is not None and best.score > PARTICULAR:  # "which video is linked?" asks for no place
            return explain(parts, desk, replace(said, act="fact"), seed)
    if said.utterance.slide is None and not said.topic and PART.search(said.text):
        section = parts.navigator.section_named(said.text, said.vector)
        if section is not None:
            return navigate.section_located(desk, parts.navigator, section)
    topic = topic_of(parts, said)
    if parts.course.retriever.names.found(said.text):  # of a topic's slides the one that has all the words
        own = [row.number for row in parts.navigator.outline.slides_of(topic)]
        slide = said.utterance.slide or (parts.navigator.slide_about(said.text, own) if len(own) >= SEVERAL else None)
    else:
        slide = said.utterance.slide or _slide_beside(said) or _slide_meant(parts, said)
    found = navigate.located(desk, parts.navigator, topic, slide)
    return found or explain(parts, desk, said, seed)


def _slide_beside(said: Said) -> int | None:
    """The slide after or before the one that was spoken of: "and the next one?"."""
    topic = said.state.earlier[-1]["topic"] if said.state.earlier else ""
    if not topic.startswith("slide-") or said.topic or said.leans < LEAN:
        return None
    number = int(topic.removeprefix("slide-"))
    if NEXT.search(said.utterance.plain):
        return number + 1
    return max(1, number - 1) if PREVIOUS.search(said.utterance.plain) else number


def _slide_meant(parts: Parts, said: Said) -> int | None:
    """The slide of what is asked for where that is no topic ("on which slide is the prize?"), or of what was said last
    ("where is that?"); None where it is a topic's."""
    navigator = parts.navigator
    if navigator is None or said.topic:
        return None
    asked = " ".join(said.reading.telling) if said.reading.telling or said.leans >= LEAN else said.text
    if asked and (slide := navigator.slide_about(asked)) is not None:
        return slide
    own = [row.number for row in navigator.outline.slides_of(said.state.topic)]
    if said.leans < LEAN or not said.state.said or said.state.act not in FACTS or len(own) < SEVERAL:
        return None
    return navigator.slide_about(said.state.said[0], own)


def several_in_order(parts: Parts, desk: Desk, said: Said) -> Reply | None:
    """Which of several topics came first, or is to be learnt first: those that are named or were spoken of together."""
    may_ask = said.act in ORDERED or said.reading.probability < OTHER  # in doubt any act may be
    if parts.navigator is None or not may_ask or said.offer is not None:
        return None
    named = [name.document for name in parts.course.retriever.names.found(said.text) if name.document in parts.topics]
    topics = list(dict.fromkeys(named))
    if len(topics) < SEVERAL:
        spoken = [topic for topic in spoken_of(parts, said)[0] if topic in parts.topics]
        topics = list(dict.fromkeys((*topics, *spoken)))[:SEVERAL]
    if len(topics) < SEVERAL:
        return None
    vector = parts.embedder.encode_questions([_without_names(parts, said.text)])[0]
    meant = nearest_way(vector, parts.embedder, ("by_date", "to_study", "of_several"), IN_ORDER)
    if meant == "by_date":
        return navigate.dated(desk, parts.navigator, topics)
    return navigate.studied(desk, parts.navigator, topics) if meant == "to_study" else None


def _without_names(parts: Parts, text: str) -> str:
    """A text with a letter for each topic that it names: "which came first, A or B"."""
    names = parts.course.retriever.names.found(text)
    said = words(text)
    letters = iter("ABCDEFGH")
    out: list[str] = []
    at = 0
    for name in names:
        out += [*said[at : name.start], next(letters, "X")] if name.start >= at else []
        at = max(at, name.end)
    return " ".join((*out, *said[at:]))


def order(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """What comes before and after a topic or a part of the lecture."""
    if parts.navigator is None:
        return explain(parts, desk, said, seed)
    if PART.search(said.text) and (section := parts.navigator.section_named(said.text, said.vector)) is not None:
        return navigate.beside(desk, parts.navigator, section)
    named = parts.course.retriever.names.found(said.text)
    topic = topic_of(parts, said) if named or said.topic or said.leans >= LEAN else ""
    return navigate.ordered(desk, parts.navigator, topic)


def another_list(parts: Parts, desk: Desk, said: Said) -> Reply | None:
    """The list that a few words mean after a list: "and from OpenAI?"."""
    short = len(said.utterance.words) <= FEW and said.act in (*EXPLAINED, "list")
    if parts.navigator is None or said.offer is not None or said.state.act != "list" or not short:
        return None
    if parts.course.retriever.names.found(said.text):
        return None
    row = parts.navigator.list_of(said.text, said.vector)
    return navigate.listed(desk, parts.navigator, row) if row is not None else None


def enumerate_(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """A list of the lecture."""
    if parts.navigator is None:
        return explain(parts, desk, said, seed)
    topic = parts.topics.get(said.state.topic)
    if topic is not None and said.leans >= LEAN and not parts.course.retriever.names.found(said.text):
        whole = f"{topic.named(said.language)}: {said.text}"  # "and which kinds are there?"
        row = parts.navigator.list_of(whole, parts.embedder.encode_questions([whole])[0])
    else:
        row = parts.navigator.list_of(said.text, said.vector)
    if row is None:
        return explain(parts, desk, said, seed)
    return navigate.listed(desk, parts.navigator, row)


def summarise(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """A part of the lecture, or all of it, in short."""
    if parts.navigator is None:
        return explain(parts, desk, said, seed)
    if said.utterance.slide is not None:
        return locate(parts, desk, said, seed)
    section = parts.navigator.section_named(said.text, said.vector)
    if (row := parts.navigator.list_of(said.text, said.vector)) is not None and section is None:
        return navigate.listed(desk, parts.navigator, row)  # "give me the timeline"
    named = parts.course.retriever.names.found(said.text)
    if named and not PART.search(said.text):  # "embedding, in one line" asks for no part of the lecture
        section = None
    if section is None and (named or (said.state.topic and said.leans >= LEAN)):
        return explain(parts, desk, said, seed)
    return navigate.summarised(desk, parts.navigator, section)


def said_again(parts: Parts, desk: Desk, said: Said) -> Reply | None:
    """The conversation, or the last answer in fewer sentences, where that is to be summed up and not a topic."""
    state = said.state
    named = parts.course.retriever.names.found(said.text)
    if not state.earlier or named or said.offer is not None or said.utterance.slide is not None:
        return None
    if parts.navigator is not None and PART.search(said.text):
        return None  # "sum up the part on convolutions"
    if recap.sentences_wished(said.utterance.plain) and said.leans >= LEAN:
        return recap.shorter(desk, state.said, state.topic, said.utterance.plain, state.spoken)
    least = 0.0 if said.leans >= LEAN else SUMMED_UP
    kind = nearest_way(said.vector, parts.embedder, ("recap", "shorter", "whole"), least)
    if kind == "recap":
        return recap.recap(desk, state.earlier, said.utterance.plain)
    if kind == "shorter":
        return recap.shorter(desk, state.said, state.topic, said.utterance.plain, state.spoken)
    return None


def about_course(parts: Parts, desk: Desk, said: Said, _seed: int) -> Reply:
    """What the course is, or what it says of itself and its teacher in particular."""
    if parts.navigator is None:
        return talk.about_tutor(desk, parts.course_title)
    found = desk.course.retriever.retrieve(Query(said.text, said.language, units_of("fact")))
    best = found.sentences[0] if found.sentences else None
    if best is not None and best.score > PARTICULAR and best.passage.slide in parts.navigator.outline.about_slides:
        return Reply((Line(best.text, best.passage),), act="fact")
    meant = nearest_way(said.vector, parts.embedder, ("about", "rules", "teacher"))
    if meant == "rules":
        return talk.rules(desk)
    if meant == "teacher":
        return navigate.teacher(desk, parts.navigator)
    return navigate.about_course(desk, parts.navigator)
