"""What the drawn lines go through before they reach a terminal."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

__all__ = ["Styled"]


class Styled(LineFilter):
    """Gives every piece of a line a style, which the filter for terminals without colour takes for granted: any widget
    may draw pieces that have none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same pieces, each with a style; `background` does not matter."""
        del background
        return [Segment(text, Style.null() if style is None else style, control) for text, style, control in segments]
