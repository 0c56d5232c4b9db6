"""Versions that the course does not speak of."""

from __future__ import annotations

import pytest

from knowledge.courses.lecture_passages import lecture_passages
from knowledge.retrieval.versions import Versions


@pytest.fixture(scope="module")
def versions() -> Versions:
    return Versions(lecture_passages())


@pytest.mark.parametrize(
    ("question", "version"),
    [
        ("how many layers does gpt-4 have", "gpt-4"),
        ("How many parameters does GPT 4 have?", "gpt 4"),
        ("What is new in GPT4?", "gpt4"),
        ("Is LLaMA 9 open?", "llama 9"),
        ("¿Cuándo salió GPT-5?", "gpt-5"),
    ],
)
def test_another_version_is_told_apart(versions: Versions, question: str, version: str) -> None:
    assert versions.another(question) == version


@pytest.mark.parametrize(
    "question",
    [
        "How many parameters does GPT-3 have?",
        "What is LeNet-5?",
        "has BERT 12 layers?",
        "What does DALL-E 2 do?",
        "Who made the perceptron in 1957?",
        "What is on slide 18?",
        "What is a transformer?",
        "Does GPT use 12 heads?",
    ],
)
def test_what_the_course_speaks_of_is_none(versions: Versions, question: str) -> None:
    assert versions.another(question) == ""
