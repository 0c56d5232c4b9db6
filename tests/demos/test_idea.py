"""A demo's public file is its idea: formula, parameters, algorithm and a short run, and nothing of how it is told."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from statistics import median

import pytest

from demos.runtime.catalogue import all_demos, idea_of, load, source
from demos.runtime.contract import Demo
from demos.runtime.idea import definition, idea
from demos.runtime.said import ROOT

OF_THE_IDEA = {
    "self_attention": "def attend(", "perceptron": "def moved(", "lstm": "def walk_lstm(", "hopfield": "def relax(",
    "llama": "def rope(", "backpropagation": "def propagate(", "kohonen_map": "def move(", "gru": "def walk_gru(",
    "neural_turing_machine": "def address(", "diffusion": "def sample(", "capsules": "def route(",
    "lenet": "def layers(", "echo_state_network": "def drive(", "vae": "def divergence(", "alpha_beta": "def value(",
    "vit": "def cut(",
    "transformer_block": "def block(", "clip": "def see(", "expert_system": "def forward(", "gan": "def apply(",
}  # fmt: skip
OF_THE_TELLING = ("demos.telling", "demos.runtime.panels", *(f"demos.lib.{name}" for name in (
    "scenes", "wording", "prelude", "pacing", "plane",
)))  # fmt: skip
OF_PARAMETERS = {"Params", "param", "DemoError"}
A_NAME = 24
"""Characters that a name of a thing has at most, such as "grow alike" or "mean digit"; a caption has more."""

each_demo = pytest.mark.parametrize("demo", all_demos(), ids=lambda demo: demo.name)
ROOMS = sorted({idea_of(demo).split(".")[1] for demo in all_demos()})


def code_lines(nodes: list[ast.stmt]) -> set[int]:
    """The numbers of the lines of code: no docstring and no import."""
    found = set[int]()
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom) or is_text(node):
            continue
        texts = {line for each in ast.walk(node) if isinstance(each, ast.Expr) and is_text(each) for line in span(each)}
        found |= set(span(node)) - texts
    return found


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def told(tree: ast.AST) -> Iterator[ast.Call]:
    """What a student is told in words: each `say` but those of errors."""
    if isinstance(tree, ast.Raise):
        return
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "say":
        yield tree
    for child in ast.iter_child_nodes(tree):
        yield from told(child)


@each_demo
def test_its_file_is_all_parameters_algorithm_and_run(demo: Demo) -> None:
    tree = ast.parse(source(demo))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert {"run", demo.params.__name__} <= defined
    words = {line for call in told(tree) for line in range(call.lineno, (call.end_lineno or call.lineno) + 1)}
    lines = {n for n in code_lines(tree.body) if source(demo).splitlines()[n - 1].strip()}
    assert len(lines - words) >= len(lines) / 2


@pytest.mark.parametrize("room", ROOMS)
def test_an_idea_knows_nothing_of_how_it_is_told(room: str) -> None:
    """Nor do the parts that the ideas of a room share."""
    for path in sorted((ROOT / room).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert not str(node.module).startswith(OF_THE_TELLING), path
                names = {alias.name for alias in node.names}
                assert node.module != "demos.runtime.contract" or names <= OF_PARAMETERS, path
        texts = [ast.literal_eval(call.args[0]) for call in told(tree)]
        assert [text for text in texts if len(text) > A_NAME] == [], path


def test_it_is_read_in_one_sitting() -> None:
    assert median(len(source(demo).splitlines()) for demo in all_demos()) < 150


def test_most_of_a_file_is_the_algorithm() -> None:
    """Over all files, the lines of functions and classes (blank ones not counted, nor the parameters) are more than
    those of the docstring, the imports and the parameters together."""
    share = []
    for demo in all_demos():
        lines = source(demo).splitlines()
        full = {n for n, line in enumerate(lines, 1) if line.strip()}
        defined = [node for node in ast.parse(source(demo)).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        own = [node for node in defined if node.name != demo.params.__name__]
        share.append(len(full & set(chain.from_iterable(map(span, own)))) / len(full))
    assert median(share) >= 0.5


@pytest.mark.parametrize("name", OF_THE_IDEA)
def test_the_algorithm_is_in_its_own_file(name: str) -> None:
    assert OF_THE_IDEA[name] in source(load(name))


@each_demo
def test_what_it_shares_is_read_below_it(demo: Demo) -> None:
    text = idea(demo)
    assert text.startswith(source(demo))
    ast.parse(text)
    assert "demos/telling/" in text.splitlines()[-1]
    assert "LEXICON" not in text and "Story" not in text


def test_a_part_that_two_share_is_shown_with_both() -> None:
    assert all("def make_task(" in idea(load(name)) for name in ("lstm", "gru"))


def test_a_definition_is_found_without_running_its_module() -> None:
    path, text = definition("demos.neurons.perceptron:train")
    assert path == "demos/neurons/perceptron.py" and text.startswith("def train(")
    assert Path(ROOT.parent / path).is_file()
