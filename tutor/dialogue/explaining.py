"""The reply to a question about the course."""

from __future__ import annotations

from dataclasses import replace

from knowledge.retrieval.answer_kinds import asked_for, holds
from tutor.answering import recap
from tutor.answering.answer import Desk, answer
from tutor.answering.course import FACTS, LEAN
from tutor.answering.explain import BY_FORM
from tutor.answering.reply import Reply
from tutor.dialogue.context import Parts
from tutor.dialogue.doubts import OTHER
from tutor.dialogue.said import Said
from tutor.dialogue.wanted import asked_act, known_topic, subject, wanted_of


def explain(parts: Parts, desk: Desk, said: Said, _seed: int) -> Reply:
    """What the course says, or that it does not; a form is told only where it is surely wished for."""
    if said.act in BY_FORM and said.act == said.reading.act and said.reading.probability < OTHER:
        said = replace(said, act=asked_act(said, BY_FORM))  # in doubt no form is wished for
    if said.act in BY_FORM and asked_for(said.text) is not None:
        said = replace(said, act="fact")  # "how many steps does it need?" wants a number, and no steps
    if (dated := _dated(parts, desk, said)) is not None:
        return dated
    found = answer(desk, wanted_of(parts, said), said.state.spoken)
    about = known_topic(parts, found.topic) or found.topic  # what comes next is on the slide's topic
    return replace(found, topic=subject(parts, said, about))


def _dated(parts: Parts, desk: Desk, said: Said) -> Reply | None:
    """The sentence that was just said where it holds the year that is asked for: "and which year is that?"."""
    if said.act != "fact" or said.leans < LEAN or said.reading.telling or said.state.act not in FACTS:
        return None
    if not said.state.said or asked_for(said.text) != "when" or not holds(said.state.said[0], "when"):
        return None
    document, _ = parts.sentences.get(said.state.said[0], ("", ""))
    line = recap.again(desk.course, said.state.said[0], document, said.language)
    return Reply((line,), topic=said.state.topic, act="fact") if line is not None else None
