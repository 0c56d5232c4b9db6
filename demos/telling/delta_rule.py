"""Tells the demo delta_rule: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demos.lib.pacing import thin
from demos.lib.plane import Plane
from demos.lib.scenes import plot, points, row
from demos.lib.wording import count, number, signed, small
from demos.neurons.delta_rule import DeltaRuleParams, Step, Vector, error, examples, learn, run
from demos.runtime.contract import (
    Claim,
    Convergence,
    Curve,
    Demo,
    Frame,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Series,
    Table,
    Words,
)
from demos.runtime.messages import say

MOST_FRAMES = 80


def steps(params: DeltaRuleParams) -> Iterator[Frame]:
    """A frame for the start, one for each chosen step of the rule, one for the end."""
    taken = run(params)
    view = View(params, taken)
    yield view.opening()
    moments = view.moments()
    for index in thin(len(taken), MOST_FRAMES, {*range(8), *moments}):
        yield view.step(index, moments.get(index, ""))
    yield view.ending()


class View:
    """Tells and draws a training that is done already."""

    def __init__(self, params: DeltaRuleParams, taken: Sequence[Step]) -> None:
        self.params, self.taken = params, taken
        self.errors = [error(params, taken[0].w), *(error(params, step.after) for step in taken)]
        self.middle = 0.0 if params.activation == "tanh" else 0.5
        self.plane = Plane((-0.5, 1.5), (-0.5, 1.5))

    def right(self, w: Vector) -> int:
        """How many points are on the side of the middle that they should be on."""
        p = self.params
        return sum((learn(p.activation, w, x, d, 0).y > self.middle) == (d > self.middle) for x, d in examples(p))

    def moments(self) -> dict[int, str]:
        found = {0: say("the first step")}
        good = next((i for i, step in enumerate(self.taken) if self.right(step.after) == 4), None)
        if good is not None:
            found[good] = say("all four decisions right")
        found.setdefault(
            max(range(len(self.taken)), key=lambda i: max(map(abs, self.taken[i].change))), say("the largest change")
        )
        return found

    def opening(self) -> Frame:
        step = self.taken[0]
        caption = say(
            "{data} for one {activation} neuron. Its weights start at {vector}, the error E is {errors}. Each "
            "step takes one point and applies w_i + α·(d - y)·Fact'(neta)·x_i with α = {learning_rate}. Follow "
            "the table from top to bottom.",
            data=self.params.data.upper(),
            activation=say(self.params.activation),
            vector=_vector(step.w),
            errors=number(self.errors[0]),
            learning_rate=number(self.params.learning_rate),
        )
        return self._frame(caption, 0, step, 0, "")

    def step(self, index: int, moment: str) -> Frame:
        step, alpha = self.taken[index], self.params.learning_rate
        x1, x2 = number(step.x[1]), number(step.x[2])
        caption = say(
            "Step {index}, point ({x1}, {x2}): neta = {neta}, so y = {y}, but d = {d}. Slope Fact' = {slope}. "
            "Each x_i is multiplied by α·(d - y)·Fact' = {alpha}. ",
            index=index + 1,
            x1=x1,
            x2=x2,
            neta=number(step.neta),
            y=number(step.y),
            d=number(step.d),
            slope=number(step.slope),
            alpha=number(alpha * (step.d - step.y) * step.slope),
        )
        if abs(step.d - step.y) > 0.5 * (step.d - self.middle or 1) and step.slope < 0.05:
            caption += say("Very wrong, yet the slope is nearly 0, so it hardly learns.")
        elif step.x[1] == step.x[2] == 0:
            caption += say("Both inputs are 0, so only the bias w0 moves.")
        elif abs(step.d - step.y) < 0.2:
            caption += say("A small error makes a small change.")
        else:
            caption += say("An input of 0 leaves its weight as it was.")
        return self._frame(caption, (index + 1) / (len(self.taken) + 1), step, index + 1, moment)

    def ending(self) -> Frame:
        last, first = self.taken[-1], self.errors[0]
        good = self.right(last.after)
        caption = say(
            "After {steps} the error went from {first} to {errors} and {good} of 4 decisions {is_} right; the "
            "weights are {vector}. ",
            steps=count(len(self.taken), "step"),
            first=number(first),
            errors=number(self.errors[-1]),
            good=good,
            is_=say("is") if good == 1 else say("are"),
            vector=_vector(last.after),
        )
        if max(map(abs, last.after)) > 1e3:
            caption += say("The steps were too long: each overshoots more than the last. Take a smaller α.")
        elif good == 4:
            first, last_change = (max(map(abs, self.taken[i].change)) for i in (0, -1))
            caption += say(
                "The largest change in a step was {first} at first and {last_change} in the last.",
                first=number(first),
                last_change=small(last_change),
            )
        elif self.params.data == "xor":
            caption += say("One neuron makes one straight cut, and XOR needs two: that takes hidden layers.")
        elif self.params.start > 4:
            caption += say("It started where the slope is flat: give it smaller weights or far more epochs.")
        else:
            caption += say("Give it more epochs or another α.")
        return self._frame(caption, 1, last, len(self.taken), say("the end"))

    def _frame(self, caption: str, progress: float, step: Step, done: int, moment: str) -> Frame:
        w = step.after if done else step.w
        metrics = {"step": done, "error": self.errors[done], "right": self.right(w), "slope": step.slope}
        metrics |= {"w0": w[0], "w1": w[1], "w2": w[2]}
        return Frame(
            caption=caption,
            progress=progress,
            metrics={name: round(value, 5) for name, value in metrics.items()},
            panels=(self._plane(w), self._table(step), self._errors(done)),
            moment=moment,
        )

    def _table(self, step: Step) -> Panel:
        body = [
            ("neta", f"{_terms(step)}", number(step.neta)),
            ("y", "Fact(neta)", number(step.y)),
            ("d - y", say("{d} {y}", d=number(step.d), y=signed(-step.y)), number(step.d - step.y)),
            ("Fact'", say("slope at neta"), number(step.slope, 4)),
        ]
        for i in (1, 2, 0):
            body.append(
                (
                    f"w{i}(t+1)",
                    say("{w} {change}", w=number(step.w[i]), change=signed(step.change[i], 4)),
                    number(step.after[i]),
                )
            )
        return Table(
            title=say("One step"),
            columns=(say("symbol"), say("numbers"), say("value")),
            rows=tuple(body),
            highlight=(4, 5, 6),
        )

    def _plane(self, w: Vector) -> Panel:
        p = self.params
        targets = sorted({d for _, d in examples(p)}, reverse=True)
        groups = [points(say("d = {d}", d=number(d)), [x[1:] for x, t in examples(p) if t == d]) for d in targets]
        scale = 1.0 if p.activation == "tanh" else 2.0

        def value(x1: float, x2: float) -> float:
            return max(-1.0, min(1.0, scale * (learn(p.activation, w, (1.0, x1, x2), 0, 0).y - self.middle)))

        bias = w[0] - (0.5 if p.activation == "linear" else 0)
        line = self.plane.line(say("decision"), w[1], w[2], bias)
        return plot(self.plane, say("Output over the plane"), groups, line, self.plane.region(value, 12))

    def _errors(self, done: int) -> Panel:
        shown = thin(done + 1, 100)
        line = Series(name="E", x=tuple(shown), y=row((self.errors[i] for i in shown), 5))
        return Curve(title=say("Error E after each step"), series=(line,), x_label=say("step"))


def _terms(step: Step) -> str:
    return say(
        "{w}·{x} {w2}·{x2} {w3}",
        w=number(step.w[1], 2),
        x=number(step.x[1]),
        w2=signed(step.w[2], 2),
        x2=number(step.x[2]),
        w3=signed(step.w[0], 2),
    )


def _vector(w: Vector) -> str:
    return say("w1 = {w}, w2 = {w2}, w0 = {w3}", w=number(w[1]), w2=number(w[2]), w3=number(w[0]))


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["right"] == 4 else "no"


LEXICON = {
    "data": Words(
        ("gate", "problem", "logic gate", "function", "compuerta", "problema", "puerta"),
        {
            "xor": ("exclusive or", "o exclusivo"),
            "and": ("conjunction", "logical and", "y lógico"),
            "or": ("disjunction", "logical or", "o lógico"),
        },
    ),
    "activation": Words(
        ("fact", "activation function", "activación", "función de activación"),
        {
            "sigmoid": ("logistic", "sigmoide", "logística"),
            "linear": ("widrow hoff", "adaline", "lms", "identity", "lineal", "linear neuron"),
            "tanh": ("hyperbolic tangent", "tangente hiperbólica"),
        },
    ),
    "learning_rate": Words((
        "alpha", "α", "lr", "rate", "step size", "eta", "step", "alfa", "learn rate", "tasa de aprendizaje",
        "velocidad de aprendizaje", "tasa",
    )),
    "epochs": Words((
        "passes", "rounds", "épocas", "pasadas", "training epochs", "training passes", "rounds of training",
    )),
    "start": Words((
        "initial weights", "start at", "starting weights", "initial weight", "start weights", "weights up to",
        "pesos iniciales", "inicio",
    )),
}  # fmt: skip


DEMO = Demo(
    name="delta_rule",
    title="The generalised delta rule",
    slide=19,
    group="Dense Layers",
    summary="One neuron learns a gate, with every symbol of the slide's formula as a number at each step.",
    params=DeltaRuleParams,
    steps=steps,
    look_for=(
        "The change of a weight is α times the error times the slope times the input.",
        "An input of 0 leaves its weight unchanged.",
        "Where the activation function is flat, even a large error changes almost nothing.",
    ),
    examples=(
        Request("Show me the delta rule"),
        Request("Run the generalised delta rule on the AND gate with alpha 3", {"data": "and", "learning_rate": 3}),
        Request("delta rule with tanh for 60 epochs", {"activation": "tanh", "epochs": 60}),
        Request("Widrow-Hoff rule, learning rate 0.1", {"activation": "linear", "learning_rate": 0.1}),
        Request("Does the delta rule solve exclusive or? Show it.", {"data": "xor"}),
        Request("delta rule when the sigmoid is flat: initial weights 8, seed 3", {"start": 8, "seed": 3}),
        Request("step through the regla delta with a learning rate of 2", {"learning_rate": 2}),
        Request("gradient descent on one logistic neuron, 100 passes", {"epochs": 100}),
        Request(
            "Let one logistic neuron go down the slope of its error on the AND gate",
            {"data": "and", "activation": "sigmoid"},
        ),
        Request("Show every symbol of the weight update as a number, alpha 0.5", {"learning_rate": 0.5}),
        Request("Follow the error of a single neuron with a smooth activation for 90 epochs", {"epochs": 90}),
        Request(
            "Muestra cómo una neurona lineal corrige sus pesos con alfa 0.2",
            {"activation": "linear", "learning_rate": 0.2},
        ),
    ),
    presets={
        "or": Preset(
            "OR, step by step", {},
            "Read the table downwards: it is the slide's formula in numbers.",
            (Claim("right", "==", 4),),
        ),
        "flat": Preset(
            "Flat", {"start": 10, "seed": 2},
            "The sigmoid is flat far out: a large error changes almost nothing.",
            (Claim("right", "<", 4), Claim("error", ">", 0.1)),
        ),
        "diverge": Preset(
            "Too long steps",
            {"activation": "linear", "learning_rate": 2, "epochs": 5},
            "With α = 2 each step overshoots: the error grows instead of falling.", (Claim("error", ">", 1000),),
        ),
        "xor": Preset(
            "XOR", {"data": "xor"},
            "One neuron, one cut: XOR stays out of reach.",
            (Claim("right", "<", 4),),
        ),
    },
    prediction=Prediction("Will all four decisions be right at the end?", ("yes", "no"), _check),
    aliases=(
        "delta rule", "generalized delta rule", "regla delta", "regla delta generalizada", "widrow hoff",
        "delta learning rule", "generalised delta", "generalized delta", "widrow-hoff rule", "lms rule",
        "least mean squares", "adaline", "adaline rule", "logistic neuron", "regla de widrow-hoff",
        "mínimos cuadrados medios",
    ),
    measures=(
        Measure("error", "error", "mean error E over the four points"),
        Measure("right", "score", "decisions right, of four"),
        Measure("slope", "quantity", "slope Fact' at the point shown"),
        Measure("step", "clock"),
        Measure("w1", "weight"), Measure("w2", "weight"), Measure("w0", "weight", "bias w0"),
    ),
    converged=Convergence("all four decisions are right from then on", claim=Claim("right", "==", 4)),
    words=LEXICON,
)  # fmt: skip
