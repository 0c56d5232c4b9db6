"""The reply to a question about the course: what explain.py finds, framed in the student's language, or a decline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demos.runtime.contract import Demo
from demos.runtime.idea import definition
from knowledge.courses.builtin import FOLDER as COURSE
from knowledge.courses.units import Topic
from knowledge.retrieval.answer_kinds import asked_for
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import Found
from tutor.answering.course import Course, Explanation, Wanted
from tutor.answering.explain import explain, unsaid
from tutor.answering.misconceptions import corrected
from tutor.answering.particular import LEANS, MAYBE, particular
from tutor.answering.reply import MOST_OFFERS, Line, Mood, Offer, Reply
from tutor.answering.unread import unread_words
from tutor.i18n import Texts, mark

MOST_CODE = 40
"""Lines of code of an answer."""
BESIDE_WORDED = 4
"""Sentences near a question that a model is shown beside those that are said."""
BESIDE = 1
"""Sentences that follow the one that sets an error right."""
NEAREST = 0.86
"""Least cosine (as e5 gives it) at which a topic is near enough to be named when a question is declined."""
INSTEAD: Mapping[str, str] = {
    "steps": mark("The course gives no list of steps for {topic}; this is how it works."),
    "formula": mark("The course gives no formula for {topic}; this is the idea."),
    "example": mark("The course works no example of {topic}; this is what it says."),
    "simplify": mark("The course has no simpler words for {topic}; this is what it says."),
    "code": mark("The course shows no code for {topic}; this is what it says."),
    "limits": mark("The course names no limits of {topic}; this is what it says."),
    "compare": mark("The course does not compare {topic} and {other} directly; side by side:"),
}
"""What is said where a topic lacks what was asked for and something near is said instead."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What replies are made from: the course, the demos by topic, and the tutor's texts in the turn's language."""

    course: Course
    demos: Sequence[Demo]
    texts: Texts


def answer(desk: Desk, wanted: Wanted, spoken: frozenset[str] = frozenset()) -> Reply:
    """Explain, or decline in one sentence with the nearest topic. `spoken` are sentences said before on the topic."""
    if (asked := particular(desk.course, wanted, spoken=spoken)) is not None:
        return _told(desk, wanted, asked, spoken)
    found = explain(desk.course, wanted)
    if _said_before(desk, wanted, found, spoken):
        assert found is not None
        again = particular(desk.course, wanted, MAYBE, spoken)
        if again is None and (wanted.act != "fact" or asked_for(wanted.text) is None):
            again = unsaid(found, spoken)  # a year, a name or a number is said again when it is asked for
        if again is not None:  # a unit that was told does not answer what is asked after it
            return _told(desk, wanted, again, spoken)
    seen = found.found if found is not None and found.found is not None else sought(desk, wanted)
    right = corrected(desk.course, wanted, seen)
    if right is not None:
        return _set_right(desk, wanted, right, found, spoken)
    if found is None or not found.lines:
        if (asked := particular(desk.course, wanted, MAYBE, spoken)) is not None:
            return _told(desk, wanted, asked, spoken)
        return declined(desk, wanted, seen)
    return _told(desk, wanted, found, spoken)


def _said_before(desk: Desk, wanted: Wanted, found: Explanation | None, spoken: frozenset[str]) -> bool:
    """True for what leans on the conversation on a topic and would be answered by what was said in it already."""
    if found is None or wanted.leans < LEANS or found.topic not in desk.course.topics:
        return False
    return all(line.text in spoken for line in found.lines)


def _told(desk: Desk, wanted: Wanted, found: Explanation, spoken: frozenset[str]) -> Reply:
    """An explanation in its frame."""
    lines = [*_lead(desk, wanted, found), *found.lines, *_code(desk, found)]
    said = frozenset(line.text for line in found.lines) | spoken
    mood: Mood = {"simply": "picture", "code": "code"}.get(found.unit.act if found.unit else "", "plain")  # type: ignore[assignment]
    return Reply(
        tuple(lines), "answered", offers(desk, found.topic, said), found.topic, wanted.act,
        unit=found.unit.act if found.unit else "",
        mood=mood, search=found.found.query.text if found.found else wanted.text, beside=beside(found),
        listed=_compared(desk, found) if wanted.act == "compare" else (),
    )  # fmt: skip


def _code(desk: Desk, found: Explanation) -> list[Line]:
    """A short program, or the lines of the demo that are the idea, with their file."""
    if found.unit is None or not found.unit.code:
        return []
    if found.unit.code.endswith(".py"):  # a whole program, which can be run as it stands
        return [Line(f"```python\n{(COURSE / found.unit.code).read_text(encoding='utf-8').rstrip()}\n```", opens="\n")]
    file, source = definition(found.unit.code)
    shown = "\n".join(source.splitlines()[:MOST_CODE])
    goes_on = desk.texts("It goes on in {file}.", file=file)
    cut = f"\n# {goes_on}" if source.count("\n") >= MOST_CODE else ""
    origin = f"`{file}`"
    return [Line(desk.texts("From {file}:", file=origin)), Line(f"```python\n{shown}{cut}\n```", opens="\n")]


def _compared(desk: Desk, found: Explanation) -> tuple[str, ...]:
    """The two topics of a comparison, so that "the second one" can be taken up."""
    if found.unit is not None and found.unit.act == "compare":
        both = [found.topic, found.unit.other]
    else:
        both = list(dict.fromkeys(line.passage.document for line in found.lines if line.passage))
    return tuple(desk.course.inline(topic, desk.texts.language) for topic in both if topic in desk.course.topics)


def beside(found: Explanation) -> tuple[Line, ...]:
    """What else was found near the question, the best first: of its topic, or what answers as well."""
    if found.found is None:
        return ()
    told = {line.text for line in found.lines}
    near = [s for s in found.found.sentences if s.passage.document == found.topic or s.read > 0]
    return tuple(Line(s.text, s.passage) for s in near if s.text not in told)[:BESIDE_WORDED]


def sought(desk: Desk, wanted: Wanted) -> Found:
    """What the course has on the words alone."""
    return desk.course.retriever.retrieve(Query(wanted.text, wanted.language, wanted.units))


def _set_right(
    desk: Desk, wanted: Wanted, right: Line, found: Explanation | None, spoken: frozenset[str]
) -> Reply:  # fmt: skip
    """What is right first, then of what was found as much as says more."""
    assert right.passage is not None
    lead = Line(desk.texts("No.") if wanted.act == "verify" else desk.texts("That is not so."))
    more = [line for line in found.lines if line.text != right.text][:BESIDE] if found is not None else []
    topic = right.passage.document
    said = frozenset({right.text, *(line.text for line in more)}) | spoken
    return Reply((lead, right, *more), "answered", offers(desk, topic, said), topic, wanted.act, unit="mistakes")


def _lead(desk: Desk, wanted: Wanted, found: Explanation) -> list[Line]:
    """What opens the answer where it is not quite what was asked for."""
    if not found.instead or wanted.act not in INSTEAD:
        return []
    topic = desk.course.topics.get(found.topic)
    other = next((line.passage.named(wanted.language) for line in reversed(found.lines) if line.passage), "")
    name = desk.course.inline(found.topic, wanted.language) if topic else other
    return [Line(desk.texts(INSTEAD[wanted.act], topic=name, other=other))]


def declined(desk: Desk, wanted: Wanted, found: Found | None = None) -> Reply:
    """One sentence, with the nearest topic to press where one is near, or what of a document could not be read."""
    texts = desk.texts
    found = found or sought(desk, wanted)
    named = [name.document for name in found.names if name.document in desk.course.topics]
    near = named[0] if named else _nearest(desk, found)
    topic = desk.course.topics.get(near)
    if topic is None:
        said = texts("The course does not cover that; ask about what its slides and notes say, or for a demo.")
        unread = unread_words(desk.course.unread(), [hit.passage.document for hit in found.hits], texts)
        lines = (Line(said), Line(unread)) if unread else (Line(said),)
        return Reply(lines, "not_covered", search=wanted.text)
    name = desk.course.inline(near, wanted.language)
    if named:
        said = texts("The course speaks of {topic}, but it does not say that.", topic=name)
    else:
        said = texts("The course does not cover that; the nearest topic it has is {topic}.", topic=name)
    question = texts("What is {topic}?", topic=name)
    about = near if named else ""
    return Reply((Line(said),), "not_covered", (Offer(question, "define", near),), about, search=wanted.text)


def _nearest(desk: Desk, found: Found) -> str:
    hits = [hit for hit in found.hits[:5] if hit.dense >= NEAREST and hit.passage.document in desk.course.topics]
    return hits[0].passage.document if hits else ""


def offers(desk: Desk, topic: str, said: frozenset[str]) -> tuple[Offer, ...]:
    """What may come next on a topic: its demo, an example or simpler words not said yet, a practice question."""
    texts = desk.texts
    known = desk.course.topics.get(topic)
    if known is None:
        return ()
    name = desk.course.inline(topic, texts.language)
    found: list[Offer] = []
    if (demo := demo_of(desk.demos, known)) is not None:
        found.append(Offer(texts("Show me the demo of {topic}", topic=name), "run_demo", topic, demo.name))
    for unit, wanted, text in (
        ("example", "example", mark("Give me a worked example of {topic}")),
        ("simply", "simplify", mark("Explain {topic} more simply")),
        ("why", "why", mark("Why do we need {topic}?")),
    ):
        held = known.unit(unit)  # type: ignore[arg-type]
        fresh = held is not None and not any(line.said(texts.language) in said for line in held.lines)
        if fresh and len(found) < MOST_OFFERS - 1:
            found.append(Offer(texts(text, topic=name), wanted, topic))
    practice = texts("Quiz me on {topic}", topic=name)
    return (*found[: MOST_OFFERS - 1], Offer(practice, "practise", topic))


def demo_of(demos: Sequence[Demo], topic: Topic) -> Demo | None:
    """The demo that shows a topic."""
    return next((demo for demo in demos if demo.name == topic.demo), None)
