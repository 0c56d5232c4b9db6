"""One example of the data set: a prompt as the product writes it, and what to answer."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.llm.base import Message


@dataclass(frozen=True, slots=True)
class Example:
    """One prompt as the product writes it, and what to answer. `notes` are the sentences in it."""

    kind: str
    source: str
    document: str
    question: str
    history: tuple[str, ...]
    notes: tuple[str, ...]
    system: str
    user: str
    answer: str

    @property
    def messages(self) -> list[Message]:
        """The prompt's messages."""
        return [Message("system", self.system), Message("user", self.user)]
