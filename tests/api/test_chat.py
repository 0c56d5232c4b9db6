"""/v1/chat/completions as OpenAI's client and learning platforms use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest

from tests.api.scripted import PASSAGE, ScriptedTutor, client_of
from tutor.api.context import Service
from tutor.errors import Problem
from tutor.events import Failed

QUESTION = {"role": "user", "content": "Who made the perceptron?"}


def _tutor(service: Service) -> ScriptedTutor:
    assert isinstance(service.tutor, ScriptedTutor)
    return service.tutor


async def _ask(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/v1/chat/completions", json={"messages": [QUESTION], **body})


async def test_the_reply_has_everything_that_clients_read_without_a_guard(client: httpx.AsyncClient) -> None:
    reply = (await _ask(client, model="gpt-4o-mini")).json()
    assert reply["object"] == "chat.completion"
    assert reply["model"] == "gpt-4o-mini"
    assert reply["id"] and reply["created"] and reply["system_fingerprint"]
    assert reply["choices"][0]["finish_reason"] == "stop"
    assert reply["choices"][0]["message"]["content"].endswith("[1]")
    assert reply["usage"]["total_tokens"] == reply["usage"]["prompt_tokens"] + reply["usage"]["completion_tokens"]
    assert reply["tutor"]["outcome"] == "answered"
    assert reply["tutor"]["citations"][0] == {
        "marker": 1, "passage_id": PASSAGE.id, "slide": 18, "page": None, "section": "Dense Layers",
        "title": "Perceptron (1957)", "place": "slide 18", "quote": PASSAGE.text,
    }  # fmt: skip
    assert reply["tutor"]["provenance"]["model"] == "scripted"


async def test_openai_s_client_reads_answers_streamed_and_whole(service: Service) -> None:
    http: Any
    async with client_of(service) as http:
        client = openai.AsyncOpenAI(base_url="http://localhost/v1", api_key="unused", http_client=http)
        whole = await client.chat.completions.create(model="tiza", messages=[{"role": "user", "content": "Who?"}])
        stream = await client.chat.completions.create(
            model="tiza",
            messages=[{"role": "user", "content": "Who?"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        text, usage, extension = "", None, None
        async for chunk in stream:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
                extension = getattr(chunk, "tutor", None) or extension
        assert text == whole.choices[0].message.content
        assert usage is not None and usage.total_tokens > 0
        assert extension is not None and extension["outcome"] == "answered"
        assert (await client.models.list()).data[0].id == "tiza"


async def test_a_stream_ends_with_usage_and_done(client: httpx.AsyncClient) -> None:
    text = (await _ask(client, stream=True, stream_options={"include_usage": True})).text
    lines = [line for line in text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    assert json.loads(lines[-2][6:])["choices"] == []
    last = json.loads(lines[-3][6:])
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["tutor"]["citations"]


async def test_numbers_as_text_and_unknown_fields_are_taken(client: httpx.AsyncClient) -> None:
    reply = await _ask(
        client,
        temperature="0.5",
        top_p="1",
        max_tokens="100",
        seed="3",
        frequency_penalty="0",
        logit_bias={},
        tools=[{}],
        n=1,
    )
    assert reply.status_code == 200


async def test_system_messages_and_content_parts(service: Service, client: httpx.AsyncClient) -> None:
    parts = [
        {"type": "text", "text": "Who made"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "it?"},
    ]
    messages = [
        {"role": "system", "content": ""},
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": parts},
    ]
    assert (await _ask(client, messages=messages)).status_code == 200
    assert _tutor(service).asked[-1] == ("Who made\nit?", [])


async def test_history_becomes_exchanges(service: Service, client: httpx.AsyncClient) -> None:
    messages = [QUESTION, {"role": "assistant", "content": "Rosenblatt."}, {"role": "user", "content": "And when?"}]
    await _ask(client, messages=messages)
    question, history = _tutor(service).asked[-1]
    assert question == "And when?"
    assert [(exchange.question, exchange.answer) for exchange in history] == [(QUESTION["content"], "Rosenblatt.")]


async def test_a_chat_flattened_into_one_message_is_unfolded(service: Service, client: httpx.AsyncClient) -> None:
    flat = (
        "You are a helpful assistant for a course.\n\nConversation so far:\n"
        "User: Who made the perceptron?\nAssistant: Rosenblatt.\nUser: And when?\nAssistant:"
    )
    await _ask(client, messages=[{"role": "user", "content": flat}])
    question, history = _tutor(service).asked[-1]
    assert question == "And when?"
    assert history[0].question == "Who made the perceptron?"


@pytest.mark.parametrize(("limit", "words"), [(1, 1), (4, 4), (100, 8)])
async def test_max_tokens_cuts_and_says_so(client: httpx.AsyncClient, limit: int, words: int) -> None:
    choice = (await _ask(client, max_tokens=limit)).json()["choices"][0]
    assert len(choice["message"]["content"].split()) == words
    assert choice["finish_reason"] == ("length" if words < 8 else "stop")


async def test_stop_strings_end_the_answer(client: httpx.AsyncClient) -> None:
    content = (await _ask(client, stop=["perceptron"])).json()["choices"][0]["message"]["content"]
    assert content == "Frank Rosenblatt made the "


async def test_a_json_schema_is_filled_with_checked_text_only(client: httpx.AsyncClient) -> None:
    schema = {
        "type": "object", "properties": {"year": {"type": "integer"}, "answer": {"type": "string"}},
        "required": ["year", "answer"],
    }  # fmt: skip
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    content = json.loads((await _ask(client, response_format=form)).json()["choices"][0]["message"]["content"])
    assert content == {"year": 1957, "answer": "Frank Rosenblatt made the perceptron in 1957. [1]"}


async def test_an_unknown_model_is_404_only_in_strict_mode(make_service: Callable[..., Service]) -> None:
    async with client_of(make_service(strict_models=True)) as client:
        reply = await _ask(client, model="gpt-5")
        assert reply.status_code == 404
        assert "tiza" in reply.json()["error"]["message"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_failed_turn_is_an_error(service: Service, client: httpx.AsyncClient, stream: bool) -> None:
    _tutor(service).failure = Failed(Problem("model_failed", "The model stopped.", "Ask again."))
    reply = await _ask(client, stream=stream)
    if stream:
        assert reply.status_code == 200
        assert '"code": "model_failed"' in reply.text
        assert reply.text.endswith("data: [DONE]\n\n")
    else:
        assert reply.status_code == 503
        assert reply.headers["retry-after"]
        assert reply.json()["error"]["code"] == "model_failed"


async def test_a_turn_is_kept_in_the_named_conversation(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/conversations", json={}, headers={"X-User": "ana"})).json()
    await _ask(client, conversation=made["id"], user="ana")
    kept = (await client.get(f"/v1/conversations/{made['id']}?user=ana")).json()
    assert kept["title"] == QUESTION["content"]
    assert kept["exchanges"][0]["state"] == "complete"
    assert kept["exchanges"][0]["citations"][0]["slide"] == 18


async def test_a_client_that_keeps_the_chat_itself_can_ask_about_the_run(
    service: Service, client: httpx.AsyncClient
) -> None:
    run = (await client.post("/v1/demos/perceptron/runs", json={"params": {"data": "and"}})).json()
    summary = run["frames"][-1]["caption"]
    said = [
        {"role": "user", "content": "Show me the perceptron"},
        {"role": "assistant", "content": f"{summary} It was made in 1957. [1]"},
        {"role": "user", "content": "What was the final accuracy?"},
    ]
    await client.post("/v1/chat/completions", json={"messages": said})
    await client.post("/v1/chat/completions", json={"messages": said, "user": "another"})
    (_, mine), (_, theirs) = _tutor(service).asked
    assert mine[0].detail["demo"] == {"name": "perceptron", "params": run["params"], "run_id": run["id"]}
    assert mine[0].detail["rundown"]["count"] == len(run["frames"])
    assert theirs[0].detail == {}
