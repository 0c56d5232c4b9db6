"""Which process answers a question that is pending, and whether it still can."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from functools import cache

import psutil

_LONGEST_TURN = timedelta(hours=1)
"""A question of another machine that is pending for so long will not be answered any more."""


@cache
def _writer_of(pid: int) -> str:
    return f"{socket.gethostname()[:120]} {pid} {_began(pid):.2f}"


def this_writer() -> str:
    """This process: machine, number and when it began, since numbers are given again."""
    return _writer_of(os.getpid())


def _began(pid: int) -> float:
    """Seconds from the machine's start to the process's, whatever became of the clock since. Raises psutil.Error."""
    machine = psutil.boot_time()
    process = psutil.Process(pid)
    if process.status() == psutil.STATUS_ZOMBIE:
        raise psutil.ZombieProcess(pid)
    return process.create_time() - machine


def is_left(writer: str, asked_at: datetime) -> bool:
    """Whether nobody will answer what `writer` began: the process ended, or it is on another machine and long ago."""
    host, pid, began = writer.rsplit(" ", 2) if writer else ("", "0", "0")
    if host != socket.gethostname()[:120]:
        return datetime.now(UTC) - asked_at > _LONGEST_TURN
    try:
        return abs(_began(int(pid)) - float(began)) > 0.5
    except psutil.Error:
        return True
