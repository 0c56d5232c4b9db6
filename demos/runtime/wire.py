"""The words that runner and worker exchange, one JSON object a line.

The runner sends a `Job`, then `Reply` lines; the worker sends `Message` lines, the last of which is `done` or `error`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from demos.runtime.contract import DemoError, Frame
from demos.runtime.messages import Said, say

WINDOW = 4
"""Frames that a worker may be ahead of its reader before it waits."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def line(self) -> bytes:
        """This message as one line of JSON."""
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"


class Limits(_Line):
    """What one run may use: seconds of work (waiting for a paused reader is free), memory, and frames."""

    seconds: float = Field(30, gt=0, le=600)
    memory_mb: int = Field(1024, ge=64)
    frames: int = Field(2000, ge=1)


class Job(_Line):
    """What to run. `given` are capabilities that are plain data, `offered` the names of those the runner answers."""

    demo: str
    params: dict[str, Any] = {}
    limits: Limits = Limits()
    given: dict[str, Any] = {}
    offered: tuple[str, ...] = ()


class Reply(_Line):
    """The reader took `taken` frames, or a capability answered with `result`, or it failed with `error`."""

    taken: int = 0
    result: Any = None
    error: str = ""


class Call(_Line):
    """The demo calls the capability `name`."""

    name: str
    args: list[Any] = []
    kwargs: dict[str, Any] = {}


class Fault(_Line):
    """A DemoError on its way to the runner."""

    message: Said
    code: str = "demo_failed"
    hint: Said = ""
    param: str | None = None

    @classmethod
    def of(cls, error: DemoError) -> Fault:
        return cls(message=error.message, code=error.code, hint=error.hint, param=error.param)

    def error(self) -> DemoError:
        return DemoError(self.message, code=self.code, hint=self.hint, param=self.param)


class Message(_Line):
    """Exactly one of: a frame, a call, a fault, or the end."""

    frame: Frame | None = None
    call: Call | None = None
    fault: Fault | None = None
    done: bool = False

    def line(self) -> bytes:
        """As one line of JSON; a frame keeps its defaults, so that `kind` is never lost."""
        if self.frame is not None:
            return b'{"frame":' + self.frame.model_dump_json().encode() + b"}\n"
        return super().line()


def too_large(memory_mb: int) -> DemoError:
    """The run went over its memory limit."""
    return DemoError(
        say("The run needed more than {memory_mb} MB of memory and was stopped.", memory_mb=memory_mb),
        code="demo_memory",
        hint=say("Try smaller parameters."),
    )


def too_slow(seconds: float) -> DemoError:
    """The run went over its time limit."""
    return DemoError(
        say("The run took longer than {seconds:g} seconds and was stopped.", seconds=seconds),
        code="demo_timeout",
        hint=say("Try fewer steps or smaller parameters."),
    )


def too_long(frames: int) -> DemoError:
    """The run went over its limit of frames."""
    return DemoError(say("The run made more than {frames} frames and was stopped.", frames=frames), code="demo_frames")
