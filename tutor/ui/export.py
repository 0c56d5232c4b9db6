"""A conversation as a Markdown file in a folder of the student's."""

from __future__ import annotations

import re
from pathlib import Path

from tutor.errors import StorageError
from tutor.history import Conversation, markdown
from tutor.sanitise import clean

__all__ = ["write_markdown"]


def write_markdown(conversation: Conversation, folder: Path) -> Path:
    """Write the conversation to a new file in `folder` and return its path; an existing file is never replaced.

    Raises StorageError when the folder cannot be written.
    """
    text = clean(markdown(conversation))
    stem = f"tiza-{conversation.created_at:%Y-%m-%d}-{_slug(conversation.title)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write_new(folder, stem, text)
    except OSError as error:
        raise StorageError(
            f"The conversation could not be written to {folder} ({error.strerror}).",
            hint="Start Tiza in a folder that you may write to.",
        ) from None


def _write_new(folder: Path, stem: str, text: str) -> Path:
    number = 1
    while True:
        path = folder / (f"{stem}.md" if number == 1 else f"{stem}-{number}.md")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            return path
        except FileExistsError:
            number += 1


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-") or "conversation"
