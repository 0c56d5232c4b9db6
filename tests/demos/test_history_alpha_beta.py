"""Alpha-beta against plain minimax and what is known of the games."""

from __future__ import annotations

from random import Random

import pytest

from demos.history._boards import BOARDS
from demos.history._search import Search, minimax
from demos.history.alpha_beta import DEMO
from demos.runtime.contract import DemoError

TIC, FOUR = BOARDS["tic-tac-toe"], BOARDS["connect-four"]


def test_tic_tac_toe_is_a_draw_and_has_549946_positions() -> None:
    search = Search(TIC)
    assert search.value(TIC.start(), 9) == 0
    assert minimax(TIC, TIC.start(), 9) == (0, 549_946)
    assert search.nodes < 549_946 / 15


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("backwards", [False, True])
def test_the_value_is_that_of_minimax(seed: int, backwards: bool) -> None:
    random = Random(seed)
    board, depth, played = (TIC, 9, 3) if seed % 2 else (FOUR, 3, 12)
    cells = board.start()
    for _ in range(played):
        if moves := board.moves(cells):
            cells = board.play(cells, random.choice(moves))
    search = Search(board, backwards)
    value, nodes = minimax(board, cells, depth)
    assert search.value(cells, depth) == value
    assert search.nodes <= nodes


def test_it_takes_the_win_in_front_of_it() -> None:
    frames = list(DEMO.steps(DEMO.parse({"moves": "1 4 2 5"})))
    assert frames[-1].metrics["value"] == 1 and "Best move: 3" in frames[-1].caption
    assert DEMO.prediction.check(frames) == "X wins"
    assert DEMO.prediction.check(list(DEMO.steps(DEMO.parse({"moves": "1 2 4 3"})))) == "X wins"
    assert DEMO.prediction.check(list(DEMO.steps(DEMO.parse({"moves": "5 1"})))) == "a draw or undecided"


def test_impossible_moves_are_refused() -> None:
    with pytest.raises(DemoError, match="Move 5 is not possible"):
        DEMO.parse({"moves": "5 5"})
