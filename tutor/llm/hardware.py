"""This machine as a language model meets it: processor, memory, how fast it is read, and energy where it is told."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil

SYSTEM = Path("/sys/class")
ELSEWHERE = frozenset({"amdgpu", "nouveau", "i915", "xe", "nvme"})
READ_BYTES = 128 * 2**20
"""How much memory is read to see how fast that goes: more than the caches of most processors hold."""


class Meter:
    """Energy used between `start` and `stop`, by the first of: RAPL's counters of the processor packages, a power
    sensor (hwmon), the battery's discharge. Linux alone tells these, and RAPL often to root only.

    `name` is the source, or says why there is none.
    """

    def __init__(self, system: Path = SYSTEM) -> None:
        self._counters = list(_numbers(system, "powercap/intel-rapl:?/energy_uj"))
        sensors = [path for folder in sorted(system.glob("hwmon/hwmon*")) for path in _sensor(folder)]
        batteries = [p for p in _numbers(system, "power_supply/*/power_now") if _discharges(p.parent)]
        self._powers = [] if self._counters else sensors or batteries
        hidden = any(system.glob("powercap/intel-rapl:?/energy_uj"))
        self.name = (
            "the processor's own counter (RAPL)"
            if self._counters
            else "a power sensor" if sensors
            else "the battery" if batteries
            else "only the administrator may read the processor's counter" if hidden
            else "this machine has no counter that can be read"
        )  # fmt: skip
        self._before: list[float] = []
        self._began = 0.0

    def start(self) -> None:
        self._before, self._began = self._read(), time.perf_counter()

    def stop(self) -> float | None:
        """Joules since `start`; None when nothing tells."""
        after, seconds = self._read(), time.perf_counter() - self._began
        if self._counters and len(after) == len(self._before):
            return sum(map(_rise, self._counters, self._before, after)) / 1e6
        if self._powers and self._before and after:
            return (sum(self._before) + sum(after)) / 2 * seconds / 1e6
        return None

    def _read(self) -> list[float]:
        return [_number(path) for path in (self._counters or self._powers)]


@cache
def machine() -> dict[str, Any]:
    """`processor` (its name), `cores`, `memory_bytes`, and `read_bytes_per_second`: measured once, on all cores."""
    cores = _cores()
    return {
        "processor": processor(),
        "cores": cores,
        "memory_bytes": psutil.virtual_memory().total,
        "read_bytes_per_second": read_speed(cores),
    }


def read_speed(threads: int, size: int = READ_BYTES) -> float:
    """Bytes a second that `threads` threads together read from memory: the best of five rounds over `size` bytes."""
    parts = [np.ones(size // 8 // threads) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        best = min(_timed(pool, parts) for _ in range(5))
    return sum(part.nbytes for part in parts) / best


def _timed(pool: ThreadPoolExecutor, parts: list[Any]) -> float:
    start = time.perf_counter()
    list(pool.map(np.max, parts))
    return time.perf_counter() - start


def processor(root: Path = Path("/")) -> str:
    """The name of the board or processor as the system gives it."""
    board = root / "proc/device-tree/model"
    if board.exists():
        return board.read_text(errors="replace").strip("\0 \n")
    try:
        lines = (root / "proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine() or "unknown")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rise(counter: Path, before: float, after: float) -> float:
    """Microjoules counted; a counter that passed its end began again at 0."""
    return after - before if after >= before else after - before + _number(counter.with_name("max_energy_range_uj"))


def _numbers(system: Path, pattern: str) -> Iterator[Path]:
    """The files of that pattern that can be read and hold a number."""
    for path in sorted(system.glob(pattern)):
        try:
            _number(path)
        except (OSError, ValueError):
            continue
        yield path


def _number(path: Path) -> float:
    return float(path.read_text(encoding="ascii"))


def _sensor(folder: Path) -> list[Path]:
    """A sensor's power, unless it is that of a graphics card or a disk, which does not see the processor."""
    try:
        elsewhere = (folder / "name").read_text(encoding="ascii").strip() in ELSEWHERE
    except OSError:
        elsewhere = False
    return [] if elsewhere else [*_numbers(folder, "power1_average"), *_numbers(folder, "power1_input")][:1]


def _discharges(supply: Path) -> bool:
    try:
        return (supply / "status").read_text(encoding="ascii").strip() == "Discharging"
    except OSError:
        return False
