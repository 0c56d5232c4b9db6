"""Games of stones in a row, with or without gravity: tic-tac-toe and connect-four.

A position is a tuple of cells, row by row from the top, 1 for X, -1 for O and 0 for empty. X moves first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from demos.runtime.messages import say

Position = tuple[int, ...]
SIGNS = {1: "X", -1: "O", 0: "."}


@dataclass(frozen=True)
class Board:
    """A board of `width` by `height` on which `row` stones in a line win; with gravity stones fall down a column."""

    width: int
    height: int
    row: int
    gravity: bool

    def start(self, moves: str = "") -> Position:
        """The position after moves such as "5 1 9" (cells, or columns with gravity, from 1). Raises ValueError when one
        is impossible."""
        cells: Position = (0,) * (self.width * self.height)
        for word in moves.replace(",", " ").split():
            move = int(word) - 1 if word.isdigit() else -1
            if move not in self.moves(cells):
                raise ValueError(say("Move {word} is not possible here", word=word))
            cells = self.play(cells, move)
        return cells

    def turn(self, cells: Position) -> int:
        """1 when X is to move, -1 when O is."""
        return 1 if sum(cells) == 0 else -1

    def moves(self, cells: Position) -> tuple[int, ...]:
        """Free cells, or columns with gravity, those near the middle first; none when the game is over."""
        if self.winner(cells):
            return ()
        return tuple(move for move in _order(self) if cells[move] == 0)

    def play(self, cells: Position, move: int) -> Position:
        """The position after a move."""
        place = move
        if self.gravity:
            place = max(move + self.width * y for y in range(self.height) if cells[move + self.width * y] == 0)
        return (*cells[:place], self.turn(cells), *cells[place + 1 :])

    def winner(self, cells: Position) -> int:
        """1 when X has a row, -1 when O has, 0 when nobody has."""
        for line in lines(self):
            first = cells[line[0]]
            if first and all(cells[place] == first for place in line[1:]):
                return first
        return 0

    def promise(self, cells: Position) -> float:
        """A guess of the value of an unfinished game, between -0.9 and 0.9: rows still open to X less those to O."""
        total = 0.0
        for line in lines(self):
            stones = [cells[place] for place in line]
            if 1 in stones and -1 not in stones:
                total += sum(stones) ** 2
            elif -1 in stones and 1 not in stones:
                total -= sum(stones) ** 2
        return max(-0.9, min(0.9, total / 40))

    def squares(self, cells: Position) -> tuple[tuple[str, ...], ...]:
        """The signs row by row, "" in an empty square."""
        rows = [cells[y * self.width : (y + 1) * self.width] for y in range(self.height)]
        return tuple(tuple(SIGNS[cell] if cell else "" for cell in each) for each in rows)

    def numbers(self) -> tuple[str, ...]:
        """The moves as players count them: of the columns where stones fall, else of every square."""
        return tuple(str(i + 1) for i in range(self.width if self.gravity else self.width * self.height))


@cache
def _order(board: Board) -> tuple[int, ...]:
    count = board.width if board.gravity else board.width * board.height
    middle = [
        (move % board.width - (board.width - 1) / 2, move // board.width - (board.height - 1) / 2)
        for move in range(count)
    ]
    return tuple(
        sorted(range(count), key=lambda move: middle[move][0] ** 2 + (0 if board.gravity else middle[move][1] ** 2))
    )


@cache
def lines(board: Board) -> tuple[tuple[int, ...], ...]:
    """Every set of cells that wins."""
    found = []
    for y in range(board.height):
        for x in range(board.width):
            for dx, dy in ((1, 0), (0, 1), (1, 1), (-1, 1)):
                end_x, end_y = x + dx * (board.row - 1), y + dy * (board.row - 1)
                if 0 <= end_x < board.width and end_y < board.height:
                    found.append(tuple((y + dy * i) * board.width + x + dx * i for i in range(board.row)))
    return tuple(found)


BOARDS = {"tic-tac-toe": Board(3, 3, 3, False), "connect-four": Board(7, 6, 4, True)}
