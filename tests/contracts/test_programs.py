"""The short programs that answer "show me code": each runs as it stands, and prints what its words promise."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.courses.builtin import FOLDER
from knowledge.courses.units import read_topics

PROGRAMS = sorted((FOLDER / "programs").glob("*.py"))
LONGEST = 28
"""Lines of a program without imports and empty ones: what is read at one sight."""


def printed(program: Path) -> str:
    """What a program prints, run as a program of its own."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        runpy.run_path(str(program), run_name="__main__")
    return told.getvalue()


def test_every_program_is_named_by_one_unit_and_every_unit_names_one() -> None:
    named = [unit.code for topic in read_topics() for unit in topic.units if unit.code.endswith(".py")]
    assert sorted(named) == [f"programs/{path.name}" for path in PROGRAMS]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_it_is_short_and_uses_nothing_that_a_student_has_not(program: Path) -> None:
    rows = [row for row in program.read_text(encoding="utf-8").splitlines() if row.strip()]
    imported = {word for row in rows for word in re.findall(r"^(?:from|import) (\w+)", row)}
    assert imported <= {"numpy", "torch", "math", "random", "collections", "itertools", "re", "copy"}
    assert len([row for row in rows if not re.match(r"(?:from|import) |\s*#", row)]) <= LONGEST
    assert rows[0].startswith("# ")
    assert max(map(len, rows)) <= 88


@pytest.mark.parametrize("program", [p for p in PROGRAMS if "torch" not in p.stem], ids=lambda path: path.stem)
def test_it_runs_and_prints_the_same_again(program: Path) -> None:
    first = printed(program)
    assert first.strip()
    assert printed(program) == first


@pytest.mark.processors
@pytest.mark.parametrize("program", [p for p in PROGRAMS if "torch" in p.stem], ids=lambda path: path.stem)
def test_a_program_for_pytorch_runs(program: Path) -> None:
    assert printed(program).strip()


PROMISED: dict[str, Callable[[str], bool]] = {
    "perceptron_numpy": lambda text: "outputs: [0 0 0 1] desired: [0 0 0 1]" in text,
    "neural_network_numpy": lambda text: "outputs: [0. 1. 1. 0.] desired: [0 1 1 0]" in text,
    "backpropagation_numpy": lambda text: len(set(re.findall(r"(?:backpropagation|measured) (-?\d\.\d+)", text))) == 1,
    "hopfield_numpy": lambda text: "the T is back: True" in text,
    "autoencoder_numpy": lambda text: "all rebuilt: True" in text,
    "reinforcement_learning_numpy": lambda text: text.count("'right'") == 5,
    "gradient_descent_numpy": lambda text: "y = 3.03 x + 2.00" in text,
}
"""What some of them print where it shows that the thing was learnt."""


@pytest.mark.parametrize("name", PROMISED)
def test_what_it_prints_shows_that_it_learnt(name: str) -> None:
    assert PROMISED[name](printed(FOLDER / "programs" / f"{name}.py"))
