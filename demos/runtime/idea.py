"""What of a demo a student reads first: the file of its idea, and the parts of the algorithm that it shares."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from functools import cache
from pathlib import Path

from demos.runtime.catalogue import idea_of, source
from demos.runtime.contract import Demo

LIBRARY = ("demos.lib.readout", "demos.lib.ranking")
"""Mathematics that several rooms share."""


def idea(demo: Demo) -> str:
    """The file of a demo's idea, and below it the files of what the idea shares with others of its room."""
    parts = [source(demo)]
    for name in _shared(idea_of(demo)):
        parts.append(f"# {name.replace('.', '/')}.py\n\n{inspect.getsource(importlib.import_module(name))}")
    parts.append(f"# How it is told stands in demos/telling/{demo.name}.py\n")
    return "\n\n".join(parts)


def _shared(name: str) -> list[str]:
    """The shared parts of its own room, and of the mathematics of all, that a module imports, and that those import;
    not those that hold data alone."""
    room, found, left = name.rpartition(".")[0], list[str](), [name]
    while left:
        for each in _imported(left.pop(0)):
            shared = each.startswith(f"{room}._") or each in LIBRARY
            if shared and each not in found and any(isinstance(node, ast.FunctionDef) for node in _tree(each).body):
                found.append(each)
                left.append(each)
    return found


def _imported(name: str) -> list[str]:
    """The modules that a module imports or imports from: `from room import _part`, `from room._part import x`."""
    imports = [node for node in _tree(name).body if isinstance(node, ast.ImportFrom) and node.module]
    parts = [f"{node.module}.{alias.name}" for node in imports for alias in node.names if alias.name.startswith("_")]
    return [*(str(node.module) for node in imports), *parts]


def _tree(name: str) -> ast.Module:
    return ast.parse(inspect.getsource(importlib.import_module(name)))


@cache
def definition(name: str) -> tuple[str, str]:
    """The file and the source of a function or class that is named "module:name", without importing its module.

    Raises LookupError when there is none.
    """
    module, _, wanted = name.partition(":")
    path = Path(__file__).parents[2] / f"{module.replace('.', '/')}.py"
    if not path.is_file():
        raise LookupError(name)
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == wanted:
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            lines = text.splitlines()[start - 1 : node.end_lineno]
            return f"{module.replace('.', '/')}.py", textwrap.dedent("\n".join(lines))
    raise LookupError(name)
