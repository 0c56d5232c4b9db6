"""Tree search on solved positions, and its learned prior."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from demos import weights
from demos.history._boards import BOARDS
from demos.history.tree_search import Tree, best_moves, prior
from demos.telling.tree_search import DEMO

TIC, FOUR = BOARDS["tic-tac-toe"], BOARDS["connect-four"]


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("moves", ["1 5 9", "1 4 2", "5 1", "1 4 2 5", "1 5"])
def test_it_finds_the_best_move_of_solved_positions(moves: str, learned: bool) -> None:
    cells = TIC.start(moves)
    tree = Tree(TIC, cells, 1.4, Random(1), learned)
    for _ in range(800):
        last = tree.round()
    assert tree.root.children[int(np.argmax(last.visits))].move in best_moves(TIC, cells, 9)
    assert sum(last.visits) == 800 and tree.root.visits == 800


def test_the_worked_example_of_uct() -> None:
    """Of 100 visits A won 60 of 80 and B 13 of 20; with c = 1 their scores are 0.990 and 1.130."""
    tree = Tree(TIC, TIC.start(), 1.0, Random(0), False)
    tree.root.visits = 100
    a, b = tree.root.children[:2]
    a.visits, a.wins, b.visits, b.wins = 80, 60, 20, 13
    assert [round(tree.score(tree.root, child), 3) for child in (a, b)] == [0.99, 1.13]


def test_the_prior_blocks_a_column_of_three() -> None:
    learned = weights.load("tree_search")["weights"].astype(np.float64)
    cells = FOUR.start("4 1 4 1 4")
    shares = prior(learned, FOUR, cells)
    assert shares.sum() == pytest.approx(1)
    assert FOUR.moves(cells)[int(shares.argmax())] == 3
    assert float(weights.facts("tree_search")["best_move_liked_most"]) >= 0.75


def test_the_prediction_depends_on_the_run() -> None:
    answers = {DEMO.prediction.check(list(DEMO.steps(DEMO.parse({"simulations": 10, "seed": s})))) for s in range(8)}
    assert answers == {"yes", "no"}


def test_connect_four_begins_with_the_empty_board_when_no_moves_are_given() -> None:
    params = DEMO.parse({"game": "connect-four", "simulations": 20})
    assert params.model_dump()["moves"] == "none"
    assert list(DEMO.steps(params))[-1].caption
