"""Where the formulas of a text are: between `$$` and `$$`, and between `$` and `$` where those are no prices.

Code, between backticks, has no formulas, and a dollar sign after a backslash is one. A single `$` opens a formula when
a character follows it that is no space, closes it when the one before it is none, and stands beside no letter or
digit on the outside.
"""

from __future__ import annotations

import re
import string
from typing import NamedTuple

from tutor.formulas.latex import unicode_of

__all__ = ["Formulas", "readable", "readable_markdown"]

LONGEST = 2000
"""Characters of a formula set apart, and of a span of code, at most; what is longer stays as it is."""
LONGEST_INLINE = 300
_MARKS = frozenset("\\_^={}")
_SPECIAL = re.compile(r"[$`\\]")
_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


class _Found(NamedTuple):
    """What begins at a special character: where it ends, and the formula that it holds, "" where it is none."""

    end: int
    formula: str = ""


class Formulas:
    """Turns the formulas of one stream of text. The result does not depend on how the stream was cut into chunks."""

    def __init__(self, *, markdown: bool = False) -> None:
        """With `markdown`, a formula's own signs are escaped, so that Markdown shows each as it is."""
        self._markdown = markdown
        self._held = ""
        self._before = "\n"

    def feed(self, chunk: str) -> str:
        """What may be shown by now; a formula or code that is still open is held back."""
        return self._turn(self._held + chunk, ended=False)

    def flush(self) -> str:
        """End the stream: what was held back, with what never became a formula as it was written."""
        shown = self._turn(self._held, ended=True)
        self._before = "\n"
        return shown

    def _turn(self, text: str, *, ended: bool) -> str:
        shown: list[str] = []
        position = 0
        while position < len(text):
            start = _next_special(text, position)
            self._show(shown, text[position:start])
            position = start
            if start == len(text):
                break
            found = self._found(text, start, ended)
            if found is None:
                break
            position = found.end
            said = unicode_of(found.formula)
            self._show(shown, (said.translate(_ESCAPES) if self._markdown else said) or text[start:position])
        self._held = text[position:]
        return "".join(shown)

    def _show(self, shown: list[str], part: str) -> None:
        if part:
            shown.append(part)
            self._before = part[-1]

    def _found(self, text: str, start: int, ended: bool) -> _Found | None:
        """None when what follows has to be seen first."""
        if text[start] == "\\":
            return _Found(start + 2) if start + 1 < len(text) or ended else None
        if text[start] == "`":
            return _code(text, start, ended)
        if start + 1 == len(text):
            return _Found(start + 1) if ended else None
        if text.startswith("$$", start):
            return _apart(text, start, ended)
        return _inline(text, start, ended, self._before)


def _next_special(text: str, start: int) -> int:
    found = _SPECIAL.search(text, start)
    return found.start() if found else len(text)


def _code(text: str, start: int, ended: bool) -> _Found | None:
    """Code to the next run of as many backticks: a span ends within its paragraph, a fence at last with the text."""
    end = start
    while end < len(text) and text[end] == "`":
        end += 1
    if end == len(text) and not ended:
        return None
    ticks = end - start
    reach, is_known = _reach(text, end) if ticks < 3 else (len(text), False)
    place = end
    while (place := text.find("`" * ticks, place, reach)) >= 0:
        stop = place
        while stop < len(text) and text[stop] == "`":
            stop += 1
        if stop == len(text) and not ended:
            return None
        if stop - place == ticks:
            return _Found(stop)
        place = stop
    if ended and ticks >= 3:
        return _Found(len(text))
    return _Found(end) if ended or is_known else None


def _reach(text: str, start: int) -> tuple[int, bool]:
    """Where what begins at `start` has to end: with its paragraph and within `LONGEST`; and whether that is seen."""
    blank = text.find("\n\n", start, start + LONGEST)
    if blank >= 0:
        return blank, True
    return min(start + LONGEST, len(text)), start + LONGEST <= len(text)


def _apart(text: str, start: int, ended: bool) -> _Found | None:
    """A formula between double dollar signs, without an empty line in it."""
    reach, is_known = _reach(text, start)
    close = text.find("$$", start + 2, reach)
    if close >= 0:
        formula = text[start + 2 : close].strip()
        return _Found(close + 2, formula) if formula else _Found(start + 2)
    return _Found(start + 2) if ended or is_known else None


def _inline(text: str, start: int, ended: bool, before: str) -> _Found | None:
    """A formula between single dollar signs: the next sign closes it, or there is none."""
    close = start + 1
    while close < len(text) and text[close] != "$":
        if close - start > LONGEST_INLINE or text.startswith("\n\n", close):
            return _Found(start + 1)
        close += 2 if text[close] == "\\" else 1
    if close >= len(text) - 1 and not ended:
        return None
    formula, after = text[start + 1 : close], text[close + 1 : close + 2]
    if close >= len(text) or after == "$" or not _is_formula(formula, before, after):
        return _Found(start + 1)
    return _Found(close + 1, formula)


def _is_formula(content: str, before: str, after: str) -> bool:
    if not content or content != content.strip():
        return False
    if "\\" in content:
        return True
    if before.isalnum() or after.isalnum():
        return False  # US$5, $5-$10, $HOME:$PATH
    is_price = content[0].isdigit() and any(sign.isspace() for sign in content) and not _MARKS & set(content)
    return not is_price


def readable(text: str) -> str:
    """The text with every formula in Unicode; all else is as it was."""
    stream = Formulas()
    return stream.feed(text) + stream.flush()


def readable_markdown(text: str) -> str:
    """Markdown with every formula in Unicode, its signs escaped: rendered, it shows what `readable` gives."""
    stream = Formulas(markdown=True)
    return stream.feed(text) + stream.flush()
