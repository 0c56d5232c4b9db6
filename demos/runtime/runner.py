"""Runs a demo in a process of its own, with limits, and hands over its frames one by one.

    async for frame in run(demo, demo.parse({"data": "xor"})):
        ...

Closing the generator, or cancelling the task that reads it, ends the process at once. A reader that pauses pauses the
demo, and a pause costs nothing of its time limit. `Workers` keeps a process ready that has imported torch already.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from pydantic import ValidationError

from demos.runtime.contract import Demo, DemoError, Frame, Params
from demos.runtime.messages import say
from demos.runtime.wire import Call, Job, Limits, Message, Reply, too_large, too_slow

__all__ = ["COMMAND", "Limits", "Workers", "run"]

COMMAND = (sys.executable, "-P", "-m", "demos.runtime.worker")
LONGEST_LINE = 64 * 2**20
KEPT_ERRORS = 8192

log = logging.getLogger(__name__)


async def run(
    demo: Demo,
    params: Params,
    *,
    limits: Limits | None = None,
    capabilities: Mapping[str, Any] | None = None,
    workers: Workers | None = None,
) -> AsyncGenerator[Frame, None]:
    """The frames of one run, as they come.

    A capability that is plain JSON data is handed to the demo as it is; a function (async or not) is called here, in
    the caller's process, with JSON arguments and a JSON result. Raises DemoError with code `demo_timeout`,
    `demo_memory`, `demo_frames`, `demo_failed`, `missing_capability` or `capability_failed`; what the process wrote to
    standard error is added as a note, for the log.
    """
    limits, given = limits or Limits(), dict(capabilities or {})
    missing = [need for need in demo.needs if need not in given]
    if missing:
        raise DemoError(
            say(
                "The demo {demo} needs {missing}, which is not available here.",
                demo=demo.name,
                missing=", ".join(missing),
            ),
            code="missing_capability",
        )
    wanted = {name: given[name] for name in (*demo.needs, *demo.wants) if name in given}
    job = Job(
        demo=demo.name,
        params=params.model_dump(mode="json"),
        limits=limits,
        given={name: value for name, value in wanted.items() if not callable(value)},
        offered=tuple(name for name, value in wanted.items() if callable(value)),
    )
    async with (workers or Workers(spare=False)).borrow() as worker, worker.watched(limits):
        await worker.send(job)
        while (message := await worker.receive(limits)).frame or message.call:
            if message.frame:
                yield message.frame
                await worker.send(Reply(taken=1))
            elif message.call:
                await worker.send(await _answer(message.call, wanted))
        if message.fault:
            raise message.fault.error()


async def _answer(call: Call, capabilities: Mapping[str, Any]) -> Reply:
    """What the capability answers; its failure goes to the demo as one sentence."""
    function = capabilities[call.name]
    try:
        if inspect.iscoroutinefunction(function):
            return Reply(result=await function(*call.args, **call.kwargs))
        return Reply(result=await asyncio.to_thread(function, *call.args, **call.kwargs))
    except DemoError as error:
        return Reply(error=f"{error} {error.hint}".strip())
    except Exception as error:
        log.warning("capability %s failed", call.name, exc_info=True)
        return Reply(error=f"{call.name} failed: {type(error).__name__}.")


class Workers:
    """Where runs get their processes. With `spare`, one that has already imported torch waits for the next run.

    Belongs to the event loop it is first used in. Use it as `async with Workers() as workers`, or call `close`.
    """

    def __init__(self, command: Sequence[str] = COMMAND, *, spare: bool = True) -> None:
        self._command, self._keeps_spare = tuple(command), spare
        self._spare: asyncio.Task[Worker] | None = None

    async def __aenter__(self) -> Workers:
        self.refill()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def refill(self) -> None:
        """Start the spare in the background, when one is kept and none waits."""
        if self._keeps_spare and self._spare is None:
            self._spare = asyncio.create_task(Worker.start((*self._command, "--warm")))

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Worker]:
        """A worker for one run; it is ended afterwards, and the spare replaced.

        A DemoError of the run gets the process's own complaints as a note, once the last of them has been read.
        """
        worker = await self._take()
        try:
            yield worker
        except DemoError as error:
            await asyncio.shield(worker.stop())
            worker.note(error)
            raise
        finally:
            await asyncio.shield(worker.stop())
            self.refill()

    async def _take(self) -> Worker:
        waiting, self._spare = self._spare, None
        worker = await waiting if waiting else await Worker.start(self._command)
        return worker if worker.alive else await Worker.start(self._command)

    async def close(self) -> None:
        """End the spare. Runs under way are not touched."""
        self._keeps_spare = False
        waiting, self._spare = self._spare, None
        if waiting:
            await (await waiting).stop()


class Worker:
    """One process of `demos.runtime.worker` and the three pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._errors = b""
        self._reading_errors = asyncio.create_task(self._read_errors())
        self._over_memory = False

    @classmethod
    async def start(cls, command: Sequence[str]) -> Worker:
        """A new process, in a session of its own: the terminal's Ctrl-C does not reach it."""
        here = str(Path(__file__).resolve().parents[2])
        paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            limit=LONGEST_LINE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def send(self, message: Job | Reply) -> None:
        """Write one line; a process that is gone is noticed by the next `receive`."""
        assert self._process.stdin
        with suppress(ConnectionError):
            self._process.stdin.write(message.line())
            await self._process.stdin.drain()

    async def receive(self, limits: Limits) -> Message:
        """The next message. Raises DemoError when the process ended without its last word, or wrote nonsense."""
        assert self._process.stdout
        try:
            line = await self._process.stdout.readline()
            if line.endswith(b"\n"):
                return Message.model_validate_json(line)
        except (ValueError, ValidationError) as error:
            raise DemoError(say("The demo sent a frame that breaks the contract.")) from error
        await self._process.wait()
        if self._over_memory:
            raise too_large(limits.memory_mb)
        if self._process.returncode == -signal.SIGALRM:
            raise too_slow(limits.seconds)
        raise DemoError(say("The demo's process ended before the run did."), hint=say("Run it again."))

    def note(self, error: DemoError) -> None:
        """Add what the process has written to standard error to `error`."""
        if self._errors:
            error.add_note(self._errors.decode(errors="replace"))

    @asynccontextmanager
    async def watched(self, limits: Limits) -> AsyncIterator[None]:
        """While inside, a thread ends the process when its resident memory passes the limit."""
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(limits.memory_mb * 2**20, over), daemon=True)
        watch.start()
        try:
            yield
        finally:
            over.set()

    def _watch(self, most: int, over: threading.Event) -> None:
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            while not over.wait(0.05):
                if process.memory_info().rss > most:
                    self._over_memory = True
                    process.kill()
                    return

    async def _read_errors(self) -> None:
        assert self._process.stderr
        while piece := await self._process.stderr.read(4096):
            self._errors = (self._errors + piece)[-KEPT_ERRORS:]

    async def stop(self) -> None:
        """End the process now and take its exit status. Safe to call twice."""
        assert self._process.stdin and self._process.stdout
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self._process.stdin.close()
        while await self._process.stdout.read(2**20):
            pass
        await self._reading_errors
        await self._process.wait()
        if self._errors:
            log.info("demo worker %d wrote: %s", self.pid, self._errors.decode(errors="replace"))
