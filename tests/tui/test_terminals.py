"""The app on terminals with few colours or none: nothing breaks, and no picture is a block of one character."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from demos.runtime.contract import Frame, Heatmap, Image, Panel
from tests.tui.conftest import Build
from tests.tui.gallery import PANELS, shown
from tests.tui.scripted import by_hand
from tests.tui.steps import ask, screen_text, showing, until, views, watch
from tests.tui.test_safety import read_until
from tutor.cli.console import draw
from tutor.tui import render
from tutor.tui.grid import SHADES, shade, stretch
from tutor.tui.screens.demos import DemosScreen
from tutor.tui.screens.parameters import ParametersScreen

TERMINALS = {
    "no colour": {"NO_COLOR": "1", "TERM": "xterm-256color"},
    "linux": {"TERM": "linux"},
    "xterm": {"TERM": "xterm"},
    "16 colours": {"TERM": "xterm-16color"},
    "dumb": {"TERM": "dumb"},
}
PICTURES = [panel for panel in PANELS if isinstance(panel, Image | Heatmap)]


@pytest.fixture(params=TERMINALS)
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of one kind of terminal."""
    for name in ("NO_COLOR", "COLORTERM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in TERMINALS[request.param].items():
        monkeypatch.setenv(name, value)
    return TERMINALS[request.param]


async def test_a_whole_visit(made: Build, terminal: dict[str, str]) -> None:
    """An answer, its source, a demo with every kind of panel, the demo's code and form, help, lists, both looks."""
    app, _ = made(lambda question: shown() if "panel" in question else by_hand(question))
    async with app.run_test(size=(120, 40) if terminal["TERM"].startswith("xterm") else (80, 24)) as pilot:
        await ask(pilot, app, "Who made the perceptron?")
        await pilot.press("f7", "escape", "f5", "escape")
        await watch(pilot, app, "show every panel")
        player = views(app)[-1].player
        assert player is not None
        await pilot.press("home")
        for panel in PANELS:
            await until(pilot, partial(showing, app, panel.title), panel.title)
            if isinstance(panel, Image | Heatmap) and "NO_COLOR" in terminal:
                assert "▀" not in screen_text(app)
            await pilot.press("right")
        await pilot.press("c")
        await until(pilot, lambda: app.chat.reader.side.display, "the code")
        await pilot.press("escape", "ctrl+t", "ctrl+t", "f1", "escape", "f2")
        await until(pilot, lambda: isinstance(app.screen, DemosScreen))
        await pilot.press("escape", "f3", "escape", "ctrl+c")
        app.chat.configure(player._demo, {})  # type: ignore[arg-type]
        await until(pilot, lambda: isinstance(app.screen, ParametersScreen))
        await pilot.press("escape")
    assert app.return_code in (0, None)


@pytest.mark.parametrize("size", [(30, 10), (40, 12), (60, 20), (200, 55)])
async def test_a_visit_at_every_size(made: Build, size: tuple[int, int]) -> None:
    """From a phone held upright to a whole screen: an answer, its source, and every panel of a demo."""
    app, _ = made(lambda question: shown() if "panel" in question else by_hand(question))
    async with app.run_test(size=size) as pilot:
        await ask(pilot, app, "Who made the perceptron?")
        await pilot.press("f7", "escape", "f1", "escape", "f2", "escape")
        await watch(pilot, app, "show every panel")
        await pilot.press("home")
        for panel in PANELS:
            await until(pilot, partial(showing, app, panel.title), panel.title)
            await pilot.press("right")
        await pilot.resize_terminal(80, 24)
        await pilot.resize_terminal(*size)
        await pilot.press("escape", "f3", "escape")
    assert app.return_code in (0, None)


@pytest.mark.parametrize("name", ["no colour", "linux", "dumb"])
def test_a_visit_in_a_real_terminal(tmp_path: Path, name: str) -> None:
    """What reaches a pseudo-terminal while a demo plays is the demo, and no traceback."""
    code = (
        "import sys; from pathlib import Path; from tests.tui.gallery import shown; "
        "from tests.tui.scripted import build; build(Path(sys.argv[1]), lambda _: shown())[0].run()"
    )
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLORTERM", "FORCE_COLOR")}
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=follower, stdout=follower, stderr=follower,
        env={**kept, "COLUMNS": "120", "LINES": "40", **TERMINALS[name]},
    )  # fmt: skip
    os.close(follower)
    written = read_until(leader, b"ready")
    os.write(leader, b"show every panel\r")
    written += read_until(leader, b"Guess first")
    os.write(leader, b" ")
    written += read_until(leader, b"A large matrix")
    os.write(leader, b"\x11")
    written += read_until(leader, None)
    assert process.wait(timeout=30) == 0
    os.close(leader)
    assert b"Traceback" not in written and b"Error" not in written
    assert ("▀" in written.decode(errors="replace")) == (name == "linux")


def plain(panel: Panel, width: int = 60, height: int = 20) -> str:
    """The panel as a terminal without colour gets it."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=True, no_color=True).print(render.panel(panel, width, height))
    return out.getvalue()


@pytest.mark.parametrize("panel", PICTURES, ids=lambda panel: panel.title)
def test_without_colour_a_picture_is_made_of_shades(panel: Panel) -> None:
    for drawn in (plain(panel), plain(panel, 12, 6)):
        assert "▀" not in drawn and "\x1b[38" not in drawn and "\x1b[48" not in drawn
        assert len(set(drawn) & set(SHADES)) > 3


@pytest.mark.parametrize("panel", PICTURES, ids=lambda panel: panel.title)
def test_what_is_piped_has_shades_too(panel: Panel, capsys: pytest.CaptureFixture[str]) -> None:
    draw(Frame(caption="x", progress=1, panels=(panel,)))
    written = capsys.readouterr().out
    assert "▀" not in written and len(set(written) & set(SHADES)) > 3


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=2, max_size=8))
def test_the_contrast_of_a_picture_is_all_there_is(rows: list[list[float]]) -> None:
    levels = [level for row in stretch(rows, 0, 1) for level in row]
    values = [value for row in rows for value in row]
    assert all(0 <= level <= 1 for level in levels)
    if max(values) - min(values) > 1e-6:
        assert (shade(min(levels)), shade(max(levels))) == (SHADES[0], SHADES[-1])
    order = sorted(range(len(values)), key=values.__getitem__)
    assert sorted(levels) == [levels[at] for at in order]


def test_a_matrix_with_numbers_keeps_them_readable_without_colour() -> None:
    drawn = plain(Heatmap(title="", values=((0.1, -0.9), (0.4, 0.2))), 24, 4)
    rows = [line.split() for line in drawn.splitlines() if "0." in line]
    assert rows == [["0.10", "-0.90"], ["0.40", "0.20"]]


def test_a_picture_of_one_tone_has_that_tone() -> None:
    assert set(plain(Image(title="", pixels=((0.5, 0.5), (0.5, 0.5))))) & set(SHADES) == {" ", shade(0.5)}
