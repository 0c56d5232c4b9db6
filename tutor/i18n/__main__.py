"""`python -m tutor.i18n`: texts that the Spanish catalogue lacks, and those that nobody says any more."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from demos.runtime.said import GRAMMAR, worded
from tutor.i18n import CATALOGUE

ROOT = Path(__file__).parents[2]
KEYWORDS = {"texts": None, "_texts": None, "mark": None, "plural": (1, 2)}
ROOMS = {"tutor": KEYWORDS, "knowledge": {"mark": None}}
"""Where texts are marked, and how."""
MESSAGES = ("tutor", "knowledge")
"""Rooms that say messages: errors, answers about a run, what was not read of a file."""
COMMANDS = "tutor/cli"
"""Whose help texts are said in the language of whoever asks for them (tutor/cli/spoken.py)."""
METHODS = [("formulas/**.py", "ignore"), ("**.py", "python")]
"""Formulas are signs and no texts, and their f-strings are not read right."""


def said() -> set[str]:
    """Every text that the code marks."""
    from babel.messages.extract import extract_from_dir

    found: set[str] = set()
    for room, keywords in ROOMS.items():
        for _, _, message, _, _ in extract_from_dir(ROOT / room, METHODS, keywords=keywords):
            found.update(message if isinstance(message, tuple) else (message,))
    for room in MESSAGES:
        found.update(text for tree in _trees(room) for text in _messages(tree))
    found.update(text for tree in _trees(COMMANDS) for text in _helps(tree))
    return {text for text in found if text and worded(text)}


def _trees(room: str) -> Iterator[ast.AST]:
    return (ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / room).rglob("*.py")))


def _messages(tree: ast.AST) -> Iterator[str]:
    """The templates of messages: the first argument of `say`, not of a widget's method of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
            yield from _text(node.args[0])


def _helps(tree: ast.AST) -> Iterator[str]:
    """The help of commands, which is their docstring, and of what they take."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "help":
            yield from _text(node.value)
        if isinstance(node, ast.FunctionDef):
            made = {call.func.attr for call in node.decorator_list
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)}  # fmt: skip
            if made & {"command", "callback"} and (said := ast.get_docstring(node)):
                yield inspect.cleandoc(said)


def _text(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def problems() -> Iterator[str]:
    """What is wrong with the catalogue, a line each."""
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as file:
        held = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    marked = said()
    yield from (f"no Spanish: {text!r}" for text in sorted(marked - {text for text, es in held.items() if es}))
    yield from (f"nobody says: {text!r}" for text in sorted(set(held) - marked))
    for text, spanish in held.items():
        kept = [name for name in _fields(text) if name not in GRAMMAR or name in _fields(spanish)]
        if sorted(kept) != sorted(_fields(spanish)):
            yield f"other values in Spanish: {text!r}"


def _fields(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


if __name__ == "__main__":
    found = list(problems())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    raise SystemExit(bool(found))
