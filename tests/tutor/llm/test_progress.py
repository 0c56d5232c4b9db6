"""How fast a fetch is, and how long it still takes, by a clock of the test's own."""

from __future__ import annotations

import pytest

from tutor.llm.fetching import progress as module
from tutor.llm.fetching.progress import Progress, Reporter


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_speed_is_that_of_the_last_seconds_and_not_of_what_was_here_already(clock: Clock) -> None:
    told: list[Progress] = []
    reporter = Reporter("fake", 10_000, told.append)
    reporter.begin("fetching", 5_000, origin="hub")
    assert told[-1].speed == 0 and told[-1].seconds_left is None
    for done in (5_200, 5_400, 5_600, 5_800):
        clock.now += 1
        reporter.reach(done)
    assert told[-1].speed == pytest.approx(200) and told[-1].seconds_left == pytest.approx(21)
    for done in range(5_900, 6_900, 100):
        clock.now += 1
        reporter.reach(done)
    assert told[-1].speed == pytest.approx(100)


def test_reports_are_few_but_the_last_byte_is_always_told(clock: Clock) -> None:
    told: list[Progress] = []
    reporter = Reporter("fake", 1000, told.append)
    reporter.begin("fetching")
    for done in range(0, 1001, 10):
        clock.now += 0.001
        reporter.reach(done)
    assert len(told) < 5 and told[-1].done == 1000


def test_what_begins_anew_has_no_speed_below_zero(clock: Clock) -> None:
    told: list[Progress] = []
    reporter = Reporter("fake", 1000, told.append)
    reporter.begin("fetching", 800)
    clock.now += 1
    reporter.reach(100)
    clock.now += 1
    reporter.reach(200)
    assert told[-1].speed == pytest.approx(100)


def test_more_than_all_is_never_shown() -> None:
    """A wheel has some bytes beside its part."""
    told: list[Progress] = []
    Reporter("fake", 1000, told.append).begin("fetching", 1200)
    assert told[-1].done == 1000
