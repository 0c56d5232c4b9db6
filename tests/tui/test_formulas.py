"""Formulas on screen: Unicode in the answer, in the page beside it, among its quotes and in captions; lists stay."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from io import StringIO

import pytest
from rich.console import Console

from demos.runtime.contract import Frame, Text
from tests.tui.conftest import Build
from tests.tui.scripted import PROVENANCE, STOPPED, passage
from tests.tui.steps import ask, say, screen_text, until, views
from tutor.cli.console import show
from tutor.events import Answered, Citation, Event, Failed, Source, SourcesFound, Token
from tutor.tui.render import frame as drawn
from tutor.tui.widgets.slide import SidePanel

LATEX = r"$$\text{softmax}\left(\frac{QK^T}{\sqrt{d_{keys}}} + a_{i*j*k}\right)\mathbf{V}$$"
SHOWN = "softmax(QKᵀ/√d_keys + a_(i*j*k))·V"
QUOTE = f"The weights are {LATEX}."
ANSWER = f"{QUOTE} [1]\n- it costs $5 to $10;\n- $x_i$ is an input."
UNIT = passage(99, "On $x_i$", QUOTE)


def told(text: str) -> list[Event]:
    """An answer in the pieces of a model, smaller than a formula, which cites its own first sentence."""
    source = Source(1, UNIT, 0.9)
    pieces = [Token(piece) for piece in re.findall(r"(?s).{1,5}", text)]
    return [SourcesFound((source,)), *pieces, Answered(text, "answered", (Citation(1, UNIT, QUOTE),), PROVENANCE)]


async def test_an_answer_and_its_source_show_formulas_in_unicode(made: Build) -> None:
    app, _ = made(lambda _: told(ANSWER))
    async with app.run_test(size=(160, 40)) as pilot:
        view = await ask(pilot, app, "How does attention weigh?")
        assert SHOWN in screen_text(app) and "xᵢ is an input" in screen_text(app) and "On xᵢ" in screen_text(app)
        assert "$5 to $10" in screen_text(app) and "$$" not in screen_text(app)
        assert len(view.query("MarkdownBullet")) == 2
        assert app.chat.dialogue.exchanges[0].answer == ANSWER, "what is kept is LaTeX"
        await pilot.press("escape", "1")
        side = app.chat.query_one(SidePanel)
        await until(pilot, lambda: side.display and "On xᵢ" in side._page.source and app.chat.is_free, "the source")
        await pilot.pause()
        assert "\\text" not in side._page.source
        assert not side._quote.display, "the quote is found on the page, and marked there"


async def test_selected_text_is_the_readable_form(made: Build) -> None:
    app, _ = made(lambda _: told(ANSWER))
    async with app.run_test(size=(160, 40)) as pilot:
        await ask(pilot, app, "How does attention weigh?")
        app.screen.text_select_all()
        await pilot.pause()
        copied = app.screen.get_selected_text() or ""
        assert SHOWN in copied and "\\" not in copied


async def test_an_answer_that_is_stopped_in_a_formula_shows_all_it_has(made: Build) -> None:
    app, tutor = made(lambda _: [Token("It is "), Token("$$x_"), Token("i + "), Token("1$$")])
    tutor.waits_at = 3
    async with app.run_test() as pilot:
        await say(pilot, app, "What is it?")
        await until(pilot, lambda: views(app) and "It is" in views(app)[0].text)
        await pilot.press("escape")
        await until(pilot, lambda: app.chat.is_free, "the stop")
        await until(pilot, lambda: "$$x_i +" in screen_text(app))


@pytest.mark.parametrize("failed", [False, True])
async def test_the_piped_console_shows_formulas_in_unicode(capsys: pytest.CaptureFixture[str], failed: bool) -> None:
    events = told(ANSWER)
    await show(_turn([*events[:-1], Failed(STOPPED)] if failed else events))
    out = capsys.readouterr().out
    assert f"The weights are {SHOWN}. [1]\n- it costs $5 to $10;\n- xᵢ is an input." in out
    assert failed or "[1] On xᵢ (slide 99)" in out


def test_a_caption_shows_formulas_in_unicode() -> None:
    frame = Frame(caption="Here $w_i = 1$.", progress=1.0, panels=(Text(title="t", text="x"),))
    console = Console(width=60, record=True, file=StringIO())
    console.print(drawn(frame, 60, 12))
    assert "Here wᵢ = 1." in console.export_text()


async def _turn(events: Sequence[Event]) -> AsyncGenerator[Event, None]:
    for event in events:
        yield event
