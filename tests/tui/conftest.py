"""The app around a scripted tutor, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.tui.scripted import ScriptedTutor, build, by_hand
from tutor.events import Event
from tutor.tui.app import TizaApp

Script = Callable[[str], Sequence[Event | Exception]]
Build = Callable[..., tuple[TizaApp, ScriptedTutor]]


@pytest.fixture
def made(tmp_path: Path) -> Build:
    def make(script: Script = by_hand, *, pause: float = 0.0) -> tuple[TizaApp, ScriptedTutor]:
        return build(tmp_path, script, pause=pause)

    return make
