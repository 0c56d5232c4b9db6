"""A worker whose demos misbehave, started by test_runner in place of `demos.runtime.worker`."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

from demos.runtime.contract import Demo, DemoError, Frame, Params, Prediction
from demos.runtime.worker import serve


def _frame(text: str, progress: float = 0.0) -> Frame:
    return Frame(caption=text, progress=progress)


def sleeps(_: Params) -> Iterator[Frame]:
    yield _frame("before the sleep")
    time.sleep(600)


def holds_the_interpreter(_: Params) -> Iterator[Frame]:
    yield _frame("before native code")
    ctypes.PyDLL(None).sleep(600)  # PyDLL keeps the interpreter's lock, as a long native loop would


def hoards(_: Params) -> Iterator[Frame]:
    yield _frame("before the hoard")
    hoard = []
    while True:
        hoard.append(bytearray(os.urandom(1024)) * 4096)


def bursts(_: Params) -> Iterator[Frame]:
    yield _frame("before the burst")
    yield _frame(str(len(bytearray(64 * 2**30))))


def crashes(_: Params) -> Iterator[Frame]:
    yield _frame("before the crash")
    os.abort()


def raises(_: Params) -> Iterator[Frame]:
    yield _frame("before the error")
    raise ZeroDivisionError("secret detail")


def refuses(_: Params) -> Iterator[Frame]:
    yield _frame("before the refusal")
    raise DemoError("The sentence is too long.", code="too_long", hint="Shorten it.", param="sentence")


def breaks_the_contract(_: Params) -> Iterator[Frame]:
    yield Frame.model_construct(caption="", progress=7.0, metrics={}, panels=(), moment="")


def calls_home(_: Params) -> Iterator[Frame]:
    yield _frame("before the call")
    socket.create_connection(("127.0.0.1", 9))


def chatters(_: Params) -> Iterator[Frame]:
    sys.stdout.write("a line that is no frame\n")
    sys.stderr.write("x" * 200_000)
    yield _frame("after the chatter", 1.0)


def counts(_: Params) -> Iterator[Frame]:
    for number in range(100_000):
        caption = f"{number} {'padding ' * 5000}"
        yield Frame(caption=caption, progress=0, metrics={"made": time.monotonic()})


def asks(_: Params, *, double: Any, greeting: str) -> Iterator[Frame]:
    yield _frame(f"{greeting} {double(21)}", 1.0)


def hopes(_: Params, *, double: Any = None) -> Iterator[Frame]:
    yield _frame(str(double(21)) if double else "alone", 1.0)


def _demo(name: str) -> Demo:
    return Demo(
        name=name,
        title=name,
        slide=1,
        group="",
        summary="",
        params=Params,
        steps=globals()[name],
        look_for=(),
        examples=(),
        presets={},
        prediction=Prediction("", (), lambda _: ""),
        needs=("double", "greeting") if name == "asks" else (),
        wants=("double",) if name == "hopes" else (),
    )


if __name__ == "__main__":
    serve(_demo)
