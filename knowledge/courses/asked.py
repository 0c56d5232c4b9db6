"""Questions that students ask of the built-in course, each with the sentences that answer it, if any do.

`course/asked/*.md` lists them by slide or note: a heading `# perceptron`, then groups of `Q:` lines (wordings of one
question) and `A:` lines (sentences of that slide or note, word for word), or of `U:` lines: questions near to that
slide or note which nothing in the course answers. Retrieval compares a new question with them: two questions that ask
the same are closer to each other than a question is to its answer (Nogueira et al., Document Expansion by Query
Prediction, 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from knowledge.courses.builtin import FOLDER
from knowledge.errors import KnowledgeError
from knowledge.messages import say


@dataclass(frozen=True, slots=True)
class Entry:
    """The wordings of one question and the sentences that answer it, in the order to say them; () when none does."""

    questions: tuple[str, ...]
    answer: tuple[str, ...]


def read_asked(folder: Path = FOLDER / "asked") -> dict[str, tuple[Entry, ...]]:
    """The entries by the document that answers them. Raises KnowledgeError where a file breaks the form."""
    found: dict[str, list[Entry]] = {}
    for path in sorted(folder.glob("*.md")):
        document = ""
        for number, block in enumerate(path.read_text(encoding="utf-8").split("\n\n"), 1):
            lines = block.strip().splitlines()
            if lines and lines[0].startswith("# "):
                document = lines[0][2:].strip()
                lines = lines[1:]
            if lines:
                found.setdefault(document, []).append(_entry(lines, f"{path.name}, block {number}"))
    return {document: tuple(entries) for document, entries in found.items()}


def _entry(lines: list[str], place: str) -> Entry:
    if all(line.startswith("U: ") for line in lines):
        return Entry(tuple(line[3:].strip() for line in lines), ())
    questions = tuple(line[3:].strip() for line in lines if line.startswith("Q: "))
    answer = tuple(line[3:].strip() for line in lines if line.startswith("A: "))
    if not questions or not answer or len(questions) + len(answer) < len(lines):
        raise KnowledgeError(
            say("{place}: expected lines that begin with Q: or A:, or with U: alone.", place=place),
            code="unreadable_document",
        )
    return Entry(questions, answer)
