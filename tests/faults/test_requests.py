"""In a chat nothing that a student writes of a demo is an HTTP error: it is answered, with a run that can be done."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from demos.runtime.contract import DemoError
from tests.api.courses import course_service
from tests.api.scripted import client_of
from tutor.api.context import Service
from tutor.cli.console import converse
from tutor.errors import ModelError
from tutor.llm.scripted import ScriptedModel

IMPOSSIBLE = (
    ("Run the perceptron demo with 1000000000 epochs", "1 to 500 for epochs", "epochs = 500"),
    ("Run the perceptron demo with learning rate -3", "0.001 to 10 for learning rate", "learning rate = 0.001"),
    ("Run the seq2seq demo: Translate 'good morning' into Japanese", "in words it knows", "seq2seq"),
    ("Run the nano_gpt demo and sort the letters CRABRC", "only A, B and C", "nano_gpt"),
)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    found = course_service(tmp_path)
    yield found
    await found.tutors.close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(service) as found:
        yield found


def _body(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **more}


@pytest.mark.parametrize(("text", "takes", "nearest"), IMPOSSIBLE)
@pytest.mark.parametrize("stream", [False, True])
async def test_impossible_parameters_are_answered_with_what_can_be_done(
    client: httpx.AsyncClient, text: str, takes: str, nearest: str, stream: bool
) -> None:
    reply = await client.post("/v1/chat/completions", json=_body(text, stream=stream))
    assert reply.status_code == 200
    assert '"error"' not in reply.text
    if stream:
        chunks = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
        content = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
        told = next(chunk["tutor"] for chunk in chunks if "tutor" in chunk)
    else:
        content, told = reply.json()["choices"][0]["message"]["content"], reply.json()["tutor"]
    assert takes in content
    assert told["outcome"] == "clarify"
    assert told["demo"] is None
    assert nearest in told["suggestions"][0]
    again = await client.post("/v1/chat/completions", json=_body(told["suggestions"][0]))
    assert again.json()["tutor"]["outcome"] == "demonstrated"


async def test_the_terminal_s_path_answers_too(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert await converse(service.tutor, [text for text, _, _ in IMPOSSIBLE]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert all(takes in said.out for _, takes, _ in IMPOSSIBLE)


@pytest.mark.parametrize("code", ["invalid_parameters", "missing_capability", "demo_timeout", "demo_memory"])
async def test_a_run_that_what_was_asked_for_ends_is_answered(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def fail(*_: object) -> Any:
        raise DemoError("That cannot be done here.", code=code, hint="Take less.")

    monkeypatch.setattr("tutor.service.build.capabilities", fail)
    reply = await client.post("/v1/chat/completions", json=_body("Run the perceptron demo with 3 epochs"))
    assert reply.status_code == 200
    assert reply.json()["choices"][0]["message"]["content"] == "That cannot be done here. Take less."
    assert reply.json()["tutor"]["outcome"] == "clarify"


async def test_a_run_by_its_parameters_keeps_its_422(client: httpx.AsyncClient) -> None:
    for params in ({"epochs": 10**9}, {"learning_rate": -3}, {"nothing": 1}):
        reply = await client.post("/v1/demos/perceptron/runs", json={"params": params})
        assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_parameters")


@pytest.mark.parametrize(
    "said",
    [
        '{"learning rate": 0.7}',
        "[0.7, 33]",
        '{"epochs": "33 passes"}',
        "no JSON",
        "",
        "null",
        ModelError("It stopped."),
    ],
    ids=str,
)
async def test_a_model_that_ignores_the_grammar_spoils_no_run(
    service: Service, client: httpx.AsyncClient, said: str | Exception
) -> None:
    model = service.tutor._equipment._model
    assert isinstance(model, ScriptedModel)
    text = "Run the perceptron demo on xor, 33"
    model.replies.append(said)
    reply = await client.post("/v1/chat/completions", json=_body(text))
    assert reply.status_code == 200
    assert reply.json()["tutor"]["outcome"] == "demonstrated"
    assert reply.json()["tutor"]["demo"]["params"]["data"] == "xor"
    assert model.seen, "the model was asked"
