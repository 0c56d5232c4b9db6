"""Practice: one question at a time on a topic, with hints, the answer, and a word on what the student says.

Questions come from the course's units: what a topic is comes first, then why, how, its limits, and statements to judge
as true or false, whose verdict is certain. What is kept of a round lies in the exchange's detail under "practice".
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from knowledge.courses.shipped_vectors import shipped
from knowledge.courses.units import Line as UnitLine
from knowledge.courses.units import Topic, Unit
from knowledge.retrieval.answer_kinds import holds
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.query import Query
from knowledge.text import Language, content_words, fold, language_of, words
from tutor.answering.answer import Desk
from tutor.answering.course import Course
from tutor.answering.grounding import Reader
from tutor.answering.particular import ASKED
from tutor.answering.reply import Line, Offer, Reply
from tutor.i18n import Texts, mark
from tutor.teaching.grading import Asked, Verdict, grade
from tutor.teaching.record import clue, on_record

QUESTIONS: Mapping[str, str] = {
    "define": mark("What is {topic}?"),
    "why": mark("Why do we need {topic}?"),
    "how": mark("How does {topic} work?"),
    "limits": mark("What are the limits of {topic}?"),
    "uses": mark("Where is {topic} used?"),
    "facts": mark("Who made {topic}, and when?"),
}
"""The questions that units give, in the order in which they are asked."""
AS_ASKED = ("why", "how", "limits", "uses")
"""Those that are asked in the course's own words where the topic is no system with a demo."""
SHOWN = 3
"""Sentences of a unit that are shown beside a verdict."""
CLOSER = 0.0175
"""Cosine (as e5 gives it) by which a request has to be nearer to a later question than to the first, to mean it."""
STATEMENT = mark("True or false: {statement}")
YES = frozenset("true yes right correct verdadero verdad cierto si correcto v t".split())
NO = frozenset("false no wrong incorrect falso incorrecto mentira f".split())
Kind = Literal["open", "statement"]


@dataclass(frozen=True, slots=True)
class Round:
    """A practice question: the topic, the unit that answers it, and for a statement which misconception (`place`) and
    whether the wrong or the right side of it is put (`true`). `verdict` is "" while it is open."""

    topic: str
    act: str
    language: Language
    place: int = -1
    true: bool = False
    hints: int = 0
    open: bool = True
    verdict: str = ""
    asked: str = ""
    """The name of the question where it is one in particular (knowledge/course/answers/)."""
    left: int = 0
    """How many questions of a quiz come after it."""

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Round | None:
        """A round from its JSON form; None when it is none, or of an older kind."""
        try:
            return (
                cls(**{name: kept[name] for name in cls.__slots__ if name in kept or name not in ("asked", "left")})
                if kept
                else None
            )
        except (KeyError, TypeError):
            return None


class Practice:
    """Asks and judges. `embedder` compares a student's words with the course's."""

    def __init__(self, course: Course, embedder: Embedder, reader: Reader) -> None:
        """`reader` tells whether one text says what another claims."""
        self._course, self._embedder, self._reader = course, embedder, reader
        self._leads: dict[Language, tuple[list[str], Vectors]] = {}

    def reply(
        self, desk: Desk, act: str, text: str, topic: str, before: Sequence[Mapping[str, Any]], seed: int,
        count: int = 1,
    ) -> Reply:  # fmt: skip
        """What is said to a request for a question, or a quiz of `count`, to an answer, or to a wish for help."""
        rounds = [found for kept in before if (found := Round.of(kept))]
        latest = rounds[-1] if rounds else None
        still = latest if latest is not None and latest.open and latest.topic in self._course.topics else None
        if act == "practise" or still is None:
            if act in ("hint", "reveal") and still is None:
                offer = Offer(desk.texts("Ask me a practice question"), "practise", topic)
                return Reply(
                    (Line(desk.texts("No practice question is open. Shall I ask you one?")),), "clarify", (offer,)
                )
            posed = self._pose(desk, topic or (latest.topic if latest else ""), rounds, seed, text)
            return replace(posed, practice=posed.practice and {**posed.practice, "left": count - 1})
        if act == "hint":
            told = self._hint(desk, still)
        elif act == "reveal":
            told = self._settle(desk, still, "shown", ())
        else:
            told = self._judge(desk, still, text)
        return self._going_on(desk, told, rounds, seed)

    def _going_on(self, desk: Desk, told: Reply, rounds: Sequence[Round], seed: int) -> Reply:
        """The next question of a quiz after a verdict; `before` in what is kept is the round that was closed."""
        closed = Round.of(told.practice)
        if closed is None or closed.open or not closed.left:
            return told
        posed = self._pose(desk, closed.topic, [*rounds, closed], seed)
        lines = tuple(replace(line, opens="\n") for line in posed.lines)
        kept = {**(posed.practice or {}), "left": closed.left - 1, "before": told.practice}
        return replace(posed, lines=(*told.lines, *lines), practice=kept)

    def verdict(self, desk: Desk, before: Sequence[Mapping[str, Any]]) -> Reply:
        """Whether the last answer was right, and how many were."""
        rounds = [found for kept in before if (found := Round.of(kept)) and found.verdict]
        texts = desk.texts
        if not rounds:
            return Reply((Line(texts("You have not answered a practice question yet.")),), "about")
        told = {
            "right": mark("Your last answer was right."), "partly": mark("Your last answer was partly right."),
            "wrong": mark("Your last answer was not right."), "compare": mark("I could not judge your last answer."),
            "shown": mark("I showed you the answer to the last question."),
        }  # fmt: skip
        right = sum(found.verdict == "right" for found in rounds)
        lines = [
            Line(texts(told[rounds[-1].verdict])),
            Line(texts("So far {right} of {count} were right.", right=right, count=len(rounds))),
        ]
        last = rounds[-1]
        again = dict.fromkeys(
            self._question(self._course.topics[found.topic], found, texts)
            for found in rounds
            if found.verdict != "right" and found.topic in self._course.topics and found is not last
        )
        if again:
            lines.append(Line(texts("To look at again: {questions}", questions=" ".join(again))))
        if last.verdict in ("partly", "wrong", "compare") and last.topic in self._course.topics:
            lines += [Line(texts("The course says:")), *self._told(last, texts.language)]
        return Reply(tuple(lines), "about", topic=last.topic, act="practise", practice=asdict(last))

    def _told(self, round_: Round, language: Language) -> list[Line]:
        """What answers a question, in the course's words."""
        topic = self._course.topics[round_.topic]
        unit = _unit(topic, round_)
        if round_.place < 0:
            return self._course.lines(unit, language)[:SHOWN]
        right = [line for line in unit.lines if line.kind == "right"][round_.place]
        return [Line(right.said(language), self._course.passages[topic.id, "mistakes", ""])]

    def _pose(self, desk: Desk, topic: str, rounds: Sequence[Round], seed: int, text: str = "") -> Reply:
        known = self._course.topics.get(topic)
        if known is None:
            if not self._course.topics:
                said = desk.texts("This course has no practice questions; ask me about it instead.")
                return Reply((Line(said),), "about")
            known = random.Random(f"{seed} {len(rounds)}").choice(list(self._course.topics.values()))
        if text and (wished := self._in_particular(text, topic, desk.texts.language)) is not None:
            return self._asked(desk, self._course.topics[wished.topic], wished)
        asked = {(found.topic, found.act, found.place) for found in rounds}
        fresh = [
            found
            for found in _rounds(known, desk.texts.language, seed)
            if (found.topic, found.act, found.place) not in asked
        ]
        chosen = fresh[0] if fresh else _rounds(known, desk.texts.language, seed)[len(rounds) % 2]
        told = set(words(text))
        if told & YES and told & NO:  # "make it true or false"
            chosen = next((found for found in fresh if found.place >= 0), chosen)
            return self._asked(desk, known, chosen)
        return self._asked(desk, known, self._wished(known, fresh, text, desk.texts) or chosen)

    def _in_particular(self, text: str, topic: str, language: Language) -> Round | None:
        """The question of the course that a request names: "ask me in which year the perceptron was made"."""
        match = self._course.retriever.question(Query(text, language), {topic} - {""})
        if match is None or match.passage.act != "answer" or match.probability < ASKED:
            return None
        return Round(match.passage.document, "answer", language, asked=match.passage.against)

    def _wished(self, topic: Topic, fresh: Sequence[Round], text: str, texts: Texts) -> Round | None:
        """The question that a request asks for: "Quiz me on how an LSTM works", "only the year of the perceptron"."""
        open_ = [round_ for round_ in fresh if round_.place < 0]
        if not text or len(open_) < 2:
            return None
        questions = [self._question(topic, round_, texts) for round_ in open_]
        own, *others = self._embedder.encode_questions([text, *questions])
        near = [float(own @ other) for other in others]
        best = max(range(len(near)), key=lambda place: near[place])
        return open_[best] if near[best] - near[0] > CLOSER else None

    def _asked(self, desk: Desk, topic: Topic, round_: Round, lead: str = "") -> Reply:
        texts = desk.texts
        question = self._question(topic, round_, texts)
        said = texts(
            "A question on {topic}: {question}", topic=self._course.inline(topic.id, texts.language), question=question
        )
        offers = (
            Offer(texts("Give me a hint"), "hint", topic.id),
            Offer(texts("Tell me the answer"), "reveal", topic.id),
        )
        lines = (Line(lead), Line(said)) if lead else (Line(said),)
        return Reply(lines, "answered", offers, topic.id, "practise", practice=asdict(round_))

    def _question(self, topic: Topic, round_: Round, texts: Texts) -> str:
        if round_.place >= 0:
            return texts(STATEMENT, statement=_statement(topic, round_).said(texts.language))
        if round_.asked:
            return in_words(_unit(topic, round_), texts.language)
        if round_.act in AS_ASKED and not topic.demo:  # "Why do we need an AI winter?" nobody asks
            unit = _unit(topic, round_)
            ways = [way for way in unit.asked if language_of(way) == texts.language]
            if unit.act == round_.act and ways:
                return in_words(unit, texts.language)
        return texts(QUESTIONS[round_.act], topic=self._course.inline(topic.id, texts.language))

    def _hint(self, desk: Desk, round_: Round) -> Reply:
        """First a sentence that leads there, then the answer with gaps, then the answer."""
        texts, topic = desk.texts, self._course.topics[round_.topic]
        unit = _unit(topic, round_)
        more = replace(round_, hints=round_.hints + 1)
        offers = (Offer(texts("Tell me the answer"), "reveal", topic.id),)
        answer = self._course.lines(unit, texts.language)[0].text
        known = clue(self._question(topic, round_, texts), answer) if round_.hints == 0 and round_.place < 0 else None
        if known is not None:
            kind, value = known
            told = (
                texts("A hint: it was in the {decade}s.", decade=value) if kind == "decade"
                else texts("A hint: the name begins with {letters}.", letters=value)
            )  # fmt: skip
            return Reply((Line(told),), "answered", offers, topic.id, "practise", practice=asdict(more))
        picture = topic.unit("simply")
        if round_.hints == 0 and picture is not None and picture.lines:
            line = self._course.lines(picture, texts.language)[0]
            lines: tuple[Line, ...] = (Line(texts("A hint:")), line)
            return Reply(lines, "answered", offers, topic.id, "practise", practice=asdict(more))
        if round_.hints <= 1 and round_.place < 0:
            gapped = Line(gaps(answer, topic))
            return Reply(
                (Line(texts("Fill the gaps:")), gapped), "answered", offers, topic.id, "practise", practice=asdict(more)
            )
        return self._settle(desk, round_, "shown", ())

    def _judge(self, desk: Desk, round_: Round, text: str) -> Reply:
        topic = self._course.topics[round_.topic]
        texts = desk.texts
        if round_.place >= 0:
            said = set(words(text))
            if bool(said & YES) == bool(said & NO):
                return self._asked(desk, topic, round_, texts("Answer true or false."))
            right = bool(said & YES) == round_.true
            return self._settle(desk, round_, "right" if right else "wrong", ())
        lines = [line for line in self._course.lines(_unit(topic, round_), texts.language) if "$$" not in line.text]
        lines = lines[:1] if round_.act == "facts" else lines
        expected = [line.text for line in lines]
        question = self._question(topic, round_, texts)
        own, asked = self._embedder.encode_questions([text, question])
        names, leads = self._what_each_is(texts.language)
        others = leads[[place for place, name in enumerate(names) if name != topic.id]]
        compared = Asked(question, expected, own, self._embedder.encode(expected), asked, others)
        known = on_record(question, expected[0], text)
        verdict = Verdict(known) if known else grade(compared, text, texts.language, self._reader)
        if verdict.kind == "off":
            return self._asked(desk, topic, round_, texts("That does not answer the question; try again."))
        missing = [lines[place] for place in verdict.missing][:SHOWN]
        return self._settle(desk, round_, verdict.kind, missing)

    def _what_each_is(self, language: Language) -> tuple[list[str], Vectors]:
        """Each topic with the vector of what it is: an answer that is nearer to another one mixes them up."""
        if language not in self._leads:
            units = {topic.id: topic.unit("define") for topic in self._course.topics.values()}
            told = {name: unit.lines[0].said(language) for name, unit in units.items() if unit and unit.lines}
            known = shipped(list(told.values()), self._embedder)
            left = [text for text in told.values() if text not in known]
            if left:
                known |= dict(zip(left, self._embedder.encode(left), strict=True))
            self._leads[language] = (list(told), np.stack([known[text] for text in told.values()]))
        return self._leads[language]

    def _settle(self, desk: Desk, round_: Round, verdict: str, missing: Sequence[Line]) -> Reply:
        texts, topic = desk.texts, self._course.topics[round_.topic]
        leads = {
            "right": mark("Yes, that is right."), "partly": mark("Partly. What is missing:"),
            "wrong": mark("Not quite. The course says:"), "compare": mark("Compare with the course:"),
            "shown": mark("The answer:"),
        }  # fmt: skip
        lines = list(missing) or self._told(round_, texts.language)
        name = self._course.inline(topic.id, texts.language)
        offers = (
            Offer(texts("Another question"), "practise", topic.id),
            Offer(texts("Explain {topic} more simply", topic=name), "simplify", topic.id),
        )
        closed = replace(round_, open=False, verdict=verdict)
        said = (Line(texts(leads[verdict])), *lines)
        return Reply(said, "answered", offers, topic.id, "practise", practice=asdict(closed))


def _rounds(topic: Topic, language: Language, seed: int) -> list[Round]:
    """The questions on a topic in order: what it is, then a statement, then the others and the other statements."""
    open_ = [Round(topic.id, act, language) for act in QUESTIONS if asks(topic, act, language)]
    unit = topic.unit("mistakes")
    pairs = sum(line.kind == "wrong" for line in unit.lines) if unit else 0
    draw = random.Random(f"{seed} {topic.id}")
    judged = [Round(topic.id, "mistakes", language, place, draw.random() < 0.5) for place in range(pairs)]
    mixed = [found for pair in zip(open_, judged, strict=False) for found in pair]
    return [*mixed, *open_[len(judged) :], *judged[len(open_) :]]


def asks(topic: Topic, act: str, language: Language) -> bool:
    """Whether a topic has the unit that a question asks for; of its facts, only who made it and when is asked."""
    unit = topic.unit(act)  # type: ignore[arg-type]
    if unit is None or act != "facts":
        return unit is not None
    first = unit.lines[0].said(language)
    return holds(first, "when") and holds(first, "who")


def _statement(topic: Topic, round_: Round) -> UnitLine:
    kind = "right" if round_.true else "wrong"
    unit = topic.unit("mistakes")
    assert unit is not None
    return [line for line in unit.lines if line.kind == kind][round_.place]


def _unit(topic: Topic, round_: Round) -> Unit:
    unit = topic.unit(round_.act, round_.asked) or topic.unit("define")  # type: ignore[arg-type]
    assert unit is not None
    return unit


def gaps(text: str, topic: Topic) -> str:
    """A sentence with its longer words as gaps, but for those of the topic's name."""
    named = {word for name in (topic.title, topic.title_es) for word in words(name)}
    told = set(content_words(text)) | set(content_words(text, "es"))

    def gap(match: re.Match[str]) -> str:
        word = fold(match[0])
        keep = word in named or len(word) < 6 or not told & {*content_words(word), *content_words(word, "es")}
        return match[0] if keep else "…"

    return re.sub(r"…(?:[ -]…)+", "…", re.sub(r"[^\W\d_]+", gap, text))


def in_words(unit: Unit, language: Language) -> str:
    """A question as the course asks it: the first of its ways in a language, written as a sentence."""
    way = next((text for text in unit.asked if language_of(text) == language), unit.asked[0]).strip(" ¿?.")
    whole = f"{way[:1].upper()}{way[1:]}?"
    return f"¿{whole}" if language_of(way) == "es" else whole


__all__ = ["Practice", "Round", "asks", "in_words"]
