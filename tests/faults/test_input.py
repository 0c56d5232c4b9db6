"""Rows 19, 23, 24 and 25: empty, huge, broken and strange input gets one clear sentence and a status."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import *  # noqa: F403
from tests.api.scripted import ScriptedTutor
from tutor.api.context import Service

CHAT = "/v1/chat/completions"


def _error(reply: httpx.Response) -> dict[str, object]:
    body = reply.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "code", "param"}
    assert body["error"]["message"].endswith((".", "?"))
    return dict(body["error"])


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u2003"])
@pytest.mark.parametrize("stream", [False, True])
async def test_an_empty_question_is_422_and_calls_nothing(
    service: Service, client: httpx.AsyncClient, text: str, stream: bool
) -> None:
    reply = await client.post(CHAT, json={"messages": [{"role": "user", "content": text}], "stream": stream})
    assert reply.status_code == 422
    assert _error(reply)["code"] == "empty_question"
    assert isinstance(service.tutor, ScriptedTutor)
    assert service.tutor.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"messages": []}', b'{"messages": "hello"}', b'{"messages": [{}]}',
        b'{"messages": [{"role": "wizard", "content": "x"}]}', b'{"messages": [{"role": "assistant", "content": "x"}]}',
        b'{"messages": [{"role": "user", "content": "x"}], "temperature": "hot"}',
        b'{"messages": [{"role": "user", "content": "x"}], "temperature": NaN}',
        b'{"messages": [{"role": "user", "content": "x"}], "max_tokens": -4}',
        b"[" * 100_000, b'{"messages":' * 50_000,
    ],
    ids=lambda body: body[:30],
)  # fmt: skip
async def test_a_body_that_is_not_a_chat_is_422(client: httpx.AsyncClient, body: bytes) -> None:
    reply = await client.post(CHAT, content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 422
    _error(reply)


async def test_a_question_of_a_megabyte_is_413(service: Service, client: httpx.AsyncClient) -> None:
    reply = await client.post(CHAT, json={"messages": [{"role": "user", "content": "x" * 1_000_000}]})
    assert reply.status_code == 413
    assert "4,000" in str(_error(reply)["message"])
    assert isinstance(service.tutor, ScriptedTutor)
    assert service.tutor.asked == []


async def test_a_body_of_100_megabytes_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1_000_000
            yield b"x" * 1_000_000

    reply = await client.post(CHAT, content=body(), headers={"Content-Type": "application/json"})
    assert reply.status_code == 413
    assert sent <= 4_000_000
    declared = await client.post(CHAT, content=b"{}", headers={"Content-Length": "100000000"})
    assert declared.status_code == 413


@pytest.mark.parametrize("name", ["epochs", "learning_rate", "noise", "points", "seed"])
@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e308", "-1", "1000000000", "1e400", '"many"', "[]"]
)
async def test_impossible_parameters_name_their_range(client: httpx.AsyncClient, name: str, value: str) -> None:
    body = f'{{"params": {{"{name}": {value}}}}}'
    reply = await client.post("/v1/demos/perceptron/runs", content=body, headers={"Content-Type": "application/json"})
    if reply.status_code == 200:  # a seed of a thousand million is a seed
        assert (name, value) == ("seed", "1000000000")
        return
    assert reply.status_code == 422
    assert _error(reply)["param"] in (name, f"params.{name}")


@pytest.mark.parametrize(
    "text",
    [
        "مرحبا ما هو الإدراك؟",
        "👩‍🔬 what is AI?",
        "a\u202eb",
        "\U000e0041tag",
        "nul\x00byte",
        "zero\u200dwidth",
        "e\u0301" * 200,
    ],
)
async def test_strange_text_goes_round_or_is_refused(client: httpx.AsyncClient, text: str) -> None:
    made = (await client.post("/v1/conversations", json={})).json()
    body = {"messages": [{"role": "user", "content": text}], "conversation": made["id"]}
    reply = await client.post(CHAT, json=body)
    assert reply.status_code == 200
    kept = (await client.get(f"/v1/conversations/{made['id']}")).json()
    assert kept["exchanges"][0]["question"] == text


async def test_a_lone_surrogate_is_refused_or_kept_but_never_a_500(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/conversations", json={})).json()
    raw = json.dumps({"messages": [{"role": "user", "content": "half \ud83d"}], "conversation": made["id"]}).encode()
    reply = await client.post(CHAT, content=raw, headers={"Content-Type": "application/json"})
    assert reply.status_code in (200, 422)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["messages", "role", "content", "stream", "seed", "stop", "user", "tools"]), inner, max_size=5), max_leaves=12))  # fmt: skip  # noqa: E501
async def test_no_json_at_all_makes_a_500(client: httpx.AsyncClient, body: object) -> None:
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    reply = await client.post(CHAT, content=raw, headers={"Content-Type": "application/json"})
    assert reply.status_code < 500
