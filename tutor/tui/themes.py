"""Two looks: chalk on a green board, and ink on paper."""

from __future__ import annotations

from textual.theme import Theme

__all__ = ["DARK", "LIGHT", "series_colours"]

DARK = Theme(
    name="tiza-dark",
    dark=True,
    primary="#f5d76e",
    secondary="#8ecae6",
    accent="#f4a896",
    foreground="#ece9df",
    background="#1c2723",
    surface="#23312c",
    panel="#2c3d36",
    success="#a7d49b",
    warning="#f6bd60",
    error="#f28482",
    variables={
        "block-cursor-background": "#f5d76e",
        "block-cursor-foreground": "#1c2723",
        "footer-key-foreground": "#f5d76e",
        "footer-background": "#23312c",
        "border": "#f5d76e",
        "border-blurred": "#4a6158",
        "input-cursor-background": "#ece9df",
        "input-cursor-foreground": "#1c2723",
        "scrollbar": "#3d5249",
        "scrollbar-background": "#1c2723",
        "markdown-h1-color": "#f5d76e",
        "markdown-h2-color": "#f5d76e",
        "markdown-h3-color": "#8ecae6",
    },
)

LIGHT = Theme(
    name="tiza-light",
    dark=False,
    primary="#1d6b50",
    secondary="#2b5f9e",
    accent="#a83246",
    foreground="#24302b",
    background="#fbf8f1",
    surface="#f2eee3",
    panel="#e7e1d1",
    success="#2f7d4f",
    warning="#9a5b00",
    error="#b3261e",
    variables={
        "block-cursor-background": "#1d6b50",
        "block-cursor-foreground": "#fbf8f1",
        "footer-key-foreground": "#1d6b50",
        "footer-background": "#f2eee3",
        "border": "#1d6b50",
        "border-blurred": "#c3bba5",
        "input-cursor-background": "#24302b",
        "input-cursor-foreground": "#fbf8f1",
        "scrollbar": "#c9c1ac",
        "scrollbar-background": "#fbf8f1",
        "markdown-h1-color": "#1d6b50",
        "markdown-h2-color": "#1d6b50",
        "markdown-h3-color": "#2b5f9e",
    },
)


def series_colours(dark: bool) -> tuple[str, ...]:
    """Colours for the series of a plot, in order, apart in lightness as well as in hue."""
    if dark:
        return ("#f5d76e", "#8ecae6", "#f4a896", "#a7d49b", "#cdb4db", "#ffffff")
    return ("#1d6b50", "#2b5f9e", "#a83246", "#9a5b00", "#6a4c93", "#24302b")
