"""What the terminal remembers of a student's taste between two starts: a small JSON file."""

from __future__ import annotations

import json
from pathlib import Path

from tutor.tui.themes import DARK, LIGHT

__all__ = ["Preferences"]


class Preferences:
    """The theme's name, kept at `path`. A file that cannot be read or written never stops the app."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.theme = DARK.name
        if path is not None:
            self.theme = _read(path)

    def remember_theme(self, name: str) -> bool:
        """Keep the theme's name; False when it could not be written."""
        self.theme = name
        if self._path is None:
            return True
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps({"theme": name}), encoding="utf-8")
        except OSError:
            return False
        return True


def _read(path: Path) -> str:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return DARK.name
    name = kept.get("theme") if isinstance(kept, dict) else None
    return name if name in (DARK.name, LIGHT.name) else DARK.name
