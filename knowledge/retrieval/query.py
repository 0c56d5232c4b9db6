"""What retrieval is asked: a text that stands alone, its language, and what kinds of units would answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from knowledge.text import Language, language_of


@dataclass(frozen=True, slots=True)
class Query:
    """`acts` gives for each act of a unit how likely a unit of that act is what is wanted; none when nobody knows.

    `topic` is the id of the document that the conversation is about, where the text leans on it; `alone` is then what
    was asked without what was put before it.
    """

    text: str
    language: Language = "en"
    acts: Mapping[str, float] = field(default_factory=dict)
    topic: str = ""
    alone: str = ""

    @property
    def asked(self) -> str:
        """What was asked: what a number in it gives is not what it asks for, but one in what was said before may be."""
        return self.alone or self.text

    @classmethod
    def of(cls, text: str) -> Query:
        """A text that nobody has read yet."""
        flat = " ".join(text.split())
        return cls(flat, language_of(flat))

    def corrected(self, changes: Mapping[str, str]) -> Query:
        """The same with misspelt words replaced."""
        if not changes:
            return self
        return replace(self, text=" ".join(changes.get(word, word) for word in self.text.split()))
