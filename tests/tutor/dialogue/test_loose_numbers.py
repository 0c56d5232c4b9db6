"""Row 45: what a model says of a demo request is validated like what a client sends, whatever it says."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.runtime.catalogue import load
from tutor.dialogue.loose_numbers import place_numbers
from tutor.dialogue.slots import Extracted
from tutor.errors import ModelError
from tutor.llm.base import Message, Sampling
from tutor.llm.remote import RemoteModel
from tutor.llm.scripted import ScriptedModel

PERCEPTRON = load("perceptron")
FOUND = Extracted({"data": "xor"}, (0.7, 33.0), ("seed", "epochs", "learning_rate", "noise", "points"))
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.sampled_from([0.7, 33, 33.0]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["epochs", "learning_rate", "learning rate", "seed", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


async def _placed(reply: str | Exception) -> dict[str, Any]:
    return await place_numbers(ScriptedModel([reply]), PERCEPTRON, FOUND, "xor 0.7 33", {"data": "xor"})


@pytest.mark.parametrize(
    ("reply", "placed"),
    [
        ('{"epochs": 33, "learning_rate": 0.7}', {"epochs": 33, "learning_rate": 0.7}),
        ('{"learning rate": 0.7}', {}), ("[0.7, 33]", {}), ('{"epochs": "33 passes"}', {}), ("", {}), ("33", {}),
        ("null", {}), ("Sure! epochs is 33.", {}), ('{"epochs": true}', {}), ('{"epochs": NaN}', {}), ("{" * 3000, {}),
        ('{"epochs": {"value": 33}}', {}), ('{"epochs": 33', {}), ('{"epochs": 12}', {}), ('{"seed": 33}', {}),
        ('{"epochs": 33, "points": 33}', {"epochs": 33}), ('{"epochs": 0.7}', {}), ('{"epochs": 1e400}', {}),
        ('{"epochs": 33, "nothing": 0.7}', {"epochs": 33}), ('{"epochs": ' + "9" * 6000 + "}", {}),
        (ModelError("It stopped."), {}), (ModelError("It is missing.", code="model_missing"), {}),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
async def test_what_a_model_says_counts_as_far_as_it_fits(reply: str | Exception, placed: dict[str, Any]) -> None:
    assert await _placed(reply) == placed


@settings(max_examples=300, deadline=None)
@given(JSON)
async def test_whatever_a_model_says_the_run_is_one_that_the_demo_takes(said: object) -> None:
    placed = await _placed(json.dumps(said))
    assert set(placed.values()) <= {0.7, 33}
    PERCEPTRON.parse({"data": "xor", **placed})


def _server(lines: str, status: int = 200) -> RemoteModel:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=lines))
    return RemoteModel("http://upstream", "any", client=httpx.AsyncClient(transport=transport))


@pytest.mark.parametrize(
    "lines",
    [
        "data: [1]\n", 'data: "x"\n', "data: 5\n", "data: null\n", "data: {}\n", 'data: {"choices": {}}\n',
        'data: {"choices": [5]}\n', 'data: {"choices": [{"delta": []}]}\n', "data: <html>\n", "<html></html>", "",
        'data: {"choices": [{"delta": {"content": {"epochs": 33}}}]}\n', 'data: {"usage": []}\n', "data: " + "[" * 9000,
        'data: {"choices": [{"delta": {"content": "[0.7, 33]"}}]}\n', 'data: {"error": "no grammar"}\n',
        'data: {"choices": [{"delta": {"content": null}}], "usage": {"prompt_tokens": null}}\n',
    ],
    ids=lambda lines: lines[:40],
)  # fmt: skip
async def test_an_upstream_that_ignores_the_grammar_places_nothing(lines: str) -> None:
    model = _server(lines)
    assert await place_numbers(model, PERCEPTRON, FOUND, "xor 0.7 33", {}) == {}
    await model.close()


@pytest.mark.parametrize("lines", ["data: [1]\n", 'data: {"choices": [5]}\n', "data: <html>\n", 'data: {"error": 1}\n'])
async def test_what_an_upstream_breaks_is_a_model_error(lines: str) -> None:
    model = _server(lines)
    with pytest.raises(ModelError):
        [piece async for piece in model.stream([Message("user", "x")], Sampling())]
    await model.close()
