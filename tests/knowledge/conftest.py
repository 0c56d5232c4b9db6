"""Courses made of a few sentences, and an embedder without weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.courses.course import Course
from tests.knowledge.embedders import WordEmbedder


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of forty one-sentence documents about forty animals."""
    found = Course("animals", tmp_path / "home")
    text = "\n\n".join(f"# Animal {n}\n\nThe animal number {n} eats food{n} and lives in place{n}." for n in range(40))
    path = tmp_path / "animals.md"
    path.write_text(text, encoding="utf-8")
    found.add(path)
    return found
