"""What a demo cannot do: one sentence on what it takes, and a run that it can do, for every demo there is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.runtime.catalogue import all_demos, load
from demos.runtime.contract import Demo, DemoError
from tutor.dialogue.nearest_run import nearest_run, offer, request_of, what_it_takes
from tutor.dialogue.slots import extract

WILD = st.one_of(
    st.integers(-(10**12), 10**12), st.floats(allow_nan=False, width=32), st.text(max_size=12), st.booleans(),
    st.sampled_from(["CRABRC", "good morning", "", "x" * 5000, "10^9"]), st.none(), st.lists(st.integers(), max_size=2),
)  # fmt: skip


def _refused(demo: Demo, values: dict[str, Any]) -> tuple[str, str, str]:
    """The sentence, the offer and the request that come for values which the demo refuses."""
    with pytest.raises(DemoError) as caught:
        demo.parse(values)
    nearest = nearest_run(demo, values)
    return what_it_takes(demo, values, nearest, caught.value), offer(demo, nearest), request_of(demo, nearest)


@pytest.mark.parametrize(
    ("name", "values", "sentence", "request_"),
    [
        ("perceptron", {"epochs": 10**9}, "The perceptron takes 1 to 500 for epochs, not 1000000000.",
         "Run the demo perceptron with epochs = 500"),
        ("perceptron", {"epochs": 7, "learning_rate": -3.0},
         "The perceptron takes 0.001 to 10 for learning rate, not -3.",
         "Run the demo perceptron with epochs = 7, learning rate = 0.001"),
        ("nano_gpt", {"letters": "CRABRC", "temperature": 2.0},
         "It sorts exactly 6 letters, and knows only A, B and C, not 'CRABRC'.",
         "Run the demo nano_gpt with temperature = 2.0"),
        ("seq2seq", {"sentence": "good morning"},
         "'good morning' is not 'the noun' or 'the adjective noun' in words it knows.", "Run the demo seq2seq"),
    ],
)  # fmt: skip
def test_the_sentence_names_the_range_and_the_request_runs(
    name: str, values: dict[str, Any], sentence: str, request_: str
) -> None:
    said, offered, request = _refused(load(name), values)
    assert said == sentence
    assert offered.startswith("Shall I run it") and offered.endswith("?")
    assert request == request_


def _bounds(demo: Demo) -> list[tuple[str, Any, Any]]:
    """(parameter, a value out of its range, the nearest in it) for each end of every number's range."""
    found = []
    for name, schema in demo.schema()["properties"].items():
        for end, step in (("minimum", -1), ("maximum", 1)):
            if end in schema and "enum" not in schema and name != "seed":
                found.append((name, schema[end] + step * 10**6, schema[end]))
    return found


@pytest.mark.parametrize("demo", all_demos(), ids=lambda demo: demo.name)
def test_a_number_beyond_its_range_gets_the_end_of_it_and_the_request_says_so(demo: Demo) -> None:
    for name, wild, end in _bounds(demo):
        said, _, request = _refused(demo, {name: wild})
        nearest = nearest_run(demo, {name: wild})
        assert str(wild) in said or "." in said
        assert getattr(nearest, name) in (end, getattr(demo.parse(), name))
        assert demo.parse({"seed": nearest.seed, **extract(demo, request).params}) in (nearest, demo.parse())


def test_nearly_every_such_request_can_be_read_back() -> None:
    """A request that the reader of requests would read otherwise is not offered; few are left without their value."""
    read = [
        request_of(demo, nearest_run(demo, {name: wild})).endswith(demo.name)
        and nearest_run(demo, {name: wild}) != demo.parse()
        for demo in all_demos()
        for name, wild, _ in _bounds(demo)
    ]
    assert len(read) > 150
    assert sum(read) < len(read) * 0.1


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_there_is_a_nearest_run_for_whatever_is_asked(data: st.DataObject) -> None:
    demo = data.draw(st.sampled_from(all_demos()))
    names = st.sampled_from([*demo.params.model_fields, "nothing"])
    values = data.draw(st.dictionaries(names, WILD, max_size=4))
    nearest = nearest_run(demo, values)
    try:
        assert demo.parse(values) == nearest
    except DemoError as error:
        said = what_it_takes(demo, values, nearest, error)
        assert 0 < len(said) < 1000
        request = request_of(demo, nearest)
        assert demo.parse({"seed": nearest.seed, **extract(demo, request).params})
