"""What was said, once more: the last answer in fewer sentences, or the whole conversation in a few."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.text import Language
from tutor.answering.answer import Desk, offers
from tutor.answering.course import Course
from tutor.answering.reply import Line, Reply

MOST = 6
"""Sentences of a recap at most."""
OF_ONE = 2
"""Sentences of it on one topic."""
_COUNTED = re.compile(
    r"\b(one|1|a single|una?|un solo|una sola|two|2|dos|three|3|tres)\s(?:\w{1,12}\s)?"
    r"(?:sentences?|lines?|frases?|oracion(?:es)?|lineas?|renglon(?:es)?)\b"
)
_NUMBERS = {"two": 2, "2": 2, "dos": 2, "three": 3, "3": 3, "tres": 3}


def sentences_wished(plain: str) -> int:
    """How many sentences folded words wish for: "in two lines"; 0 where they do not say."""
    found = _COUNTED.search(plain)
    return _NUMBERS.get(found[1], 1) if found else 0


def shorter(desk: Desk, said: Sequence[str], topic: str, plain: str, spoken: frozenset[str]) -> Reply | None:
    """The last answer's first sentences: as many as are wished for, else the first half. None where nothing was said
    that the course holds."""
    told = [line for text in said if (line := again(desk.course, text, topic, desk.texts.language)) is not None]
    if not told:
        return None
    count = sentences_wished(plain) or (len(told) // 2 if len(told) > OF_ONE else 1)
    return Reply(tuple(told[:count]), offers=offers(desk, topic, spoken), topic=topic, act="summarise")


def recap(desk: Desk, turns: Sequence[Mapping[str, Any]], plain: str) -> Reply | None:
    """The first sentence of what was said in each turn, topic by topic in their order. None where nothing was."""
    lines: dict[str, Line] = {}
    counted: dict[str, int] = {}
    for turn in turns:
        for text in turn["said"] if turn["act"] != "summarise" else ():
            line = again(desk.course, text, turn["topic"], desk.texts.language)
            if line is not None and line.text not in lines and counted.get(turn["topic"], 0) < OF_ONE:
                counted[turn["topic"]] = counted.get(turn["topic"], 0) + 1
                lines[line.text] = line
                break
    if not lines:
        return None
    told = list(lines.values())[-(sentences_wished(plain) or MOST) :]
    last = next((turn["topic"] for turn in reversed(turns) if turn["topic"]), "")
    lead = [Line(desk.texts("What we spoke of so far:"))] if len(told) > 1 else []
    listed = [Line(line.text, line.passage, "- " if lead else "") for line in told]
    return Reply((*lead, *listed), offers=offers(desk, last, frozenset()), topic=last, act="summarise")


def again(course: Course, text: str, topic: str, language: Language) -> Line | None:
    """A sentence that was said, in a language; None where the course has it no more, and for a formula."""
    if "$$" in text:
        return None
    for passage in course.of_document(topic):
        for told in (passage.sentences, passage.other):
            if text in told:
                place = told.index(text)
                own = passage.said(language)
                return Line(own[place] if place < len(own) else text, passage)
    return None
