"""What follows an answer from a document is read with what was asked before, and near what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from knowledge.passages import Passage
from knowledge.retrieval.answer_kinds import lacks
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import CoverageFeatures, Found, Sentence, SentenceFeatures
from knowledge.text import content_words
from tutor.answering.course import Course, Wanted
from tutor.answering.following import found_after

OBSERVATORY = (
    "The observatory was founded by Ada Lindqvist.",
    "A shipping company gave the money for it in 1926.",
    "It has four seismometers around the summit.",
)
MILL = ("The mill was founded by monks.", "It has six sails.", "The mill burnt in 1801, because of a spark.")
EMPTY = SentenceFeatures(*[0.0] * 17)


def _passage(document: str, sentences: Sequence[str]) -> Passage:
    return Passage(
        id=document, course="c", source="document", document=document, title=document, section=document,
        text=" ".join(sentences), sentences=tuple(sentences),
    )  # fmt: skip


class _ByWords:
    """Ranks sentences by the words that they share with a query; two in common answer it."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)

    def judged(self, query: Query) -> tuple[Found, ...]:
        return (self.retrieve(query),)

    def retrieve(self, query: Query) -> Found:
        wanted = set(content_words(query.text))
        rows = []
        for passage in self.passages:
            for place, text in enumerate(passage.sentences):
                without = lacks(query.asked, text, passage.text)
                score = len(wanted & set(content_words(text))) - 4.0 * (without is True)
                features = EMPTY._replace(lacking=float(without is True))
                rows.append(Sentence(passage, text, place, score, 0.8, features))
        rows.sort(key=lambda sentence: -sentence.score)
        ahead = rows[0].score - 1.5
        coverage = CoverageFeatures(*[0.0] * len(CoverageFeatures._fields))
        return Found(query, (), tuple(rows), 0.5, ahead >= 0, coverage, ahead=ahead)


def _first(said: Sequence[str], asked: str, text: str, leans: float = 0.9, **more: Any) -> str:
    passages = [_passage("observatory", OBSERVATORY), _passage("mill", MILL)]
    course = Course.of(_ByWords(passages), ())  # type: ignore[arg-type]
    telling = tuple(word for word in content_words(text) if word not in ("many", "year"))
    document = next(passage.document for passage in passages if said[0] in passage.sentences)
    wanted = Wanted(
        text, "en", "fact", {}, document, document, leans, telling, said=tuple(said), asked=asked, **more
    )  # fmt: skip
    return found_after(course, wanted).sentences[0].text


@pytest.mark.parametrize(
    ("place", "asked", "text", "wanted"),
    [
        (0, "Who founded the observatory?", "and in which year?", OBSERVATORY[1]),
        (0, "Who founded the observatory?", "How many seismometers has it?", OBSERVATORY[2]),
        (1, "Who gave the money for the observatory?", "And who founded it?", OBSERVATORY[0]),
    ],
)
def test_what_leans_is_answered_near_what_was_said(place: int, asked: str, text: str, wanted: str) -> None:
    assert _first([OBSERVATORY[place]], asked, text) == wanted


def test_the_same_words_are_answered_where_the_conversation_is() -> None:
    assert _first([MILL[1]], "How many sails has the mill?", "who founded it?") == MILL[0]
    assert _first([OBSERVATORY[2]], "How many seismometers are there?", "who founded it?") == OBSERVATORY[0]


def test_what_was_said_is_said_again_only_where_it_answers() -> None:
    assert _first([OBSERVATORY[0]], "Who founded the observatory?", "and what else?") != OBSERVATORY[0]
    assert _first([OBSERVATORY[1]], "Who gave money to the observatory?", "in which year?") == OBSERVATORY[1]
    burnt = "When did the mill burn?"
    assert _first([MILL[2]], burnt, "and why?") != MILL[2]
    course = Course.of(_ByWords([_passage("mill", MILL)]), ())  # type: ignore[arg-type]
    why = Wanted("and why?", "en", "why", {}, "mill", "mill", 0.9, (), said=(MILL[2],), asked=burnt)
    assert found_after(course, why).sentences[0].text == MILL[2]


def test_a_question_of_its_own_is_read_alone() -> None:
    said = [OBSERVATORY[0]]
    assert _first(said, "Who founded the observatory?", "Why did the old mill burn from a spark?", 0.2) == MILL[2]
    assert _first(said, "Who founded the observatory?", "Which mill sails burnt of a spark?", 0.9) == MILL[2]
    assert _first(said, "Who founded the observatory?", "Which mill lost its six sails then?", 0.65) == MILL[1]


def test_words_after_nothing_are_read_alone() -> None:
    course = Course.of(_ByWords([_passage("mill", MILL)]), ())  # type: ignore[arg-type]
    wanted = Wanted("and the sails?", "en", "fact", {}, leans=0.9, telling=("sails",))
    assert found_after(course, wanted).query.text == wanted.text
    assert found_after(course, replace(wanted, said=(MILL[0],), topic="mill", asked="Who founded the mill?")).sentences
