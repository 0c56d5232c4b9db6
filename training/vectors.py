"""The vectors that the package carries (knowledge/course/vectors.npz): of the built-in course's texts, and of what the
tutor compares questions with, so that the first question and the first demo need not wait for them.
"""

from __future__ import annotations

from demos.runtime.catalogue import all_demos
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.outline import read_outline, ways_to_ask
from knowledge.courses.shipped_vectors import FILE, ship
from knowledge.retrieval.embedder import Embedder
from tutor.dialogue.demo_ranking import known_by


def write() -> str:
    """Bring the file up to date with the course and the demos; says what was done."""
    asked = [*ways_to_ask(read_outline()), *(text for demo in all_demos() for text in known_by(demo))]
    new = ship(lecture_passages(), Embedder(), asked=asked)
    return f"{FILE.name}: {new} new texts, {FILE.stat().st_size / 1e6:.1f} MB"
