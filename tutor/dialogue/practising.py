"""Practice in a conversation: questions, their count and their part of the lecture, and doubts of a verdict."""

from __future__ import annotations

import re
from dataclasses import replace

from tutor.answering.answer import Desk
from tutor.answering.reply import Reply
from tutor.dialogue import talk
from tutor.dialogue.context import Parts
from tutor.dialogue.explaining import explain
from tutor.dialogue.navigating import PART
from tutor.dialogue.numbers import numbers
from tutor.dialogue.said import Said
from tutor.dialogue.wanted import topic_of

MOST_QUESTIONS = 10
"""Questions of a quiz at most."""
_COUNTED = re.compile(r"\b(\w{1,12})\s(?:practice |quiz )?(?:questions?|preguntas?|preguntitas?)\b")


def practise(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """The next step of a practice."""
    settled = bool(said.state.practice) and not (said.state.practice or {}).get("open")
    if said.act == "answer_practice" and settled:
        return explain(parts, desk, replace(said, act="fact"), seed)
    topic = topic_of(parts, said)
    if said.act == "practise" and PART.search(said.text) and not said.topic:
        topic = _of_section(parts, said, topic)
    count = _questions_wished(said.utterance.plain) if said.act == "practise" else 1
    return parts.practice.reply(desk, said.act, said.text, topic, said.state.practised, seed, count)


def _questions_wished(plain: str) -> int:
    """How many questions folded words wish for: "a quiz of three questions"; 1 where they do not say."""
    found = _COUNTED.search(plain)
    count = next((int(number.value) for number in numbers(found[1]) if number.whole), 1) if found else 1
    return min(max(count, 1), MOST_QUESTIONS)


def _of_section(parts: Parts, said: Said, otherwise: str) -> str:
    """A topic of the part of the lecture that is named, one of which no question was asked yet where there is one."""
    section = parts.navigator.section_named(said.text, said.vector) if parts.navigator else None
    topics = [topic for topic in section.topics if topic in parts.topics] if section else []
    asked = {kept.get("topic") for kept in said.state.practised}
    return next((topic for topic in topics if topic not in asked), topics[0] if topics else otherwise)


def doubted(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """A doubt of a verdict or of what was said."""
    if (said.state.practice or {}).get("open"):  # nothing was judged yet that could be doubted: it is an answer
        return practise(parts, desk, replace(said, act="answer_practice"), seed)
    if said.state.practice:
        return parts.practice.verdict(desk, said.state.practised)
    if not said.state.said:  # nothing was said yet that could be doubted: "my notes say 1989, is that wrong?"
        return explain(parts, desk, replace(said, act="verify"), seed)
    return talk.doubted(desk, said.state)
