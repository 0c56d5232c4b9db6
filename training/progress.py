"""A progress bar with the loss and the time left; plain lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINES_EVERY = 20
"""Steps between two lines of a log file."""


class Bar:
    """Hears of every step (see `training.train.Heard`)."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=self._console,
        )  # fmt: skip
        self._task = self._bar.add_task("Training", total=None)
        self._first, self._began, self._mean = 0, 0.0, 0.0

    def __call__(self, step: int, total: int, loss: float) -> None:
        if not self._first:
            self._first, self._began, self._mean = step, time.monotonic(), loss
        self._mean += 0.1 * (loss - self._mean)
        if self._console.is_terminal:
            self._bar.update(self._task, total=total, completed=step, description=f"Training, loss {self._mean:.3f}")
        elif step % LINES_EVERY == 0 or step == total:
            each = (time.monotonic() - self._began) / max(1, step - self._first)
            left = f", {in_words(each * (total - step))} left" if step > self._first else ""
            print(f"step {step} of {total}, loss {self._mean:.3f}{left}", file=sys.stderr, flush=True)

    def __enter__(self) -> Bar:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()


def in_words(seconds: float) -> str:
    """A length of time as one reads it: "40 seconds", "35 minutes", "2.5 hours"."""
    if seconds < 90:
        return f"{round(seconds)} second{'' if round(seconds) == 1 else 's'}"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
