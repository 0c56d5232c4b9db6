"""A teacher's document answers in both languages, whichever one it is written in."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import Retriever
from tests.knowledge.retrieval.invented import PAIRS

pytestmark = pytest.mark.model

MISSED = 1
"""Of ten questions so many may get another sentence first: the shipped weights miss one, across languages."""
DECLINED = 3
"""Of ten questions in the language that the document is not in so many may be declined; in its own language none."""


@pytest.mark.parametrize(("asked", "told"), list(product(("en", "es"), repeat=2)))
def test_the_sentence_that_answers_comes_first(tmp_path: Path, asked: str, told: str) -> None:
    page = "\n\n".join(f"{near[told]} {right[told]}" for _, right, near in PAIRS)
    path = tmp_path / "facts.txt"
    path.write_text(page, encoding="utf-8")
    course = Course("facts", tmp_path / "home")
    course.add(path)
    embedder = Embedder()
    retriever = Retriever(open_course(course, embedder), embedder, CrossEncoder())
    found = {question[asked]: retriever.retrieve(Query.of(question[asked])) for question, *_ in PAIRS}
    wrong = [question[asked] for question, right, _ in PAIRS if found[question[asked]].sentences[0].text != right[told]]
    declined = [question for question, result in found.items() if not result.answerable]
    assert len(wrong) <= MISSED, wrong
    assert len(declined) <= (0 if asked == told else DECLINED), declined


@pytest.mark.parametrize("asked", ["en", "es"])
def test_a_course_of_both_languages_answers_from_either_file(tmp_path: Path, asked: str) -> None:
    course = Course("facts", tmp_path / "home")
    for at, language in enumerate(("en", "es")):
        path = tmp_path / f"{language}.txt"
        path.write_text("\n\n".join(f"{near[language]} {right[language]}" for _, right, near in PAIRS[at::2]), "utf-8")
        course.add(path)
    embedder = Embedder()
    retriever = Retriever(open_course(course, embedder), embedder, CrossEncoder())
    told = [("en", "es")[at % 2] for at in range(len(PAIRS))]
    found = [retriever.retrieve(Query.of(question[asked])) for question, *_ in PAIRS]
    wrong = [
        question[asked]
        for (question, right, _), language, result in zip(PAIRS, told, found, strict=True)
        if not result.answerable or result.sentences[0].text != right[language]
    ]
    assert len(wrong) <= DECLINED, wrong
