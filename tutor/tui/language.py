"""What the screens say, in the language of the user's machine."""

from __future__ import annotations

from typing import Any

from tutor.i18n import Texts, preferred

__all__ = ["texts"]


def texts(text: str, **values: Any) -> str:
    """A text of the catalogue in the user's language, with its values put in."""
    return Texts(preferred())(text, **values)
