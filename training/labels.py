"""What the labelled questions say of what retrieval finds."""

from __future__ import annotations

from knowledge.courses.labelled import Labelled

ASKS = ("lecture_fact", "concept", "follow_up", "false_premise", "not_covered")
"""Kinds of questions that are asked of the course; the others ask for a demo."""


def answers(item: Labelled, text: str) -> bool:
    """True when a sentence alone holds at least half of what the question requires."""
    return bool(item.must) and item.recalled(text) >= 0.5
