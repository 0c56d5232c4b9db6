"""What learning platforms, chat fronts and libraries send, one file each under clients/, and what it is taken for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.scripted import ScriptedTutor
from tutor.api.context import Service

CLIENTS = Path(__file__).with_name("clients")
REQUESTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(CLIENTS.glob("*.json"))}


def said(reply: httpx.Response) -> str:
    """The text of an answer, whatever the protocol and however it was sent."""
    if not reply.headers["content-type"].startswith("application/json"):
        lines = (line.removeprefix("data: ") for line in reply.text.splitlines())
        parts = [json.loads(line) for line in lines if line.startswith("{")]
        return "".join(_text(part) for part in parts)
    found = reply.json()
    return str(found[0]["content"]) if isinstance(found, list) else _text(found)


def _text(part: dict[str, Any]) -> str:
    if choices := part.get("choices"):
        found = choices[0].get("message") or choices[0].get("delta") or choices[0]
        return found.get("content") or found.get("text") or ""
    if part.get("role") == "assistant":
        return str(part["content"])
    if isinstance(part.get("message"), dict):
        return str(part["message"]["content"])
    if part.get("object") == "response":
        return "".join(piece["text"] for item in part["output"] for piece in item.get("content", ()))
    if part.get("type") == "response.output_text.delta":
        return str(part["delta"])
    return str(part["response"]) if isinstance(part.get("response"), str) else ""


async def send(client: httpx.AsyncClient, request: dict[str, Any]) -> httpx.Response:
    """Send one of the requests."""
    return await client.request(
        request["method"], request["path"], json=request["body"], headers=request["headers"], timeout=60
    )


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_is_taken_for_what_it_is(service: Service, client: httpx.AsyncClient, name: str) -> None:
    request = REQUESTS[name]
    expected, tutor = request["expect"], service.tutor
    assert isinstance(tutor, ScriptedTutor)
    reply = await send(client, request)
    if "status" in expected:
        assert (reply.status_code, reply.json()["error"]["code"]) == (expected["status"], expected["code"])
        return
    assert reply.status_code == 200, reply.text
    assert '"error": {' not in reply.text
    if expected["wish"] == "question":
        assert not tutor.studied
        question, history = tutor.asked[-1]
        assert question == expected.get("text", question)
        assert [exchange.question for exchange in history] == expected.get("history", [])
    elif expected["wish"] in ("task", "picture"):
        assert not tutor.studied and not tutor.asked and "x-queue-place" not in reply.headers
    else:
        assert not tutor.asked
        assert tutor.studied[-1][1] == expected["wish"]
    if "content" in expected:
        assert json.loads(said(reply)) == expected["content"]
    if "says" in expected:
        assert expected["says"] in said(reply)
    if "choices" in expected:
        assert len(reply.json()["choices"]) == expected["choices"]
        assert all(choice["message"]["content"] == said(reply) for choice in reply.json()["choices"])
    if "filled" in expected:
        found = json.loads(said(reply))[expected["filled"]]
        assert len(found) == expected.get("count", len(found)) > 0
    if "called" in expected:
        call = reply.json()["choices"][0]["message"]["tool_calls"][0]
        assert call["function"]["name"] == expected["called"]
        assert json.loads(call["function"]["arguments"])["year"] == 1957


@pytest.mark.parametrize("name", REQUESTS)
def test_each_request_names_where_it_was_seen(name: str) -> None:
    assert len(REQUESTS[name]["source"]) > 5
    assert set(REQUESTS[name]) == {"source", "method", "path", "headers", "body", "expect"}


def test_the_matrix_has_every_request_and_counts_them() -> None:
    text = (Path(__file__).parents[2] / "docs" / "clients.md").read_text(encoding="utf-8")
    rows = re.findall(r"\[(\w+)\]\(\.\./tests/api/clients/(\w+)\.json\) \|$", text, re.MULTILINE)
    assert sorted(rows) == [(name, name) for name in REQUESTS]
    assert f"replayed all {len(REQUESTS)} requests" in text
