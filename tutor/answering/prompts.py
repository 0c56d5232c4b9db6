"""From a question and its evidence to messages for the model. Pure; the wording lives in `wording/`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tutor.llm.base import Message

_FOLDER = Path(__file__).with_name("wording")


@cache
def wording(name: str) -> str:
    """The text of `wording/<name>.md`."""
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()


def draft_messages(question: str, notes: Sequence[str]) -> list[Message]:
    """Ask for an answer from few, short notes. The system text comes first and never changes: its cache is kept."""
    listed = "\n".join(f"- {text}" for text in notes)
    return [Message("system", wording("draft")), Message("user", f"Notes:\n{listed}\n\nQuestion: {question}")]


def parameter_messages(title: str, fields: Sequence[str], request: str) -> list[Message]:
    """Ask which of a demo's parameters the numbers in a request belong to, as a JSON object."""
    task = f"The demo {title} has the parameters {', '.join(fields)}. Write those that the request sets as JSON."
    return [Message("system", task), Message("user", request)]
