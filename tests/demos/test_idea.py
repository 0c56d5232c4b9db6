"""What is read of a demo first is its algorithm."""

from __future__ import annotations

import ast
from statistics import median

import pytest

from demos.runtime.catalogue import all_demos, load
from demos.runtime.contract import Demo
from demos.runtime.idea import idea

OF_THE_IDEA = {
    "self_attention": "def attend(", "perceptron": "def moved(", "lstm": "def", "hopfield": "def relax(",
    "backpropagation": "def propagate(", "kohonen_map": "def", "gru": "def", "neural_turing_machine": "def",
    "diffusion": "def step_back(", "capsules": "def", "echo_state_network": "def", "vae": "def",
}  # fmt: skip


@pytest.mark.parametrize("demo", all_demos(), ids=lambda demo: demo.name)
def test_the_idea_is_python_without_its_telling(demo: Demo) -> None:
    text = idea(demo)
    names = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert {"steps", demo.params.__name__} <= names and text.startswith('"""')
    assert "Story" not in names and "aliases=" not in text and "DEMO =" not in text


@pytest.mark.parametrize("name", OF_THE_IDEA)
def test_the_algorithm_is_in_it(name: str) -> None:
    assert OF_THE_IDEA[name] in idea(load(name))


def test_it_is_read_in_one_sitting() -> None:
    assert median(len(idea(demo).splitlines()) for demo in all_demos()) < 150
