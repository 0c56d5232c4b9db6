"""The fair queue: order, bound, and places that are never lost."""

from __future__ import annotations

import asyncio
import random
from collections import deque

import pytest

from tutor.errors import BusyError, WaitError
from tutor.service.queue import LONGEST_RETURN, FairQueue


async def _hold(queue: FairQueue, client: str, served: list[str], hold: asyncio.Event | None = None) -> None:
    async with queue.place(client):
        served.append(client)
        if hold is not None:
            await hold.wait()


async def test_one_that_asks_once_is_served_before_the_flood() -> None:
    queue, gate = FairQueue(100), asyncio.Event()
    served: list[str] = []
    tasks = [asyncio.create_task(_hold(queue, "flood", served, gate))]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(_hold(queue, "flood", served)) for _ in range(20)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(_hold(queue, "single", served)))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert served.index("single") <= 2
    assert len(served) == 22


async def test_a_full_queue_refuses_at_once_with_a_time() -> None:
    queue, gate = FairQueue(2), asyncio.Event()
    served: list[str] = []
    tasks = [asyncio.create_task(_hold(queue, str(number), served, gate)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError) as caught:
        async with queue.place("late"):
            pass
    assert caught.value.retry_after >= 1
    gate.set()
    await asyncio.gather(*tasks)
    assert sorted(served) == ["0", "1", "2"]


async def test_who_would_wait_too_long_is_told_to_come_one_after_the_other() -> None:
    now = [100.0]
    queue = FairQueue(500, clock=lambda: now[0])
    async with queue.place("first"):
        now[0] += 4.0
    queue._held = deque([4.0])
    kept = [queue.place(f"{number}") for number in range(4)]  # the first is served, and the last waits 12 s
    times = []
    for number in range(60):
        with pytest.raises(WaitError) as caught:
            queue.place(f"late {number}", patience=12.0)
        times.append(caught.value.retry_after)
    assert times[:4] == [4, 8, 12, 16] and times == sorted(times) and times[-1] == LONGEST_RETURN
    now[0] += LONGEST_RETURN
    with pytest.raises(WaitError) as caught:
        queue.place("later", patience=12.0)
    assert caught.value.retry_after == 4
    for place in kept:
        place.give_back()
    assert (queue.depth, queue._free) == (0, 1)


async def test_two_hundred_random_departures_lose_no_place() -> None:
    queue, choose = FairQueue(500), random.Random(7)

    async def visit(client: str) -> None:
        async with queue.place(client):
            await asyncio.sleep(choose.random() * 0.002)

    tasks = [asyncio.create_task(visit(str(number % 5))) for number in range(200)]
    for task in choose.sample(tasks, 120):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert queue.depth == 0
    await asyncio.wait_for(visit("after"), 5)


async def test_waiting_time_does_not_suffer_from_a_clock_that_steps_back() -> None:
    ticks = iter([100.0, 40.0, 41.0, 42.0])
    queue = FairQueue(1, clock=lambda: next(ticks))
    async with queue.place("one"):
        pass
    assert queue.retry_after >= 1


async def test_a_place_that_was_given_back_is_free_again() -> None:
    queue = FairQueue(1)
    held = queue.place("one")
    waiting = queue.place("two")
    with pytest.raises(BusyError):
        queue.place("three")
    waiting.give_back()
    late = queue.place("four")
    held.give_back()
    held.give_back()
    async with late:
        assert queue.depth == 0
