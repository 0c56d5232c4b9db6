"""No regular expression in the code takes long over hostile text: each is found in the source, and timed.

This is the one place where a time is asserted: what backtracks exponentially or by the square needs seconds or years
for 4,000 characters, what is linear a millisecond.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import demos
import knowledge
import tutor

CHARACTERS = 4000
SECONDS = 0.1
TRIES = 3
"""The fastest of so many runs counts: another process may have had the processor."""
SEEDS = ("a", " ", "1", "1.", "a ", " a", "can you please ", "is a and ", "epochs 5 ", "the ", "$", "\\", "(", "[", "*",
         "_", "“", "\"", "-", "a-", "á", "¿", "\n", "http://a.", "slide ", "0,", "x=", "a.b ", "\t ", "| ")  # fmt: skip


@cache
def patterns() -> dict[str, str]:
    """Every pattern in the source, by where it stands: those of compiled ones, and those given to `re` in a call."""
    found: dict[str, str] = {}
    for package in (tutor, knowledge, demos):
        for module in _modules(package):
            for name, value in vars(module).items():
                found |= {f"{module.__name__}.{name}[{n}]": text for n, text in enumerate(_held(value))}
            found |= dict(_called(module))
    return found


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not info.name.endswith("__main__") and not info.name.startswith("demos.training."):
            yield importlib.import_module(info.name)


def _held(value: object) -> Iterator[str]:
    """The patterns that a module's value holds, in whatever it is kept."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value.pattern
    elif isinstance(value, dict):
        for part in value.values():
            yield from _held(part)
    elif isinstance(value, tuple | list | frozenset | set):
        for part in value:
            yield from _held(part)


def _called(module: ModuleType) -> Iterator[tuple[str, str]]:
    path = Path(str(module.__file__))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            first = node.args[0]
            if of_re and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield f"{module.__name__}:{node.lineno}", first.value


def hostile(pattern: str) -> Iterator[str]:
    """Long texts that nearly fit: common pieces, and the pattern's own words, each repeated, with an end that fails."""
    own = {word for word in re.findall(r"[a-z]{3,}", pattern) if len(word) < 12}
    for piece in (*SEEDS, *(f"{word} " for word in sorted(own)[:12]), f"{' '.join(sorted(own)[:6])} "):
        text = (piece * (CHARACTERS // len(piece) + 1))[:CHARACTERS]
        yield f"{text}\x00"
        yield f"x{text}"


@pytest.mark.slow
def test_every_pattern_is_fast_on_hostile_text() -> None:
    assert len(patterns()) > 100
    slow = {}
    for place, pattern in patterns().items():
        compiled = re.compile(pattern, re.IGNORECASE)
        for text in hostile(pattern):
            taken = min(_timed(compiled, text) for _ in range(1 if _timed(compiled, text) < SECONDS else TRIES))
            if taken > SECONDS:
                slow[place] = (pattern, text[:30], round(taken, 2))
                break
    assert not slow


def _timed(compiled: re.Pattern[str], text: str) -> float:
    started = time.perf_counter()
    compiled.search(text)
    return time.perf_counter() - started
