"""One question from start to end: events in order, and exactly one ending.

intent -> retrieve -> spine -> draft -> evidence -> Answered        a question
intent -> runner -> frames -> explanation -> Answered               a demo
moves -> the course's own sentences -> Answered                     "simpler please", "quiz me" (tutor/dialogue/acts.py)
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from demos.runtime.contract import Demo, DemoError, Frame, Params
from knowledge.courses.builtin import Note, Slide
from knowledge.passages import Passage
from knowledge.retrieval.questions import Question, read_question
from knowledge.retrieval.retriever import Found, Retriever, Sentence
from knowledge.retrieval.spanish import in_english, in_plain_words
from knowledge.text import sentences as split_sentences
from tutor.answering import prompts as prompt
from tutor.answering import selection as spine
from tutor.answering.answer_types import lacks
from tutor.answering.grounding import Evidence, Support, supports
from tutor.answering.verifier import Judge
from tutor.conversations.records import demo_before, latest_run
from tutor.conversations.store import Exchange
from tutor.dialogue import acts as moves
from tutor.dialogue.loose_numbers import place_numbers
from tutor.dialogue.nearest_run import nearest_run, offer, request_of, what_it_takes
from tutor.dialogue.router import About, Clarify, IntentReader, RunDemo
from tutor.errors import InputError, ModelError, Problem
from tutor.events import (
    Answered,
    Citation,
    DemoFinished,
    DemoFrame,
    DemoRun,
    DemoStarted,
    Dropped,
    Event,
    Failed,
    Outcome,
    Provenance,
    Source,
    SourcesFound,
    Token,
    Usage,
)
from tutor.llm.base import LanguageModel, Sampling
from tutor.runs.questions import about_run
from tutor.runs.summary import rundown
from tutor.teaching.reply import Asking, Desk, Reply

LONGEST_QUESTION = 4000
SHOWN_SOURCES = 4
NEAREST = 0.35
"""Least cosine at which a topic is near enough to be named when a question is declined."""
_OF_THE_REQUEST = ("invalid_parameters", "missing_capability", "demo_timeout", "demo_memory", "demo_frames")
"""What a run can end with because of what was asked for: an answer, no failure of the tutor."""

log = logging.getLogger(__name__)
RunFrames = Callable[[Demo, Params], AsyncGenerator[Frame, None]]


@dataclass(frozen=True)
class Parts:
    """What a turn works with. `model` is None when answers can only quote; `drafts` says whether it words answers,
    `rewords` whether it words follow-ups so that they stand alone; `judge` is there when it was taught to judge."""

    retriever: Retriever
    evidence: Evidence
    intents: IntentReader
    run_frames: RunFrames
    model: LanguageModel | None
    provenance: Provenance
    course_title: str
    drafts: bool = True
    rewords: bool = False
    judge: Judge | None = None
    slides: tuple[Slide, ...] = ()
    notes: tuple[Note, ...] = ()
    demos: tuple[Demo, ...] = ()


@dataclass
class _Turn:
    """What one turn gathers for its ending."""

    question: Question
    seed: int
    said: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    demo: DemoRun | None = None
    rundown: dict[str, Any] | None = None
    about_run: str = ""
    practice: dict[str, Any] | None = None
    topic: str = ""

    def say(self, text: str, *sources: Support) -> Token:
        """A checked sentence with the markers of what supports it."""
        marks = "".join(f" [{marker}]" for marker in dict.fromkeys(source.marker for source in sources))
        shown = f"{' ' if self.said else ''}{text}{marks}"
        self.said.append(shown)
        self.citations += [Citation(source.marker, source.passage, source.text) for source in sources]
        return Token(shown)

    def end(self, parts: Parts, outcome: Outcome, suggestions: Sequence[str] = ()) -> Answered:
        return Answered(
            "".join(self.said), outcome, tuple(self.citations), replace(parts.provenance, seed=self.seed), self.usage,
            self.demo, tuple(suggestions), tuple(self.dropped), self.question.carried or self.question.search,
            self.citations[0].passage.title if self.citations else self.topic, self.rundown, self.about_run,
            self.practice,
        )  # fmt: skip


async def answer(
    parts: Parts, text: str, history: Sequence[Exchange] = (), *, seed: int = 0
) -> AsyncGenerator[Event, None]:
    """The events of one turn. Never raises for what goes wrong inside it: that becomes `Failed`.

    Closing the iterator frees the model and ends a demo that runs.
    """
    try:
        async with aclosing(_answer(parts, text, history, seed)) as events:
            async for event in events:
                yield event
    except Exception as error:
        problem = Problem.of(error)
        if problem.code == "internal_error":
            log.exception("turn failed")
        yield Failed(problem)


async def _answer(parts: Parts, text: str, history: Sequence[Exchange], seed: int) -> AsyncGenerator[Event, None]:
    text = checked(text)
    last = next((e for e in reversed(history) if e.state == "complete"), None)
    turn = _Turn(_read(text, last), seed)
    if moved := await asyncio.to_thread(moves.reply, _desk(parts), Asking(text, history, seed)):
        for event in _move(parts, turn, moved):
            yield event
        return
    if told := await asyncio.to_thread(_recount, turn, text, history):
        for sentence in told:
            yield turn.say(sentence)
        yield turn.end(parts, "answered")
        return
    intent = await asyncio.to_thread(parts.intents.read, text, demo_before(history))
    match intent:
        case RunDemo():
            events = _demonstrate(parts, turn, intent)
        case Clarify():
            events = _clarify(parts, turn, intent)
        case About():
            events = _about(parts, turn)
        case _:
            events = _explain(parts, turn)
    async with aclosing(events):
        async for event in events:
            yield event


def _desk(parts: Parts) -> Desk:
    return Desk(parts.retriever, parts.evidence, parts.intents, partial(_offers, parts))


def _move(parts: Parts, turn: _Turn, moved: Reply) -> Iterator[Event]:
    """Say what a tutor move says, each sentence of the course with its source."""
    passages = list(dict.fromkeys(line.passage for line in moved.lines if line.passage))
    if passages:
        yield SourcesFound(tuple(Source(number, passage, 0.0) for number, passage in enumerate(passages, 1)))
    for line in moved.lines:
        yield turn.say(
            line.text, *([Support(passages.index(line.passage) + 1, line.passage, line.text)] if line.passage else [])
        )
    turn.practice, turn.topic = moved.practice, moved.topic
    turn.question = read_question(moved.search) if moved.search else turn.question
    yield turn.end(parts, moved.outcome, moved.suggestions)


def checked(text: str) -> str:
    """The question without surrounding space. Raises InputError when it is empty or too long."""
    text = text.strip()
    if not text:
        raise InputError("The question is empty.", code="empty_question", hint="Type a question about the course.")
    if len(text) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(text):,} characters; the limit is {LONGEST_QUESTION:,}.",
            code="question_too_long",
            hint="Ask a shorter one, or split it.",
        )
    return text


def _read(text: str, last: Exchange | None) -> Question:
    if last is None or last.outcome in ("not_covered", "about"):
        return read_question(text)
    return read_question(text, str(last.detail.get("search") or last.question), str(last.detail.get("topic") or ""))


def _recount(turn: _Turn, text: str, history: Sequence[Exchange]) -> list[str] | None:
    """The sentences that answer a question about the conversation's latest run; None when it is not about that."""
    if (latest := latest_run(history)) is None:
        return None
    run_id, run = latest
    told = about_run(text, run) or about_run(in_plain_words(in_english(text)), run)
    turn.about_run = run_id if told else ""
    return told


async def _explain(parts: Parts, turn: _Turn) -> AsyncGenerator[Event, None]:
    """Answer a question from the course, or say that it does not cover it."""
    if turn.question.may_lean and parts.model is not None and parts.rewords:
        turn.question = turn.question.reword(await _reworded(parts.model, turn.question))
    found = await asyncio.to_thread(parts.retriever.retrieve, turn.question)
    turn.question = found.question
    chosen = spine.choose(found)
    if not chosen or _lacks(found, chosen) or not await _answerable(parts, found):
        yield turn.say(_declined(found))
        yield turn.end(parts, "not_covered")
        return
    numbered = _number(found, [sentence.passage for sentence in chosen])
    yield SourcesFound(tuple(Source(marker, hit, score) for marker, hit, score in numbered))
    marker = {passage.id: number for number, passage, _ in numbered}
    lines = [Support(marker[s.passage.id], s.passage, s.text) for s in chosen]
    async with aclosing(_word(parts, turn, lines, numbered)) as tokens:
        async for token in tokens:
            yield token
    said = [citation.quote for citation in turn.citations]
    offered = await asyncio.to_thread(moves.offers, _desk(parts), chosen[0].passage, said, turn.question.search)
    yield turn.end(parts, "answered", offered)


def _lacks(found: Found, chosen: Sequence[Sentence]) -> bool:
    """Whether the number, name or the like that is asked for is missing; a slide asked for is what it is."""
    texts, titles = [line.text for line in chosen], [line.passage.title for line in chosen]
    return bool(found.features and lacks(found.question, texts, titles))


async def _answerable(parts: Parts, found: Found) -> bool:
    """Whether the course answers the question: by retrieval and, where it was taught to judge, the model."""
    if parts.judge is None:
        return found.answerable
    try:
        return await parts.judge.answerable(found)
    except ModelError as error:
        log.warning("the model failed, judging without it: %s", error)
        return found.answerable


async def _reworded(model: LanguageModel, question: Question) -> str:
    """A question that may lean on the conversation, as the model would ask it alone; "" when the model fails."""
    said = in_plain_words(in_english(question.text))
    messages = prompt.follow_up_messages(said, *question.after)
    text = ""
    try:
        async with aclosing(model.stream(messages, Sampling(max_tokens=48, stop=("\n",)))) as pieces:
            async for piece in pieces:
                text += piece.text
    except ModelError as error:
        log.warning("the model failed, reading the question without it: %s", error)
        return ""
    return text.strip()


async def _word(
    parts: Parts, turn: _Turn, lines: list[Support], numbered: list[tuple[int, Passage, float]]
) -> AsyncGenerator[Token, None]:
    """Say the spine: in the model's words where evidence lets them pass, in the passages' own otherwise."""
    left = list(lines)
    if parts.model is not None and parts.drafts:
        every = supports([(number, passage) for number, passage, _ in numbered])
        async with aclosing(_draft(parts.model, turn, lines)) as drafted:
            async for sentence in drafted:
                verdict = await asyncio.to_thread(parts.evidence.check, sentence, [*lines, *every], turn.question.text)
                if verdict.support is None or not turn.question.fit(sentence):
                    turn.dropped.append(Dropped(sentence, verdict.reason or "it leaves out what is asked for"))
                    break
                yield turn.say(sentence, verdict.support)
                said = verdict.support.text
                left = [line for line in left if line.text not in said and said not in line.text]
        left = [line for line in left if not _said_already(line, turn.said)]
    for line in left:
        yield turn.say(line.text, line)


def _said_already(line: Support, said: Sequence[str]) -> bool:
    """True when the answer holds nearly all that a line would add."""
    return bool(said) and spine.adds_nothing(line.text, said)


async def _draft(model: LanguageModel, turn: _Turn, lines: Sequence[Support]) -> AsyncGenerator[str, None]:
    """The model's sentences, each as soon as it is whole. A model that fails says nothing: the quotes remain."""
    sampling = Sampling(max_tokens=min(160, 24 + sum(len(line.text) for line in lines) // 2), seed=turn.seed)
    text, given = "", 0
    try:
        async with aclosing(model.stream(prompt.draft_messages(turn.question.text, lines), sampling)) as pieces:
            async for piece in pieces:
                text += piece.text
                if piece.prompt_tokens:
                    turn.usage = Usage(piece.prompt_tokens, piece.completion_tokens)
                whole = split_sentences(text)
                done = whole if piece.prompt_tokens else whole[:-1]
                for sentence in done[given:]:
                    given += 1
                    yield sentence
    except ModelError as error:
        log.warning("the model failed, quoting instead: %s", error)
        turn.dropped.append(Dropped("", str(error)))


def _number(found: Found, used: Sequence[Passage]) -> list[tuple[int, Passage, float]]:
    """The passages that the answer rests on, then the next best, numbered from 1."""
    score = {hit.passage.id: hit.score for hit in found.hits}
    order = {passage.id: passage for passage in (*used, *(hit.passage for hit in found.hits))}
    chosen = list(order.values())[: max(SHOWN_SOURCES, len({passage.id for passage in used}))]
    return [(number, passage, score.get(passage.id, 0.0)) for number, passage in enumerate(chosen, 1)]


def _declined(found: Found) -> str:
    """One friendly sentence, with the nearest topic where one is near."""
    if found.question.slide is not None:
        return f"The course does not cover that: it has no slide {found.question.slide}."
    if not found.hits or max(hit.dense for hit in found.hits[:3]) < NEAREST:
        return "The course does not cover that; ask about what its slides and notes say, or for a demo."
    nearest = found.hits[0].passage
    return f"The course does not cover that; the nearest topic it has is “{nearest.title}” ({nearest.place})."


def _offers(parts: Parts, passage: Passage) -> list[str]:
    """What a student may do next: the demo of this topic."""
    named = {note.demo for note in parts.notes if note.id == passage.document and note.demo}
    fitting = [demo for demo in parts.demos if demo.name in named]
    if passage.source != "document":  # the slides of a teacher's own deck are other slides
        fitting += [demo for demo in parts.demos if demo.slide == passage.slide and demo not in fitting]
    return [demo.examples[0].text for demo in fitting[:2]]


async def _about(parts: Parts, turn: _Turn) -> AsyncGenerator[Event, None]:
    demo = parts.demos[0] if parts.demos else None
    yield turn.say(
        prompt.wording("about").format(
            course=parts.course_title,
            model=parts.provenance.model,
            question="Who made the perceptron, and when?",
            demos=len(parts.demos),
            request=demo.examples[0].text if demo else "",
        )
    )
    yield turn.end(parts, "about", [demo.examples[0].text for demo in parts.demos[:3]])


async def _clarify(parts: Parts, turn: _Turn, intent: Clarify) -> AsyncGenerator[Event, None]:
    names = [f"**{demo.title}** ({demo.summary.rstrip('.')})" for demo in intent.demos]
    yield turn.say(f"Which demo do you mean: {', '.join(names[:-1])} or {names[-1]}?")
    yield turn.end(parts, "clarify", [f"Run the demo {demo.name}" for demo in intent.demos])


async def _demonstrate(parts: Parts, turn: _Turn, intent: RunDemo) -> AsyncGenerator[Event, None]:
    """Run a demo and say what it showed: the run's own summary, and the course's sentence on the idea.

    What the demo cannot do is said, with what it can.
    """
    demo, found = intent.demo, intent.extracted
    values = {"seed": turn.seed, **intent.before, **found.params}
    values |= await place_numbers(parts.model, demo, found, turn.question.text, values)
    try:
        params = demo.parse(values)
    except DemoError as error:
        nearest = nearest_run(demo, values)
        yield turn.say(what_it_takes(demo, values, nearest, error))
        yield turn.say(offer(demo, nearest))
        yield turn.end(parts, "clarify", [request_of(demo, nearest)])
        return
    turn.demo = DemoRun(demo.name, params.model_dump(mode="json"), uuid.uuid4().hex)
    yield DemoStarted(demo.name, demo.title, turn.demo.params, turn.demo.run_id)
    shown: list[Frame] = []
    try:
        async with aclosing(parts.run_frames(demo, params)) as frames:
            async for frame in frames:
                yield DemoFrame(len(shown), frame)
                shown.append(frame)
    except DemoError as error:
        if error.code not in _OF_THE_REQUEST:
            raise
        turn.demo = None
        yield DemoFinished("", len(shown))
        yield turn.say(f"{error} {error.hint}".strip())
        yield turn.end(parts, "clarify", [request_of(demo, demo.parse()), *_other_runs(demo, values)])
        return
    summary = shown[-1].caption if shown else ""
    turn.rundown = await asyncio.to_thread(rundown, demo, turn.demo.params, shown)
    yield DemoFinished(summary, len(shown))
    yield turn.say(summary)
    idea = await asyncio.to_thread(parts.retriever.retrieve, read_question(f"What is {demo.title}?"))
    if line := next(
        (s for s in spine.choose(idea) if s.passage.source != "document" and _is_about(demo, s.passage)), None
    ):
        yield SourcesFound((Source(1, line.passage, line.score),))
        yield turn.say(line.text, Support(1, line.passage, line.text))
    practice = await asyncio.to_thread(moves.practice_offer, _desk(parts))
    yield turn.end(parts, "demonstrated", [*_other_runs(demo, turn.demo.params), *practice])


def _is_about(demo: Demo, passage: Passage) -> bool:
    return passage.slide == demo.slide or passage.document == demo.name


def _other_runs(demo: Demo, params: dict[str, Any]) -> list[str]:
    """Two of the demo's example requests that would run it otherwise."""
    return [e.text for e in demo.examples if e.params and not e.params.items() <= params.items()][:2]
