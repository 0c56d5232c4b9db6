"""Tells the demo credit_risk: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.data import _credit
from demos.data.credit_risk import (
    Array,
    CreditRiskParams,
    Run,
    Split,
    judge,
    run,
    scale,
    sigmoid,
)
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Table,
    Words,
)
from demos.runtime.messages import listed, say

SHOWN_STEPS = 6
RISK = ("Low", "High")


def steps(params: CreditRiskParams) -> Iterator[Frame]:
    """The table, the table as numbers, the training, each customer left out, and the verdict."""
    done = run(params)
    story = Story(params, done)
    training = story.tree(done.tree) if done.tree else story.logistic(done.path)
    scenes = [story.opening(), story.numbers(), *training]
    scenes += [story.left_out(i, done.left_out) for i in range(len(done.t))]
    yield from play([*scenes, story.ending(done.left_out)])


class Story:
    def __init__(self, params: CreditRiskParams, done: Run) -> None:
        self.params, self.x, self.names, self.t = params, done.x, done.names, done.t
        self.weights = Bars(title="", labels=(), values=())

    def opening(self) -> Scene:
        caption = say(
            "The lecture's table: {t} customers, {t2} with high and {t3} with low credit risk. Always saying High "
            "would be right {t2} times of {t}. Can the other columns tell more? Note how few rows there are.",
            t=len(self.t),
            t2=int(self.t.sum()),
            t3=int((1 - self.t).sum()),
        )
        return Scene(caption, (self._table(0),), {"customers": len(self.t)})

    def numbers(self) -> Scene:
        words = sum(":" in name for name in self.names)
        shown = [name for name in self.names if ":" not in name][:4] + [
            n for n in self.names if "Gender" in n or "Job" in n
        ]
        mean, deviation = scale(self.x)
        scaled = (self.x - mean) / deviation
        picture = Heatmap(
            title=say("Some columns as scaled numbers"),
            values=rows(scaled[:10, [self.names.index(name) for name in shown]], 1),
            rows=tuple(str(i + 1) for i in range(10)),
            columns=tuple(name.split(": ")[-1] for name in shown),
            value_range=(-3, 3),
        )
        seen = "" if self.params.gender else say(" The column Gender is hidden from the model.")
        caption = say(
            "A model needs numbers: {names} columns. {words} of them are 0 or 1 and say whether a word is there "
            "(Job: Skilled); all are scaled to mean 0 and deviation 1, so that no unit counts more.{seen}",
            names=len(self.names),
            words=words,
            seen=seen,
        )
        return Scene(caption, (picture,), {"columns": len(self.names)})

    def logistic(self, path: list[Array]) -> list[Scene]:
        mean, deviation = scale(self.x)
        scaled = (self.x - mean) / deviation
        scenes = []
        for step, w in enumerate(path[:SHOWN_STEPS]):
            p = sigmoid(scaled @ w[:-1] + w[-1])
            good = int(((p > 0.5) == (self.t > 0.5)).sum())
            loss = -float(np.log(np.where(self.t > 0.5, p, 1 - p)).mean())
            top = first_largest(np.abs(w[:-1]))
            caption = say(
                "Newton's step {step}: the mean loss is {loss}, {good} of {p} training rows right. ",
                step=step,
                loss=number(loss),
                good=good,
                p=len(p),
            )
            if step:
                way = say("high") if w[top] > 0 else say("low")
                caption += say(
                    "The heaviest column is {short}, weight {w}: it speaks for {way} risk.",
                    short=_short(self.names[top]),
                    w=number(w[top], 2),
                    way=way,
                )
            else:
                caption += say("All weights are 0, so every probability is one half and nobody is judged.")
            self.weights = self._bars(w[:-1], say("Weights: + speaks for high risk"))
            chances = Bars(
                title=say("P(high) of customers 1 to 12"), labels=_ids(12), values=row(p[:12], 2), value_range=(0, 1)
            )
            scenes.append(Scene(caption, (self.weights, chances), {"step": step, "loss": loss, "right": good}))
        return scenes

    def tree(self, root: Split) -> list[Scene]:
        """One scene for each question, from the root down."""
        scenes, weight = [], np.zeros(len(self.names))
        waiting = [(root, say("all customers"))]
        asked: list[tuple[str, str, str]] = []
        while waiting:
            node, who = waiting.pop(0)
            if node.column is None or node.low_side is None or node.high_side is None:
                continue
            low, high = node.low_side, node.high_side
            question = self._question(node)
            before, after = node.gini, (low.size * low.gini + high.size * high.gini) / node.size
            weight[node.column] += node.size / len(self.t) * (before - after)
            asked.append(
                (
                    question,
                    say("{high}/{size} High", high=low.high, size=low.size),
                    say("{high}/{size} High", high=high.high, size=high.size),
                )
            )
            caption = say(
                "Question {asked}, for {who}: '{question}'. Of {size} with no, {high} have high risk; of {size2} with "
                "yes, {high2}. Gini falls from {before} to {after}: no other question parts them better.",
                asked=len(asked),
                who=who,
                question=question,
                size=low.size,
                high=low.high,
                size2=high.size,
                high2=high.high,
                before=number(before),
                after=number(after),
            )
            waiting += [
                (low, say("'{question}' no", question=question)),
                (high, say("'{question}' yes", question=question)),
            ]
            self.weights = self._bars(weight, say("Gini taken away by a column"))
            table = Table(
                title=say("The tree"),
                columns=(say("question"), say("no"), say("yes")),
                rows=tuple(asked),
                highlight=(len(asked) - 1,),
            )
            scenes.append(Scene(caption, (table, self.weights), {"questions": len(asked), "gini": after}))
        return scenes

    def left_out(self, i: int, chance: Array) -> Scene:
        guess, true = RISK[int(chance[i] > 0.5)], RISK[int(self.t[i])]
        wrong = (chance[: i + 1] > 0.5) != (self.t[: i + 1] > 0.5)
        says = say("P(high) = {chance}, so {guess}", chance=number(float(chance[i]), 2), guess=guess)
        caption = say(
            "Customer {i} is left out; a model of the other {t} says {says}. Truth: {true}, ",
            i=i + 1,
            t=len(self.t) - 1,
            says=says,
            true=true,
        )
        caption += say("a mistake. ") if wrong[-1] else say("right. ")
        caption += say(
            "So far {wrong} of {i}: this is what the model is worth on somebody new.",
            wrong=int((~wrong).sum()),
            i=i + 1,
        )
        first = bool(wrong[-1]) and int(wrong.sum()) == 1
        moment = say("first mistake on a new customer") if first else say("leaving one out") if i == 0 else ""
        panels = (self._confusion(chance, i + 1), self._table(i))
        return Scene(caption, panels, {"customer": i + 1, "p_high": chance[i], "right": (~wrong).sum()}, moment)

    def ending(self, chance: Array) -> Scene:
        right, most = int(((chance > 0.5) == (self.t > 0.5)).sum()), int(self.t.sum())
        order = ranked(np.abs(self.weights.values))[:2]
        heavy = listed(say(" and "), (self.weights.labels[int(i)] for i in order))
        told = sum(
            (judge(self.params, self.x, self.t, x) > 0.5) == (t > 0.5) for x, t in zip(self.x, self.t, strict=True)
        )
        caption = say(
            "Trained on all rows it gets {told} of {t} right, left out {right}: {more_than} the {most} that "
            "always saying High gets. {heavy} weigh most. ",
            told=told,
            t=len(self.t),
            right=right,
            more_than=say("more than") if right > most else say("as many as") if right == most else say("fewer than"),
            most=most,
            heavy=heavy,
        )
        if self.params.gender and "Gender" in heavy:
            caption += say(
                "All 6 women here have high risk: six rows, and the model would judge people by it. Try without."
            )
        else:
            caption += say("With 24 rows one customer is 4 % of the score: take it as an exercise, not as a fact.")
        panels: tuple[Panel, ...] = (self._confusion(chance, len(self.t)), self.weights)
        return Scene(
            caption,
            panels,
            {"right": right, "always_high": most, "fitted": told, "customers": len(self.t)},
            say("the verdict"),
        )

    def _question(self, node: Split) -> str:
        name = self.names[node.column or 0]
        return (
            f"{name}?" if ":" in name or name == "Gender" else say("{name} > {at}?", name=name, at=number(node.at, 1))
        )

    def _bars(self, values: Array, title: str) -> Bars:
        order = sorted(ranked(np.abs(values))[:10].tolist())
        return Bars(title=title, labels=tuple(_short(self.names[i]) for i in order), values=row(values[order]))

    def _confusion(self, chance: Array, done: int) -> Heatmap:
        counts = np.zeros((2, 2))
        for p, t in zip(chance[:done], self.t[:done], strict=True):
            counts[int(t), int(p > 0.5)] += 1
        return Heatmap(
            title=say("Left-out {customers}", customers=count(done, "customer")),
            values=rows(counts),
            rows=RISK,
            columns=RISK,
            value_range=(0, 13),
            row_label=say("truth"),
            column_label=say("judged"),
        )

    def _table(self, marked: int) -> Table:
        chosen = (0, 1, 2, 5, 6, 7, 10, 11)
        columns = ("#", *(("Loan", "Check", "Save", "Sex", "Marital", "Age", "Job", "Risk")))
        body = tuple((str(i + 1), *(str(each[c]) for c in chosen)) for i, each in enumerate(_credit.ROWS))
        return Table(title=say("Credit risk data"), columns=columns, rows=body, highlight=(marked,))


def _ids(many: int) -> tuple[str, ...]:
    return tuple(str(i + 1) for i in range(many))


def _short(name: str) -> str:
    """Customer and risk columns by their word alone; a lone letter keeps its column."""
    return name if name.endswith(": M") else name.split(": ")[-1]


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "yes" if last["right"] > last["always_high"] else "no"


LEXICON = {
    "model": Words(
        ("method", "classifier", "learner", "algorithm", "modelo", "método"),
        {
            "tree": ("decision tree", "árbol", "decision trees", "árbol de decisión", "trees"),
            "logistic": ("logistic regression", "regresión logística", "logit", "logística"),
        },
    ),
    "gender": Words((
        "the gender column", "sex", "gender column", "column gender", "género", "sexo", "columna de género",
        "la columna género",
    )),
    "depth": Words(("deep", "questions", "tree depth", "levels", "profundidad", "niveles", "preguntas")),
    "penalty": Words((
        "lambda", "regularisation", "ridge", "weight decay", "l2", "λ", "regularization", "regularización",
        "penalización",
    )),
}  # fmt: skip


DEMO = Demo(
    name="credit_risk",
    title="Credit risk: learning from a table",
    slide=12,
    group="Data for AI Models",
    summary="Logistic regression or a small tree on the lecture's 24 customers, each one left out in its turn.",
    params=CreditRiskParams,
    steps=steps,
    look_for=(
        "Words become columns of 0 and 1, and all columns are scaled alike.",
        "The weights say which columns speak for high risk.",
        "Training rows are judged better than customers that were left out.",
        "Gender weighs much because of six rows: right on this table, and unfair.",
    ),
    examples=(
        Request("Show me credit risk"),
        Request("Run the credit table with a decision tree", {"model": "tree"}),
        Request("decision tree of depth 3 on the credit data", {"model": "tree", "depth": 3}),
        Request("Predict credit risk without gender", {"gender": False}),
        Request("logistic regression on the loan table with penalty 10", {"penalty": 10}),
        Request("learn from structured data, lambda 0.1, no gender", {"penalty": 0.1, "gender": False}),
        Request("Which columns decide about a loan? Run it step by step."),
        Request("entrena un árbol con la tabla de riesgo de crédito", {"model": "tree"}),
        Request("Decide who gets a loan with a tree that may ask 3 questions", {"model": "tree", "depth": 3}),
        Request(
            "Is a fair decision about a loan possible when sex is left out? Run it without sex.", {"gender": False}
        ),
        Request("Predict which customers of the bank will not pay back, lambda 20", {"penalty": 20}),
        Request("Learn from a spreadsheet of 24 customers which columns matter"),
        Request("Predice quién devuelve el préstamo sin la columna de género", {"gender": False}),
    ),
    presets={
        "logistic": Preset(
            "Logistic regression", {},
            "One weight a column: it fits every row, and still judges new customers worse than always saying High.",
            (Claim("fitted", "==", "customers"), Claim("right", "<", "always_high")),
        ),
        "blind": Preset(
            "Without gender", {"gender": False},
            "Hide the column, and see what weighs most without it.",
            (Claim("columns", "==", 20),),
        ),
        "tree": Preset(
            "A small tree", {"model": "tree"},
            "Two questions in a row, easy to read: here a little better than always saying High.",
            (Claim("questions", "==", 2), Claim("right", ">", "always_high")),
        ),
        "deep": Preset(
            "A tree that learns by heart", {"model": "tree", "depth": 4},
            "With four questions in a row it fits every row, and judges new customers no better.",
            (Claim("fitted", "==", "customers"), Claim("right", "<=", "always_high")),
        ),
    },
    prediction=Prediction("Will it judge left-out customers better than always saying High?", ("yes", "no"), _check),
    aliases=(
        "credit table", "logistic regression", "decision tree", "credit risk", "structured data", "loan risk",
        "credit data", "credit customers", "credit scoring", "loan table", "loan data", "loan customers",
        "loan default", "tabular data", "riesgo de crédito", "riesgo crediticio", "tabla de crédito",
        "regresión logística", "árbol de decisión", "datos estructurados", "datos tabulares", "préstamos", "bank loan",
        "bank loans",
    ),
    measures=(
        Measure("loss", "loss", "mean loss on all rows"),
        Measure("right", "score", "customers judged rightly when left out, so far", "run"),
        Measure("fitted", "score", "customers right when trained on all"),
        Measure("always_high", "quantity", "what always saying High gets"),
        Measure("step", "clock"),
        Measure("gini", "quantity", "impurity of the tree's leaves"),
    ),
    words=LEXICON,
)  # fmt: skip
