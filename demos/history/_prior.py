"""The learned prior of `tree_search`: how promising a move looks before any game is played from it.

Each move has four features: it wins at once, it stops a win, how near the middle it is, and how many rows with an own
stone and no enemy it joins. P(move) is the softmax of their weighted sums. The weights were learnt from best moves of
tic-tac-toe (`python -m demos.training tree_search`); the features mean the same in connect-four.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from demos.history._boards import Board, Position, lines
from demos.runtime.messages import say

Array = NDArray[np.float64]
FEATURES = ("wins", say("stops a win"), say("near the middle"), say("joins own rows"))


@lru_cache(maxsize=20_000)
def features(board: Board, cells: Position) -> Array:
    """A row of four numbers for each move of `board.moves(cells)`."""
    turn, found = board.turn(cells), []
    for move in board.moves(cells):
        after = board.play(cells, move)
        place = next(i for i, (a, b) in enumerate(zip(cells, after, strict=True)) if a != b)
        enemy = (*cells[:place], -turn, *cells[place + 1 :])
        own = sum(
            turn in stones and -turn not in stones
            for line in lines(board)
            if place in line
            for stones in [[cells[at] for at in line]]
        )
        off = abs(place % board.width - (board.width - 1) / 2) + abs(place // board.width - (board.height - 1) / 2)
        found.append([board.winner(after) == turn, board.winner(enemy) == -turn, 1 - off / board.width, own / 4])
    return np.array(found, float)


def prior(weights: Array, board: Board, cells: Position) -> Array:
    """P(move) for each of `board.moves(cells)`; the shares sum to one."""
    score = features(board, cells) @ weights
    shares = np.exp(score - score.max())
    result: Array = shares / shares.sum()
    return result
