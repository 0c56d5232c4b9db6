"""What of a demo a student reads first: its docstring, its parameters, and the algorithm, without the telling.

The algorithm is every function, class and constant of the demo's file, and of the parts that it shares with others in
its room, that says nothing: whatever writes captions or draws panels, and whatever uses that, is telling.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from demos.runtime.contract import Demo

TELLING = re.compile(r"demos\.(runtime\.(contract|messages)|lib\.(scenes|wording|prelude|pacing|plane))$")
"""The modules whose names make captions, panels and presets."""
OF_PARAMETERS = frozenset({"Params", "param", "DemoError"})
QUIET = frozenset({"aliases", "synonyms"})
"""Settings of a parameter that only readers of requests need."""

_BETWEEN_CONSTANTS = re.compile(r"(?m)^([A-Z][A-Z_]* = .*)\n\n\n(?=[A-Z][A-Z_]* = )")
_Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


def idea(demo: Demo) -> str:
    """Docstring, parameters, algorithm and `steps` of a demo, as Python that is read from top to bottom."""
    name = demo.steps.__module__
    text, tree = _read(name)
    parts = [_docstring(tree, text)]
    parts += [_parameters(n) for n in tree.body if isinstance(n, ast.ClassDef) and n.name == demo.params.__name__]
    for shared in _shared(name, tree):
        body, shown = _read(shared)
        own = list(_algorithm(shown, body))
        if own:
            parts += [f"# {shared.replace('.', '/')}.py: {_first_line(shown)}", *own]
    parts += _algorithm(tree, text, {demo.params.__name__, "DEMO", "steps"})
    parts += [
        ast.get_source_segment(text, node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "steps"
    ]
    parts.append(f"# Captions, pictures and presets stand in {name.replace('.', '/')}.py: tiza demo {demo.name} --file")
    whole = "\n\n\n".join(part.rstrip() for part in parts if part) + "\n"
    return _BETWEEN_CONSTANTS.sub(r"\1\n", whole)


def _read(name: str) -> tuple[str, ast.Module]:
    text = inspect.getsource(importlib.import_module(name))
    return text, ast.parse(text)


def _docstring(tree: ast.Module, text: str) -> str:
    return ast.get_source_segment(text, tree.body[0]) or ""


def _first_line(tree: ast.Module) -> str:
    return (ast.get_docstring(tree) or "").split("\n")[0]


def _shared(name: str, tree: ast.Module) -> list[str]:
    """The modules of the demo's own room, and of shared mathematics, that it imports from."""
    room = name.rpartition(".")[0]
    found = [node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return [each for each in found if each.startswith(f"{room}._") or each == "demos.lib.readout"]


def _algorithm(tree: ast.Module, text: str, without: frozenset[str] | set[str] = frozenset()) -> Iterator[str]:
    """The definitions that say nothing, in their order."""
    told = _telling(tree)
    for node in tree.body:
        names = _names(node)
        if isinstance(node, _Definition) and names and not names & (told | without | {"__all__"}):
            start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
            lines = text.splitlines()[start - 1 : node.end_lineno]
            yield "\n".join(lines)


def _telling(tree: ast.Module) -> set[str]:
    """The definitions that say something, or use one that does."""
    uses = {name: _used(node) for node in tree.body for name in _names(node)}
    drawn = {alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom)
             and TELLING.match(node.module or "") for alias in node.names} - OF_PARAMETERS  # fmt: skip
    told = {name for name, used in uses.items() if used & drawn}
    while more := {name for name, used in uses.items() if name not in told and used & told}:
        told |= more
    return told


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _used(node: ast.AST) -> set[str]:
    """The names that a definition uses, but for what it says when it refuses or is printed."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.FunctionDef) and node.name == "__str__"):
        return set()
    own = {node.id} if isinstance(node, ast.Name) else set[str]()
    return own.union(*(_used(child) for child in ast.iter_child_nodes(node)))


def _parameters(node: ast.ClassDef) -> str:
    """The class of the parameters without other words for them."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "param":
            each.keywords = [keyword for keyword in each.keywords if keyword.arg not in QUIET]
    return ast.unparse(ast.fix_missing_locations(node))


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
