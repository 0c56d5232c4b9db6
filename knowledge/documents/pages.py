"""A file as pages of units, as every reader gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from knowledge.documents.gaps import Gap
from knowledge.documents.units import Unit

MOST_PAGES = 2000
MOST_BYTES = 100_000_000
MOST_CHARACTERS = 20_000_000
"""Text that one document may hold: some twenty thick books."""

Tell = Callable[[int, int], None]
"""Hears how many pages are read, of how many."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page or slide. `kind` is "page", "slide" or "" for a file without either."""

    units: tuple[Unit, ...]
    number: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Converted:
    """A whole file, and what of it is not among its units."""

    pages: tuple[Page, ...]
    gaps: tuple[Gap, ...] = ()
