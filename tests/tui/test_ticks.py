"""The numbers along an axis are the values where they stand."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from demos.runtime.contract import Curve, Series
from tests.tui.conftest import Build
from tests.tui.steps import screen_text, showing, until, watch
from tutor.tui.plots import brief
from tutor.tui.ticks import labels_for, ticks_between
from tutor.tui.widgets.plot import Plot

values = st.floats(-1e300, 1e300)


@given(values, values, st.integers(2, 12))
def test_ticks_are_few_even_and_inside(low: float, high: float, most: int) -> None:
    assume(low < high)
    ticks = ticks_between(low, high, most)
    assert 2 <= len(ticks) <= most
    assert low <= ticks[0] and ticks[-1] <= high
    gaps = [b - a for a, b in pairwise(ticks)]
    assert min(gaps) > 0 and max(gaps) <= min(gaps) * (1 + 1e-6)


@given(values, values, st.integers(2, 12))
def test_a_label_read_back_is_its_tick(low: float, high: float, most: int) -> None:
    """Nearer than half of the last digit: a label of "2" is not good enough for 1.5, nor "-0" for -0.5."""
    assume(low < high)
    ticks = ticks_between(low, high, most)
    labels = labels_for(ticks)
    assert len(set(labels)) == len(ticks)
    gap = min(b - a for a, b in pairwise(ticks))
    for tick, label in zip(ticks, labels, strict=True):
        assert abs(float(label) - tick) <= 1e-5 * gap
        assert float(label) != 0 or label == "0"


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (-0.5, 1.5, 6, ["-0.5", "0", "0.5", "1.0", "1.5"]),
        (-0.5, 1.5, 3, ["0", "1"]),
        (0, 118, 6, ["0", "20", "40", "60", "80", "100"]),
        (0, 3e-7, 4, ["0", "1e-7", "2e-7", "3e-7"]),
        (0, 4e6, 3, ["0", "2e6", "4e6"]),
    ],
)
def test_known_axes(low: float, high: float, most: int, labels: list[str]) -> None:
    assert labels_for(ticks_between(low, high, most)) == labels


@given(st.floats(-1e9, 1e9))
def test_a_brief_number_is_short_near_and_never_minus_nought(value: float) -> None:
    text = brief(value)
    assert len(text) <= 7 and text != "-0"
    assert abs(float(text) - value) <= (0.051 * abs(value) if abs(value) > 1e-9 else 1e-9)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_plots_of_the_app_tell_where_their_ticks_are(made: Build, size: tuple[int, int]) -> None:
    app, _ = made()
    async with app.run_test(size=size) as pilot:
        view = await watch(pilot, app, "show me a walk")
        assert view.player is not None
        series = Series(name="a", x=(-0.5, 0.5, 1.5), y=(-0.04, 0.1, 0.04))
        panels = (Curve(title="Tenths", series=(series,)), Curve(title="More", series=(series,)))
        view.player.add(view.player.frames[-1].model_copy(update={"panels": panels}))
        await pilot.press("end")
        await until(pilot, lambda: "Tenths" in screen_text(app))
        plot = app.chat.query(Plot).first()
        for ticks in (plot._x_ticks, plot._y_ticks):
            assert ticks and len(ticks) >= 2
            for tick, label in zip(ticks, labels_for(ticks), strict=True):
                assert abs(float(label) - tick) < 1e-9
                await until(pilot, partial(showing, app, label), label)
        assert "-0 " not in screen_text(app)
