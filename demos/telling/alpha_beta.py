"""Tells the demo alpha_beta: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demos.history._boards import SIGNS, Position
from demos.history.alpha_beta import AlphaBetaParams, Event, Run, leaf, run
from demos.lib.pacing import thin
from demos.lib.scenes import Scene, play, row
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Board,
    Claim,
    Demo,
    Edge,
    Frame,
    Measure,
    Network,
    Node,
    Panel,
    Prediction,
    Preset,
    Request,
    Table,
    Words,
)
from demos.runtime.messages import listed, say

MOST_FRAMES = 70
OUTCOMES = (say("X wins"), say("O wins"), say("a draw or undecided"))


def steps(params: AlphaBetaParams) -> Iterator[Frame]:
    """The position, what comes back from each move and reply, the cutoffs, and the count against plain minimax."""
    done = run(params)
    story, search = Story(params, done), done.search
    first_cut = next((i for i, event in enumerate(search.events) if event.cut), -1)
    roots = [i for i, event in enumerate(search.events) if len(event.path) == 1]
    chosen = thin(len(search.events), MOST_FRAMES, {first_cut, *roots})
    scenes = [story.opening(), *map(story.move, search.board.moves(params.begin())[:6])]
    scenes += [story.event(i, say("first cutoff") if i == first_cut else "") for i in chosen]
    yield from play([*scenes, story.ending()])


class Story:
    def __init__(self, params: AlphaBetaParams, done: Run) -> None:
        self.params, self.search, self.value = params, done.search, done.value
        self.board, self.cells = self.search.board, params.begin()
        self.turn = SIGNS[self.board.turn(self.cells)]
        self.to_the_end = self.cells.count(0) <= params.plies
        self.true, self.plain, self.other = done.true, done.plain, done.other

    def opening(self) -> Scene:
        moves = self.board.moves(self.cells)
        caption = say(
            "{turn} is to move and has {moves}. Looking {moves2} ahead, plain minimax would visit {plain} "
            "positions. +1 means that X wins, -1 that O wins. Which move is best, and how many "
            "positions can be left out?",
            turn=self.turn,
            moves=count(len(moves), "move"),
            moves2=count(self.params.plies, "move"),
            plain=self.plain,
        )
        return Scene(caption, (self._picture(self.cells), self._count(0)), {"moves": len(moves), "minimax": self.plain})

    def move(self, move: int) -> Scene:
        """One of the moves that are to be judged."""
        after = self.board.play(self.cells, move)
        replies = len(self.board.moves(after))
        caption = (
            say(
                "Move {move} leaves {signs} {answers}. At a glance it looks like {leaf}, by the rows still open. Is "
                "that true? Look deeper.",
                move=move + 1,
                signs=SIGNS[self.board.turn(after)],
                answers=count(replies, "answer"),
                leaf=number(leaf(self.board, after), 2),
            )
            if replies
            else say(
                "Move {move} ends the game: its value is {leaf}.", move=move + 1, leaf=number(leaf(self.board, after))
            )
        )
        return Scene(caption, (self._picture(after), self._count(0)), {"move": move + 1, "replies": replies})

    def event(self, index: int, moment: str) -> Scene:
        event = self.search.events[index]
        cells = self.cells
        for move in event.path:
            cells = self.board.play(cells, move)
        names = listed(say(" then "), (str(move + 1) for move in event.path))
        mover = SIGNS[-self.board.turn(cells)]
        caption = say(
            "After {names} (by {mover}) the value is {told}. Alpha (X's sure) = {bound}, beta (O's sure) = {bound2}. ",
            names=names,
            mover=mover,
            told=_told(event),
            bound=_bound(event.alpha),
            bound2=_bound(event.beta),
        )
        if event.cut:
            caption += say(
                "Alpha >= beta: {mover} has an answer so good that the other would never come here. "
                "{more_moves} {is_} skipped.",
                mover=mover,
                more_moves=count(event.cut, "more move"),
                is_=say("is") if event.cut == 1 else say("are"),
            )
            moment = moment or say("cutoff")
        elif len(event.path) == 1 and event.bound:
            caption += say(
                "One of {turn}'s own moves: it cannot beat the best one, so its true value stays open.", turn=self.turn
            )
        elif len(event.path) == 1:
            caption += say("That is one of {turn}'s own moves, and this value is exact.", turn=self.turn)
        else:
            caption += say("It is one of {mover}'s answers to move {path}.", mover=mover, path=event.path[0] + 1)
        panels = (self._tree(index), self._picture(cells), self._count(event.nodes))
        metrics = {
            "value": event.value,
            "alpha": max(-1, event.alpha),
            "beta": min(1, event.beta),
            "nodes": event.nodes,
        }
        return Scene(caption, panels, metrics, moment)

    def ending(self) -> Scene:
        roots = [event for event in self.search.events if len(event.path) == 1]
        best = next(event for event in roots if event.value == self.value)
        who = {1.0: say("X wins with best play"), -1.0: say("O wins with best play"), 0.0: say("a draw with best play")}
        open_yet = say(
            "undecided within {moves}, {value} for X by the open rows",
            moves=count(self.params.plies, "move"),
            value=number(self.value, 2),
        )
        verdict = who.get(self.value, open_yet) if self.to_the_end or abs(self.value) == 1 else open_yet
        bounds = sum(event.bound != 0 for event in roots)
        caption = say(
            "Best move: {path}; {verdict}. Alpha-beta visited {nodes} positions, minimax {plain}: {nodes2:.0%} of "
            "the work, for exactly the same value. There were {cutoffs}. ",
            path=best.path[0] + 1,
            verdict=verdict,
            nodes=self.search.nodes,
            plain=self.plain,
            nodes2=self.search.nodes / self.plain,
            cutoffs=count(self.search.cutoffs, "cutoff"),
        )
        if bounds:
            caption += say(
                "Of {moves} it proved only that {it_is} no better: a bound, beside which the table "
                "has minimax's value.",
                moves=count(bounds, "move"),
                it_is=say("it is") if bounds == 1 else say("they are"),
            )
        body = tuple(
            (str(e.path[0] + 1), _told(e), number(self.true[e.path[0]], 2), say("best") if e is best else "")
            for e in roots
        )
        columns = (say("move"), say("alpha-beta knows"), say("minimax"), "")
        table = Table(
            title=say("{turn}'s moves", turn=self.turn), columns=columns, rows=body, highlight=(roots.index(best),)
        )
        panels: tuple[Panel, ...] = (
            self._count(self.search.nodes),
            table,
            self._picture(self.board.play(self.cells, best.path[0])),
        )
        metrics = {
            "value": self.value,
            "nodes": self.search.nodes,
            "minimax": self.plain,
            "cutoffs": self.search.cutoffs,
            "bounds": bounds,
            "plies": self.params.plies,
            "free": self.cells.count(0),
            "other_order": self.other,
        }
        return Scene(caption, panels, metrics, say("the best move"))

    def _picture(self, cells: Position) -> Board:
        title = say("{signs} to move", signs=SIGNS[self.board.turn(cells)])
        return Board(title=title, cells=self.board.squares(cells), numbers=self.board.numbers())

    def _count(self, nodes: int) -> Bars:
        return Bars(
            title=say("Positions visited"), labels=(say("alpha-beta"), say("minimax")), values=row([nodes, self.plain])
        )

    def _tree(self, index: int) -> Network:
        """The moves judged so far, with the replies of the move that is being judged."""
        seen = self.search.events[: index + 1]
        now = seen[-1].path[0]
        tops = list(dict.fromkeys(event.path[0] for event in seen))
        replies = [event for event in seen if len(event.path) == 2 and event.path[0] == now][-7:]
        done = {event.path[0]: event for event in seen if len(event.path) == 1}
        nodes = [Node(id="root", label=self.turn, x=0.5, y=0.92, value=0)]
        edges = []
        for i, move in enumerate(tops):
            label = f"{move + 1}:{_short(done[move])}" if move in done else f"{move + 1}:?"
            value = done[move].value if move in done else 0
            nodes.append(Node(id=f"m{move}", label=label, x=(i + 0.5) / len(tops), y=0.5, value=value))
            edges.append(Edge(source="root", target=f"m{move}", active=move == now))
        for i, event in enumerate(replies):
            label = f"{event.path[1] + 1}:{_short(event)}" + (say(" cut") if event.cut else "")
            nodes.append(Node(id=f"r{i}", label=label, x=(i + 0.5) / len(replies), y=0.08, value=event.value))
            edges.append(Edge(source=f"m{now}", target=f"r{i}", active=event is seen[-1]))
        return Network(title=say("Moves and replies"), nodes=tuple(nodes), edges=tuple(edges))


def _bound(value: float) -> str:
    return say("nothing yet") if abs(value) > 1 else number(value, 2)


def _told(event: Event) -> str:
    """ "0", "at most 0.3": what the search knows of a position, and no more."""
    return {-1: say("at most "), 0: "", 1: say("at least ")}[event.bound] + number(event.value, 2)


def _short(event: Event) -> str:
    return {-1: "≤", 0: "", 1: "≥"}[event.bound] + number(event.value, 1)


def _check(frames: Sequence[Frame]) -> str:
    return {1.0: OUTCOMES[0], -1.0: OUTCOMES[1]}.get(frames[-1].metrics["value"], OUTCOMES[2])


LEXICON = {
    "game": Words(
        ("board", "juego", "tablero"),
        {
            "tic-tac-toe": (
                "noughts and crosses", "tictactoe", "tres en raya", "noughts & crosses", "three in a row", "xs and os",
            ),
            "connect-four": (
                "connect 4", "four in a row", "cuatro en raya", "four in a line", "cuatro en línea", "conecta cuatro",
            ),
        },
    ),
    "moves": Words(("position", "jugadas", "movimientos", "moves so far", "opening", "start position")),
    "depth": Words((
        "plies", "look ahead", "moves ahead", "search depth", "levels", "profundidad", "jugadas de profundidad", "deep",
    )),
    "order": Words(
        ("move order", "ordering", "orden"),
        {
            "edge": (
                "worst", "bad order", "edges", "edge first", "from the edge", "worst order", "el borde", "mal orden",
                "orden malo",
            ),
            "middle": (
                "center", "centre", "best order", "good order", "from the middle", "from the centre", "middle first",
                "el centro", "buen orden",
            ),
        },
    ),
}  # fmt: skip


DEMO = Demo(
    name="alpha_beta",
    title="Game tree search: minimax and alpha-beta",
    slide=6,
    group="Artificial Intelligence (AI) and Machine Learning",
    summary="How Deep Blue thought: a tree of moves and replies, and the branches that alpha-beta cuts off.",
    params=AlphaBetaParams,
    steps=steps,
    look_for=(
        "X takes the largest value of the moves, O the smallest.",
        "When alpha reaches beta, the remaining moves cannot change the result.",
        "The value is the same as minimax's, at a fraction of the positions.",
        "Of a move that cannot be the best only a bound is known: at most, or at least.",
        "Trying good moves first makes more cutoffs.",
    ),
    examples=(
        Request("Show me alpha-beta"),
        Request('Run minimax on noughts and crosses after the moves "5 1"', {"moves": "5 1"}),
        Request("alpha beta with a bad order of moves", {"order": "edge"}),
        Request(
            'play connect four, look 4 plies ahead after "4 4"', {"game": "connect-four", "depth": 4, "moves": "4 4"}
        ),
        Request("search tic-tac-toe only 3 plies deep", {"depth": 3}),
        Request("How did Deep Blue think? Show a game tree with cutoffs."),
        Request('tic-tac-toe from the empty board, moves "none"', {"moves": "none"}),
        Request("poda alfa-beta en tres en raya con profundidad, depth 4", {"depth": 4}),
        Request("Let the computer think 5 moves ahead in noughts and crosses", {"depth": 5}),
        Request("Cut off the branches of a game that cannot change the result"),
        Request(
            "Show a machine that weighs every move and every reply in connect four, 3 plies deep",
            {"game": "connect-four", "depth": 3},
        ),
        Request("Show the cutoffs when the moves at the edge are tried first", {"order": "edge"}),
        Request("Muestra cómo una máquina busca la mejor jugada en tres en raya con profundidad 5", {"depth": 5}),
    ),
    presets={
        "late": Preset(
            "Middle of a game", {}, "Few moves are left, so every branch is read to the end.",
            (Claim("plies", ">=", "free"), Claim("value", "==", 0)),
        ),
        "empty": Preset(
            "The empty board", {"moves": "none"}, "549,946 positions for minimax. With best play it is a draw.",
            (Claim("minimax", "==", 549_946), Claim("value", "==", 0)),
        ),
        "edge": Preset(
            "Another order", {"order": "edge", "moves": "none"}, "Edges first: many more positions, the same value.",
            (Claim("nodes", ">", "other_order"), Claim("value", "==", 0)),
        ),
        "connect": Preset(
            "Connect-four, four plies",
            {"game": "connect-four", "moves": "4 4 3", "depth": 4},
            "Too large to read to the end: after four moves a guess has to do, as in chess.",
            (Claim("plies", "==", 4), Claim("free", ">", "plies")),
        ),
    },
    prediction=Prediction("Who wins from this position with best play?", OUTCOMES, _check),
    aliases=(
        "minimax", "alpha-beta", "alpha-beta pruning", "deep blue", "game tree", "poda alfa-beta", "alphabeta",
        "alpha-beta search", "minimax algorithm", "game tree search", "alfa-beta", "árbol de juego", "chess computer",
    ),
    measures=(
        Measure("nodes", "quantity", "positions visited so far", "run"),
        Measure("value", "quantity", "value of the move or reply shown"),
        Measure("alpha", "quantity", "what X is sure of"),
        Measure("beta", "quantity", "what O is sure of"),
        Measure("cutoffs", "quantity", "cutoffs in all", "run"),
        Measure("bounds", "quantity", "moves of which only a bound is known"),
        Measure("minimax", "size", "positions that plain minimax visits"),
    ),
    words=LEXICON,
)  # fmt: skip
