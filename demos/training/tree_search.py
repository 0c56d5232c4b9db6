"""Learns the prior of the `tree_search` demo from the best moves of all tic-tac-toe positions (a few seconds).

The figure stated is the share of positions in which the move that the prior likes most is among the best.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.history._boards import BOARDS, Position
from demos.history.alpha_beta import minimax
from demos.history.tree_search import FEATURES, features, prior

STEPS, RATE = 400, 2.0


def best_moves() -> dict[Position, tuple[bool, ...]]:
    """Every position that can come up in tic-tac-toe with at least two moves, and which of its moves are best."""
    board = BOARDS["tic-tac-toe"]
    found: dict[Position, tuple[bool, ...]] = {}
    waiting = [board.start()]
    while waiting:
        cells = waiting.pop()
        moves = board.moves(cells)
        if cells in found or len(moves) < 2:
            continue
        values = [minimax(board, board.play(cells, move), 9)[0] * board.turn(cells) for move in moves]
        found[cells] = tuple(value == max(values) for value in values)
        waiting += [board.play(cells, move) for move in moves]
    return found


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """Gradient ascent of the mean log-probability of the best moves, from zero weights."""
    board, best = BOARDS["tic-tac-toe"], best_moves()
    weights = np.zeros(len(FEATURES))
    for _ in range(STEPS):
        slope = np.zeros(len(FEATURES))
        for cells, good in best.items():
            table, p = features(board, cells), prior(weights, board, cells)
            wanted = p * good / (p @ good)
            slope += table.T @ (wanted - p)
        weights = weights + RATE * slope / len(best)
    right = float(np.mean([good[int(prior(weights, board, cells).argmax())] for cells, good in best.items()]))
    about = {"data": "all positions of tic-tac-toe", "steps": str(STEPS), "best_move_liked_most": f"{right:.3f}"}
    return {"weights": weights.astype(np.float32)}, about
