"""What a fluent model is asked for: to go on from the course's first sentence, in words that fit the question. Pure.

The first sentence of an answer is the course's, and stands before the model has read anything. The model is given few
and short notes, the question, and that first sentence as the beginning of its own answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.text import Language, sentences
from tutor.answering.prompts import wording
from tutor.answering.reply import Line, Reply
from tutor.llm.base import Message

WORDED = ("define", "explain", "why", "compare", "fact", "limits", "simplify", "verify", "steps", "example")
"""Acts whose answers a model words; formulas, code, lists and places are said as they stand."""
AS_IT_STANDS = ("formula", "code", "steps", "mistakes", "simply")
"""Units that are said as their author wrote them, whatever the act; a picture that a small model draws is worse than
the one that the course has."""
NOTES = 8
"""Sentences that the model is shown at most: each costs a tenth of a second on two cores."""
MOST = 3
"""Worded sentences of an answer."""
LANGUAGES = {"en": "English", "es": "Spanish"}
ALIKE = 0.6
"""Share of a sentence's longer words that stand in one said before, from which it says it again."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be worded: the student's words, the first sentence, which is said, and the notes, of which
    `left` are the unit's own sentences that are said where the model's do not pass."""

    question: str
    language: Language
    lead: tuple[Line, ...]
    left: tuple[Line, ...]
    notes: tuple[Line, ...]
    picture: bool = False


def task_of(reply: Reply, question: str, language: Language) -> Task | None:
    """The task for a reply; None where nothing of it is worded."""
    if reply.outcome != "answered" or reply.act not in WORDED or reply.unit in AS_IT_STANDS:
        return None
    told = [line for line in reply.lines if line.passage is not None]
    if not told or any("$" in line.text for line in told):
        return None
    first = reply.lines.index(told[0]) + 1
    extra = [line for line in reply.beside if line.text not in {one.text for one in told} and "$" not in line.text]
    notes = (*told, *extra)[:NOTES]
    if len(notes) < 2 and reply.act != "simplify":
        return None
    return Task(question, language, reply.lines[:first], reply.lines[first:], notes, reply.act == "simplify")


def go_on(task: Task) -> list[Message]:
    """Messages whose last one is the beginning of the model's answer. The system text never changes, so that it is
    read once."""
    titles = list(dict.fromkeys(line.passage.named(task.language) for line in task.notes if line.passage))
    listed = "\n".join(f"- {line.text}" for line in task.notes)
    wish = f"Student: {task.question}\nAnswer in {LANGUAGES[task.language]}."
    asked = f"Notes on {', '.join(titles)}:\n{listed}\n\n{wish}"
    begun = " ".join(line.text for line in task.lead)
    return [Message("system", wording("go_on")), Message("user", asked), Message("assistant", begun)]


def picture(task: Task) -> list[Message]:
    """Ask for an everyday comparison."""
    listed = "\n".join(f"- {line.text}" for line in task.notes[:4])
    asked = f"Notes:\n{listed}\n\nExplain it with a comparison in {LANGUAGES[task.language]}."
    return [Message("system", wording("picture")), Message("user", asked)]


class Sentences:
    """Whole sentences out of a stream of pieces."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> list[str]:
        """The sentences that are whole now."""
        self._rest += piece
        lines = self._rest.split("\n")
        whole = [found for line in lines[:-1] for found in sentences(_plain(line))]
        open_ones = sentences(lines[-1])
        self._rest = open_ones.pop() if open_ones else ""
        return whole + [_plain(text) for text in open_ones]

    def rest(self) -> str:
        """What is left at the end; "" where it is no whole sentence."""
        text = _plain(self._rest)
        return text if text[-1:] in ".!?" else ""


def _plain(text: str) -> str:
    """A sentence without the marks of lists and of emphasis."""
    return text.strip().lstrip("-*•# ").replace("**", "").replace("`", "").strip()


def again(text: str, said: Sequence[str]) -> bool:
    """True when a sentence says what one before it said."""
    own = _long(text)
    return bool(own) and any(len(own & _long(other)) >= ALIKE * len(own) for other in said)


def _long(text: str) -> set[str]:
    return {word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split() if len(word) > 3}
