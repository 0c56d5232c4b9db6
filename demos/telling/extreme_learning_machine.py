"""Tells the demo extreme_learning_machine: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.plane import Plane
from demos.lib.scenes import Scene, play, plot, points, row
from demos.lib.wording import count, number
from demos.runtime.contract import Claim, Curve, Demo, Frame, Measure, Panel, Prediction, Preset, Request, Series, Words
from demos.runtime.messages import say
from demos.zoo.extreme_learning_machine import ExtremeLearningMachineParams, draw_weights, layer, run, solve

PLANE = Plane((-2.2, 2.2), (-2.2, 2.2))


def steps(params: ExtremeLearningMachineParams) -> Iterator[Frame]:
    """The points, more and more random units, and what they reached."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one machine that grows."""

    def __init__(self, params: ExtremeLearningMachineParams) -> None:
        early = {k - 1 for k in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20) if k <= params.hidden}
        self.params, self.sizes = params, [k + 1 for k in thin(params.hidden, 24, early)]
        done = run(params, self.sizes)
        self.x, self.t, self.test, self.answer, self.machines = done.x, done.t, done.test, done.answer, done.machines
        self.w, self.b = self.machines[-1].w, self.machines[-1].b
        self.scores = [machine.right(self.test, self.answer) for machine in self.machines]

    def scenes(self) -> list[Scene]:
        told = [self.opening(), *(self.cut(k) for k in range(min(6, self.params.hidden)))]
        told += [self.grown(index) for index in range(len(self.sizes))]
        return [*told, *(self.again(turn) for turn in range(3)), self.ending()]

    def opening(self) -> Scene:
        caption = say(
            "160 points of two classes ({data}), and {units} whose weights are drawn at random, size {scale}, and "
            "never learnt. Can a mixture of random cuts part the classes?",
            data=say(self.params.data),
            units=count(self.params.hidden, "unit"),
            scale=number(self.params.scale, 2),
        )
        return Scene(caption, (plot(PLANE, say("Points"), self._groups()),), {"units": self.params.hidden})

    def cut(self, k: int) -> Scene:
        w1, w2, b = float(self.w[0, k]), float(self.w[1, k]), float(self.b[k])
        side = layer(self.x, self.w[:, : k + 1], self.b[: k + 1])[:, k] > 0
        share = float((np.where(side, 1, -1) == self.t).mean())
        caption = say(
            "Random unit {k}: tanh({w1}·x1 + {w2}·x2 + {b}) cuts the plane along a line. By itself it would get "
            "{share} % right: close to guessing, as expected of chance.",
            k=k + 1,
            w1=number(w1, 2),
            w2=number(w2, 2),
            b=number(b, 2),
            share=number(100 * max(share, 1 - share), 0),
        )
        line = PLANE.line(say("cut"), w1, w2, b)
        region = PLANE.region(lambda x, y: float(np.tanh(w1 * x + w2 * y + b)), 14)
        return Scene(
            caption,
            (plot(PLANE, say("Unit {k}", k=k + 1), self._groups(), line, region),),
            {},
            say("random cuts") if k == 0 else "",
        )

    def grown(self, index: int) -> Scene:
        k, score = self.sizes[index], self.scores[index]
        learnt = self.machines[index].right(self.x, self.t)
        first = next((i for i, each in enumerate(self.scores) if each >= 0.95), -1)
        caption = say(
            "{random_units}, mixed by least squares: {learnt} % of the points learnt and {score} % of 400 unseen "
            "ones are right. The largest output weight is {betas}. No step of descent was made.",
            random_units=count(k, "random unit"),
            learnt=number(100 * learnt, 1),
            score=number(100 * score, 1),
            betas=number(float(np.abs(self.machines[index].beta).max()), 1),
        )
        panels = (self._surface(index), self._curve(index))
        return Scene(
            caption, panels, {"units": k, "unseen": score}, say("95 % of unseen points") if index == first else ""
        )

    def again(self, turn: int) -> Scene:
        random = np.random.default_rng((self.params.seed, turn + 1))
        machine = solve(*draw_weights(self.params, random), self.x, self.t, self.params.penalty)
        score = machine.right(self.test, self.answer)
        caption = say(
            "Drawn again, other random units number {turn}: {score} % of the unseen points. It was {scores} % "
            "before. With enough units it hardly matters which ones chance gives.",
            turn=turn + 1,
            score=number(100 * score, 1),
            scores=number(100 * self.scores[-1], 1),
        )
        region = PLANE.region(lambda x, y: float(np.clip(machine.output(np.array([[x, y]])), -1, 1)[0]), 14)
        return Scene(
            caption,
            (plot(PLANE, say("Other random units"), self._groups(), (), region),),
            {"unseen": score},
            say("drawn again") if turn == 0 else "",
        )

    def ending(self) -> Scene:
        score = self.scores[-1]
        caption = say(
            "{random_units}: {score} % of unseen points are right. ",
            random_units=count(self.params.hidden, "random unit"),
            score=number(100 * score, 1),
        )
        if score >= 0.95:
            caption += say(
                "Only {hidden} numbers were solved for; the {hidden2} inside stayed as chance made them.",
                hidden=self.params.hidden,
                hidden2=3 * self.params.hidden,
            )
        elif self.params.hidden < 30:
            caption += say("Too few random cuts: chance did not offer the right ones. Take more units.")
        else:
            caption += say("The units are many, but of the wrong kind: try another size of the random weights.")
        last = len(self.sizes) - 1
        return Scene(
            caption,
            (self._surface(last), self._curve(last)),
            {"units": self.params.hidden, "unseen": score},
            say("the end"),
        )

    def _groups(self) -> list[Series]:
        return [points(say("class {t:+d}", t=t), self.x[self.t == t].tolist()) for t in (1, -1)]

    def _surface(self, index: int) -> Panel:
        region = PLANE.region(
            lambda x, y: float(np.clip(self.machines[index].output(np.array([[x, y]])), -1, 1)[0]), 14
        )
        return plot(PLANE, say("Output of {units}", units=count(self.sizes[index], "unit")), self._groups(), (), region)

    def _curve(self, index: int) -> Panel:
        line = Series(name=say("unseen"), x=row(self.sizes[: index + 1]), y=row(self.scores[: index + 1]))
        return Curve(title=say("Share right"), series=(line,), x_label=say("random units"), y_range=(0.4, 1))


def _check(frames: Sequence[Frame]) -> str:
    unseen = frames[-1].metrics["unseen"]
    return "95 % or more" if unseen >= 0.95 else "75 to 95 %" if unseen >= 0.75 else "less than 75 %"


LEXICON = {
    "data": Words(
        ("problem", "shape", "datos", "problema", "points"),
        {
            "rings": ("circles", "ring", "anillos", "círculos", "anillo"),
            "xor": ("checkerboard", "exclusive or", "tablero", "o exclusivo"),
            "spiral": ("spirals", "espiral", "espirales"),
            "moons": ("two moons", "half moons", "lunas", "dos lunas"),
        },
    ),
    "hidden": Words((
        "hidden units", "neurons", "random units", "random neurons", "random hidden units", "nodes", "neuronas ocultas",
        "unidades ocultas", "neuronas", "unidades",
    )),
    "scale": Words((
        "weight size", "spread of the weights", "size of the weights", "weight scale", "escala", "tamaño de los pesos",
    )),
    "penalty": Words(("lambda", "ridge", "regularisation", "λ", "regularization", "regularización", "penalización")),
}  # fmt: skip


DEMO = Demo(
    name="extreme_learning_machine",
    title="Extreme learning machine",
    slide=37,
    group="Zoo",
    summary="Random hidden units that are never trained, and an output layer solved in one stroke.",
    params=ExtremeLearningMachineParams,
    steps=steps,
    look_for=(
        "Each hidden unit is a random cut and stays as it is.",
        "Enough random cuts, rightly mixed, part classes that no single cut can.",
        "Training is one linear system.",
    ),
    examples=(
        Request("Show me an extreme learning machine"),
        Request("Run an ELM with 10 hidden units", {"hidden": 10}),
        Request("extreme learning machine on a spiral with 200 neurons", {"data": "spiral", "hidden": 200}),
        Request("ELM on xor", {"data": "xor"}),
        Request("extreme learning machine with weight size 0.1", {"scale": 0.1}),
        Request("máquina de aprendizaje extremo con 25 units", {"hidden": 25}),
        Request("random hidden layer on moons, lambda 1", {"data": "moons", "penalty": 1}),
        Request("watch random units part circles", {"data": "rings"}),
        Request("Solve the output weights in one stroke over 120 random neurons", {"hidden": 120}),
        Request("Part two moons with a hidden layer that nobody trains", {"data": "moons"}),
        Request("Show how far random features and one linear system get on a spiral", {"data": "spiral"}),
        Request("Separa los anillos con 50 neuronas aleatorias", {"data": "rings", "hidden": 50}),
    ),
    presets={
        "rings": Preset(
            "Rings", {},
            "No single cut parts rings; sixty random ones do.",
            (Claim("unseen", ">=", 0.95),),
        ),
        "few": Preset(
            "Too few", {"hidden": 4, "data": "spiral"},
            "Four random cuts cannot follow a spiral.",
            (Claim("unseen", "<", 0.7),),
        ),
        "spiral": Preset(
            "A spiral", {"data": "spiral", "hidden": 200, "penalty": 0.001},
            "Two hundred random cuts can.",
            (Claim("unseen", ">=", 0.95),),
        ),
    },
    prediction=Prediction(
        "What share of unseen points will be right?", ("95 % or more", "75 to 95 %", "less than 75 %"), _check
    ),
    aliases=(
        "elm", "extreme learning machines", "random hidden layer", "máquina de aprendizaje extremo", "extreme learner",
        "extreme learning", "elms", "random features", "random hidden units", "untrained hidden layer",
        "máquinas de aprendizaje extremo", "aprendizaje extremo", "máquina de aprendizaje extrema",
        "capa oculta aleatoria",
    ),
    measures=(
        Measure("unseen", "accuracy", "share of unseen points right"),
        Measure("units", "clock", "random units in use"),
    ),
    words=LEXICON,
)  # fmt: skip
