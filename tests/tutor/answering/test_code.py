"""The code that the units name is there, and is read without importing a demo."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from demos.runtime.idea import definition
from knowledge.courses.units import read_topics
from tutor.answering.answer import MOST_CODE

NAMED = sorted({unit.code for topic in read_topics() for unit in topic.units if ":" in unit.code})


@pytest.mark.parametrize("name", NAMED)
def test_every_definition_that_a_unit_names_is_there(name: str) -> None:
    file, source = definition(name)
    assert file.endswith(".py")
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    assert node.name == name.partition(":")[2]


def test_most_of_them_are_shown_whole() -> None:
    longer = [name for name in NAMED if definition(name)[1].count("\n") >= MOST_CODE]
    assert len(longer) < len(NAMED) / 10


def test_what_is_not_there_is_a_lookup_error() -> None:
    for name in ("demos.neurons.perceptron:nothing", "demos.nowhere:train", "demos.neurons.perceptron"):
        with pytest.raises(LookupError):
            definition(name)


def test_nothing_heavy_is_imported_for_it() -> None:
    script = (
        "import sys; from demos.runtime.idea import definition; definition('demos.vision.lenet:Network'); "
        "sys.exit('torch' in sys.modules or 'demos.vision.lenet' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
