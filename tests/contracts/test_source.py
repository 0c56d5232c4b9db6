"""What no linter sees in our own source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for room in ("tutor", "knowledge", "demos", "training") for path in (ROOT / room).rglob("*.py"))
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def stray_texts(source: str) -> Iterator[int]:
    """Line numbers of texts that are statements of their own and no docstrings: the lost second half of a sentence."""
    for node in ast.walk(ast.parse(source)):
        for block in (getattr(node, "body", []), getattr(node, "orelse", [])):
            for index, statement in enumerate(block if isinstance(block, list) else []):
                before = block[index - 1] if index else None
                if _is_text(statement) and not _is_docstring(node, before):
                    yield statement.lineno


def _is_text(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def _is_docstring(node: ast.AST, before: ast.stmt | None) -> bool:
    """The first statement of what has docstrings, or one after a name of a module, class or object got its value."""
    if before is None:
        return isinstance(node, DOCUMENTED)
    makes = isinstance(node, ast.FunctionDef) and node.name == "__init__"
    return (makes or isinstance(node, ast.Module | ast.ClassDef)) and isinstance(
        before, ast.Assign | ast.AnnAssign | ast.AugAssign
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_half_of_a_sentence_is_lost(path: Path) -> None:
    assert not list(stray_texts(path.read_text(encoding="utf-8")))


def test_a_lost_half_is_seen() -> None:
    source = '''
SIZE = 3
"""How many."""
def told():
    """Docstring."""
    text = "one "
    "right."
    if text:
        f"{text} are "
    return text
'''
    assert list(stray_texts(source)) == [7, 9]
