"""Around the routes: readiness by turns, pages of other sites, pictures in bodies, settings, offline docs."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.app import PULSE, _try, create_app
from tutor.api.context import KEPT_RUNS, Runs, Service
from tutor.api.middleware import Pictures
from tutor.conversations.owners import Owner
from tutor.errors import Problem, TizaError
from tutor.events import Failed
from tutor.service.pulse import STILL, Pulse
from tutor.settings import misspelt

CHAT = "/v1/chat/completions"
SITE = "https://campus.example"


def _body(text: Any = "Who?", **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **more}


async def test_readiness_is_a_turn_that_went_through_lately(service: Service, client: httpx.AsyncClient) -> None:
    now = [0.0]
    service.pulse = Pulse(lambda: now[0])
    tries = 0

    async def attempt() -> None:
        nonlocal tries
        tries += 1
        await _try(service)

    watch = asyncio.create_task(service.pulse.watch(attempt, every=0.001))
    while not tries:
        now[0] += 1
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.01)
    assert (await client.get("/readyz")).status_code == 200
    lost = service.queue.place("somebody")  # a place that nobody gives back
    now[0] += STILL + 1
    reply = await client.get("/readyz")
    assert reply.status_code == 503 and "turn" in reply.json()["error"]["message"]
    lost.give_back()
    assert (await client.post(CHAT, json=_body())).status_code == 200
    assert (await client.get("/readyz")).status_code == 200
    watch.cancel()


async def test_the_turn_that_is_tried_is_nobody_s_and_says_what_went_wrong(service: Service) -> None:
    assert isinstance(service.tutor, ScriptedTutor)
    await _try(service)
    assert service.queue.waiting(PULSE) == 0 and service.queue._free == 1
    service.tutor.failure = Failed(Problem("model_failed", "It stopped."))
    with pytest.raises(TizaError, match="stopped"):
        await _try(service)
    assert service.queue._free == 1
    assert service.metrics.turns._metrics == {}  # not counted among the turns of students


async def test_a_database_that_cannot_be_read_is_not_ready(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.errors import StorageError

    def fail() -> None:
        raise StorageError("The database cannot be reached.")

    monkeypatch.setattr(service.conversations, "check", fail)
    assert (await client.get("/readyz")).status_code == 503


async def test_a_page_of_a_named_site_may_ask_and_no_other(make_service: Callable[..., Service]) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    service = make_service(origins=f"{SITE}, https://lms.example/", host="0.0.0.0")
    key = {"Authorization": f"Bearer {service.keys.add('page')}"}
    async with client_of(service) as client:
        for site in (SITE, "https://lms.example"):
            before = await client.options(CHAT, headers={"Origin": site, **asking})
            assert before.status_code == 200 and before.headers["access-control-allow-origin"] == site
            reply = await client.post(CHAT, json=_body(), headers={"Origin": site, **key})
            assert reply.status_code == 200 and reply.headers["access-control-allow-origin"] == site
            assert (await client.post(CHAT, json=_body(), headers={"Origin": site})).status_code == 401
        for site in ("https://evil.example", f"{SITE}.evil.example", "null"):
            before = await client.options(CHAT, headers={"Origin": site, **asking})
            assert "access-control-allow-origin" not in before.headers and before.status_code >= 400
    async with client_of(make_service()) as client:  # by default no site at all
        reply = await client.options(CHAT, headers={"Origin": SITE, **asking})
        assert reply.status_code == 403 and "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("seed", range(20))
def test_pictures_are_left_out_of_a_body_however_it_is_cut(seed: int) -> None:
    choose = random.Random(seed)
    data = "".join(choose.choices("ABCabc019+/", k=choose.randrange(0, 4000))) + "=="
    parts = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        {"type": "text", "text": "é;base64 ?"},
    ]
    body = json.dumps(_body([*parts, *parts]), ensure_ascii=choose.random() < 0.5).encode()
    pictures, kept, at = Pictures(), b"", 0
    while at < len(body):
        size = choose.choice((1, 3, 7, 100, 5000))
        kept += pictures.without(body[at : at + size])
        at += size
    assert kept == body.replace(data.encode(), b"")
    assert pictures.left_out == 2 * len(data)


async def test_a_chat_that_repeats_its_pictures_goes_on(service: Service, client: httpx.AsyncClient) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "QUJD" * 200_000}}
    said: list[dict[str, Any]] = []
    for turn in range(5):
        said.append({"role": "user", "content": [{"type": "text", "text": f"Question {turn}?"}, picture]})
        reply = await client.post(CHAT, json={"messages": said})
        assert reply.status_code == 200
        content = reply.json()["choices"][0]["message"]["content"]
        assert content.startswith("I cannot see pictures") == (turn == 0)
        said.append({"role": "assistant", "content": content})
    assert isinstance(service.tutor, ScriptedTutor)
    assert [question for question, _ in service.tutor.asked] == [f"Question {turn}?" for turn in range(5)]
    long = await client.post(CHAT, json=_body("x" * 2_100_000))
    assert long.status_code == 413 and "start a new chat" in long.json()["error"]["message"]


async def test_strict_readers_get_no_comments(
    make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.api import turns

    monkeypatch.setattr(turns.with_keep_alive, "__defaults__", (0.02,))
    async with client_of(make_service(pause=0.2)) as client:
        for comments in (True, False):
            body = _body(stream=True, stream_options={"comments": comments})
            lines = [line for line in (await client.post(CHAT, json=body)).text.splitlines() if line]
            assert any(line.startswith(": ") for line in lines) == comments
            if not comments:
                assert all(json.loads(line[6:]) for line in lines[:-1]) and len(lines) > 8


async def test_who_waits_hears_the_place_in_line(
    make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.api import turns

    monkeypatch.setattr(turns.with_keep_alive, "__defaults__", (0.02,))
    async with client_of(make_service(pause=0.15)) as client:
        replies = await asyncio.gather(*(client.post(CHAT, json=_body(stream=True)) for _ in range(3)))
    last = max(replies, key=lambda reply: int(reply.headers["x-queue-place"]))
    told = [int(found) for found in re.findall(r": waiting, (\d) before you", last.text)]
    assert told == sorted(told, reverse=True) and {1, 2} <= set(told)


async def test_the_docs_need_no_network(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    used = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert used and not any(address.startswith(("http", "//")) for address in used)
    for address in used:
        reply = await client.get(f"/{address}")
        assert reply.status_code == 200 and len(reply.content) > 1000
    assert "https://" not in page.replace(SITE, "")
    assert (await client.get("/docs/../settings.py")).status_code == 404


async def test_the_description_tells_of_errors_keys_and_headers(service: Service) -> None:
    described = create_app(service).openapi()
    assert set(described["components"]["securitySchemes"]) == {"bearer", "x-api-key", "api-key"}
    assert "HTTPValidationError" not in json.dumps(described)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if path in ("/healthz", "/readyz"):
                continue
            assert {"401", "403", "422", "429", "503"} <= set(operation["responses"]), (method, path)
            assert "Retry-After" in operation["responses"]["429"]["headers"]


async def test_balancers_may_ask_with_head_and_a_wrong_method_names_the_right_ones(client: httpx.AsyncClient) -> None:
    assert (await client.head("/healthz")).status_code == 200
    assert (await client.head("/readyz")).status_code == 200
    reply = await client.put("/v1/conversations")
    assert reply.status_code == 405 and set(reply.headers["allow"].split(", ")) >= {"GET", "POST"}


def test_a_setting_that_is_none_is_said_with_the_one_that_is_meant(tmp_path: Path) -> None:
    said = misspelt(["TIZA_DATA_DIR", "TIZA_HOST", "TIZA_DEMANDKEYS", "TIZA_XYZ", "PATH", "TIZA_HOME"])
    assert said == [
        "TIZA_DATA_DIR is no setting and changes nothing. Is TIZA_HOME meant?",
        "TIZA_DEMANDKEYS is no setting and changes nothing. Is TIZA_DEMAND_KEYS meant?",
        "TIZA_XYZ is no setting and changes nothing.",
    ]
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text('modell = "x"\nport = 9000\n', encoding="utf-8")
    assert misspelt([]) == ["modell in config.toml is no setting and changes nothing. Is model meant?"]


async def test_a_page_of_another_site_is_no_teacher_without_a_key(make_service: Callable[..., Service]) -> None:
    async with client_of(make_service(origins="*")) as client:
        at = "/v1/courses/ai-introduction/documents/x"
        for origin, code in (
            (SITE, "teacher_only"),
            ("http://localhost:3000", "unknown_document"),
            ("", "unknown_document"),
        ):
            reply = await client.delete(at, headers={"Origin": origin} if origin else {})
            assert reply.json()["error"]["code"] == code
        assert (await client.post(CHAT, json=_body(), headers={"Origin": SITE})).status_code == 200


def test_the_runs_of_one_key_do_not_drive_out_another_s() -> None:
    runs = Runs()
    runs.start("mine", Owner("quiet"), "perceptron", {})
    for number in range(3 * KEPT_RUNS):
        runs.start(f"{number}", Owner("flood", f"{number}"), "perceptron", {})
    assert runs.find("mine", Owner("quiet")) is not None
    assert len(runs._kept) == KEPT_RUNS
