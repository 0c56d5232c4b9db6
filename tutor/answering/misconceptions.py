"""Whether a question takes a known error for granted, so that it is set right before anything else is said."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.courses.units import Line as UnitLine
from knowledge.courses.units import Topic
from knowledge.retrieval.retriever import Found
from tutor.answering.explain import Course, Wanted
from tutor.answering.reply import Line

TAKEN = 0.92
"""Least cosine (as e5 gives it) of a question with an error that it takes for granted; chosen on the labelled false
premises of train and dev, of which none at or over it means another thing."""
RATHER = 0.01
"""How much nearer it has to be to the error than to what is right: "Is Gemini by Google?" is near both."""


def corrected(course: Course, wanted: Wanted, found: Found) -> Line | None:
    """What is right, where the question takes the error beside it for granted; None where it takes none."""
    if found.vector is None:
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
    topic, _, right = pairs[best]
    return Line(right.said(wanted.language), course.passages[topic.id, "mistakes", ""])


def errors(topic: Topic) -> Iterator[tuple[UnitLine, UnitLine]]:
    """Each known error about a topic with what is right."""
    unit = topic.unit("mistakes")
    held = [line for line in unit.lines if line.kind in ("wrong", "right")] if unit else []
    yield from zip(held[::2], held[1::2], strict=True)
