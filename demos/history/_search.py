"""Alpha-beta and plain minimax over a board; `alpha_beta` tells about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from demos.history._boards import Board, Position

DEEP = 2
"""Plies below the start of which the frames tell; what happens deeper is counted."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened near the root: a value came back up from `path`, or the rest was cut off there.

    `bound` is 0 when that value is exact. A search that was told alpha and beta stops as soon as it knows that a
    position lies outside them; then it has only proved that the true value is at least (1) or at most (-1) `value`.
    """

    path: tuple[int, ...]
    value: float
    alpha: float
    beta: float
    nodes: int
    cut: int = 0
    bound: int = 0


@dataclass(slots=True)
class Search:
    """Alpha-beta over one board; counts the positions that it looks at and keeps what happens near the root."""

    board: Board
    backwards: bool = False
    nodes: int = 0
    cutoffs: int = 0
    events: list[Event] = field(default_factory=list)

    def value(
        self, cells: Position, depth: int, alpha: float = -2, beta: float = 2, path: tuple[int, ...] = ()
    ) -> float:
        """The minimax value of a position, exact within alpha..beta."""
        self.nodes += 1
        moves = self.board.moves(cells)
        if not moves or not depth:
            return leaf(self.board, cells)
        moves = moves[::-1] if self.backwards else moves
        turn = self.board.turn(cells)
        best = -2.0 * turn
        for tried, move in enumerate(moves, 1):
            after = self.board.play(cells, move)
            found = self.value(after, depth - 1, alpha, beta, (*path, move))
            bound = 0 if self._ends(after, depth - 1) else _bound(found, alpha, beta)
            best = max(best, found) if turn == 1 else min(best, found)
            alpha, beta = (max(alpha, best), beta) if turn == 1 else (alpha, min(beta, best))
            cut = len(moves) - tried if alpha >= beta else 0
            if len(path) < DEEP:
                self.events.append(Event((*path, move), found, alpha, beta, self.nodes, cut, bound))
            if alpha >= beta:
                self.cutoffs += cut > 0
                break
        return best

    def _ends(self, cells: Position, depth: int) -> bool:
        """Whether the search looks no deeper there, so that what it says is all there is to say."""
        return not depth or not self.board.moves(cells)


def _bound(found: float, alpha: float, beta: float) -> int:
    """What a value tells that was found with alpha and beta; at most -1 and at least 1 are exact."""
    if found <= alpha:
        return -1 if found > -1 else 0
    return 1 if beta <= found < 1 else 0


def leaf(board: Board, cells: Position) -> float:
    """+1, -1 or 0 when the game is over, else the board's guess."""
    winner = board.winner(cells)
    return float(winner) if winner or 0 not in cells else board.promise(cells)


def minimax(board: Board, cells: Position, depth: int) -> tuple[float, int]:
    """Value and number of positions without any cutoff; equal positions are computed once and counted each time."""

    @cache
    def look(at: Position, left: int) -> tuple[float, int]:
        moves = board.moves(at)
        if not moves or not left:
            return leaf(board, at), 1
        found = [look(board.play(at, move), left - 1) for move in moves]
        best = max if board.turn(at) == 1 else min
        return best(value for value, _ in found), 1 + sum(nodes for _, nodes in found)

    return look(cells, depth)
