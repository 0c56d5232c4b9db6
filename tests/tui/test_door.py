"""Text reaches widgets through one module, and taste survives a damaged file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tutor.tui
from tutor.tui.preferences import Preferences

FOLDER = Path(tutor.tui.__file__).parent
RAW = {"Content", "Input", "Label", "Log", "Markdown", "Option", "Pretty", "RichLog", "Static"}
SOURCES = [path for path in sorted(FOLDER.rglob("*.py")) if path.name != "text.py"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_only_the_door_makes_widgets_that_show_raw_text(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    assert [call.func.id for call in calls if isinstance(call.func, ast.Name) and call.func.id in RAW] == []


def test_the_door_itself_does_make_them() -> None:
    text = (FOLDER / "text.py").read_text(encoding="utf-8")
    assert "Content(clean(" in text and "(Markdown)" in text and "(Static)" in text and "(Input)" in text


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"theme": 3}', '{"theme": "textual-dark"}', "\x00"])
def test_a_damaged_preference_file_gives_the_dark_theme(tmp_path: Path, kept: str) -> None:
    path = tmp_path / "terminal.json"
    path.write_text(kept, encoding="utf-8")
    assert Preferences(path).theme == "tiza-dark"


def test_a_preference_that_cannot_be_written_is_reported_not_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    preferences = Preferences(tmp_path / "file" / "terminal.json")
    assert preferences.remember_theme("tiza-light") is False
    assert preferences.theme == "tiza-light"
