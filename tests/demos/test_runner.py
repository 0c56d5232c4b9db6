"""Runs in a process of their own: limits hold, failures are told apart, and no process stays behind."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import psutil
import pytest

from demos.runtime import catalogue
from demos.runtime.contract import Demo, DemoError, Frame
from demos.runtime.runner import COMMAND, Limits, Workers, run
from demos.runtime.wire import WINDOW

ROGUE = Path(__file__).with_name("rogue_worker.py")
ROOT = Path(__file__).resolve().parents[2]


def rogue(name: str) -> Demo:
    spec = importlib.util.spec_from_file_location("rogue_worker", ROGUE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    demo: Demo = module._demo(name)
    return demo


def frames_of(name: str, limits: Limits | None = None, **capabilities: Any) -> AsyncGenerator[Frame, None]:
    demo = rogue(name)
    workers = Workers((sys.executable, "-P", str(ROGUE)), spare=False)
    frames = run(demo, demo.parse(), limits=limits, capabilities=capabilities, workers=workers)
    assert isinstance(frames, AsyncGenerator)
    return frames


async def ending(frames: AsyncGenerator[Frame, None]) -> tuple[list[str], DemoError]:
    """The captions that came, and the error that ended the run."""
    captions = []
    with pytest.raises(DemoError) as caught:
        async for frame in frames:
            captions.append(frame.caption)
    return captions, caught.value


EARLIER: set[int] = set()
"""Processes that other test files have left running in this worker: no business of these tests."""


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.pid not in EARLIER]


@pytest.fixture(autouse=True)
def no_process_stays() -> Any:
    EARLIER.update(child.pid for child in psutil.Process().children(recursive=True))
    yield
    assert children() == []


async def test_a_run_has_the_same_frames_as_the_demo_itself() -> None:
    demo = catalogue.load("perceptron")
    params = demo.parse({"data": "xor", "epochs": 5, "seed": 3})
    assert [frame async for frame in run(demo, params)] == list(demo.steps(params))


@pytest.mark.parametrize("name", ["sleeps", "holds_the_interpreter"])
async def test_a_run_that_takes_too_long_is_stopped(name: str) -> None:
    captions, error = await ending(frames_of(name, Limits(seconds=0.3)))
    assert len(captions) == 1
    assert (error.code, str(error)) == ("demo_timeout", "The run took longer than 0.3 seconds and was stopped.")


@pytest.mark.parametrize("name", ["hoards", "bursts"])
async def test_a_run_that_takes_too_much_memory_is_stopped(name: str) -> None:
    captions, error = await ending(frames_of(name, Limits(memory_mb=150)))
    assert len(captions) == 1
    assert (error.code, str(error)) == ("demo_memory", "The run needed more than 150 MB of memory and was stopped.")


async def test_a_crash_of_the_process_is_one_sentence() -> None:
    captions, error = await ending(frames_of("crashes"))
    assert captions == ["before the crash"]
    assert (error.code, str(error)) == ("demo_failed", "The demo's process ended before the run did.")


async def test_an_exception_is_named_and_its_details_go_to_the_note() -> None:
    _, error = await ending(frames_of("raises"))
    assert (error.code, str(error)) == ("demo_failed", "The demo raises stopped with ZeroDivisionError.")
    assert "secret detail" not in error.hint
    assert "secret detail" in "".join(error.__notes__)


async def test_a_refusal_of_the_demo_arrives_whole() -> None:
    _, error = await ending(frames_of("refuses"))
    assert (error.code, error.hint, error.param) == ("too_long", "Shorten it.", "sentence")


async def test_a_frame_that_breaks_the_contract_ends_the_run() -> None:
    captions, error = await ending(frames_of("breaks_the_contract"))
    assert (captions, error.code) == ([], "demo_failed")


async def test_a_demo_has_no_network() -> None:
    _, error = await ending(frames_of("calls_home"))
    assert str(error) == "The demo calls_home stopped with PermissionError."


async def test_what_a_library_prints_does_not_disturb_the_frames() -> None:
    assert [frame.caption async for frame in frames_of("chatters")] == ["after the chatter"]


async def test_the_number_of_frames_is_limited() -> None:
    captions, error = await ending(frames_of("counts", Limits(frames=12)))
    assert (len(captions), error.code) == (12, "demo_frames")


async def test_a_paused_reader_pauses_the_demo_at_no_cost_of_time() -> None:
    frames = frames_of("counts", Limits(seconds=0.5))
    await anext(frames)
    await asyncio.sleep(0.8)
    resumed = time.monotonic()
    later = [await anext(frames) for _ in range(WINDOW + 2)]
    assert later[0].metrics["made"] < resumed < later[-1].metrics["made"]
    await frames.aclose()


async def test_a_blocked_event_loop_costs_the_run_nothing() -> None:
    frames = frames_of("counts", Limits(seconds=0.5))
    await anext(frames)
    time.sleep(0.8)
    assert (await anext(frames)).caption.startswith("1 ")
    await frames.aclose()


async def test_closing_the_frames_ends_the_process() -> None:
    frames = frames_of("sleeps")
    await anext(frames)
    (worker,) = children()
    await frames.aclose()
    assert not worker.is_running()


async def test_cancelling_the_reader_ends_the_process() -> None:
    started = asyncio.Event()

    async def read() -> None:
        async for _ in frames_of("holds_the_interpreter"):
            started.set()

    task = asyncio.create_task(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == []


async def test_capabilities_are_data_or_are_called_here() -> None:
    async def double(number: int) -> int:
        return 2 * number

    def double_in_a_thread(number: int) -> int:
        return 2 * number

    for function in (double, double_in_a_thread):
        frames = frames_of("asks", double=function, greeting="hello")
        assert [frame.caption async for frame in frames] == ["hello 42"]


async def test_waiting_for_a_capability_costs_the_run_no_time() -> None:
    """The model may be busy with someone's answer first."""

    async def double(number: int) -> int:
        await asyncio.sleep(0.8)
        return 2 * number

    frames = frames_of("asks", Limits(seconds=0.5), double=double, greeting="hello")
    assert [frame.caption async for frame in frames] == ["hello 42"]


async def test_a_capability_that_refuses_says_why() -> None:
    def refusing(_: int) -> int:
        raise DemoError("That is too long.", code="too_long", hint="Shorten it.")

    _, error = await ending(frames_of("asks", double=refusing, greeting="hello"))
    assert (error.code, str(error)) == ("capability_failed", "That is too long. Shorten it.")


async def test_what_a_demo_only_wants_may_be_missing() -> None:
    demo = rogue("hopes")
    for given, said in (({}, "alone"), ({"double": lambda number: 2 * number}, "42")):
        workers = Workers((sys.executable, "-P", str(ROGUE)), spare=False)
        frames = run(demo, demo.parse(), capabilities=given, workers=workers)
        assert [frame.caption async for frame in frames] == [said]


async def test_a_missing_capability_is_said_before_any_process_starts() -> None:
    _, error = await ending(frames_of("asks", greeting="hello"))
    assert error.code == "missing_capability"


async def test_a_capability_that_fails_ends_the_run_with_its_name() -> None:
    def broken(_: int) -> int:
        raise ValueError("inner detail")

    _, error = await ending(frames_of("asks", double=broken, greeting="hello"))
    assert (error.code, str(error)) == ("capability_failed", "double failed: ValueError.")


async def test_only_demos_of_the_package_run() -> None:
    demo = rogue("sleeps")
    with pytest.raises(DemoError) as caught:
        _ = [frame async for frame in run(demo, demo.parse())]
    assert caught.value.code == "unknown_demo"


async def test_a_spare_process_serves_the_run_and_is_replaced() -> None:
    demo = catalogue.load("perceptron")
    async with Workers() as workers:
        for _ in range(2):
            assert workers._spare is not None
            spare = (await workers._spare).pid
            frames = run(demo, demo.parse(), workers=workers)
            assert isinstance(frames, AsyncGenerator)
            await anext(frames)
            assert [child.pid for child in children()] == [spare]
            await frames.aclose()
    assert children() == []


async def test_a_spare_that_died_is_not_used() -> None:
    demo = catalogue.load("perceptron")
    async with Workers() as workers:
        assert workers._spare is not None
        dead = await workers._spare
        await dead.stop()
        assert [frame async for frame in run(demo, demo.parse(), workers=workers)]


@pytest.mark.parametrize("stage", ["waiting for a job", "in mid-run"])
def test_a_worker_does_not_outlive_its_parent(stage: str) -> None:
    """The parent is killed with SIGKILL; the worker it started notices and goes."""
    job = 'import json; worker.stdin.write(json.dumps({"demo": "sleeps"}).encode() + b"\\n"); worker.stdin.flush()'
    parent = (
        "import subprocess, sys, time\n"
        f"worker = subprocess.Popen([{sys.executable!r}, '-P', {str(ROGUE)!r}], stdin=-1, stdout=-1)\n"
        + (f"{job}\nworker.stdout.readline()\n" if stage == "in mid-run" else "")
        + "print(worker.pid, flush=True); time.sleep(600)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        worker = psutil.Process(int(process.stdout.readline()))
        process.kill()
    try:
        worker.wait(timeout=60)
    except psutil.TimeoutExpired:
        worker.kill()
        pytest.fail("the worker outlived its parent")


def test_the_worker_is_started_without_the_current_folder_on_its_path() -> None:
    assert "-P" in COMMAND
