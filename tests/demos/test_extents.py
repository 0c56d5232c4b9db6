"""The axes of a run stay from its first frame to its last."""

from __future__ import annotations

from demos.runtime.contract import Curve, Frame, Series
from demos.runtime.extents import Extents, steady


def _frame(title: str, *points: tuple[float, float], y_range: tuple[float, float] | None = None) -> Frame:
    x, y = tuple(x for x, _ in points), tuple(y for _, y in points)
    return Frame(
        caption="-", progress=0, panels=(Curve(title=title, series=(Series(name="", x=x, y=y),), y_range=y_range),)
    )


def _ranges(frame: Frame) -> tuple[object, object]:
    panel = frame.panels[0]
    assert isinstance(panel, Curve)
    return panel.x_range, panel.y_range


def test_every_frame_has_the_range_of_the_whole_run() -> None:
    run = [_frame("Loss", (0, 5.0)), _frame("Loss", (0, 5.0), (1, 2.0)), _frame("Loss", (0, 5.0), (1, 2.0), (2, -1.0))]
    assert {_ranges(frame) for frame in steady(run)} == {((0, 2), (-1, 5))}


def test_a_range_that_the_demo_chose_is_only_widened() -> None:
    assert _ranges(steady([_frame("Share", (0, 0.2), (1, 0.4), y_range=(0, 1))])[0]) == ((0, 1), (0, 1))
    assert _ranges(steady([_frame("Share", (0, 0.2), (1, 1.4), y_range=(0, 1))])[0]) == ((0, 1), (0, 1.4))


def test_a_single_point_has_no_range_yet_and_titles_are_kept_apart() -> None:
    seen = Extents([_frame("a", (1, 1))])
    assert _ranges(seen.fit(_frame("a", (1, 1)))) == (None, None)
    seen.see(_frame("b", (0, 0), (9, 9)))
    assert _ranges(seen.fit(_frame("a", (1, 1)))) == (None, None)
