"""/v1/responses as OpenAI's client and LiteLLM use it: threads are kept on this side."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest

from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.context import Service
from tutor.errors import Problem, StorageError
from tutor.events import Failed

ANSWER = "Frank Rosenblatt made the perceptron in 1957. [1]"


def _openai(http: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url="http://localhost/v1", api_key="unused", http_client=http, max_retries=0)


def _asked(service: Service) -> list[tuple[str, list[str]]]:
    assert isinstance(service.tutor, ScriptedTutor)
    return [(question, [exchange.question for exchange in history]) for question, history in service.tutor.asked]


async def test_openai_s_client_follows_a_thread_up(service: Service) -> None:
    http: Any
    async with client_of(service) as http:
        client = _openai(http)
        first = await client.responses.create(model="tiza", input="Who made it?", instructions="Be brief.")
        assert first.output_text == ANSWER and first.status == "completed"
        assert first.usage is not None and first.usage.total_tokens > 0
        second = await client.responses.create(model="tiza", input="When?", previous_response_id=first.id)
        await client.responses.create(
            model="tiza", previous_response_id=second.id,
            input=[{"role": "user", "content": [{"type": "input_text", "text": "Where?"}]}],
        )  # fmt: skip
        assert _asked(service) == [
            ("Who made it?", []), ("When?", ["Who made it?"]), ("Where?", ["Who made it?", "When?"]),
        ]  # fmt: skip
        kept = await client.responses.retrieve(second.id)
        assert kept.output_text == ANSWER and kept.previous_response_id == first.id
        items = await client.responses.input_items.list(second.id)
        assert json.loads(items.data[0].model_dump_json())["content"][0]["text"] == "When?"


async def test_a_thread_may_branch_where_it_was(service: Service) -> None:
    http: Any
    async with client_of(service) as http:
        client = _openai(http)
        first = await client.responses.create(model="tiza", input="One?")
        await client.responses.create(model="tiza", input="Two?", previous_response_id=first.id)
        await client.responses.create(model="tiza", input="Other?", previous_response_id=first.id)
    assert _asked(service)[-1] == ("Other?", ["One?"])


async def test_a_stream_has_every_event_and_its_parts_make_the_whole(service: Service) -> None:
    http: Any
    async with client_of(service) as http:
        kinds, text, last = [], "", None
        stream = await _openai(http).responses.create(model="tiza", input="Who?", stream=True)
        async for event in stream:
            kinds.append(event.type)
            assert event.sequence_number == len(kinds) - 1
            if event.type == "response.output_text.delta":
                text += event.delta
            if event.type == "response.completed":
                last = event.response
    assert list(dict.fromkeys(kinds)) == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
        "response.output_text.delta", "response.output_text.done", "response.content_part.done",
        "response.output_item.done", "response.completed",
    ]  # fmt: skip
    assert last is not None and last.output_text == text == ANSWER


@pytest.mark.parametrize("wrong", ["resp_x", "", "resp_" + "0" * 32, "\x00"])
async def test_an_unknown_thread_is_said_so_that_a_platform_begins_anew(client: httpx.AsyncClient, wrong: str) -> None:
    body = {"input": "Who?", "previous_response_id": wrong}
    reply = await client.post("/v1/responses", json=body)
    if wrong:
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "previous_response_not_found")
    else:
        assert reply.status_code == 200


async def test_a_thread_is_nobody_else_s(client: httpx.AsyncClient) -> None:
    mine = (await client.post("/v1/responses", json={"input": "Who?", "user": "ana"})).json()["id"]
    for user, status in (("ben", 400), ("", 400), ("ana", 200)):
        body = {"input": "When?", "previous_response_id": mine, "user": user}
        assert (await client.post("/v1/responses", json=body)).status_code == status
    assert (await client.get(f"/v1/responses/{mine}")).status_code == 404
    assert (await client.delete(f"/v1/responses/{mine}?user=ben")).status_code == 404
    assert (await client.delete(f"/v1/responses/{mine}?user=ana")).json()["deleted"] is True
    assert (await client.get(f"/v1/responses/{mine}?user=ana")).status_code == 404


async def test_what_is_not_to_be_stored_is_not(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/responses", json={"input": "Who?", "store": False})).json()
    assert made["output"][0]["content"][0]["text"] == ANSWER
    assert (await client.get("/v1/conversations")).json()["data"] == []
    assert (await client.get(f"/v1/responses/{made['id']}")).status_code == 404


@pytest.mark.parametrize("stream", [True, False])
async def test_a_failed_turn_is_told(service: Service, client: httpx.AsyncClient, stream: bool) -> None:
    assert isinstance(service.tutor, ScriptedTutor)
    service.tutor.failure = Failed(Problem("model_failed", "The model stopped.", "Ask again."))
    reply = await client.post("/v1/responses", json={"input": "Who?", "stream": stream})
    if stream:
        assert "event: response.failed" in reply.text and '"code": "model_failed"' in reply.text
    else:
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "model_failed")


async def test_a_schema_and_a_limit(client: httpx.AsyncClient) -> None:
    schema = {"type": "object", "properties": {"year": {"type": "integer"}}, "required": ["year"]}
    form = {"format": {"type": "json_schema", "name": "x", "schema": schema}}
    reply = (await client.post("/v1/responses", json={"input": "When?", "text": form})).json()
    assert json.loads(reply["output"][0]["content"][0]["text"]) == {"year": 1957}
    cut = (await client.post("/v1/responses", json={"input": "When?", "max_output_tokens": 3})).json()
    assert cut["incomplete_details"] == {"reason": "max_output_tokens"} and cut["status"] == "incomplete"
    assert len(cut["output"][0]["content"][0]["text"].split()) == 3


async def test_it_goes_on_after_a_restart(make_service: Callable[..., Service]) -> None:
    async with client_of(make_service()) as client:
        made = (await client.post("/v1/responses", json={"input": "Who?"})).json()["id"]
    later = make_service()
    async with client_of(later) as client:
        await client.post("/v1/responses", json={"input": "When?", "previous_response_id": made})
    assert _asked(later) == [("When?", ["Who?"])]


async def test_what_is_refused_leaves_no_conversation_and_what_needs_no_turn_is_kept(
    make_service: Callable[..., Service],
) -> None:
    service = make_service(queue=1, queue_per_key=1)
    picture = [{"type": "input_image", "image_url": "data:image/png;base64,QUJD"}]
    async with client_of(service) as http:
        assert (await http.post("/v1/responses", json={"input": ""})).status_code == 422
        places = [service.queue.place(("", "")) for _ in range(2)]
        assert (await http.post("/v1/responses", json={"input": "Who?"})).status_code == 429
        for place in places:
            place.give_back()
        assert (await http.get("/v1/conversations")).json()["data"] == []
        blind = (await http.post("/v1/responses", json={"input": [{"role": "user", "content": picture}]})).json()
        assert "pictures" in blind["output"][0]["content"][0]["text"]
        assert (await http.get(f"/v1/responses/{blind['id']}")).json()["output"] == blind["output"]
        body = {"input": "Who made it?", "previous_response_id": blind["id"]}
        assert (await http.post("/v1/responses", json=body)).status_code == 200
        assert len((await http.get("/v1/conversations")).json()["data"]) == 1


async def test_a_conversation_that_cannot_be_made_gives_the_place_back(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise StorageError("The disk is full.", code="disk_full")

    monkeypatch.setattr(service.conversations, "create", full)
    async with client_of(service) as http:
        for _ in range(3):
            assert (await http.post("/v1/responses", json={"input": "Who?"})).status_code == 507
        assert (await http.post("/v1/responses", json={"input": "Who?", "store": False})).status_code == 200
    assert service.queue.depth == 0
