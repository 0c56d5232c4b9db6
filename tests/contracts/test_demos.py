"""What every demo of the catalogue keeps to. A new demo is covered by being in the catalogue.

Each run happens once and is shared by the tests that look at it.
"""

from __future__ import annotations

import importlib
import inspect
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.cells import cell_len
from rich.console import Console

from demos.runtime import catalogue
from demos.runtime import pictures as png
from demos.runtime.contract import Demo, DemoError, Frame, describe_range
from demos.runtime.flags import command, flags
from demos.runtime.messages import Message
from demos.runtime.said import problems, worded
from demos.runtime.texts import spanish, told
from tests.demos import scripted_model
from tutor.tui import render

DEMOS = catalogue.all_demos()
PRESETS = [(demo, preset) for demo in DEMOS for preset in demo.presets]
NUMERIC = {"integer", "number"}
SIZES = ((80, 24), (60, 18), (120, 40))
LONGEST_CAPTION = 330
LARGEST_FRAME = 200_000
COUNTED = "bits|cells|epochs|games|heads|mistakes|modes|moves|points|steps|units|visits"
MISCOUNTED = re.compile(rf"(?<![\d.,·])\b1 (?:more |new )?(?:{COUNTED})\b|\(s\)")
PROGRAMMERS = re.compile(r"(?i)input should|unable to parse|validation|string should|at least 1 character")


def embed(texts: list[str]) -> list[list[float]]:
    """A stand-in for the tutor's embedder: how often each letter occurs, as a unit vector."""
    counts = [[float(text.lower().count(chr(ord("a") + i))) + 0.01 for i in range(26)] for text in texts]
    return [[value / math.hypot(*row) for value in row] for row in counts]


CAPABILITIES: dict[str, Any] = {"embed": embed, **scripted_model.CAPABILITIES}


def stand_ins(demo: Demo) -> dict[str, Any]:
    """A stand-in for each capability that the demo asks for."""
    return {name: CAPABILITIES[name] for name in (*demo.needs, *demo.wants)}


each_demo = pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.name)
each_preset = pytest.mark.parametrize(
    ("demo", "preset"), PRESETS, ids=[f"{demo.name}-{name}" for demo, name in PRESETS]
)


@cache
def frames_of(demo: Demo, preset: str = "") -> tuple[Frame, ...]:
    """The frames of a default run, or of a preset's."""
    params = demo.parse(demo.presets[preset].params if preset else {})
    if not preset and any(demo.parse(each.params) == params for each in demo.presets.values()):
        preset = next(name for name, each in demo.presets.items() if demo.parse(each.params) == params)
        return frames_of(demo, preset)
    return tuple(demo.steps(params, **stand_ins(demo)))


def fields(demo: Demo) -> dict[str, dict[str, Any]]:
    properties: dict[str, dict[str, Any]] = demo.schema()["properties"]
    return properties


def number_fields() -> list[tuple[Demo, str]]:
    return [(demo, name) for demo in DEMOS for name, field in fields(demo).items() if field.get("type") in NUMERIC]


@each_demo
def test_it_is_where_its_name_says_and_tells_its_idea_and_source(demo: Demo) -> None:
    assert demo.steps.__module__ == f"demos.telling.{demo.name}"
    module = importlib.import_module(catalogue.idea_of(demo))
    assert module.__name__.rpartition(".")[2] == demo.name
    assert catalogue.load(demo.name) is demo
    assert module.__doc__ and "Source" in module.__doc__
    assert 1 <= demo.slide <= 67 and demo.group and demo.title
    assert len(demo.look_for) >= 2
    assert 20 <= len(demo.summary) <= 140


@each_demo
def test_every_parameter_has_a_description_a_default_and_bounds(demo: Demo) -> None:
    for name, field in fields(demo).items():
        assert len(field["description"]) > 10, name
        assert "default" in field, name
        assert describe_range(field), f"{name} has no bounds"
    assert [flag.name for flag in flags(demo)][-1] == "seed"
    assert all(flag.help and flag.option.startswith("--") for flag in flags(demo))


@each_demo
def test_other_words_are_of_its_parameters_and_their_choices(demo: Demo) -> None:
    for name, words in demo.words.items():
        assert set(words.synonyms) <= {str(value) for value in fields(demo)[name].get("enum", ("true", "false"))}
        assert fields(demo)[name].get("aliases", []) == list(words.aliases)


@each_demo
def test_impossible_numbers_are_refused_with_the_range(demo: Demo) -> None:
    for name, field in fields(demo).items():
        if field.get("type") not in NUMERIC:
            continue
        impossible = [math.nan, math.inf, -math.inf, 1e308]
        impossible += [value for value in (-1, 10**9) if not _allows(field, value)]
        for value in impossible:
            _assert_refused(demo, name, value)


@pytest.mark.skipif(not DEMOS, reason="no demos")
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_is_outside_the_range_is_refused(data: st.DataObject) -> None:
    demo, name = data.draw(st.sampled_from(number_fields()))
    field = fields(demo)[name]
    if field["type"] == "integer":
        value: float = data.draw(st.integers().filter(lambda value: not _allows(field, value)))
    else:
        value = data.draw(st.floats().filter(lambda value: not _allows(field, value)))
    _assert_refused(demo, name, value)


def _allows(field: dict[str, Any], value: float) -> bool:
    if "enum" in field:
        return value in field["enum"]
    return bool(
        field.get("minimum", -math.inf) <= value <= field.get("maximum", math.inf)
        and field.get("exclusiveMinimum", -math.inf) < value
    )


def _assert_refused(demo: Demo, name: str, value: float) -> None:
    with pytest.raises(DemoError) as caught:
        demo.parse({name: value})
    assert (caught.value.code, caught.value.param) == ("invalid_parameters", name)
    assert describe_range(fields(demo)[name]) in str(caught.value)
    assert not PROGRAMMERS.search(str(caught.value))


@each_demo
@pytest.mark.parametrize("value", ["many", "", [], {}, None])
def test_what_is_no_value_at_all_is_refused_in_plain_words(demo: Demo, value: Any) -> None:
    for name, field in fields(demo).items():
        if field.get("type") == "string" and "enum" not in field and value == "many":
            continue
        with pytest.raises(DemoError) as caught:
            demo.parse({name: value})
        assert not PROGRAMMERS.search(str(caught.value)), str(caught.value)
        assert describe_range(field) in str(caught.value)


@each_demo
def test_an_unknown_parameter_is_refused(demo: Demo) -> None:
    with pytest.raises(DemoError) as caught:
        demo.parse({"no_such_parameter": 1})
    assert caught.value.code == "invalid_parameters"


@each_demo
def test_a_run_comes_back_from_json_unchanged(demo: Demo) -> None:
    for frame in frames_of(demo):
        text = frame.model_dump_json()
        assert Frame.model_validate_json(text) == frame
        assert len(text) <= LARGEST_FRAME


@each_demo
def test_the_same_seed_gives_the_same_run(demo: Demo) -> None:
    again = tuple(demo.steps(demo.parse(), **stand_ins(demo)))
    assert again == frames_of(demo)


@each_preset
def test_every_preset_runs_to_its_end(demo: Demo, preset: str) -> None:
    frames = frames_of(demo, preset)
    assert demo.presets[preset].title and demo.presets[preset].comment
    assert 10 <= len(frames) <= 200
    _check_story(demo, frames)


@each_preset
def test_a_preset_keeps_what_it_promises(demo: Demo, preset: str) -> None:
    """Every preset states something that its run can prove, and the run proves it."""
    promises = demo.presets[preset].promises
    run = [frame.metrics for frame in frames_of(demo, preset)]
    assert promises
    assert [str(claim) for claim in promises if not claim.proved(run)] == []


def _texts(value: Any) -> Iterator[str]:
    """Every text of a frame or a part of it, but names within a network and the kinds of panels."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (text for one in value for text in _texts(one))
    elif isinstance(value, BaseModel):
        names = set(type(value).model_fields) - {"kind", "id", "source", "target"}
        yield from (text for name in names for text in _texts(getattr(value, name)))


def _parts(text: str) -> Iterator[Message | str]:
    """The messages that a text is made of, and what stands between them."""
    if isinstance(text, Message) and text.parts:
        yield from (part for each in text.parts for part in _parts(each))
        return
    yield text
    if isinstance(text, Message):
        yield from (part for each in text.values.values() if isinstance(each, str) for part in _parts(each))


def test_every_text_that_is_marked_has_its_spanish() -> None:
    assert list(problems()) == []


@each_preset
def test_every_text_of_a_run_can_be_said_in_spanish(demo: Demo, preset: str) -> None:
    """What is no message is the same in both languages: numbers, symbols, the student's or a model's own words."""
    known = spanish(demo.name)
    for frame in frames_of(demo, preset):
        said = [part for text in _texts(frame) for part in _parts(text) if isinstance(part, Message)]
        missing = {part.template for part in said if part.template and worded(part.template)} - set(known)
        assert not missing
        labels = (getattr(panel, name, "") for panel in frame.panels for name in ("x_label", "y_label"))
        authored = [text for text in (frame.caption, frame.moment, *labels) if re.search(r"[a-z]{3}", text)]
        assert [text for text in authored if not isinstance(text, Message)] == []


@each_demo
def test_a_run_in_spanish_keeps_its_numbers(demo: Demo) -> None:
    for frame in frames_of(demo):
        spoken = told(frame, "es", demo.name)
        assert type(spoken.caption) is str
        assert spoken.metrics == frame.metrics and len(spoken.panels) == len(frame.panels)
        named = {name.replace("_", " ") for name in frame.metrics if re.search(r"[a-z]{3}", name)}
        assert named <= set(spanish(demo.name))
        assert "{" not in spoken.caption and len(spoken.caption) <= LONGEST_CAPTION * 1.35


@each_demo
def test_its_measures_are_what_its_runs_show(demo: Demo) -> None:
    shown = {name for preset in ("", *demo.presets) for frame in frames_of(demo, preset) for name in frame.metrics}
    names = [measure.metric for measure in demo.measures]
    assert len(set(names)) == len(names) and set(names) <= shown
    panels = {panel.title for frame in frames_of(demo) for panel in frame.panels}
    assert not demo.weights_in or demo.weights_in in panels


@each_demo
def test_its_convergence_can_be_seen(demo: Demo) -> None:
    """Some run of the demo, the default one or a preset, comes to rest as the demo says."""
    if demo.converged:
        runs = [frames_of(demo, preset) for preset in ("", *demo.presets)]
        reached = [demo.converged.reached([(frame.moment, frame.metrics) for frame in run]) for run in runs]
        assert any(index is not None for index in reached)


@each_demo
def test_the_default_run_tells_a_story(demo: Demo) -> None:
    frames = frames_of(demo)
    assert 10 <= len(frames) <= 200
    _check_story(demo, frames)


def _check_story(demo: Demo, frames: tuple[Frame, ...]) -> None:
    """Captions that fit and hold this run's numbers, progress that rises to one, moments, and a verdict."""
    progress = [frame.progress for frame in frames]
    assert progress == sorted(progress) and progress[-1] == 1
    assert any(frame.moment for frame in frames) and frames[-1].moment
    assert all(20 <= len(frame.caption) <= LONGEST_CAPTION for frame in frames)
    assert not [frame.caption for frame in frames if MISCOUNTED.search(frame.caption)]
    assert sum(any(char.isdigit() for char in frame.caption) for frame in frames) >= len(frames) / 2
    assert all(1 <= len(frame.panels) <= 6 for frame in frames)
    assert demo.prediction.check(frames) in demo.prediction.choices


@each_demo
def test_its_frames_fit_the_terminal(demo: Demo) -> None:
    console = Console(width=200, color_system="truecolor", force_terminal=True)
    frames = frames_of(demo)
    for frame in (frames[0], *[frame for frame in frames if frame.moment][:4], frames[-1]):
        for width, height in SIZES:
            options = console.options.update(width=width, height=height)
            lines = console.render_lines(render.frame(frame, width, height), options, pad=False)
            texts = ["".join(segment.text for segment in line) for line in lines]
            assert len([text for text in texts if text]) == height
            assert max(map(cell_len, texts)) <= width


@each_demo
def test_its_last_frame_is_a_picture(demo: Demo) -> None:
    assert png.frame_png(frames_of(demo)[-1]).startswith(b"\x89PNG")


@each_demo
def test_its_examples_say_how_students_ask(demo: Demo) -> None:
    assert len(demo.examples) >= 8
    assert len({request.text.lower() for request in demo.examples}) == len(demo.examples)
    assert sum(bool(request.params) for request in demo.examples) >= 4
    for request in demo.examples:
        demo.parse(request.params)
    words = command(demo, demo.examples[1].params)
    assert words.startswith(f"tiza demo {demo.name}")


@each_demo
def test_its_prediction_can_go_more_than_one_way(demo: Demo) -> None:
    assert demo.prediction.question.endswith("?")
    assert len(set(demo.prediction.choices)) == len(demo.prediction.choices) >= 2


@each_demo
def test_it_keeps_no_random_state_of_its_own(demo: Demo) -> None:
    source = catalogue.source(demo) + inspect.getsource(importlib.import_module(demo.steps.__module__))
    for shared in ("np.random.seed", "np.random.rand", "random.seed(", "torch.manual_seed", "pyplot"):
        assert shared not in source, f"{demo.name} uses {shared}: use a local generator"


def test_names_and_aliases_name_one_demo_each() -> None:
    known: dict[str, str] = {}
    for demo in DEMOS:
        for alias in (demo.name, demo.title, *demo.aliases):
            owner = known.setdefault(alias.lower().replace(" ", "_"), demo.name)
            assert owner == demo.name, f"{alias} names {owner} and {demo.name}"
            assert catalogue.load(alias) is demo


def test_demos_are_listed_as_the_lecture_goes() -> None:
    assert [demo.slide for demo in DEMOS] == sorted(demo.slide for demo in DEMOS)
    assert catalogue.names() == tuple(demo.name for demo in DEMOS)


def test_an_unknown_name_is_refused_with_its_neighbours() -> None:
    with pytest.raises(DemoError) as caught:
        catalogue.load("perceptrom")
    assert caught.value.code == "unknown_demo"
    assert "perceptron" in caught.value.hint


@pytest.mark.parametrize("name", ["", "../worker", "demos.runtime.runner", "_schedule", "x" * 10_000, "\x1b[31m"])
def test_no_name_reaches_outside_the_catalogue(name: str) -> None:
    with pytest.raises(DemoError) as caught:
        catalogue.load(name)
    assert caught.value.code == "unknown_demo"
    assert len(str(caught.value)) < 200
    assert "\x1b" not in str(caught.value)


def test_listing_imports_no_heavy_library() -> None:
    heavy = "{'torch', 'sklearn', 'scipy', 'matplotlib', 'textual', 'safetensors.torch'}"
    script = (
        f"import sys; from demos.runtime import catalogue; catalogue.names(); print(sorted({heavy} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
