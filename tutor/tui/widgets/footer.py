"""The line of keys: as many of them as fit, none of them in part."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tutor.i18n import mark
from tutor.tui.language import texts

__all__ = ["KeyLine"]

PALETTE = mark("palette")
"""What Textual calls its own key; it is said in the user's language like all others."""
RULE = 1
"""The column of the line before the key of the palette."""


class KeyLine(Footer):
    """Leaves out the last keys where there is no room, so that none shows a letter beside the palette's key."""

    def __init__(self) -> None:
        super().__init__(compact=True)

    def compose(self) -> ComposeResult:
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        for key in keys:
            key.description = texts(key.description)
        last = [key for key in keys if key.has_class("-command-palette")]
        room = self.app.size.width - sum(_width(key) + RULE for key in last)
        for key in keys:
            room -= 0 if key in last else _width(key)
            if room >= 0 or key in last:
                yield key

    def on_resize(self) -> None:
        self.call_after_refresh(self.recompose)


def _width(key: FooterKey) -> int:
    """The columns of a key, its meaning, the blank between them and the one after."""
    return cell_len(key.key_display) + cell_len(key.description) + 2
