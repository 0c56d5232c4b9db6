"""Demos in the conversation: played, stepped, guessed, changed, run again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Select

from demos.runtime.contract import Region, Scatter, Series
from tests.tui.conftest import Build
from tests.tui.scripted import PROVENANCE, WALK, WalkParams, demonstrated, walk
from tests.tui.steps import ask, composer, notices, screen_text, until, views, watch
from tutor.events import Answered, DemoFinished, DemoFrame, Event, Token
from tutor.tui.app import TizaApp
from tutor.tui.screens.demos import DemosScreen
from tutor.tui.screens.parameters import ParametersScreen
from tutor.tui.widgets.panels import PanelView
from tutor.tui.widgets.parameter import ParameterView, read_value, resolve
from tutor.tui.widgets.player import Player, track
from tutor.tui.widgets.plot import Plot, legend


def player(app: TizaApp) -> Player:
    found = views(app)[-1].player
    assert found is not None
    return found


def fields(app: TizaApp) -> dict[str, ParameterView]:
    return {field.parameter: field for field in app.screen.query(ParameterView)}


async def test_a_demo_plays_inside_the_conversation_with_live_plots(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(pilot, app, "show me a walk")
        assert len(player(app).frames) == 20
        await pilot.press("space")
        await until(pilot, lambda: player(app).position >= 1, "the film")
        text = screen_text(app)
        assert "Height" in text and "● up" in text and "boundary" in text and "So far" in text
        assert len(player(app).query(Plot)) == 2 and len(player(app).query(PanelView)) == 3
        await until(pilot, lambda: views(app)[-1].text == "It rose.")


async def test_keys_pause_step_scrub_and_jump(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await watch(pilot, app, "show me a walk")
        await pilot.press("home")
        assert (player(app).position, player(app).playing) == (0, False)
        await pilot.press("right", "right", "left")
        assert player(app).position == 1
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert player(app).position == 5
        await pilot.press("n")
        await until(pilot, lambda: player(app).position == 9 and "halfway" in screen_text(app))
        await pilot.press("n")
        await until(pilot, lambda: player(app).position == 19)
        await pilot.press("right")
        assert player(app).position == 19
        await pilot.press("p")
        await until(pilot, lambda: player(app).position == 9)
        await pilot.press("end", "space")
        assert (player(app).position, player(app).playing) == (0, True)
        await pilot.press("space")
        assert not player(app).playing


async def test_the_line_of_keys_says_what_space_does(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await watch(pilot, app, "show me a walk")
        await until(pilot, lambda: "space Pause" in screen_text(app))
        await pilot.press("home")
        await until(pilot, lambda: "space Play" in screen_text(app) and "space Pause" not in screen_text(app))


async def test_the_answer_does_not_say_the_last_caption_again(made: Build) -> None:
    frames = list(walk(WalkParams(steps=3)))
    said = f"{frames[-1].caption}\n\nThe course says more."

    def script(_: str) -> list[Event | Exception]:
        events = demonstrated(3)[:-2]
        return [*events, Token(frames[-1].caption), Answered(said, "demonstrated", (), PROVENANCE)]

    app, _ = made(script)
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(pilot, app, "show me a walk")
        await pilot.press("space")
        await until(pilot, lambda: views(app)[-1].text == "The course says more.")


@pytest.mark.parametrize(("rows", "high"), [(24, 19), (40, 24), (55, 36)])
async def test_a_film_is_as_high_as_the_terminal_has_room_for(made: Build, rows: int, high: int) -> None:
    app, _ = made()
    async with app.run_test(size=(120, rows)) as pilot:
        await ask(pilot, app, "show me a walk")
        await until(pilot, lambda: player(app).size.height and player(app).region.height == high)


async def test_a_question_written_over_a_film_is_no_row_of_commands(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await watch(pilot, app, "show me a walk")
        assert player(app).has_focus
        await pilot.press(*"explain", "space", *"recall")
        await until(pilot, lambda: composer(app).text == "explain recall" and composer(app).has_focus)
        assert not notices(app) and not isinstance(app.screen, ParametersScreen)
        assert len(views(app)) == 1


async def test_the_panels_that_do_not_fit_are_one_key_away(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await watch(pilot, app, "show me a walk")
        await pilot.press("end")
        await until(pilot, lambda: "1 more" in screen_text(app))
        assert "So far" not in screen_text(app)
        await pilot.press("v")
        await until(pilot, lambda: "So far" in screen_text(app))
        await pilot.press("f")
        await until(pilot, lambda: player(app).region.height >= 22, "full screen")
        await pilot.press("escape")
        await until(pilot, lambda: player(app).region.height < 22)
        await pilot.press("escape")
        assert composer(app).has_focus


async def test_the_demo_s_own_file_is_one_key_away(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await watch(pilot, app, "show me a walk")
        await pilot.press("c")
        await until(pilot, lambda: "scripted.py" in screen_text(app) or "walk.py" in screen_text(app))
        await until(pilot, lambda: "A tutor that reads from a script" in screen_text(app), "the file")
        await pilot.press("escape")
        await until(pilot, lambda: not app.chat.reader.side.display)


async def test_a_run_is_written_to_files_beside_the_other_exports(made: Build, tmp_path: Path) -> None:
    app, _ = made(lambda _: demonstrated(6))
    async with app.run_test() as pilot:
        await watch(pilot, app, "show me a walk")
        await pilot.press("end", "e")
        place = tmp_path / "exports" / "tiza-demo-walk"
        await until(pilot, lambda: any(f"Written to {place}" in notice for notice in notices(app)), "the export")
        written = {path.name for path in place.iterdir()}
        assert written >= {"run.json", "metrics.csv", "curves.csv", "scatters.csv", "frame-6.png", "run.gif"}
        assert (place / "run.gif").read_bytes().startswith(b"GIF8")


async def test_the_guess_is_judged_at_the_end_of_the_film(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        await ask(pilot, app, "show me a walk")
        await pilot.press("2", "f6", "home")
        assert player(app).guess == "no" and "The run says" not in screen_text(app)
        await pilot.press("end")
        await until(pilot, lambda: "The run says: yes. You guessed no." in screen_text(app))


async def test_a_run_with_other_parameters_is_added_to_the_conversation(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await watch(pilot, app, "show me a walk")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ParametersScreen) and app.screen.focused is not None)
        fields(app)["steps"].value = 5
        fields(app)["slope"].take_focus()
        await pilot.press("home", "shift+end", *"-2.5", "enter")
        await until(pilot, lambda: len(views(app)) == 2 and app.chat.is_free)
        assert len(player(app).frames) == 5
        assert player(app).frames[-1].metrics["height"] == -12.5
        assert not player(app).playing  # it waits for a guess, or for space
        kept = app.chat.dialogue.exchanges[-1]
        assert kept.outcome == "demonstrated" and kept.detail["demo"]["params"]["slope"] == -2.5
        assert kept.question == "Run the demo A walk with steps 5, slope -2.5"
        assert views(app)[-1].question == kept.question  # two runs do not look alike
        assert kept.detail["rundown"]["metrics"]["height"][-1] == -12.5


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("steps", "999", "Steps must be a whole number from 2 to 60; “999” is not."),
        ("steps", "many", "Steps must be a whole number from 2 to 60; “many” is not."),
        ("steps", "", "Steps must be a whole number from 2 to 60; it is empty."),
        ("slope", "nan", "Slope must be a number from -5 to 5; “nan” is not."),
        ("slope", "1e308", "Slope must be a number from -5 to 5; “1e308” is not."),
    ],
)
async def test_an_invalid_value_is_said_in_one_sentence_beside_its_field(
    made: Build, name: str, typed: str, sentence: str
) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        app.chat.configure(WALK, {})
        await until(pilot, lambda: isinstance(app.screen, ParametersScreen))
        fields(app)[name].take_focus()
        await pilot.press("home", "shift+end", "delete", *typed)
        await pilot.press("enter")
        await until(pilot, lambda: sentence in screen_text(app), sentence)
        assert isinstance(app.screen, ParametersScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.chat)


async def test_a_preset_fills_the_form(made: Build) -> None:
    app, _ = made()
    async with app.run_test() as pilot:
        app.chat.configure(WALK, {"steps": 9, "not_a_parameter": 1})
        await until(pilot, lambda: isinstance(app.screen, ParametersScreen))
        assert fields(app)["steps"].value == 9
        app.screen.query_one("#preset", Select).value = "steep"
        await until(pilot, lambda: fields(app)["slope"].value == 4.0)
        await until(pilot, lambda: "it leaves the picture" in screen_text(app))
        await pilot.press("ctrl+d")
        assert (fields(app)["slope"].value, fields(app)["noisy"].value) == (1.0, False)


async def test_the_browser_shows_all_demos_and_runs_one(made: Build) -> None:
    app, _ = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: "A curve that rises" in screen_text(app))
        text = screen_text(app)
        assert "Dense Layers" in text and "Does it end above zero?" in text and "slide 18" in text
        await pilot.press(*"zzz")
        await until(pilot, lambda: "No demo has these words." in screen_text(app))
        await pilot.press("backspace", "backspace", "backspace", *"WALK")
        await until(pilot, lambda: "A curve that rises" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: views(app) and app.chat.is_free)
        assert len(player(app).frames) == 20 and not isinstance(app.screen, DemosScreen)


async def test_stopping_a_run_keeps_what_was_drawn(made: Build) -> None:
    app, tutor = made(lambda _: demonstrated(40))
    tutor.waits_at = 10
    async with app.run_test() as pilot:
        composer(app).put("show me a walk")
        await pilot.press("enter")
        await until(pilot, lambda: views(app) and views(app)[0].player and len(player(app).frames) == 9)
        await pilot.press("escape")
        await until(pilot, lambda: app.chat.is_free)
        assert "The run says" not in screen_text(app)  # a part of a run proves nothing
        await pilot.press("f6", "end")
        await until(pilot, lambda: player(app).position == 8 and "9/9" in screen_text(app))


@given(st.integers(10, 120), st.integers(1, 300), st.data())
def test_the_slider_is_as_wide_as_asked_and_has_one_knob(width: int, count: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, count - 1))
    moments = data.draw(st.lists(st.integers(0, count - 1), max_size=5))
    drawn = track(width, position, count, moments).plain
    assert len(drawn) == width and drawn.count("●") == 1


def test_a_property_schema_is_resolved_through_references() -> None:
    whole = {"$defs": {"Kind": {"enum": ["a", "b"]}}}
    assert resolve({"$ref": "#/$defs/Kind", "default": "a"}, whole) == {"enum": ["a", "b"], "default": "a"}
    optional = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "title": "N"}
    assert resolve(optional, {}) == {"type": "integer", "minimum": 1, "title": "N"}


@given(st.integers(-1000, 1000))
def test_a_number_is_read_exactly_when_the_schema_allows_it(number: int) -> None:
    schema = {"type": "integer", "minimum": 2, "exclusiveMaximum": 60}
    if 2 <= number < 60:
        assert read_value("steps", schema, f" {number} ") == number
    else:
        with pytest.raises(ValueError, match="must be a whole number"):
            read_value("steps", schema, str(number))


async def test_odd_panels_draw(made: Build) -> None:
    """A point outside of the ranges, an empty group, a flat curve, a region of one cell."""
    app, _ = made()
    region = Region(values=((0.5,),), x_range=(0.0, 1.0), y_range=(0.0, 1.0))
    odd = Scatter(
        title="Odd",
        groups=(Series(name="[red]far[/red]", x=(0.5, 99.0), y=(0.5, -99.0)), Series(name="none", x=(), y=())),
        lines=(Series(name="off", x=(-50.0, 50.0), y=(2.0, 2.0)),),
        region=region,
        x_range=(0.0, 1.0),
        y_range=(0.0, 1.0),
    )
    async with app.run_test() as pilot:
        await watch(pilot, app, "show me a walk")
        frame = next(walk(WalkParams()))
        player(app).add(frame.model_copy(update={"panels": (odd,)}))
        await pilot.press("end")
        await pilot.pause()
        await until(pilot, lambda: "[red]far[/red]" in screen_text(app))


def test_lines_of_one_name_are_one_thing() -> None:
    """A grid of sixteen lines has one colour and one entry in the legend, and many points are dots."""
    stripes = tuple(Series(name="grid", x=(0.0, 1.0), y=(k / 15, k / 15)) for k in range(16))
    points = tuple(k / 150 for k in range(150))
    few, many = (
        Scatter(title="", groups=(Series(name="data", x=x, y=x),), lines=stripes) for x in (points[:9], points)
    )
    assert legend(few, True).plain.split() == ["●", "data", "━━", "grid"]
    assert legend(many, True).plain.split() == ["⠿", "data", "━━", "grid"]


async def test_many_points_leave_room_for_what_is_under_them(made: Build) -> None:
    points = tuple(k / 150 for k in range(150))
    scatter = Scatter(title="Many", groups=(Series(name="data", x=points, y=points),))
    frame = list(walk(WalkParams(steps=2)))[-1].model_copy(update={"panels": (scatter,)})

    def script(_: str) -> list[Event | Exception]:
        started, *_rest = demonstrated(2)
        return [started, DemoFrame(0, frame), DemoFinished(frame.caption, 1), *demonstrated(2)[-2:]]

    app, _ = made(script)
    async with app.run_test(size=(100, 40)) as pilot:
        await ask(pilot, app, "show me many")
        await pilot.press("space")
        await until(pilot, lambda: sum(0x2800 < ord(char) < 0x2900 for char in screen_text(app)) > 10, "dots")
        assert "⠿ data" in screen_text(app) and screen_text(app).count("●") == 1  # that of the line of the state
