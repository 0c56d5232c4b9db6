"""The slider under a film."""

from __future__ import annotations

from textual.content import Content

from tutor.tui.text import words

__all__ = ["track"]


def track(width: int, position: int, count: int, moments: list[int]) -> Content:
    """The slider: a line of `width` cells with the moments marked on it and a knob at `position` of `count`."""
    cells = ["─"] * width

    def cell(frame: int) -> int:
        return round(frame / max(1, count - 1) * (width - 1))

    for moment in moments:
        cells[cell(moment)] = "◆"
    knob = cell(max(0, position))
    cells[knob] = "●"
    return words(
        ("".join(cells[:knob]), "$primary"), ("●", "bold $accent"), ("".join(cells[knob + 1 :]), "$foreground-muted")
    )
