"""`python -m demos.runtime.said`: what the demos say, and what of it the catalogue lacks.

The code marks a text by `say("...")`; `count(n, "epoch")` says both numbers of a noun. What stands in a demo's
description (titles, presets, parameters, measures) is read from the demo itself.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from demos.runtime.catalogue import all_demos
from demos.runtime.contract import Demo
from demos.runtime.messages import plural
from demos.runtime.texts import COMMON, FOLDER, entries

ROOT = Path(__file__).parents[1]
NOUNS = {"count": 1, "amount": 1, "counted": 1}
_WORD = re.compile(r"[^\W\d_]{2,}|(?:^| )a (?:$| )")


def worded(text: str) -> bool:
    """Whether a template has words of its own, beside the values."""
    return bool(_WORD.search("".join(literal for literal, *_ in Formatter().parse(text))))


@cache
def in_code() -> dict[str, set[str]]:
    """The texts that the code marks, by the demo whose idea or telling it is; those of shared code, and of ideas that
    other demos use, under "common"."""
    names, used = {demo.name for demo in all_demos()}, _used_elsewhere()
    found: dict[str, set[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        shared = path.stem not in names or (path.stem in used and path.parent.name != "telling")
        own = found.setdefault(COMMON if shared else path.stem, set())
        own.update(text for text in _marked(ast.parse(path.read_text(encoding="utf-8"))) if worded(text))
    return found


def _used_elsewhere() -> set[str]:
    """The demos whose ideas other files than their own import."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and path.parent.name != "training":
                named = {str(node.module).rpartition(".")[2], *(alias.name for alias in node.names)}
                found |= named - {path.stem}
    return found


def _marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = NOUNS.get(node.func.id, 0 if node.func.id == "say" else None)
            if place is not None and len(node.args) > place and isinstance(text := node.args[place], ast.Constant):
                word = str(text.value)
                yield from (f"{{count}} {word}", f"{{count}} {plural(word)}") if place else (word,)
            if node.func.id == "Scene":
                yield from (name for each in (*node.args, *node.keywords) for name in _metrics(each))
        if isinstance(node, ast.Assign) and any(getattr(to, "id", "") == "metrics" for to in node.targets):
            yield from _metrics(node.value)
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "dict[str, float]":
            returned = (each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value)
            yield from (name for value in returned for name in _metrics(value))


def _metrics(node: ast.AST) -> Iterator[str]:
    """The names of metrics in a dictionary, as they are read."""
    node = node.value if isinstance(node, ast.keyword) and node.arg == "metrics" else node
    for key in node.keys if isinstance(node, ast.Dict) else ():
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value.replace("_", " ")


def described(demo: Demo) -> Iterator[str]:
    """The texts of a demo's description."""
    yield from (demo.title, demo.summary, demo.group, *demo.look_for)
    for preset in demo.presets.values():
        yield from (preset.title, preset.comment)
    yield from (demo.prediction.question, *demo.prediction.choices)
    for name, schema in demo.schema()["properties"].items():
        yield from (name.replace("_", " "), schema["description"], schema.get("unit", ""))
        yield from (str(value).replace("_", " ") for value in schema.get("enum", ()) if isinstance(value, str))
    for measure in demo.measures:
        yield from (measure.metric.replace("_", " "), measure.words)
    if demo.converged:
        yield demo.converged.words


def wanted() -> dict[str, set[str]]:
    """Every text by the file of the catalogue that has to hold it: what several say stands in "common"."""
    found = {name: set(texts) for name, texts in in_code().items()}
    for demo in all_demos():
        found.setdefault(demo.name, set()).update(text for text in described(demo) if _WORD.search(text))
    shared = found[COMMON] | {
        text for name, texts in found.items() for text in texts
        if any(text in others for other, others in found.items() if other != name)
    }  # fmt: skip
    return {COMMON: shared} | {name: texts - shared for name, texts in found.items() if name != COMMON}


GRAMMAR = {"is_", "it_is", "s", "them"}
"""Values that only make an English sentence agree; the Spanish one may do without."""


def problems() -> Iterator[str]:
    """What is wrong with the catalogue, a line each."""
    texts, code = wanted(), in_code()
    own = {demo.name: code.get(demo.name, set()) | set(described(demo)) for demo in all_demos()}
    for name in sorted({path.stem for path in FOLDER.glob("*.po")} | set(texts)):
        held, said = entries(name), texts.get(name, set())
        yield from (f"{name}: no Spanish: {text!r}" for text in sorted(said - set(held)))
        yield from (f"{name}: nobody says: {text!r}" for text in sorted(set(held) - said - own.get(name, set())))
        for text, spanish in held.items():
            lost = _fields(text) ^ _fields(spanish)
            if lost - (GRAMMAR & _fields(text)):
                yield f"{name}: other values in Spanish: {text!r}"


def _fields(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name}
    except ValueError:  # a text without values may hold a single brace
        return set()


if __name__ == "__main__":
    found = list(problems())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    raise SystemExit(bool(found))
