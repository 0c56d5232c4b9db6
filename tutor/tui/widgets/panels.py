"""The panels of a frame, side by side as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from demos.runtime.contract import Curve, Panel, Scatter
from tutor.tui import render
from tutor.tui.text import Line, Picture

if TYPE_CHECKING:
    from tutor.tui.widgets.plot import Plot

__all__ = ["PanelRow", "PanelView"]

NARROWEST = 36
"""Columns below which a panel is no longer readable."""


class PanelView(Vertical):
    """One panel with its title: a live plot for curves and points, a drawing for the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Line(classes="panel-title")
        self._picture = Picture()
        self._plot: Plot | None = None
        self._legend = Line(classes="legend")
        self._panel: Panel | None = None

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._picture
        yield self._legend

    def show(self, panel: Panel) -> None:
        """Draw this panel in place of the last one."""
        self._panel = panel
        if not self.children:
            return  # not composed yet: drawn when mounted
        self._title.say(panel.title)
        is_plot = _is_plot(panel)
        self._picture.display = not is_plot
        self._legend.display = is_plot
        if self._plot is not None:
            self._plot.display = is_plot
        if isinstance(panel, Curve | Scatter) and is_plot:
            self._show_plot(panel)
        else:
            self._draw_picture()

    def on_mount(self) -> None:
        if self._panel is not None:
            self.show(self._panel)

    def on_resize(self) -> None:
        if self._panel is not None and not _is_plot(self._panel):
            self._draw_picture()

    def _show_plot(self, panel: Curve | Scatter) -> None:
        # Imported here because it brings NumPy, which a chat without demos never needs.
        from tutor.tui.widgets.plot import Plot, legend

        if self._plot is None:
            self._plot = Plot()
            self.mount(self._plot, after=self._title)
        self._plot.show(panel)
        self._legend.update(legend(panel, self.app.current_theme.dark))

    def _draw_picture(self) -> None:
        assert self._panel is not None
        height = self.size.height - 1
        if self.size.width < 1 or height < 1:
            return
        try:
            self._picture.drawing = render.panel(
                self._panel,
                self.size.width,
                height,
                coloured=not self.app.no_color,
                dark=self.app.current_theme.dark,
            )
        except Exception:
            # A demo's data may be drawable in every way but this one; the run and its captions go on.
            self._picture.drawing = Text("This panel cannot be drawn here.")
        self._picture.refresh()


def _is_plot(panel: Panel) -> bool:
    """Whether a plot shows the panel; points that have their names beside them are drawn in cells, as words are."""
    return isinstance(panel, Curve) or (isinstance(panel, Scatter) and not panel.labelled)


class PanelRow(Horizontal):
    """As many panels as fit beside each other; `turn_page` shows the others."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._panels: Sequence[Panel] = ()
        self._views: list[PanelView] = []
        self._first = 0

    @property
    def hidden(self) -> int:
        """How many panels do not fit."""
        return max(0, len(self._panels) - self._room())

    def show(self, panels: Sequence[Panel]) -> None:
        """Show a frame's panels, keeping the page that is open."""
        self._panels = panels
        if self._first >= len(panels):
            self._first = 0
        visible = [*panels[self._first :], *panels[: self._first]][: self._room()]
        for number, panel in enumerate(visible):
            if number == len(self._views):
                self._views.append(PanelView())
                self.mount(self._views[number])
            self._views[number].display = True
            self._views[number].show(panel)
        for view in self._views[len(visible) :]:
            view.display = False

    def turn_page(self) -> None:
        """Bring the panels that did not fit to the front."""
        if self._panels:
            self._first = (self._first + self._room()) % len(self._panels) if self.hidden else 0
            self.show(self._panels)

    def on_resize(self) -> None:
        self.show(self._panels)

    def _room(self) -> int:
        return max(1, self.size.width // NARROWEST)
