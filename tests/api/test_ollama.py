"""Ollama's routes, as its own client and the platforms that speak nothing else read them."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.api.scripted import ScriptedTutor
from tutor.api.context import Service
from tutor.errors import Problem
from tutor.events import Failed

ANSWER = "Frank Rosenblatt made the perceptron in 1957. [1]"
ASKED = {"model": "tiza", "messages": [{"role": "user", "content": "Who?"}]}


async def test_a_chat_streams_lines_of_json_unless_it_is_told_not_to(client: httpx.AsyncClient) -> None:
    reply = await client.post("/api/chat", json=ASKED)
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert "".join(line["message"]["content"] for line in lines) == ANSWER
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert lines[-1]["done_reason"] == "stop" and lines[-1]["eval_count"] > 0
    assert lines[-1]["tutor"]["citations"]
    whole = (await client.post("/api/chat", json={**ASKED, "stream": False})).json()
    assert whole["message"] == {"role": "assistant", "content": ANSWER} and whole["done"] is True


async def test_generate_takes_prompt_and_limits(service: Service, client: httpx.AsyncClient) -> None:
    body = {"prompt": "Who?", "stream": False, "options": {"num_predict": 3, "stop": ["zebra"], "seed": 1}}
    reply = (await client.post("/api/generate", json=body)).json()
    assert reply["response"] == "Frank Rosenblatt made" and reply["done_reason"] == "length"
    assert isinstance(service.tutor, ScriptedTutor) and service.tutor.asked[-1][0] == "Who?"


async def test_a_schema_is_filled(client: httpx.AsyncClient) -> None:
    schema = {"type": "object", "properties": {"year": {"type": "integer"}}, "required": ["year"]}
    reply = (await client.post("/api/chat", json={**ASKED, "stream": False, "format": schema})).json()
    assert json.loads(reply["message"]["content"]) == {"year": 1957}


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json"])
async def test_a_body_is_json_whatever_it_is_called(client: httpx.AsyncClient, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    content = json.dumps({**ASKED, "stream": False}).encode()
    assert (await client.post("/api/chat", content=content, headers=headers)).json()["message"]["content"] == ANSWER


async def test_an_empty_request_only_loads(service: Service, client: httpx.AsyncClient) -> None:
    for path in ("/api/generate", "/api/chat"):
        assert (await client.post(path, json={"model": "tiza"})).json()["done_reason"] == "load"
    assert isinstance(service.tutor, ScriptedTutor) and not service.tutor.asked


async def test_what_there_is(client: httpx.AsyncClient) -> None:
    names = [model["name"] for model in (await client.get("/api/tags")).json()["models"]]
    assert names[0] == "tiza:latest"
    assert (await client.post("/api/show", json={"model": names[0]})).json()["capabilities"] == ["completion"]
    assert (await client.post("/api/show", json={"model": "llama3"})).status_code == 404
    assert (await client.get("/api/version")).json()["version"]
    assert (await client.get("/api/ps")).json()["models"]


async def test_a_picture_is_not_seen(client: httpx.AsyncClient) -> None:
    body = {"prompt": "Describe it.", "images": ["iVBORw0KGgo="], "stream": False}
    assert (await client.post("/api/generate", json=body)).json()["response"].startswith("I cannot see pictures")


async def test_a_failure_in_mid_stream_is_a_line(service: Service, client: httpx.AsyncClient) -> None:
    assert isinstance(service.tutor, ScriptedTutor)
    service.tutor.failure = Failed(Problem("model_failed", "The model stopped."))
    last = json.loads((await client.post("/api/chat", json=ASKED)).text.splitlines()[-1])
    assert last["error"]["code"] == "model_failed"
