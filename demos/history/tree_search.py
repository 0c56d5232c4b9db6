"""Monte Carlo tree search: find a good move by playing many games in your head, most of them along good moves.

Four steps, again and again, grow a tree of positions with visits N and results W:

    select      walk down the tree by the move with the largest score, until a position has a move not tried yet
    expand      add the position after that move
    simulate    play random moves to the end of the game
    back up     add the result to every position on the way

    UCT(a) = W_a / N_a + c·√(ln N / N_a)                  good so far, plus a bonus for what was seldom tried
    PUCT(a) = W_a / N_a + c·P(a)·√N / (1 + N_a)           with a prior P: moves that look good are tried first

AlphaGo's prior was a deep network trained on games of people and of itself. Here it is a softmax over four features of
a move, learnt from the solved game of tic-tac-toe. The move with most visits is played.

Sources: L. Kocsis and C. Szepesvari, "Bandit based Monte-Carlo planning" (2006); D. Silver and others, "Mastering the
game of Go with deep neural networks and tree search" (2016).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import inf, log, sqrt
from random import Random
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from demos import weights
from demos.history._boards import BOARDS, Board, Position, lines
from demos.history.alpha_beta import Search
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
FEATURES = ("wins", say("stops a win"), say("near the middle"), say("joins own rows"))


class TreeSearchParams(Params):
    game: Literal["tic-tac-toe", "connect-four"] = param(
        "tic-tac-toe", "Three in a row on 3x3, or four in a row where stones fall down 7 columns."
    )
    moves: str = param(
        "1 5 9", "The moves already made: cells 1 to 9, or columns 1 to 7; 'none' for the empty board.", longest=40
    )
    simulations: int = param(200, "How many games to play in the head.", low=10, high=1500, unit="games")
    exploration: float = param(1.4, "How strongly seldom tried moves are preferred (c).", low=0, high=5)
    learned: bool = param(False, "Whether a learned prior says which moves to try first.")

    @model_validator(mode="before")
    @classmethod
    def _begun(cls, given: Any) -> Any:
        """Connect-four begins with the empty board when no moves are given: the default ones are cells of 3x3."""
        if isinstance(given, dict) and given.get("game") == "connect-four" and "moves" not in given:
            return {**given, "moves": "none"}
        return given

    @model_validator(mode="after")
    def _playable(self) -> TreeSearchParams:
        if not BOARDS[self.game].moves(self.begin()):
            raise ValueError(say("The game is over after these moves"))
        return self

    def begin(self) -> Position:
        return BOARDS[self.game].start(self.moves.lower().replace("none", ""))


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


@dataclass(slots=True)
class Branch:
    """A position in the tree; `wins` counts for the player who moved here, a draw as one half."""

    cells: Position
    move: int
    prior: float = 1.0
    visits: int = 0
    wins: float = 0.0
    children: list[Branch] = field(default_factory=list)

    @property
    def mean(self) -> float:
        return self.wins / self.visits if self.visits else 0.0


@dataclass(frozen=True, slots=True)
class Playout:
    """One round: the moves selected, the result of the simulation for X (1, 0, -1), and the root's counts after it."""

    path: tuple[int, ...]
    end: Position
    result: int
    visits: tuple[int, ...]
    means: tuple[float, ...]


class Tree:
    """The search tree of one position."""

    def __init__(self, board: Board, cells: Position, c: float, random: Random, policy: bool) -> None:
        self.board, self.c, self.random = board, c, random
        self.weights = weights.load("tree_search")["weights"].astype(np.float64) if policy else None
        self.root = Branch(cells, -1)
        self._expand(self.root)

    def score(self, parent: Branch, child: Branch) -> float:
        """UCT, or PUCT when there is a prior."""
        if self.weights is not None:
            return child.mean + self.c * child.prior * sqrt(parent.visits) / (1 + child.visits)
        return child.mean + self.c * sqrt(log(parent.visits) / child.visits) if child.visits else inf

    def _expand(self, branch: Branch) -> None:
        moves = self.board.moves(branch.cells)
        shares = (
            prior(self.weights, self.board, branch.cells) if self.weights is not None and moves else [1.0] * len(moves)
        )
        branch.children = [
            Branch(self.board.play(branch.cells, m), m, float(p)) for m, p in zip(moves, shares, strict=True)
        ]

    def round(self) -> Playout:
        """Select, expand, simulate, back up."""
        way = [self.root]
        while way[-1].children and (way[-1].visits or way[-1] is self.root):
            parent = way[-1]
            way.append(max(parent.children, key=lambda child: self.score(parent, child)))
        if not way[-1].children:
            self._expand(way[-1])
        end = way[-1].cells
        while moves := self.board.moves(end):
            end = self.board.play(end, self.random.choice(moves))
        result = self.board.winner(end)
        for branch in way:
            branch.visits += 1
            branch.wins += 0.5 + 0.5 * result * -self.board.turn(branch.cells)
        children = self.root.children
        path = tuple(branch.move for branch in way[1:])
        return Playout(path, end, result, tuple(c.visits for c in children), tuple(c.mean for c in children))


def best_moves(board: Board, cells: Position, depth: int) -> set[int]:
    """The moves with the best minimax value."""
    turn = board.turn(cells)
    values = {move: turn * Search(board).value(board.play(cells, move), depth - 1) for move in board.moves(cells)}
    return {move for move, value in values.items() if value == max(values.values())}


def run(params: TreeSearchParams) -> tuple[Tree, list[Playout]]:
    """The tree, and every round of it."""
    tree = Tree(BOARDS[params.game], params.begin(), params.exploration, Random(params.seed), params.learned)
    return tree, [tree.round() for _ in range(params.simulations)]
