"""A third look, by the language model: whether the best sentences answer the question at all.

The starter's adapter was taught to say Yes or No to that (training/judgements.py). One reading of a short prompt tells
the odds of the two words; nothing is written. Retrieval's belief and these odds are weighed by numbers that were fitted
on dev (`python -m training.fit_verifier`). A question that the model could not turn the decision on is not put to it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.retrieval.retriever import Found
from tutor.answering.prompts import judge_messages
from tutor.llm.base import OpenModel
from tutor.llm.introspection import preference

TASK = "judge"
"""What an adapter calls this among its tasks."""
LINES = 4
"""Sentences that are judged together."""
MOST = 6.0
"""Log-odds of the model's words count as so many at most."""
_WEIGHTS = Path(__file__).with_name("verifier.json")


@dataclass(frozen=True, slots=True)
class Scales:
    """The question is answerable when belief · b + said · s + bias >= 0, with belief and said as log-odds."""

    belief: float
    said: float
    bias: float

    def score(self, belief: float, said: float) -> float:
        """Positive when the question counts as covered."""
        return self.belief * belief + self.said * max(-MOST, min(MOST, said)) + self.bias

    def in_doubt(self, belief: float) -> bool:
        """True when what the model says can turn the decision."""
        return self.score(belief, -MOST) < 0 <= self.score(belief, MOST)


def read_scales(path: Path = _WEIGHTS) -> dict[str, Scales]:
    """The fitted numbers: "asked" for the built-in course, "plain" for documents without asked questions."""
    return {kind: Scales(**numbers) for kind, numbers in json.loads(path.read_text(encoding="utf-8")).items()}


class Judge:
    """Weighs what retrieval believes against what the model says."""

    def __init__(self, model: OpenModel, scales: dict[str, Scales] | None = None) -> None:
        self._model, self._scales = model, read_scales() if scales is None else scales

    async def answerable(self, found: Found) -> bool:
        """Whether the course answers the question. Raises ModelError when the model fails."""
        if not found.sentences or not found.features:
            return found.answerable  # nothing was found, or a slide was asked for by its number
        scales = self._scales["plain" if found.sentences[0].passage.source == "document" else "asked"]
        belief = log_odds(found.covered)
        said = await self.said(found) if scales.in_doubt(belief) else 0.0
        return scales.score(belief, said) >= 0

    async def said(self, found: Found) -> float:
        """The model's log-odds that the best sentences answer the question."""
        notes = [(sentence.passage.title, sentence.text) for sentence in found.sentences[:LINES]]
        return await answers(self._model, found.question.search, notes)


async def answers(model: OpenModel, question: str, notes: Sequence[tuple[str, str]]) -> float:
    """Log-odds that the model says Yes rather than No to whether notes, (title, text) each, answer a question."""
    messages = judge_messages(question, notes)
    return await model.inside(lambda context: preference(context, messages, "Yes", "No"))


def log_odds(probability: float) -> float:
    """The logarithm of p / (1 - p), with p kept off 0 and 1."""
    kept = min(1 - 1e-9, max(1e-9, probability))
    return math.log(kept / (1 - kept))
