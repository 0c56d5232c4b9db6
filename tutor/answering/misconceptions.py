"""Whether a question takes a known error for granted, so that it is set right before anything else is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.courses.units import Line as UnitLine
from knowledge.courses.units import Topic
from knowledge.retrieval.retriever import Found
from knowledge.text import words
from tutor.answering.course import Course, Wanted
from tutor.answering.reply import Line

SUPPOSING = ("verify", "why")
"""Acts that suppose something: "How are patterns stored?" lies as near to "any number of patterns can be stored", and
supposes nothing."""
TAKEN = 0.925
"""Least cosine (as e5 gives it) of a question with an error that it takes for granted. Of the 1,198 labelled and asked
questions of train and dev on topics with errors, those of these acts at or over it all suppose the error."""
DENIES = frozenset("not no never cannot cant without nunca jamas sin tampoco ninguna ningun".split())
RATHER = 0.02
"""How much nearer it has to be to the error than to what is right: "Is a lower FID better?" is near both."""


def corrected(course: Course, wanted: Wanted, found: Found) -> Line | None:
    """What is right, where the question takes the error beside it for granted; None where it takes none."""
    if found.vector is None or wanted.act not in SUPPOSING or not _says_more(wanted, found):
        return None
    topics = [*(name.document for name in found.names), wanted.topic]
    topics += [sentence.passage.document for sentence in found.sentences[:1]]
    known = [course.topics[topic] for topic in dict.fromkeys(topics) if topic in course.topics]
    pairs = [(topic, wrong, right) for topic in known for wrong, right in errors(topic)]
    texts = [line.said(wanted.language) for _, wrong, right in pairs for line in (wrong, right)]
    if not pairs:
        return None
    cosines = course.retriever.alike(found.vector, texts)
    best = max(range(len(pairs)), key=lambda place: cosines[2 * place])
    if cosines[2 * best] < TAKEN or cosines[2 * best] - cosines[2 * best + 1] < RATHER:
        return None
    topic, wrong, right = pairs[best]
    if _denies(wanted.text) and not _denies(wrong.said(wanted.language)):
        return None  # "why can't one perceptron learn XOR?" takes no error for granted that says that it can
    return Line(right.said(wanted.language), course.passages[topic.id, "mistakes", ""])


def _says_more(wanted: Wanted, found: Found) -> bool:
    """False for "what is a Kohonen network for?": who says nothing but a topic's name takes nothing for granted."""
    said = words(wanted.text)
    named = {said[place] for name in found.names for place in range(name.start, name.end) if place < len(said)}
    return any(word not in named for word in wanted.telling)


def _denies(text: str) -> bool:
    return bool(DENIES & set(words(text)) or re.search(r"n['’]t\b", text))


def errors(topic: Topic) -> Iterator[tuple[UnitLine, UnitLine]]:
    """Each known error about a topic with what is right."""
    unit = topic.unit("mistakes")
    held = [line for line in unit.lines if line.kind in ("wrong", "right")] if unit else []
    yield from zip(held[::2], held[1::2], strict=True)
