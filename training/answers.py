"""What an adapter says: validation questions answered through llama.cpp, greedily, as in a turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from training.data import REFUSAL
from training.example import Example
from training.tokens import END
from tutor.llm.base import Message
from tutor.llm.llama import Context, Engine

CHECK = "answers.json"
MOST = 120
"""Tokens of an answer at most."""


def check(base: Path, adapter: Path | None, examples: Sequence[Example], most: int = MOST) -> dict[str, int]:
    """How many are answered word for word as taught, and how many are declined, rightly and wrongly."""
    context = Context(base, adapter, Engine(context=2048))
    try:
        said = [(example.answer, greedy(context, example.messages, most)) for example in examples]
    finally:
        context.close()
    uncovered = [answer for wanted, answer in said if wanted == REFUSAL]
    return {
        "asked": len(said),
        "right": sum(wanted == answer for wanted, answer in said),
        "uncovered": len(uncovered),
        "declined": uncovered.count(REFUSAL),
        "declined_wrongly": sum(answer == REFUSAL and wanted != REFUSAL for wanted, answer in said),
    }


def greedy(context: Context, messages: Sequence[Message], most: int = MOST) -> str:
    """The likeliest answer, token by token, up to the end of the turn."""
    prompt, system = context.prompt(messages)
    context.read(prompt, system, lambda: False)
    end = context.tokenize(END, special=True)[0]
    said = b""
    for _ in range(most):
        token = int(context.logits().argmax())
        if token == end or context.ends(token):
            break
        said += context.piece(token)
        context.decode([token])
    return said.decode("utf-8", "replace").strip()


def write_check(folder: Path, step: int, found: dict[str, int]) -> None:
    """Keep the figures beside the run, for the report."""
    (folder / CHECK).write_text(json.dumps({"step": step, **found}) + "\n", encoding="utf-8")
