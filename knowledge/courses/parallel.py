"""The Spanish of the course's sentences that are no units: what the slides say, sentence beside sentence.

Files of `knowledge/course/spanish/` hold pairs of lines, the English sentence as it stands on the slide and, after
`> `, the same in Spanish. Titles are pairs too.
"""

from __future__ import annotations

from pathlib import Path

from knowledge.courses.builtin import FOLDER
from knowledge.errors import KnowledgeError
from knowledge.messages import say


def read_parallel(folder: Path = FOLDER / "spanish") -> dict[str, str]:
    """The Spanish of each English sentence. Raises KnowledgeError where lines do not pair."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.md")):
        english = ""
        for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if row.startswith("#") or not row.strip():
                continue
            if row.startswith("> ") != bool(english):
                raise KnowledgeError(
                    say("{file}, line {number}: the lines do not pair.", file=path.name, number=number),
                    code="unreadable_document",
                )
            if english:
                found[english] = row[2:].strip()
                english = ""
            else:
                english = row.strip()
    return found
