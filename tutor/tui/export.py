"""A conversation as a Markdown file, and a demo run as a folder of files, in a folder of the student's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demos.runtime.contract import Demo, Frame
from demos.runtime.export import write_csv, write_gif, write_json
from demos.runtime.messages import say
from demos.runtime.pictures import frame_png
from knowledge.messages import system_says
from tutor.conversations.store import Conversation, markdown
from tutor.errors import StorageError
from tutor.sanitize import clean

__all__ = ["write_markdown", "write_run"]


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
            say(
                "The conversation could not be written to {folder} ({problem}).",
                folder=folder,
                problem=system_says(error),
            ),
            hint=say("Start Tiza in a folder that you may write to."),
        ) from None


def write_run(demo: Demo, params: dict[str, Any], frames: Sequence[Frame], shown: int, folder: Path) -> Path:
    """Write a run to a new folder inside of `folder` and return its path: run.json, CSV, the frame shown, the film.

    Raises StorageError when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = _new_folder(folder, f"tiza-demo-{demo.name}")
        write_json(demo, params, frames, place / "run.json")
        write_csv(frames, place)
        (place / f"frame-{shown + 1}.png").write_bytes(frame_png(frames[shown]))
        write_gif(frames, place / "run.gif")
    except OSError as error:
        raise StorageError(
            say("The run could not be written to {folder} ({problem}).", folder=folder, problem=system_says(error)),
            hint=say("Start Tiza in a folder that you may write to."),
        ) from None
    return place


def _new_folder(folder: Path, stem: str) -> Path:
    number = 1
    while True:
        place = folder / (stem if number == 1 else f"{stem}-{number}")
        try:
            place.mkdir()
            return place
        except FileExistsError:
            number += 1


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
