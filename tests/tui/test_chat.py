"""Asking, reading and stopping, by keyboard."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.worker import Worker, WorkerState

from demos.runtime import messages
from tests.tui.conftest import Build
from tests.tui.scripted import LONG, STOPPED, told
from tests.tui.steps import ask, composer, notices, say, screen_text, until, views
from tutor.errors import InputError, ModelError, Problem, StorageError
from tutor.events import Event, Failed, Token
from tutor.tui.widgets.slide import SidePanel
from tutor.tui.widgets.welcome import Welcome


async def test_an_answer_streams_in_and_lists_its_sources(made: Build) -> None:
    app, tutor = made()
    tutor.waits_at = 12
    async with app.run_test() as pilot:
        await say(pilot, app, "Who made the perceptron?")
        await until(pilot, lambda: views(app) and "Frank" in views(app)[0].text, "the first words")
        assert "McCulloch" not in views(app)[0].text and "answering" in screen_text(app)
        tutor.go.set()
        await until(pilot, lambda: app.chat.is_free)
        assert views(app)[0].text == LONG
        text = screen_text(app)
        assert "Perceptron (1957)" in text and "slide 18" in text and "slide 17" in text
        assert tutor.asked == ["Who made the perceptron?"]
        assert composer(app).text == ""


async def test_the_tutor_hears_the_conversation_so_far(made: Build) -> None:
    app, tutor = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        await ask(pilot, app, "And in which year?")
    assert [exchange.question for exchange in tutor.histories[1]] == ["Who made it?"]
    assert tutor.histories[1][0].detail["citations"][0]["place"] == "slide 18"


async def test_escape_stops_the_answer_and_frees_the_model(made: Build) -> None:
    app, tutor = made()
    tutor.waits_at = 5
    async with app.run_test() as pilot:
        await say(pilot, app, "Tell me everything")
        await until(pilot, lambda: views(app) and views(app)[0].text)
        await pilot.press("escape")
        await until(pilot, lambda: app.chat.is_free, "the stop")
        assert tutor.freed == 1
        await until(pilot, lambda: "Stopped." in screen_text(app))
        kept = app.chat.dialogue.exchanges[0]
        assert kept.state == "incomplete" and LONG.startswith(kept.answer.strip()[:10])
        tutor.go.set()
        await ask(pilot, app, "And now?")
        assert len(tutor.asked) == 2


FAILURES: list[list[Event | Exception]] = [
    [Failed(STOPPED)],
    [Token("Half an "), Failed(STOPPED)],
    [RuntimeError("a bug")],
    [Token("Half an "), InputError("That is too long.", code="question_too_long")],
    [Token("an answer without an ending")],
    [],
]


@pytest.mark.parametrize("failure", FAILURES)
async def test_after_any_failure_the_input_works_and_holds_the_question(
    made: Build, failure: list[Event | Exception]
) -> None:
    app, _ = made(lambda question: failure if question == "Why?" else told("Because."))
    async with app.run_test() as pilot:
        view = await ask(pilot, app, "Why?")
        assert composer(app).text == "Why?" and composer(app).has_focus
        assert view.query_one(".notice").display
        await pilot.press(*" now")
        assert composer(app).text == "Why? now"
        await pilot.press("enter")
        await until(pilot, lambda: "Because" in views(app)[-1].text)


async def test_a_failure_is_told_in_the_language_of_the_screens_unless_the_turn_had_one(
    made: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIZA_LANGUAGE", "es")
    error = ModelError(messages.say("The model stopped in mid-answer."), hint=messages.say("Ask again."))
    failures = {"uno": Failed(Problem.of(error)), "two": Failed(Problem.of(error, "en")), "tres": error}
    app, _ = made(lambda question: [failures[question]])
    async with app.run_test() as pilot:
        for question in failures:
            composer(app).text = ""
            await ask(pilot, app, question)
    said = [exchange.detail["error"]["message"] for exchange in app.chat.dialogue.exchanges]
    spanish = "El modelo se detuvo a mitad de la respuesta."
    assert said == [spanish, "The model stopped in mid-answer.", spanish]


async def test_what_cannot_be_drawn_does_not_take_the_app_with_it(made: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = made()

    async def broken(*_: object) -> None:
        raise RuntimeError("no such widget")

    async with app.run_test() as pilot:
        monkeypatch.setattr("tutor.tui.widgets.exchange.ExchangeView.take", broken)
        await ask(pilot, app, "Who?")
        assert composer(app).text == "Who?"


async def test_a_storage_error_is_told_and_the_answer_comes_all_the_same(
    made: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = made()

    def full(*_: object) -> str:
        raise StorageError("The disk is full.", code="disk_full", hint="Free some space and send it again.")

    async with app.run_test() as pilot:
        monkeypatch.setattr(app.chat.dialogue._conversations, "ask", full)
        view = await ask(pilot, app, "Who made it?")
        assert view.text == LONG
        assert "The disk is full." in notices(app)[0]
        monkeypatch.undo()
        await ask(pilot, app, "And then?")
        assert app.chat.dialogue.unsaved is None
        await pilot.press("up")
        assert composer(app).text == "And then?"


async def test_a_question_asked_early_waits_for_the_models(made: Build) -> None:
    app, tutor = made()
    tutor.gate = asyncio.Event()
    async with app.run_test() as pilot:
        await say(pilot, app, "Who made it?")
        await until(pilot, lambda: "getting ready" in screen_text(app))
        assert tutor.asked == []
        await pilot.press(*"Next")
        assert composer(app).text == "Next"
        tutor.gate.set()
        await until(pilot, lambda: app.chat.is_free)
        assert views(app)[0].text == LONG and composer(app).text == "Next"


async def test_models_that_cannot_be_loaded_are_told_and_tried_again(made: Build) -> None:
    app, tutor = made()
    tutor.unready = InputError("The model file is missing.", code="model_missing")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "not ready" in screen_text(app))
        await ask(pilot, app, "Who made it?")
        assert composer(app).text == "Who made it?"
        tutor.unready = None
        await pilot.press("enter")
        await until(pilot, lambda: views(app)[-1].text == LONG)


async def test_a_question_typed_during_an_answer_is_asked_when_it_ends(made: Build) -> None:
    app, tutor = made()
    tutor.waits_at = 5
    async with app.run_test() as pilot:
        await say(pilot, app, "First")
        await until(pilot, lambda: views(app) and views(app)[0].text)
        await say(pilot, app, "Second")
        await until(pilot, lambda: "when this answer ends" in screen_text(app))
        assert composer(app).text == "Second"
        tutor.go.set()
        await until(pilot, lambda: len(tutor.asked) == 2 and app.chat.is_free)
        assert tutor.asked == ["First", "Second"] and composer(app).text == ""


async def test_an_empty_question_is_not_sent(made: Build) -> None:
    app, tutor = made()
    async with app.run_test() as pilot:
        await say(pilot, app, "  \n ")
        await pilot.pause()
        await until(pilot, lambda: "Write a question first." in screen_text(app))
    assert tutor.asked == []


async def test_a_huge_paste_is_refused_in_one_sentence_and_stays(made: Build) -> None:
    app, tutor = made()
    async with app.run_test() as pilot:
        app.post_message(events.Paste("why? " * 40_000))
        await until(pilot, lambda: len(composer(app).text) == 200_000)
        await until(pilot, lambda: "at most 4,000 fit" in screen_text(app))
        await pilot.press("enter")
        await pilot.pause()
        await until(pilot, lambda: "has 199,999 characters and at most 4,000 fit" in screen_text(app))
        assert len(composer(app).text) == 200_000 and tutor.asked == []
        assert composer(app).region.bottom <= app.size.height


async def test_a_digit_opens_the_slide_beside_with_the_cited_sentence_marked(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press("1")
        side = app.chat.query_one(SidePanel)
        await until(pilot, lambda: side.display and "first neural network" in screen_text(app))
        assert views(app)[0].region.right <= side.region.x
        marked = [
            block
            for block in side.query("MarkdownParagraph")
            if any("warning-muted" in str(span.style) for span in block.visual.spans)  # type: ignore[attr-defined]
        ]
        assert [str(block.visual) for block in marked] == [  # type: ignore[attr-defined]
            "A single perceptron cannot learn XOR, because one line cannot part its points."
        ]
        await pilot.press("escape")
        assert not side.display and composer(app).has_focus


async def test_a_slide_lies_over_the_answer_at_80_columns(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press(*"more", "f7", "f7")
        side = app.chat.query_one(SidePanel)
        await until(pilot, lambda: side.display and "threshold unit" in screen_text(app))
        assert side.region.width == 80 and composer(app).text == "more"
        await pilot.press("f7")
        assert not side.display


async def test_a_year_can_be_typed_although_digits_open_sources(made: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.tui.widgets.composer.DIGIT_PAUSE", 60.0)
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press(*"1957")
        assert composer(app).text == "1957"


async def test_not_covered_is_a_friendly_notice_with_the_nearest_slides(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        view = await ask(pilot, app, "Who won at football?")
        assert view.query_one(".notice").has_class("-not_covered")
        text = screen_text(app)
        assert "The course does not cover this." in text and "The nearest the course has" in text


async def test_a_key_shows_how_the_answer_was_made(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(pilot, app, "Who made it?")
        await pilot.press("f5")
        await until(pilot, lambda: "SmolLM2-135M-Instruct" in screen_text(app))
        text = screen_text(app)
        assert "Seed" in text and "It was blue." in text


async def test_suggestions_fill_the_input_or_are_asked(made: Build) -> None:
    app, tutor = made()
    async with app.run_test() as pilot:
        assert app.chat.query_one(Welcome).suggestions[1] == "Can it learn XOR?"
        await pilot.press("2")
        assert composer(app).text == "Can it learn XOR?"
        await pilot.press("enter")
        await until(pilot, lambda: app.chat.is_free and views(app))
        await pilot.press("shift+tab")
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(tutor.asked) == 2)
        assert tutor.asked == ["Can it learn XOR?", "Can a perceptron learn XOR?"]


async def test_a_suggestion_does_not_wipe_out_what_was_being_written(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "Who made it?")
        composer(app).put("my own long question")
        views(app)[-1].query_one(".next").focus()
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.chat.is_free and len(views(app)) == 2)
        assert composer(app).text == "my own long question"


async def test_a_link_shows_its_target_before_anything_opens(made: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = made(lambda _: told("See [here](https://example.org/x) and ![pic](https://evil.example/p.png)."))
    opened: list[str] = []
    monkeypatch.setattr(app, "open_url", lambda url, **_: opened.append(url))
    async with app.run_test() as pilot:
        await ask(pilot, app, "Where?")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "https://example.org/x" in screen_text(app))
        assert opened == []
        await pilot.press("home", "enter")
        assert opened == ["https://example.org/x"]


async def test_the_look_is_remembered(made: Build, tmp_path: Path) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        assert app.theme == "tiza-dark"
        await pilot.press("ctrl+t")
        assert app.theme == "tiza-light"
    assert (tmp_path / "terminal.json").is_file()
    again, _ = made()
    async with again.run_test():
        assert again.theme == "tiza-light"


async def test_the_palette_and_the_help_page_open(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "In a demo" in screen_text(app) or "Asking" in screen_text(app))
        await pilot.press("escape", "ctrl+p")
        await until(pilot, lambda: "Light or dark" in screen_text(app))


async def test_leaving_stores_the_answer_that_was_under_way(made: Build) -> None:
    app, tutor = made()
    tutor.waits_at = 5
    async with app.run_test() as pilot:
        await say(pilot, app, "Tell me everything")
        await until(pilot, lambda: views(app) and views(app)[0].text)
        await pilot.press("ctrl+q")
    assert tutor.freed == 1
    assert [exchange.state for exchange in app.chat.dialogue.exchanges] == ["incomplete"]


def test_a_problem_reads_as_one_sentence_and_a_way_out() -> None:
    assert str(Problem("model_failed", "The model stopped.", "Ask again.")) == "The model stopped. Ask again."


async def test_a_question_that_waits_is_not_sent_while_it_is_being_changed(made: Build) -> None:
    app, tutor = made()
    tutor.waits_at = 3
    async with app.run_test() as pilot:
        await say(pilot, app, "First")
        await until(pilot, lambda: views(app) and views(app)[0].text)
        await say(pilot, app, "Second")
        await pilot.press(*" thought")
        tutor.go.set()
        await until(pilot, lambda: app.chat.is_free)
        await pilot.pause()
        assert tutor.asked == ["First"] and composer(app).text == "Second thought"


async def test_late_news_of_a_turn_s_start_is_not_its_end(made: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn may be over before the screen reads that it began; its events are behind that news in the queue."""
    app, tutor = made()
    tutor.waits_at = 3
    async with app.run_test() as pilot:
        await say(pilot, app, "Who made it?")
        await until(pilot, lambda: views(app) and views(app)[0].text)
        worker = app.chat._worker
        assert worker is not None
        with monkeypatch.context() as patched:
            patched.setattr(Worker, "is_finished", property(lambda _: True))
            await app.chat.end_turn(Worker.StateChanged(worker, WorkerState.RUNNING))
        assert not app.chat.is_free
        tutor.go.set()
        await until(pilot, lambda: app.chat.is_free)
        assert views(app)[0].text == LONG


async def test_a_turn_stopped_before_it_began_leaves_the_app_free(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        composer(app).put("Who?")
        composer(app).action_send()
        await until(pilot, lambda: not app.chat.is_free)
        app.chat.action_back()
        await until(pilot, lambda: app.chat.is_free)
        await ask(pilot, app, "Who?")
        assert views(app)[-1].text == LONG
