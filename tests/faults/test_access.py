"""Row 26: without a valid key nothing is reached, and nobody sees another one's conversations."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import client_of
from tutor.api.context import Service
from tutor.service.api_keys import Keys

ROUTES = (
    ("GET", "/v1/models"), ("POST", "/v1/chat/completions"), ("POST", "/v1/search"), ("GET", "/v1/demos"),
    ("GET", "/v1/demos/perceptron"), ("POST", "/v1/demos/perceptron/runs"), ("GET", "/v1/runs/x/frames/0.png"),
    ("GET", "/v1/conversations"), ("POST", "/v1/conversations"), ("GET", "/v1/conversations/x"),
    ("DELETE", "/v1/conversations/x"), ("GET", "/v1/courses"), ("GET", "/v1/courses/ai-introduction/documents"),
)  # fmt: skip
TEACHERS = (
    ("POST", "/v1/courses/ai-introduction/documents"), ("DELETE", "/v1/courses/ai-introduction/documents/x"),
)  # fmt: skip
BODY = {"messages": [{"role": "user", "content": "Who?"}], "query": "x"}


@pytest.fixture
def public(make_service: Callable[..., Service]) -> Service:
    return make_service(host="0.0.0.0")


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Bearer ", "Basic abc", "Bearer revoked"])
@pytest.mark.parametrize(("method", "path"), ROUTES + TEACHERS)
async def test_every_route_demands_a_valid_key(public: Service, method: str, path: str, sent: str | None) -> None:
    if sent == "Bearer revoked":
        sent = f"Bearer {public.keys.add('old')}"
        public.keys.revoke("old")
    async with client_of(public) as client:
        headers = {"Authorization": sent} if sent else {}
        reply = await client.request(method, path, json=BODY if method == "POST" else None, headers=headers)
    assert reply.status_code == 401
    assert reply.json()["error"]["code"] == "invalid_api_key"


async def test_a_valid_key_opens_them(public: Service) -> None:
    headers = {"Authorization": f"Bearer {public.keys.add('moodle')}"}
    async with client_of(public) as client:
        for method, path in ROUTES:
            reply = await client.request(method, path, json=BODY if method == "POST" else None, headers=headers)
            assert reply.status_code in (200, 201, 404), path


async def test_conversations_belong_to_key_and_user(public: Service) -> None:
    keys = {name: {"Authorization": f"Bearer {public.keys.add(name)}"} for name in ("one", "two")}
    async with client_of(public) as client:
        made = (await client.post("/v1/conversations?user=ana", json={"title": "mine"}, headers=keys["one"])).json()
        path = f"/v1/conversations/{made['id']}"
        for key in ("one", "two"):
            for user in ("ana", "ben", ""):
                mine = (key, user) == ("one", "ana")
                assert (await client.get(f"{path}?user={user}", headers=keys[key])).status_code == (
                    200 if mine else 404
                )
                listed = (await client.get(f"/v1/conversations?user={user}", headers=keys[key])).json()["data"]
                assert bool(listed) == mine
                if not mine:
                    gone = await client.delete(f"{path}?user={user}", headers=keys[key])
                    chat = await client.post(
                        "/v1/chat/completions", headers=keys[key],
                        json={"messages": BODY["messages"], "conversation": made["id"], "user": user},
                    )  # fmt: skip
                    assert (gone.status_code, chat.status_code) == (404, 404)
        assert (await client.get(f"{path}?user=ana", headers=keys["one"])).status_code == 200


async def test_no_key_and_no_question_in_database_or_log(
    public: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tiza")
    caplog.set_level(logging.DEBUG, "tutor")
    secret = public.keys.add("moodle")
    async with client_of(public) as client:
        body = {"messages": [{"role": "user", "content": "my private question"}]}
        await client.post("/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {secret}"})
        await client.get("/v1/conversations?q=private", headers={"Authorization": "Bearer stolen-key"})
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "request" in logged
    for hidden in (secret, "private", "stolen-key"):
        assert hidden not in logged
    for path in tmp_path.rglob("*.db*"):
        assert secret.encode() not in path.read_bytes()


def test_a_key_is_shown_once_and_a_name_is_taken_once(tmp_path: Path) -> None:
    keys = Keys(f"sqlite:///{tmp_path / 'keys.db'}")
    secret = keys.add("moodle")
    found = keys.find(secret)
    assert found is not None and found.name == "moodle"
    with pytest.raises(Exception, match="already"):
        keys.add("moodle")
    keys.close()
