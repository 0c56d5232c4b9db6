"""Whatever a model, a document, a demo or an error says: nothing of it steers the terminal or reads as markup."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual import events

from demos.runtime.contract import Demo, DemoError, Frame, Heatmap, Params, Prediction, Tokens
from tests.tui.conftest import Build
from tests.tui.scripted import PROVENANCE, ScriptedTutor, passage, run_here
from tests.tui.steps import ask, composer, notices, screen_text, until
from tutor.conversations.store import Conversations
from tutor.errors import Problem
from tutor.events import Answered, Citation, DemoFrame, DemoStarted, Event, Failed, Source, SourcesFound, Token
from tutor.tui.app import TizaApp
from tutor.tui.text import Picture, words

HOSTILE = "ok\x1b]52;c;PAYLOAD\x07\x1b[31m\x9b2J\u202e\U000e0041\x1bPPAYLOAD\x1b\\&#x202e;[red]x[/red]"
SPLIT = [HOSTILE[i : i + 3] for i in range(0, len(HOSTILE), 3)]


def steps(_: Params) -> Iterator[Frame]:
    yield (
        Frame(
            caption=HOSTILE,
            progress=1,
            metrics={HOSTILE: 1.0},
            moment=HOSTILE,
            panels=(
                Tokens(title=HOSTILE, tokens=(HOSTILE,)),
                Heatmap(title=HOSTILE, values=((1.0,),), rows=(HOSTILE,), columns=(HOSTILE,)),
            ),
        )
    )


EVIL_DEMO = Demo(
    name="evil", title=HOSTILE, slide=1, group=HOSTILE, summary=HOSTILE, params=Params, steps=steps,
    look_for=(HOSTILE,), examples=(), presets={}, prediction=Prediction(HOSTILE, (HOSTILE,), lambda _: HOSTILE),
)  # fmt: skip


class EvilCatalogue:
    def all_demos(self) -> Sequence[Demo]:
        return (EVIL_DEMO,)

    def load(self, name: str) -> Demo:
        if name != "evil":
            raise DemoError(HOSTILE)
        return EVIL_DEMO


class EvilTutor(ScriptedTutor):
    def slide(self, number: int) -> str:
        del number
        return f"# {HOSTILE}\n\n| {HOSTILE} |\n|---|\n| `{HOSTILE}` |\n\n- {HOSTILE}\n\n```\n{HOSTILE}\n```\n"

    def suggestions(self) -> tuple[str, ...]:
        return (HOSTILE,)


def evil(question: str) -> Sequence[Event | Exception]:
    if "fail" in question:
        return [Failed(Problem(HOSTILE, HOSTILE, HOSTILE))]
    source = Source(1, passage(18, HOSTILE, HOSTILE), 1.0)
    citation = Citation(1, source.passage, HOSTILE)
    return [
        SourcesFound((source,)),
        DemoStarted("evil", HOSTILE, {HOSTILE: HOSTILE}, "run"),
        *(DemoFrame(number, frame) for number, frame in enumerate(steps(Params(seed=0)))),
        *(Token(piece) for piece in SPLIT),
        Answered(HOSTILE, "clarify", (citation,), PROVENANCE, suggestions=(HOSTILE,)),
    ]


def build_evil(folder: Path) -> TizaApp:
    conversations = Conversations(f"sqlite:///{folder / 'conversations.db'}")
    return TizaApp(EvilTutor(evil), conversations, EvilCatalogue(), run_here, exports=folder)


def assert_harmless(text: str) -> None:
    assert "PAYLOAD" not in text
    wrong = [char for char in text if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t"]
    assert wrong == []
    assert not any(char in text for char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\U000e0041")


async def test_no_control_reaches_any_screen_and_markup_is_shown_as_written(tmp_path: Path) -> None:
    app = build_evil(tmp_path)
    async with app.run_test(size=(120, 50)) as pilot:
        assert_harmless(screen_text(app))
        await ask(pilot, app, "question \x1b]0;PAYLOAD\x07 " + HOSTILE)
        assert_harmless(screen_text(app))
        await until(pilot, lambda: "[red]x[/red]" in screen_text(app))
        for key in ("f7", "f5", "ctrl+l"):
            await pilot.press(key)
            await pilot.pause(0.05)
            assert_harmless(screen_text(app))
        await pilot.press("escape", "escape")
        await ask(pilot, app, "fail")
        assert_harmless(screen_text(app))
        for key in ("f2", "f3"):
            await pilot.press(key)
            await until(pilot, lambda: "okx" in screen_text(app) or "[red]x[/red]" in screen_text(app))
            assert_harmless(screen_text(app))
            await pilot.press("escape")
        app.notify(HOSTILE, title=HOSTILE)
        await pilot.pause()
        assert_harmless(screen_text(app))
        assert "[red]x[/red]" in notices(app)[-1]


async def test_a_paste_is_cleaned_and_keeps_its_lines(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        app.post_message(events.Paste("one\r\ntwo\rthree\x1b[31m\x9b2J \u202efour"))
        await until(pilot, lambda: composer(app).text)
        assert composer(app).text == "one\ntwo\nthree four"


async def test_letters_of_other_scripts_and_joined_emoji_come_through(made: Build) -> None:
    text = "שלום 👩‍👩‍👧‍👦 日本語 مرحبا"
    app, tutor = made(lambda question: [Token(question), Answered(question, "answered", (), PROVENANCE)])
    async with app.run_test() as pilot:
        view = await ask(pilot, app, text)
        assert tutor.asked == [text] and view.text == text
        await until(pilot, lambda: "日本語" in screen_text(app))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_words_and_pictures_hold_nothing_that_steers(text: str) -> None:
    assert_harmless(words(text, (text, "bold")).plain)
    picture = Picture()
    picture.drawing = Text(text, style=Style(link="https://evil.example/PAYLOAD"))
    console = Console(width=40, force_terminal=True, color_system="truecolor", legacy_windows=False)
    segments = list(console.render(picture.render()))
    assert_harmless("".join(segment.text for segment in segments))
    assert all(segment.style is None or segment.style.link is None for segment in segments)


def test_the_bytes_at_a_real_terminal_hold_no_foreign_sequence(tmp_path: Path) -> None:
    """The app in a pseudo-terminal: what it writes has its own sequences and none of the model's."""
    code = (
        "import sys; from pathlib import Path; from tests.tui.test_safety import build_evil; "
        "build_evil(Path(sys.argv[1])).run()"
    )
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "50"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=follower, stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    written = read_until(leader, b"ready")
    os.write(leader, b"What?\r")
    written += read_until(leader, b"Which one do you mean")
    os.write(leader, b"\x1b[18~")
    written += read_until(leader, b"Esc closes")
    os.write(leader, b"\x11")
    written += read_until(leader, None)
    process.wait(timeout=30)
    os.close(leader)
    assert b"PAYLOAD" not in written and b"]52;" not in written
    text = written.decode("utf-8", errors="replace")
    assert not any("\x80" <= char <= "\x9f" or char in "\u202e\U000e0041" for char in text)


def read_until(leader: int, wanted: bytes | None) -> bytes:
    """What the terminal gets until `wanted` is in it, or until the end."""
    written, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline and (wanted is None or wanted not in written):
        ready, _, _ = select.select([leader], [], [], 1.0)
        if not ready:
            continue
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the app has left its terminal
            break
        if not piece:
            break
        written += piece
    assert wanted is None or wanted in written
    return written
