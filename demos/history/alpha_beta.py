"""Minimax and alpha-beta: think ahead, and do not think about what a sensible opponent would never allow.

X wants the value of a game to be large (+1: X wins), O wants it small (-1: O wins, 0: a draw). With best play

    v(s) = max over X's moves of v(after the move)        when X is to move
    v(s) = min over O's moves of v(after the move)        when O is to move

Alpha is what X is sure of already, beta what O is sure of. As soon as alpha >= beta, the rest of a position's moves
cannot matter: its owner has a better choice higher up. They are cut off. The value is exactly that of minimax; how much
is saved depends on the order of the moves, at best the square root of all positions. Deep Blue (1997) searched so, with
a judgement of unfinished games where it had to stop; here that is the rows still open to each side.

Sources: D. Knuth and R. Moore, "An analysis of alpha-beta pruning" (1975); M. Campbell, A. J. Hoane and F. Hsu, "Deep
Blue" (2002).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from pydantic import model_validator

from demos.history._boards import BOARDS, Board, Position
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

DEEP = 2
"""Plies below the start of which the frames tell; what happens deeper is counted."""


class AlphaBetaParams(Params):
    game: Literal["tic-tac-toe", "connect-four"] = param(
        "tic-tac-toe", "Three in a row on 3x3, or four in a row where stones fall down 7 columns."
    )
    moves: str = param(
        "5 1 3", "The moves already made: cells 1 to 9, or columns 1 to 7; 'none' for the empty board.", longest=40
    )
    depth: int = param(9, "How many moves to look ahead; connect-four takes 5 at most.", low=1, high=9, unit="plies")
    order: Literal["middle", "edge"] = param("middle", "Try moves from the middle outwards, or from the edge inwards.")

    @model_validator(mode="after")
    def _playable(self) -> AlphaBetaParams:
        if not BOARDS[self.game].moves(self.begin()):
            raise ValueError(say("The game is over after these moves"))
        return self

    def begin(self) -> Position:
        return BOARDS[self.game].start(self.moves.lower().replace("none", ""))

    @property
    def plies(self) -> int:
        return min(self.depth, 5) if self.game == "connect-four" else self.depth


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


@dataclass(frozen=True, slots=True)
class Run:
    """The search, the value that it found, and to compare: `true`, the value of each move without cutoffs, how many
    positions that looks at, and how many alpha-beta looks at with the moves in the other order."""

    search: Search
    value: float
    true: dict[int, float]
    plain: int
    other: int


def run(params: AlphaBetaParams) -> Run:
    """Alpha-beta from the position of the parameters, and plain minimax beside it."""
    board, cells = BOARDS[params.game], params.begin()
    search = Search(board, params.order == "edge")
    value = search.value(cells, params.plies)
    judged = {move: minimax(board, board.play(cells, move), params.plies - 1) for move in board.moves(cells)}
    other = Search(board, not search.backwards)
    other.value(cells, params.plies)
    true = {move: worth for move, (worth, _) in judged.items()}
    return Run(search, value, true, 1 + sum(nodes for _, nodes in judged.values()), other.nodes)
