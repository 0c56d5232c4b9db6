"""Alpha-beta against plain minimax and what is known of the games."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from demos.history._boards import BOARDS
from demos.history.alpha_beta import AlphaBetaParams, Search, minimax
from demos.runtime.contract import DemoError, Table
from demos.telling.alpha_beta import DEMO

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


@pytest.mark.parametrize("seed", range(16))
def test_what_is_said_of_each_move_is_true(seed: int) -> None:
    """A value that is called exact is minimax's, and a bound bounds it, at every position told of."""
    random = Random(seed)
    board, depth, played = (TIC, 9, 2) if seed % 2 else (FOUR, 4, 8)
    cells = board.start()
    for _ in range(played):
        cells = board.play(cells, random.choice(board.moves(cells)))
    search = Search(board, seed % 4 > 1)
    search.value(cells, depth)
    bounds = 0
    for event in search.events:
        after = cells
        for move in event.path:
            after = board.play(after, move)
        true = minimax(board, after, depth - len(event.path))[0]
        assert event.bound * (true - event.value) >= 0 if event.bound else true == event.value
        bounds += event.bound != 0
    assert bounds


@pytest.mark.parametrize("values", [{"moves": "1"}, {"moves": "1 5 9"}, DEMO.presets["connect"].params])
def test_the_table_shows_bounds_as_bounds_and_the_true_values_beside_them(values: dict[str, Any]) -> None:
    params = DEMO.parse(values)
    assert isinstance(params, AlphaBetaParams)
    board, cells = BOARDS[params.game], params.begin()
    last = list(DEMO.steps(params))[-1]
    table = next(panel for panel in last.panels if isinstance(panel, Table))
    for move, told, true, _ in table.rows:
        value = minimax(board, board.play(cells, int(move) - 1), params.plies - 1)[0]
        assert float(true) == pytest.approx(value, abs=0.006)
        words, _, figure = told.rpartition(" ")
        off = float(figure) - value
        assert abs(off) < 0.006 if not words else off < 0.006 if words == "at least" else off > -0.006
    assert sum(" " in row[1] for row in table.rows) == last.metrics["bounds"] > 0


def test_a_guess_of_an_unfinished_game_is_no_draw() -> None:
    last = list(DEMO.steps(DEMO.parse({"moves": "none", "depth": 1})))[-1]
    assert "best play" not in last.caption


def test_it_takes_the_win_in_front_of_it() -> None:
    frames = list(DEMO.steps(DEMO.parse({"moves": "1 4 2 5"})))
    assert frames[-1].metrics["value"] == 1 and "Best move: 3" in frames[-1].caption
    assert DEMO.prediction.check(frames) == "X wins"
    assert DEMO.prediction.check(list(DEMO.steps(DEMO.parse({"moves": "1 2 4 3"})))) == "X wins"
    assert DEMO.prediction.check(list(DEMO.steps(DEMO.parse({"moves": "5 1"})))) == "a draw or undecided"


def test_impossible_moves_are_refused() -> None:
    with pytest.raises(DemoError, match="Move 5 is not possible"):
        DEMO.parse({"moves": "5 5"})
