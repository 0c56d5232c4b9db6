"""`make bench-demos`: every demo's default run timed in a worker of its own, with the tutor's real capabilities.

Writes its section of docs/benchmarks.md, and docs/demos.md with a picture of each. Names given as arguments measure
those alone.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measuring import machine, put_section
from demos.runtime import pages
from demos.runtime.catalogue import all_demos, load
from demos.runtime.contract import Demo, Frame
from demos.runtime.pages import Measured
from demos.runtime.runner import Worker, Workers, run
from knowledge.retrieval.embedder import Embedder
from training.statistics import percentile
from tutor.service.build import open_model
from tutor.service.capabilities import capabilities
from tutor.settings import Settings, read_settings

TARGET = Path(__file__).parents[1] / "docs" / "benchmarks.md"
TITLE = "Demos"
ROUNDS = 3
LONG = 5.0
"""Seconds from which one run has to do."""

FIRST_FRAME, WHOLE_RUN, MEMORY = 0.5, 10.0, 1024.0
"""The goals: seconds to the first frame, seconds to the end, MB."""


class _Observed(Workers):
    """Workers of which one waits, its imports done; knows the process that runs."""

    def __init__(self) -> None:
        super().__init__()
        self.worker: Worker | None = None

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Worker]:
        async with super().borrow() as worker:
            self.worker = worker
            yield worker

    async def settle(self) -> None:
        """Wait until the spare has imported what it imports: until it uses no more processor time."""
        self.refill()
        assert self._spare
        process = psutil.Process((await self._spare).pid)
        used, quiet = -1.0, 0
        while quiet < 3:
            await asyncio.sleep(0.2)
            before, used = used, sum(process.cpu_times()[:2])
            quiet = quiet + 1 if used == before else 0

    def peak(self) -> float:
        """The most memory that the running process has held so far, in MB; 0 where the system does not say."""
        assert self.worker
        with suppress(OSError, StopIteration), open(f"/proc/{self.worker.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
        return 0.0


async def measure(demo: Demo, given: Mapping[str, Any], workers: _Observed) -> tuple[Measured, Frame]:
    """One default run, and its last frame."""
    await workers.settle()
    first, peak, count, last = 0.0, 0.0, 0, None
    started = time.perf_counter()
    async with aclosing(run(demo, demo.parse(), workers=workers, capabilities=given)) as frames:
        async for frame in frames:
            first = first or time.perf_counter() - started
            peak, count, last = max(peak, workers.peak()), count + 1, frame
    total = time.perf_counter() - started
    assert last is not None
    return Measured(round(first, 3), round(total, 2), round(peak), count, dict(last.metrics)), last


async def measure_all(demos: Sequence[Demo], settings: Settings) -> dict[str, Measured]:
    """Every demo, the median of ROUNDS runs by total time (a long one runs once); draws their pictures on the way."""
    embedder = Embedder(settings.embedder)
    await asyncio.to_thread(embedder.load)
    model = await open_model(settings)

    def embed(texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = embedder.encode(texts).tolist()
        return vectors

    found: dict[str, Measured] = {}
    workers = _Observed()
    try:
        async with workers:
            for demo in demos:
                given = capabilities(demo, embed, model)
                runs = [await measure(demo, given, workers)]
                while len(runs) < ROUNDS and runs[0][0].total < LONG:
                    runs.append(await measure(demo, given, workers))
                found[demo.name], last = sorted(runs, key=lambda pair: pair[0].total)[len(runs) // 2]
                pages.draw(demo, last)
                print(_row(demo.name, found[demo.name]), flush=True)
    finally:
        await model.close()
    return found


def import_seconds() -> float:
    """Seconds that a fresh worker takes to import what the demos with networks need, the median of three."""
    script = "import time; t = time.perf_counter(); import torch; print(time.perf_counter() - t)"
    times = [
        float(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    return sorted(times)[1]


def section(measured: Mapping[str, Measured], torch_seconds: float) -> list[str]:
    """The section's lines: what was kept to, then every run."""
    runs = measured.values()
    firsts, totals, peaks = ([getattr(each, name) for each in runs] for name in ("first", "total", "peak_mb"))
    over = [
        name for name, each in measured.items()
        if each.first > FIRST_FRAME or each.total > WHOLE_RUN or each.peak_mb > MEMORY
    ]  # fmt: skip
    return [
        f"Written by `make bench-demos` on {date.today():%Y-%m-%d}: {machine()}, load {os.getloadavg()[0]:.1f}. "
        f"Default runs, the median of {ROUNDS} (one where it takes over {LONG:g} s), each in a fresh process that has "
        f"torch imported already, as the tutor keeps one waiting; that import takes {torch_seconds:.1f} s and is not "
        "counted. Memory is the process's peak, torch included.",
        "",
        f"Goals: first frame within {FIRST_FRAME:g} s, end within {WHOLE_RUN:g} s, {MEMORY:g} MB at most. "
        f"{len(measured) - len(over)} of {len(measured)} keep to all three"
        f"{'; over: ' + ', '.join(over) if over else ''}. "
        f"Median first frame {percentile(firsts, 0.5):.2f} s (slowest {max(firsts):.2f}), whole run "
        f"{percentile(totals, 0.5):.1f} s (slowest {max(totals):.1f}), peak {percentile(peaks, 0.5):.0f} MB "
        f"(largest {max(peaks):.0f}).",
        "",
        "| demo | first frame | whole run | peak memory | frames |", "|---|---|---|---|---|",
        *(_row(name, each) for name, each in measured.items()),
    ]  # fmt: skip


def _row(name: str, run: Measured) -> str:
    return f"| {name} | {run.first:.2f} s | {run.total:.2f} s | {run.peak_mb:.0f} MB | {run.frames} |"


def main(names: Sequence[str]) -> None:
    """Measure and write; with names, those alone are measured anew."""
    demos = [load(name) for name in names] or list(all_demos())
    fresh = asyncio.run(measure_all(demos, read_settings()))
    known = {**pages.read(), **fresh}
    measured = {demo.name: known[demo.name] for demo in all_demos() if demo.name in known}
    pages.write(measured)
    lines = section(measured, import_seconds())
    page = TARGET.read_text(encoding="utf-8") if TARGET.exists() else "# Benchmarks\n"
    TARGET.write_text(put_section(page, TITLE, lines), encoding="utf-8")
    print("\n".join(lines[:3]))


if __name__ == "__main__":
    main(sys.argv[1:])
