"""Tells the demo tree_search: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, log, sqrt

from demos.history._boards import SIGNS, Position
from demos.history.tree_search import Playout, Tree, TreeSearchParams, best_moves, run
from demos.lib.pacing import thin
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, row
from demos.lib.wording import amount, count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
    Demo,
    Edge,
    Frame,
    Measure,
    Network,
    Node,
    Prediction,
    Preset,
    Request,
    Table,
    Words,
)
from demos.runtime.contract import Board as Squares
from demos.runtime.messages import listed, say

JUDGE_DEPTH = {"tic-tac-toe": 9, "connect-four": 4}
MOST_FRAMES = 44


def steps(params: TreeSearchParams) -> Iterator[Frame]:
    """The position, the first rounds one by one, then every so often, and the move chosen against the solved game."""
    tree, rounds = run(params)
    story = Story(params, tree, best_moves(tree.board, params.begin(), JUDGE_DEPTH[params.game]))
    leaders = [first_largest(each.visits) for each in rounds]
    settled = next(i for i in range(len(leaders)) if len(set(leaders[i:])) == 1)
    chosen = thin(len(rounds), MOST_FRAMES, {*range(8), settled})
    scenes = [story.opening()]
    scenes += [story.round(i, rounds[i], say("the favourite is settled") if i == settled else "") for i in chosen]
    yield from play([*scenes, story.ending(rounds[-1])])


class Story:
    def __init__(self, params: TreeSearchParams, tree: Tree, best: set[int]) -> None:
        self.params, self.tree, self.best = params, tree, best
        self.board, self.children = tree.board, tree.root.children
        self.turn = SIGNS[self.board.turn(tree.root.cells)]

    def opening(self) -> Scene:
        caption = say(
            "{turn} is to move and has {moves}. {games} will be played in the head, and each teaches which moves "
            "to look at next, with c = {exploration}. ",
            turn=self.turn,
            moves=count(len(self.children), "move"),
            games=count(self.params.simulations, "game"),
            exploration=number(self.params.exploration, 2),
        )
        top = max(self.children, key=lambda child: child.prior)
        if self.params.learned:
            caption += say(
                "Before any game, the learned prior likes move {move} most: P = {prior}.",
                move=top.move + 1,
                prior=number(top.prior, 2),
            )
        else:
            caption += say("There is no prior: all moves look alike at first.")
        return Scene(caption, (self._board(self.tree.root.cells), self._prior()), {"moves": len(self.children)})

    def round(self, index: int, told: Playout, moment: str) -> Scene:
        way = listed(say(" then "), (str(move + 1) for move in told.path))
        result = {1: say("X wins"), -1: say("O wins"), 0: say("a draw")}[told.result]
        top = first_largest(told.visits)
        caption = say(
            "Game {index}: select and expand {way}, then random moves to the end: {result}. Backed up "
            "to {path} positions. ",
            index=index + 1,
            way=way,
            result=result,
            path=len(told.path) + 1,
        )
        share = told.visits[top] / (index + 1)
        if index < len(self.children) and not self.params.learned:
            caption += say("Each move is tried once before any is tried twice.")
        else:
            caption += say(
                "Move {move} leads with {visits} ({share:.0%}) and {points} a game.",
                move=self.children[top].move + 1,
                visits=count(told.visits[top], "visit"),
                share=share,
                points=amount(told.means[top], "point", 2),
            )
        panels = (self._tree(told), self._table(told), self._board(told.end))
        return Scene(
            caption,
            panels,
            {"game": index + 1, "share": share, "result": told.result},
            moment or (say("first game") if index == 0 else ""),
        )

    def ending(self, last: Playout) -> Scene:
        top = first_largest(last.visits)
        move, good = self.children[top].move, self.children[top].move in self.best
        names = listed(", ", (str(m + 1) for m in sorted(self.best)))
        caption = say(
            "Move {move} is played: {visits} of {simulations} visits, {points} a game. Solved by full "
            "search{to_a}, the best moves are {names}: {found}. ",
            move=move + 1,
            visits=last.visits[top],
            simulations=self.params.simulations,
            points=amount(last.means[top], "point", 2),
            to_a=say(" to a depth of 4") if self.board.gravity else "",
            names=names,
            found=say("found") if good else say("not found"),
        )
        games, even = self._games_of_best(last), len(self.best) / len(self.children)
        caption += say(
            "The best moves got {games:.0%} of the games; blind choice would give them {even:.0%}.",
            games=games,
            even=even,
        )
        metrics = {"best": good, "move": move + 1, "share": last.visits[top] / self.params.simulations,
                   "best_share": games, "even_share": even}  # fmt: skip
        return Scene(
            caption,
            (self._tree(last), self._visits(last), self._table(last), self._board(self.children[top].cells)),
            metrics,
            say("the move"),
        )

    def _games_of_best(self, last: Playout) -> float:
        pairs = zip(self.children, last.visits, strict=True)
        return sum(n for child, n in pairs if child.move in self.best) / self.params.simulations

    def _board(self, cells: Position) -> Squares:
        title = say("Board, {squares}", squares=count(cells.count(0), "free square"))
        return Squares(title=title, cells=self.board.squares(cells), numbers=self.board.numbers())

    def _tree(self, told: Playout) -> Network:
        """The moves from here, thick where many games went, and below them the way of this game."""
        count, most = len(self.children), max(told.visits)
        nodes = [Node(id="root", label=SIGNS[self.board.turn(self.tree.root.cells)], x=0.5, y=1.0)]
        edges = []
        for i, (child, visits) in enumerate(zip(self.children, told.visits, strict=True)):
            taken = bool(told.path) and child.move == told.path[0]
            name, x = f"m{child.move}", (i + 0.5) / count
            nodes.append(Node(id=name, label=f"{child.move + 1}: {visits}", x=x, y=0.66, value=visits / most))
            edges.append(Edge(source="root", target=name, weight=visits, active=taken))
        above = f"m{told.path[0]}" if told.path else "root"
        at = next((node.x for node in nodes if node.id == above), 0.5)
        for depth, move in enumerate(told.path[1:4]):
            below = f"d{depth}"
            nodes.append(Node(id=below, label=str(move + 1), x=at, y=0.42 - 0.2 * depth))
            edges.append(Edge(source=above, target=below, active=True))
            above = below
        return Network(title=say("The tree: visits of each move"), nodes=tuple(nodes), edges=tuple(edges))

    def _prior(self) -> Bars:
        names = tuple(say("move {move}", move=child.move + 1) for child in self.children)
        values = [child.prior if self.params.learned else 1 / len(names) for child in self.children]
        return Bars(title=say("Prior P of each move"), labels=names, values=row(values), value_range=(0, 1))

    def _visits(self, told: Playout) -> Bars:
        names = tuple(say("move {move}", move=child.move + 1) for child in self.children)
        return Bars(title=say("Visits"), labels=names, values=row(told.visits))

    def _table(self, told: Playout) -> Table:
        total, best = sum(told.visits), first_largest(told.visits)
        body = []
        for child, n, mean in zip(self.children, told.visits, told.means, strict=True):
            bonus = self.params.exploration * sqrt(log(max(1, total)) / n) if n else inf
            if self.params.learned:
                bonus = self.params.exploration * child.prior * sqrt(total) / (1 + n)
            body.append(
                (str(child.move + 1), str(n), number(mean, 2), say("first") if bonus == inf else number(bonus, 2))
            )
        return Table(
            title=say("Score = mean + bonus"),
            columns=(say("move"), "N", say("mean"), say("bonus")),
            rows=tuple(body),
            highlight=(best,),
        )


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["best"] else "no"


LEXICON = {
    "game": Words(
        ("board", "juego", "tablero"),
        {
            "tic-tac-toe": ("noughts and crosses", "tictactoe", "noughts & crosses", "three in a row", "tres en raya"),
            "connect-four": ("connect 4", "four in a row", "cuatro en raya", "four in a line", "conecta cuatro"),
        },
    ),
    "moves": Words(("position", "opening", "jugadas", "moves so far", "posición")),
    "simulations": Words((
        "playouts", "rollouts", "sims", "simulated games", "random games", "iterations", "simulaciones", "partidas",
    )),
    "exploration": Words((
        "c", "curiosity", "exploration constant", "exploration bonus", "exploración", "constante de exploración",
        "explore",
    )),
    "learned": Words((
        "prior", "learned prior", "policy", "policy prior", "learnt prior", "policy network", "prior aprendido",
        "red de política", "learned policy",
    )),
}  # fmt: skip


DEMO = Demo(
    name="tree_search",
    title="Monte Carlo tree search",
    slide=6,
    group="Artificial Intelligence (AI) and Machine Learning",
    summary="How AlphaGo looked ahead: games played in the head, visits that gather on good moves.",
    params=TreeSearchParams,
    steps=steps,
    look_for=(
        "First every move is tried, then visits gather where the results are good.",
        "The bonus of a move shrinks with its visits, so no move is forgotten for ever.",
        "With a learned prior fewer games are wasted on moves that look poor.",
    ),
    examples=(
        Request("Show me Monte Carlo tree search"),
        Request("Run tree search with 500 playouts", {"simulations": 500}),
        Request("MCTS with a learned prior, as in AlphaGo", {"learned": True}),
        Request("tree search without exploration bonus, c = 0", {"exploration": 0}),
        Request(
            'play connect four by tree search after "4 4", 300 games',
            {"game": "connect-four", "moves": "4 4", "simulations": 300},
        ),
        Request("how did AlphaGo find a move? simulate 50 games, seed 2", {"simulations": 50, "seed": 2}),
        Request('MCTS from the position "5 1" of tic-tac-toe', {"moves": "5 1"}),
        Request("búsqueda Monte Carlo con 100 playouts", {"simulations": 100}),
        Request("Play 800 random games in the head and pick the move that won most", {"simulations": 800}),
        Request("Find a good move in tic-tac-toe by trying it out in random games"),
        Request(
            "Look ahead like the Go champion of 2016, with a learned prior and 120 simulations",
            {"learned": True, "simulations": 120},
        ),
        Request("Show how visits gather on good moves when curiosity is 3", {"exploration": 3}),
        Request("Elige una jugada simulando 250 partidas al azar", {"simulations": 250}),
    ),
    presets={
        "plain": Preset(
            "Without a prior", {},
            "O must not take a corner here: two of six moves lose, and the visits slowly leave them.",
            (Claim("best", "==", 1), Claim("best_share", ">", "even_share")),
        ),
        "prior": Preset(
            "With a learned prior", {"learned": True, "simulations": 60},
            "Fewer games, as poor moves are hardly tried.",
            (Claim("best", "==", 1), Claim("best_share", ">=", 0.8)),
        ),
        "few": Preset(
            "Ten games", {"simulations": 10, "seed": 3},
            "Ten random games say little: the good moves get hardly more of them than by blind choice.",
            (Claim("best_share", "<=", 0.75),),
        ),
        "connect": Preset(
            "Connect-four", {"game": "connect-four", "moves": "4 1 4 1 4", "simulations": 100, "learned": True},
            "X threatens four in a column: the prior sees the only answer at once.",
            (Claim("best", "==", 1), Claim("best_share", ">=", 0.9)),
        ),
    },
    prediction=Prediction("Will it choose one of the best moves?", ("yes", "no"), _check),
    aliases=(
        "mcts", "alphago", "monte carlo", "go software", "búsqueda monte carlo", "monte carlo search",
        "monte carlo tree", "alpha go", "alphago zero", "uct", "ucb tree search", "búsqueda de monte carlo",
        "búsqueda en árbol monte carlo", "árbol de monte carlo", "montecarlo", "random playouts",
    ),
    measures=(
        Measure("best_share", "score", "share of the games that went to the best moves"),
        Measure("share", "quantity", "share of the games of the leading move"),
        Measure("game", "clock"),
        Measure("best", "score", "1 when the move chosen is one of the best"),
        Measure("result", "quantity", "result of the game for X"),
    ),
    converged=Convergence("the favourite never changes again", moment="the favourite is settled"),
    words=LEXICON,
)  # fmt: skip
