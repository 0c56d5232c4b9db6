"""The story of the second toy of the `chatgpt` demo: an answer is written piece by piece, and what is liked spreads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demos.language import _pieces
from demos.language._pieces import ANSWERS, PIECES, Array, Writer
from demos.language.chatgpt import ChatgptParams, run_pieces
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, row
from demos.lib.wording import count, number
from demos.runtime.contract import Bars, Curve, Panel, Series, Table, Text, Tokens
from demos.runtime.messages import say

SHOWN = 5


class PieceByPiece:
    """64 answers, of which people see some."""

    def __init__(self, params: ChatgptParams) -> None:
        self.steps, self.beta = params.steps, params.beta
        self.pairs, self.worth, self.reward, self.path = run_pieces(params)
        self.seen = np.bincount(self.pairs.ravel(), minlength=len(ANSWERS))

    def scenes(self) -> list[Scene]:
        moments = sorted({step for step in (2, 5, 12) if step < self.steps} | {self.steps})
        return [self.untuned(), self.liked(), *(self.writing(step) for step in moments), self.spread()]

    def untuned(self) -> Scene:
        pi = self.path[0].pi()
        caption = say(
            "A chat model does not choose among {few} answers; it writes. Here it writes in three pieces, each chosen "
            "after the one before: {openings} openings, middles and ends, {answers} answers. Untuned its likeliest is "
            "'{told}' ({p}).",
            few=5,
            openings=len(PIECES[0]),
            answers=len(ANSWERS),
            told=" ".join(_pieces.told(first_largest(pi))),
            p=number(float(pi.max()), 2),
        )
        return Scene(caption, self._panels(0), {"answers": len(ANSWERS)}, say("piece by piece"))

    def liked(self) -> Scene:
        met = int((self.seen > 0).sum())
        best = [first_largest(each) for each in self.worth]
        caption = say(
            "{pairs} of what it wrote met {met} of the {answers} answers. The reward model gives each piece a worth "
            "and adds them up, so it can judge answers that nobody saw. Highest: '{one}', '{two}', '{three}'.",
            pairs=count(len(self.pairs), "comparison"),
            met=met,
            answers=len(ANSWERS),
            one=PIECES[0][best[0]],
            two=PIECES[1][best[1]],
            three=PIECES[2][best[2]],
        )
        titles = (say("Worth of the opening"), say("Worth of the middle"), say("Worth of the end"))
        panels = tuple(
            Bars(title=title, labels=pieces, values=row(values, 2))
            for title, pieces, values in zip(titles, PIECES, self.worth, strict=True)
        )
        return Scene(caption, panels, {"met": met}, say("a reward that reads"))

    def writing(self, step: int) -> Scene:
        pi, before = self.path[step].pi(), self.path[0].pi()
        top = first_largest(pi)
        caption = say(
            "After {steps} of tuning it writes '{told}' with {p}; before it was {before}. Mean reward {earned}, before "
            "{start}. Each piece that earned more than average after the one before it became likelier.",
            steps=count(step, "step"),
            told=" ".join(_pieces.told(top)),
            p=number(float(pi[top]), 2),
            before=number(float(before[top]), 4),
            earned=number(float(pi @ self.reward), 2),
            start=number(float(before @ self.reward), 2),
        )
        metrics = {"written": pi[top], "earned": float(pi @ self.reward)}
        return Scene(caption, self._panels(step), metrics, say("it writes what is liked") if step == self.steps else "")

    def spread(self) -> Scene:
        pi, best = self.path[-1].pi(), _pieces.optimum(self.reward, self.beta)
        top, new = first_largest(pi), float(pi[self.seen == 0].sum())
        apart = float(np.abs(pi - best).sum() / 2)
        caption = say(
            "Its favourite was in {seen} of {shown} answers shown; {new:.0%} of what it says now was in none. What was "
            "liked in some answers came to be said in others: that is why comparing is enough. {apart:.0%} of the "
            "probability still parts it from the optimum.",
            seen=int(self.seen[top]),
            shown=2 * len(self.pairs),
            new=new,
            apart=apart,
        )
        start = self.path[0].pi()
        columns = (say("opening"), say("middle"), say("end"), say("before"), say("after"), say("shown"))
        body = tuple(
            (*_pieces.told(int(i)), f"{start[i]:.4f}", f"{pi[i]:.3f}", str(self.seen[i])) for i in ranked(pi)[:SHOWN]
        )
        table = Table(title=say("What it says now"), columns=columns, rows=body, highlight=(0,))
        metrics = {"favourite_shown": float(self.seen[top]), "never_shown": new, "far": apart}
        return Scene(caption, (table,), metrics, say("beyond what was compared"))

    def _panels(self, step: int) -> tuple[Panel, ...]:
        writer = self.path[step]
        pi = writer.pi()
        order = ranked(pi)[:SHOWN]
        panels: tuple[Panel, ...] = (_written(writer, int(order[0])), _answers(order, pi))
        return (*panels, *self._curves(step)) if step else panels

    def _curves(self, step: int) -> tuple[Panel, ...]:
        """Mean reward, and how likely the answers are that lead at the start and at the end, up to a step."""
        xs = range(step + 1)
        policies = [self.path[x].pi() for x in xs]
        first, last = (first_largest(self.path[at].pi()) for at in (0, -1))
        reward = Series(name=say("mean reward"), x=row(xs), y=row(float(pi @ self.reward) for pi in policies))
        lines = [
            Series(name=name, x=row(xs), y=row(float(pi[answer]) for pi in policies))
            for name, answer in ((say("what it said at first"), first), (say("what it says at the end"), last))
        ]
        return (
            Curve(title=say("Mean reward"), series=(reward,), x_label=say("step")),
            Curve(title=say("Probability of an answer"), series=tuple(lines), x_label=say("step"), y_range=(0, 1)),
        )


def _written(writer: Writer, answer: int) -> Tokens:
    first, second, third = writer.shares()
    a, b, c = (int(i) for i in ANSWERS[answer])
    weights = row([first[a], second[a, b], third[b, c]])
    return Tokens(title=say("The likeliest, piece by piece"), tokens=_pieces.told(answer), weights=weights)


def _answers(order: NDArray[np.int64], pi: Array) -> Text:
    lines = [f"{pi[i]:.3f}  {' '.join(_pieces.told(int(i)))}" for i in order]
    return Text(title=say("The likeliest answers"), text="\n".join(lines))
