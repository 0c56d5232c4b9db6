"""Which handler answers which act. Each takes what was said and gives a reply; none knows the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from knowledge.text import Language
from tutor.answering.answer import Desk
from tutor.answering.reply import Reply
from tutor.dialogue import talk
from tutor.dialogue.context import Parts
from tutor.dialogue.doubts import (
    OF_A_RUN,
    asks_for_rules,
    asks_of_a_slide,
    asks_of_no_run,
    asks_of_the_idea,
    doubtful,
    in_particular,
)
from tutor.dialogue.explaining import explain
from tutor.dialogue.navigating import (
    SURELY_OFF,
    about_course,
    another_list,
    enumerate_,
    go_on,
    locate,
    order,
    said_again,
    several_in_order,
    summarise,
)
from tutor.dialogue.of_runs import ask_run, change_run, of_run
from tutor.dialogue.practising import doubted, practise
from tutor.dialogue.reading import Act
from tutor.dialogue.said import Said, read_in
from tutor.dialogue.state import OF_RUNS, DialogueState, after
from tutor.dialogue.two_questions import two_questions
from tutor.dialogue.wanted import EXPLAINED, asked_act
from tutor.i18n import Texts

HALVES = (2, 3)
"""Sentences of the first and of the second answer to two questions in one turn."""
RUN_DOUBT = 0.2
"""Least probability of a question about the run for the run to be asked first."""


def reply(parts: Parts, said: Said, texts: Texts, seed: int) -> Reply:
    """The reply to all that runs no demo."""
    desk = parts.desk(texts)
    if asks_of_no_run(said):
        return talk.not_run(desk, said.state)
    if asks_for_rules(parts, said):
        return talk.rules(desk)
    if asks_of_a_slide(parts, said):
        return locate(parts, desk, said, seed)
    if (ordered := several_in_order(parts, desk, said)) is not None:
        return ordered
    if said.act == "ask_run" and said.reading.probability < OF_A_RUN and said.state.act not in OF_RUNS:
        said = replace(said, act=asked_act(said))
    doubt = RUN_DOUBT if said.state.act in OF_RUNS else OF_A_RUN
    if said.state.run is not None and said.reading.probabilities["ask_run"] > doubt:
        if asks_of_the_idea(parts, said):
            return explain(parts, desk, replace(said, act=asked_act(said)), seed)
        if (told := of_run(parts, said)) is not None:
            return told
        if said.act != "ask_run":
            return HANDLERS.get(said.act, explain)(parts, desk, said, seed)
    if said.offer is None and not said.topic and not said.state.practice and doubtful(parts, said):
        return explain(parts, desk, replace(said, act=asked_act(said)), seed)
    if (listed := another_list(parts, desk, said)) is not None:
        return listed
    if said.act == "summarise" and (again := said_again(parts, desk, said)) is not None:
        return again
    if (both := _both(parts, said, texts, seed)) is not None:
        return both
    if in_particular(parts, said):
        return explain(parts, desk, replace(said, act=asked_act(said)), seed)
    handler = HANDLERS.get(said.act, explain)
    return handler(parts, desk, said, seed)


def _both(parts: Parts, said: Said, texts: Texts, seed: int) -> Reply | None:
    """The answers to two questions in one turn, one after the other; None where they are one, or the first has none."""
    halves = two_questions(said.utterance.text)
    answers = said.act == "answer_practice" and not (said.state.practice or {}).get("open")  # nothing is asked of
    if halves is None or said.offer is not None or said.act == "compare" or not (said.act in EXPLAINED or answers):
        return None
    first = _half(parts, halves[0], said.state, said.language)
    if first.act == "compare" or first.act not in EXPLAINED:
        return None
    one = reply(parts, first, texts, seed)
    state = after(said.state, halves[0], one)
    second = _half(parts, halves[1], state, said.language)
    if one.outcome != "answered" or second.act not in (*EXPLAINED, "off_topic"):
        return None
    other = reply(parts, second, texts, seed)
    told = {line.text for line in one.lines}
    more = [line for line in other.lines if line.text not in told]
    lead = one.lines[: HALVES[0]] if more else one.lines
    return replace(other, lines=(*lead, *more[: HALVES[1]]), outcome="answered", topic=one.topic or other.topic)


def _half(parts: Parts, text: str, state: DialogueState, language: Language) -> Said:
    """One of two questions, read where the conversation stands."""
    said = replace(read_in(parts, text, state, language), language=language)
    return replace(said, act=asked_act(said)) if said.act == "answer_practice" else said


def _about_tutor(parts: Parts, desk: Desk, _said: Said, _seed: int) -> Reply:
    return talk.about_tutor(desk, parts.course_title)


def _off_topic(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """Declined, unless that is in doubt and the course answers it. What a teacher's own course is about nobody knows
    beforehand, so that nothing is off it before it was searched."""
    if said.reading.probability < SURELY_OFF or not parts.topics:
        found = explain(parts, desk, replace(said, act="fact"), seed)
        if found.outcome != "not_covered" or found.topic:
            return found
    return talk.off_topic(desk)


Handler = Callable[[Parts, Desk, Said, int], Reply]
HANDLERS: Mapping[Act, Handler] = {
    "continue": go_on,
    "locate": locate,
    "order": order,
    "list": enumerate_,
    "summarise": summarise,
    "ask_run": ask_run,
    "change_run": change_run,
    "about_course": about_course,
    "about_tutor": _about_tutor,
    "off_topic": _off_topic,
    "practise": practise,
    "answer_practice": practise,
    "hint": practise,
    "reveal": practise,
    "correct_me": doubted,
    "refuse": lambda parts, desk, said, seed: talk.refused(desk),
    "social": lambda parts, desk, said, seed: talk.social(desk, said.utterance, said.state),
    "language": lambda parts, desk, said, seed: Reply((talk.language(desk, said.language),), "about"),
}
