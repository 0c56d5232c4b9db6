"""Demo runs in a conversation: which demo is to run, what a run has to say, what of it can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from demos.runtime.messages import say
from demos.runtime.texts import fixed, tell
from knowledge.text import Language
from tutor.answering.answer import Desk
from tutor.answering.reply import Line, Reply
from tutor.dialogue import talk
from tutor.dialogue.context import Parts
from tutor.dialogue.doubts import covered
from tutor.dialogue.explaining import explain
from tutor.dialogue.router import Clarify, RunDemo
from tutor.dialogue.said import Said
from tutor.dialogue.wanted import asked_act, spoken_of
from tutor.i18n import spanish
from tutor.runs.canonical import AGAINST, MEANING, SHOWN, canonical
from tutor.runs.comparing import compared
from tutor.runs.questions import about_run, meaning
from tutor.runs.summary import Run

DEMO_DOUBT = 0.6
"""Least probability of a demo request from which "show me" means the demo of what was spoken of."""


def demo_wanted(parts: Parts, said: Said) -> RunDemo | Clarify | None:
    """The demo that is to run, or those that may be meant; None when none is wanted."""
    if said.offer is not None and said.offer.act == "run_demo":
        return parts.demo_reader.offered(said.offer, said.state.question)
    if said.act == "change_run" or (said.act == "run_demo" and said.state.proposed is not None):
        changed = parts.demo_reader.changed(said.utterance.text, run_before(parts, said), said.state.question)
        if changed is not None and (changed.extracted.params or changed.extracted.loose):
            return changed
        if changed is not None and said.act == "change_run":
            return None  # nothing to change is told: it is asked for
    if said.act in ("run_demo", "change_run") or said.utterance.text.startswith("/demo "):
        sure = said.reading.probability > DEMO_DOUBT
        spoken = [topic for topics in ((said.state.topic,), *spoken_of(parts, said)) for topic in topics]
        demos = (parts.topics[topic].demo for topic in spoken if topic in parts.topics)
        about = next((demo for demo in demos if demo), "") if sure else ""
        return parts.demo_reader.asked(said.utterance.text, about, sure=sure, before=said.state.question)
    return None


def run_before(parts: Parts, said: Said) -> tuple[str, Mapping[str, Any]] | None:
    """The run that "now with 2 units" changes: the one just proposed, or the last one."""
    proposed = parts.demo_reader.offered(said.state.proposed) if said.state.proposed else None
    return (proposed.demo.name, proposed.extracted.params) if proposed else said.state.demo


def of_run(parts: Parts, said: Said) -> Reply | None:
    """What the last run has to say; None where there was none, or the question is not about it."""
    run = said.state.run
    if run is None:
        return None
    told = _told(parts, said, run)
    if not told and said.act == "ask_run" and said.reading.sure and not covered(parts, said):
        told = about_run(SHOWN, run)
    if not told:
        return None
    lines = tuple(Line(_in_words(run, said.language, sentence)) for sentence in told)
    return Reply(lines, topic=said.state.topic, act="ask_run", about_run=said.state.run_id)


def _told(parts: Parts, said: Said, run: Run) -> list[str] | None:
    """What a run has to say to a question; None where it is not about it."""
    if told := about_run(said.utterance.text, run):
        return told
    asked = canonical(
        said.utterance.text, said.vector, run, parts.embedder.encode_questions, said.language,
        lambda name: _in_words(run, said.language, say(name)),
    )  # fmt: skip
    if asked == AGAINST and said.state.run_before is not None:
        return compared(run, said.state.run_before)
    if asked == MEANING:
        demo = next((demo for demo in parts.demos if demo.name == run.demo), None)
        return meaning(run, [fixed(text, said.language, run.demo) for text in demo.look_for] if demo else [])
    return about_run(asked, run) if asked else None


def _in_words(run: Run, language: Language, sentence: str) -> str:
    """A message of a run in a language."""
    return tell(sentence, language, run.demo, spanish())


def ask_run(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """What the last run has to say, or else the course."""
    return of_run(parts, said) or explain(parts, desk, replace(said, act="fact"), seed)


def change_run(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """What of the last run can be changed, where the words do not tell it."""
    last = run_before(parts, said)
    demo = next((demo for demo in parts.demos if last and demo.name == last[0]), None)
    if demo is None or _in_question(said):
        return explain(parts, desk, replace(said, act=asked_act(said)), seed)
    return talk.what_to_change(desk, demo)


def _in_question(said: Said) -> bool:
    """True where the words are likelier a question than a doubtful change."""
    return said.reading.probability < DEMO_DOUBT
