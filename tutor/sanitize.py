"""Text without terminal control: what may be shown of words that others wrote (a model, a document, a file name).

Removed are the control characters of ECMA-48 (C0 but for newline and tab, DEL, C1), whole escape sequences with their
payload (CSI, OSC, DCS, SOS, PM, APC), bidirectional controls, tag characters, annotation marks and surrogates.
Unicode's line and paragraph separators become newlines. Letters of every script, joiners and emoji sequences stay.

A sequence may be split over chunks, so a stream is cleaned by one `Sanitiser` from its first chunk to its last.
"""

from __future__ import annotations

import re
from enum import Enum, auto

__all__ = ["Sanitiser", "clean"]

_SPECIAL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_STRING_START = frozenset("\x90\x98\x9d\x9e\x9f")
_STRING_START_AFTER_ESC = frozenset("PX]^_")
_ABORT = frozenset("\x18\x1a")


class _State(Enum):
    TEXT = auto()
    ESCAPE = auto()
    CSI = auto()
    STRING = auto()


class Sanitiser:
    """Cleans one stream of text. The result does not depend on how the stream was cut into chunks."""

    def __init__(self) -> None:
        self._state = _State.TEXT

    def feed(self, chunk: str) -> str:
        """The part of `chunk` that may be shown; an escape sequence that it leaves open goes on in the next one."""
        kept: list[str] = []
        position = 0
        while position < len(chunk):
            if self._state is _State.TEXT:
                found = _SPECIAL.search(chunk, position)
                end = found.start() if found else len(chunk)
                kept.append(chunk[position:end])
                position = end
                if found is None:
                    break
            kept.append(self._step(chunk[position]))
            position += 1
        return "".join(kept)

    def flush(self) -> str:
        """End the stream. Nothing is ever held back, so this forgets an open sequence and returns an empty string."""
        self._state = _State.TEXT
        return ""

    def _step(self, char: str) -> str:
        match self._state:
            case _State.TEXT:
                return self._special(char)
            case _State.ESCAPE:
                return self._escape(char)
            case _State.CSI:
                return self._csi(char)
            case _State.STRING:
                return self._string(char)

    def _special(self, char: str) -> str:
        """A character met outside of any sequence."""
        self._state = _State.TEXT
        if char == "\x1b":
            self._state = _State.ESCAPE
        elif char == "\x9b":
            self._state = _State.CSI
        elif char in _STRING_START:
            self._state = _State.STRING
        elif char in "\u2028\u2029":
            return "\n"
        return "" if _SPECIAL.match(char) else char

    def _escape(self, char: str) -> str:
        if char == "[":
            self._state = _State.CSI
        elif char in _STRING_START_AFTER_ESC:
            self._state = _State.STRING
        elif "0" <= char <= "~":
            self._state = _State.TEXT
        elif not " " <= char <= "/":  # those lead to a later final character
            return self._special(char)
        return ""

    def _csi(self, char: str) -> str:
        if "@" <= char <= "~":
            self._state = _State.TEXT
        elif not " " <= char <= "?":
            return self._special(char)
        return ""

    def _string(self, char: str) -> str:
        # ESC ends the string whatever follows: `ESC \` is its terminator, anything else starts another sequence.
        if char == "\x1b":
            self._state = _State.ESCAPE
        elif char in "\x07\x9c" or char in _ABORT:
            self._state = _State.TEXT
        return ""


def clean(text: str) -> str:
    """The whole of `text` as it may be shown."""
    return Sanitiser().feed(text)
