"""Rows 3 and 33: whoever floods, under however many names, keeps nobody out; limits are the keys' own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.context import Service
from tutor.conversations.owners import Owner
from tutor.errors import BusyError, WaitError
from tutor.service.memory import Rates
from tutor.service.queue import Bounds, FairQueue, Place

CHAT = "/v1/chat/completions"


def _body(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **more}


def _asked(service: Service) -> list[str]:
    assert isinstance(service.tutor, ScriptedTutor)
    return [question for question, _ in service.tutor.asked]


@pytest.mark.parametrize("users", [0, 1, 40], ids=["no user", "one user", "made-up users"])
@pytest.mark.parametrize("stream", [True, False])
async def test_another_key_is_served_within_two_completions(
    make_service: Callable[..., Service], users: int, stream: bool
) -> None:
    service = make_service(pause=0.01, host="0.0.0.0", queue=20, queue_per_key=10, patience=0)
    flood, quiet = ({"Authorization": f"Bearer {service.keys.add(name)}"} for name in ("flood", "quiet"))
    in_line: list[int] = []
    take = service.queue.place

    def noted(client: Owner, **more: Any) -> Place:
        place = take(client, **more)
        if client.key == "quiet":
            in_line.append(len(_asked(service)))
        return place

    service.queue.place = noted  # type: ignore[method-assign,assignment]
    async with client_of(service) as client:

        async def ask(text: str, headers: dict[str, str], user: str = "") -> httpx.Response:
            body = _body(text, user=user or None, stream=stream)
            return await client.post(CHAT, json=body, headers=headers)

        floods = [
            asyncio.create_task(ask(f"flood {number}", flood, f"{number % users}" if users else ""))
            for number in range(60)
        ]
        while len(_asked(service)) < 2:
            await asyncio.sleep(0.001)
        reply = await ask("quiet", quiet)
        assert reply.status_code == 200
        assert _asked(service).index("quiet") - in_line[0] <= 2
        replies = await asyncio.gather(*floods)
    refused = [one for one in replies if one.status_code == 429]
    assert refused and all(int(one.headers["retry-after"]) >= 1 for one in refused)
    assert all(one.status_code in (200, 429) for one in replies)


async def test_many_floods_together_do_not_keep_a_newcomer_out() -> None:
    queue = FairQueue(Bounds(10, 5))
    async with queue.place("serving"):
        places = []
        for key in range(20):
            for _ in range(9):
                try:
                    places.append(queue.place(f"flood {key}"))
                except BusyError:
                    break
        assert 10 <= queue.depth <= 20
        for place in places:
            place.give_back()


async def test_a_user_of_a_key_has_a_bound_of_their_own_and_the_key_one_for_all() -> None:
    queue = FairQueue(Bounds(100, 6, 2))
    async with queue.place("serving"):
        held = [queue.place(("moodle", "ana")) for _ in range(2)]
        with pytest.raises(BusyError, match="this user"):
            queue.place(("moodle", "ana"))
        held += [queue.place(("moodle", "")) for _ in range(4)]  # a class whose platform names nobody
        with pytest.raises(BusyError, match="this key"):
            queue.place(("moodle", "ben"))
        held.append(queue.place(("other", "ana")))
        assert [place.ahead for place in held] == [1, 4, 3, 5, 6, 7, 2]
        for place in held:
            place.give_back()
    assert queue.depth == 0


async def test_keys_take_turns_and_users_within_a_key() -> None:
    queue, served = FairQueue(100), []

    async def visit(key: str, user: str, number: int) -> None:
        async with queue.place((key, user)):
            served.append(f"{key}{user}{number}")

    async with queue.place("serving"):
        order = [("a", "x", 1), ("a", "x", 2), ("a", "y", 3), ("b", "z", 4), ("b", "z", 5), ("c", "", 6)]
        tasks = [asyncio.create_task(visit(*one)) for one in order]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert served == ["ax1", "bz4", "c6", "ay3", "bz5", "ax2"]


async def test_a_class_at_once_is_answered_whole_and_hears_its_place(make_service: Callable[..., Service]) -> None:
    service = make_service(pause=0.002, host="0.0.0.0")
    headers = {"Authorization": f"Bearer {service.keys.add('moodle')}"}
    async with client_of(service) as client:
        asked = [client.post(CHAT, json=_body("Who?", user=f"s{n}", stream=True), headers=headers) for n in range(30)]
        replies = await asyncio.gather(*asked)
    assert all(reply.status_code == 200 and "[DONE]" in reply.text for reply in replies)
    assert sorted(int(reply.headers["x-queue-place"]) for reply in replies) == [0, *range(1, 30)]


async def test_whoever_would_wait_too_long_is_told_so_at_once(make_service: Callable[..., Service]) -> None:
    """The second in line waits a turn; who waits two seconds at most for turns of ten hears it before the wait."""
    service = make_service(pause=0.2)
    service.queue._held.extend([10.0, 10.0])
    async with client_of(service) as client:
        first = asyncio.create_task(client.post(CHAT, json=_body("Who?")))
        while not _asked(service):
            await asyncio.sleep(0.001)
        reply = await client.post(CHAT, json=_body("Who?"), headers={"x-stainless-read-timeout": "2"})
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "long_wait")
        assert int(reply.headers["retry-after"]) == 8
        patient = await asyncio.gather(
            client.post(CHAT, json=_body("Who?"), headers={"x-stainless-read-timeout": "600"}),
            client.post(CHAT, json=_body("Who?", stream=True)),
        )
        assert [one.status_code for one in (*patient, await first)] == [200, 200, 200]


async def test_some_long_demos_do_not_turn_a_class_away() -> None:
    now = [0.0]
    queue = FairQueue(Bounds(100), clock=lambda: now[0])
    for held in (0.4, 8.0, 0.3, 0.4, 9.0, 0.5, 0.4):
        async with queue.place("one"):
            now[0] += held
    async with queue.place("one"):
        held_back = [queue.place("class", patience=15) for _ in range(30)]
        for place in held_back:
            place.give_back()


async def test_patience_leaves_no_place_behind() -> None:
    queue = FairQueue(Bounds(5))
    queue._held.extend([10.0, 10.0])
    async with queue.place("one"):
        for _ in range(20):
            with pytest.raises(WaitError):
                queue.place("two", patience=1)
        assert queue.depth == 0
    async with asyncio.timeout(5), queue.place("two", patience=1):
        pass


def test_a_bucket_fills_evenly_and_never_because_a_clock_went_back() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    assert [rates.take("a", 3) for _ in range(4)] == [0, 0, 0, 20]
    assert rates.take("b", 3) == 0
    now[0] = 19.0
    assert rates.take("a", 3) == 1
    now[0] = 20.0
    assert [rates.take("a", 3), rates.take("a", 3)] == [0, 20]
    now[0] = -100.0
    assert rates.take("a", 3) > 0


async def test_a_key_s_limit_is_its_own_and_seen(make_service: Callable[..., Service]) -> None:
    service = make_service(host="0.0.0.0")
    few = {"Authorization": f"Bearer {service.keys.add('few', per_minute=2)}"}
    many = {"Authorization": f"Bearer {service.keys.add('many')}"}
    async with client_of(service) as client:
        statuses = [(await client.post(CHAT, json=_body("Who?"), headers=few)).status_code for _ in range(4)]
        assert statuses == [200, 200, 429, 429]
        assert (await client.get("/v1/models", headers=few)).status_code == 200  # looking costs nothing
        assert (await client.post(CHAT, json=_body("Who?"), headers=many)).status_code == 200
        metrics = (await client.get("/metrics", headers=many)).text
    assert 'tiza_key_limit_per_minute{key="few"} 2.0' in metrics
    assert 'tiza_refused_total{key="few"} 2.0' in metrics
    assert 'tiza_key_requests_total{key="few"} 5.0' in metrics
