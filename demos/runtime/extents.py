"""The axes of a whole run: what a curve comes to is its range from the first frame on, so that nothing rescales."""

from __future__ import annotations

from collections.abc import Iterable

from demos.runtime.contract import Curve, Frame

__all__ = ["Extents", "steady"]

Span = tuple[float, float]


class Extents:
    """The ranges of all curves that were seen, by the titles of their panels."""

    def __init__(self, frames: Iterable[Frame] = ()) -> None:
        self._across: dict[str, Span] = {}
        self._up: dict[str, Span] = {}
        for frame in frames:
            self.see(frame)

    def see(self, frame: Frame) -> None:
        """Widen the ranges to what a frame shows."""
        for panel in frame.panels:
            if isinstance(panel, Curve):
                _widen(self._across, panel.title, [*(panel.x_range or ()), *_all(panel, 0)])
                _widen(self._up, panel.title, [*(panel.y_range or ()), *_all(panel, 1)])

    def fit(self, frame: Frame) -> Frame:
        """The frame with the axes of all that was seen."""
        panels = tuple(self._fit(panel) if isinstance(panel, Curve) else panel for panel in frame.panels)
        return frame.model_copy(update={"panels": panels})

    def _fit(self, panel: Curve) -> Curve:
        across, up = self._across.get(panel.title), self._up.get(panel.title)
        wide = {"x_range": across} if across and across[0] < across[1] else {}
        high = {"y_range": up} if up and up[0] < up[1] else {}
        return panel.model_copy(update={**wide, **high})


def steady(frames: Iterable[Frame]) -> list[Frame]:
    """The frames of a whole run with axes that stay."""
    kept = list(frames)
    seen = Extents(kept)
    return [seen.fit(frame) for frame in kept]


def _all(panel: Curve, axis: int) -> list[float]:
    return [value for series in panel.series for value in (series.y if axis else series.x)]


def _widen(spans: dict[str, Span], title: str, values: list[float]) -> None:
    if values:
        low, high = spans.get(title, (values[0], values[0]))
        spans[title] = min(low, *values), max(high, *values)
