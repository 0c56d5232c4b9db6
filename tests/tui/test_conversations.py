"""What is kept: found again, opened, renamed, deleted with consent, exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests.tui.conftest import Build
from tests.tui.scripted import LONG, PROVENANCE
from tests.tui.steps import ask, composer, notices, screen_text, until, views
from tutor.conversations.store import Conversations
from tutor.errors import StorageError
from tutor.events import Answered, Event
from tutor.tui.app import TizaApp
from tutor.tui.export import write_markdown
from tutor.tui.screens.conversations import ConversationsScreen
from tutor.tui.widgets.welcome import Welcome


def listed(app: TizaApp) -> int:
    return app.screen.query_one("#conversations", OptionList).option_count


async def test_a_kept_conversation_is_searched_and_opened_with_its_sources(made: Build) -> None:
    app, tutor = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(pilot, app, "Who made the perceptron?")
        await pilot.press("f4")
        await until(pilot, lambda: app.chat.query(Welcome))
        await ask(pilot, app, "Who won at football?")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen) and listed(app) == 2)
        await pilot.press(*"rosenblatt")
        await until(pilot, lambda: listed(app) == 1, "the search")
        await until(pilot, lambda: "Who made the perceptron?" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.chat and "slide 18" in screen_text(app), "the conversation")
        assert [view.text for view in views(app)] == [LONG]
        await pilot.press("1")
        await until(pilot, lambda: "change only after a mistake" in screen_text(app), "the slide")
        await pilot.press("escape")
        await ask(pilot, app, "And then?")
    assert [exchange.question for exchange in tutor.histories[-1]] == ["Who made the perceptron?"]


async def test_a_conversation_is_kept_over_a_restart(made: Build) -> None:
    first, _ = made()
    async with first.run_test() as pilot:
        await ask(pilot, first, "Who made the perceptron?")
        await ask(pilot, first, "show me a walk")
        await ask(pilot, first, "Please fail")
    second, _ = made()
    async with second.run_test(size=(100, 50)) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(second.screen, ConversationsScreen) and listed(second) == 1)
        await pilot.press("enter")
        await until(pilot, lambda: len(views(second)) == 3)
        await until(pilot, lambda: "Press r to run it again" in screen_text(second))
        await until(pilot, lambda: "The model stopped in mid-answer." in screen_text(second))


async def test_renaming(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen) and listed(app) == 1)
        await pilot.press("ctrl+r", "end", *" (1957)", "enter")
        await until(pilot, lambda: "Who made it? (1957)" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.chat and "Who made it? (1957)" in screen_text(app), "the bar")


async def test_a_reopened_conversation_offers_what_its_last_answer_offered(made: Build) -> None:
    def script(question: str) -> list[Event | Exception]:
        return [Answered("It is.", "answered", (), PROVENANCE, suggestions=(f"And after {question}",))]

    app, _ = made(script)
    async with app.run_test(size=(100, 40)) as pilot:
        await ask(pilot, app, "one?")
        await ask(pilot, app, "two?")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen) and listed(app) == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.chat and "→ And after two?" in screen_text(app))
        assert "And after one?" not in screen_text(app)


async def test_deleting_asks_first(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen) and listed(app) == 1)
        await pilot.press("ctrl+d")
        await until(pilot, lambda: "cannot be undone" in screen_text(app))
        await pilot.press("enter")
        await pilot.pause()
        assert listed(app) == 1
        await pilot.press("ctrl+d", "y")
        await until(pilot, lambda: listed(app) == 0)
        await pilot.press("escape")
        await until(pilot, lambda: app.chat.query(Welcome), "a new conversation")
        await ask(pilot, app, "And then?")
        assert app.chat.dialogue.title == "And then?" and app.chat.dialogue.unsaved is None


async def test_a_conversation_deleted_elsewhere_goes_on_as_a_new_one(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        kept = app.chat.dialogue.conversation
        assert kept is not None
        app.chat.dialogue._conversations.delete("local", kept.id)
        await ask(pilot, app, "And then?")
        assert app.chat.dialogue.unsaved is None
        (found,) = app.chat.dialogue._conversations.list("local")
        assert found.title == "And then?"


async def test_export_writes_markdown_and_says_where(made: Build, tmp_path: Path) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: notices(app))
        (path,) = (tmp_path / "exports").iterdir()
        assert notices(app) == [f"Written to {path}"]
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# Who made it?") and LONG in text and "- [1] Perceptron (1957) (slide 18)" in text
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen) and listed(app) == 1)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(list((tmp_path / "exports").iterdir())) == 2, "the second file")


def test_an_export_never_replaces_a_file_and_its_name_is_harmless(tmp_path: Path) -> None:
    conversations = Conversations(f"sqlite:///{tmp_path / 'kept.db'}")
    kept = conversations.create("me", "../../\x1b[31metc/passwd")
    conversations.ask("me", kept.id, "Why\x1b]52;c;AAAA\x07?")
    whole = conversations.get("me", kept.id)
    paths = [write_markdown(whole, tmp_path / "out") for _ in range(3)]
    assert len(set(paths)) == 3 and all(path.parent == tmp_path / "out" for path in paths)
    assert "\x1b" not in paths[0].read_text(encoding="utf-8") and "Why?" in paths[0].read_text(encoding="utf-8")
    conversations.close()


def test_an_export_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    conversations = Conversations(f"sqlite:///{tmp_path / 'kept.db'}")
    kept = conversations.create("me", "Title")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StorageError, match="could not be written to"):
        write_markdown(kept, tmp_path / "file")
    conversations.close()


async def test_a_store_that_fails_leaves_the_screen_working(made: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = made()

    def broken(*_: object) -> None:
        raise StorageError("The data folder is gone.")

    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        monkeypatch.setattr(app.chat.dialogue._conversations, "list", broken)
        await pilot.press("f3")
        await until(pilot, lambda: "The data folder is gone." in screen_text(app))
        await pilot.press("escape")
        assert composer(app).has_focus
