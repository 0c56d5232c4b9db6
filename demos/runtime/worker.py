"""The process that one demo runs in: `python -m demos.runtime.worker`.

It reads one job from standard input, writes frames to standard output, and is gone when the run ends, when its limits
are reached, or when its parent goes away. Only demos of this package run here, by name, and no network is open to them.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from pydantic import ValidationError

from demos.runtime import catalogue
from demos.runtime.contract import Demo, DemoError, Frame
from demos.runtime.messages import say
from demos.runtime.wire import WINDOW, Call, Fault, Job, Message, Reply, too_large, too_long

NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}


class Deadline:
    """Wall-clock time of work. When it is used up the kernel ends this process with SIGALRM, whatever code runs."""

    def __init__(self, seconds: float) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Time spent inside does not count."""
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-3))


class Line:
    """Both directions of the connection with the runner."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._ahead = threading.Semaphore(WINDOW)
        self._results: queue.SimpleQueue[Reply] = queue.SimpleQueue()

    def job(self) -> Job | None:
        """The one job, or None when the runner went away before it had any. Then starts listening for replies."""
        line = self._incoming.readline()
        if not line:
            return None
        threading.Thread(target=self._listen, daemon=True).start()
        return Job.model_validate_json(line)

    def send(self, message: Message) -> None:
        """Write one message; a frame waits until the reader is at most WINDOW frames behind."""
        if message.frame is not None:
            self._ahead.acquire()
        self._outgoing.write(message.line())
        self._outgoing.flush()

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Ask the runner for a capability and wait for its answer."""
        self.send(Message(call=Call(name=name, args=list(args), kwargs=kwargs)))
        reply = self._results.get()
        if reply.error:
            raise DemoError(reply.error, code="capability_failed")
        return reply.result

    def _listen(self) -> None:
        for line in self._incoming:
            reply = Reply.model_validate_json(line)
            if reply.taken:
                self._ahead.release(reply.taken)
            else:
                self._results.put(reply)
        os._exit(0)  # the runner is gone, and so is the reader of anything more


def serve(load: Callable[[str], Demo] = catalogue.load, *, warm: bool = False) -> None:
    """Run the one job that comes on standard input. `warm` imports the heavy libraries while waiting for it."""
    line = Line(sys.stdin.buffer, _own_output())
    if warm:
        _import_heavy()
    job = line.job()
    if job is None:
        return
    try:
        _run(load(job.demo), job, line)
    except DemoError as error:
        line.send(Message(fault=Fault.of(error)))
    except MemoryError:
        line.send(Message(fault=Fault.of(too_large(job.limits.memory_mb))))
    except Exception as error:
        line.send(Message(fault=Fault.of(_failure(error, job))))
    else:
        line.send(Message(done=True))


def _run(demo: Demo, job: Job, line: Line) -> None:
    params = demo.parse(job.params)
    if demo.heavy:
        _import_heavy()
    sys.addaudithook(_refuse_network)
    limit_data(job.limits.memory_mb)
    deadline = Deadline(job.limits.seconds)
    for count, frame in enumerate(demo.steps(params, **_capabilities(job, line, deadline))):
        if not isinstance(frame, Frame):
            raise TypeError(f"{demo.name} yielded a {type(frame).__name__}, not a Frame")
        if count == job.limits.frames:
            raise too_long(job.limits.frames)
        with deadline.stopped():
            line.send(Message(frame=frame))


def _capabilities(job: Job, line: Line, deadline: Deadline) -> dict[str, Any]:
    """What the demo was given. While the runner answers (an answer to someone else may come first) no time is used."""

    def offered(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            with deadline.stopped():
                return line.call(name, args, kwargs)

        return call

    return {**job.given, **{name: offered(name) for name in job.offered}}


def limit_data(memory_mb: int) -> None:
    """On Linux, let this process allocate at most `memory_mb` more than it holds now, so that a burst becomes a
    MemoryError. Elsewhere the runner's watch on resident memory is the only limit."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/status", encoding="ascii") as status:
        held = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (held + memory_mb * 2**20, hard))


def _failure(error: Exception, job: Job) -> DemoError:
    if "allocate memory" in str(error):  # torch raises RuntimeError when it cannot allocate
        return too_large(job.limits.memory_mb)
    traceback.print_exc()
    broken = isinstance(error, ValidationError)
    return DemoError(
        say(
            "The demo {demo} stopped with {kind}.",
            demo=job.demo,
            kind=say("a frame that breaks the contract") if broken else type(error).__name__,
        ),
        hint=say("This is a fault of the demo, not of your parameters: {params}", params=json.dumps(job.params)),
    )


def _own_output() -> BinaryIO:
    """Standard output for our messages alone: whatever a library prints goes to standard error."""
    ours = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(ours, "wb")


def _import_heavy() -> None:
    import numpy  # noqa: F401
    import torch

    torch.set_num_threads(1)


def _refuse_network(event: str, _: tuple[Any, ...]) -> None:
    if event in NETWORK:
        raise PermissionError("A demo has no network.")


if __name__ == "__main__":
    serve(warm="--warm" in sys.argv[1:])
