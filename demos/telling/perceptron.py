"""Tells the demo perceptron: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot

from demos.lib.pacing import thin
from demos.lib.plane import Plane
from demos.lib.wording import count, number, signed
from demos.neurons.perceptron import (
    Line,
    PerceptronParams,
    Point,
    Visit,
    run,
    separable,
)
from demos.runtime.contract import (
    Claim,
    Convergence,
    Curve,
    Demo,
    Edge,
    Frame,
    Measure,
    Network,
    Node,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    Words,
)
from demos.runtime.messages import say

MOST_FRAMES = 118


def steps(params: PerceptronParams) -> Iterator[Frame]:
    """A frame for the start, one for each point shown (a long run keeps its mistakes and moments), one for the end."""
    points, start, visits = run(params)
    view = View(points)
    yield view.frame(_opening(params, points, start), 0, start, ())

    moments = _moments(visits)
    mistakes = {index for index, visit in enumerate(visits) if visit.mistake}
    keep = set(moments) | (mistakes if len(mistakes) < MOST_FRAMES // 2 else set())
    for index in thin(len(visits), MOST_FRAMES, keep):
        visit, moment = visits[index], moments.get(index, "")
        caption = _visit(visit, params.learning_rate, moment)
        progress = (index + 1) / (len(visits) + 1)
        yield view.frame(caption, progress, visit.after, visit.mistakes, visit.point, moment)

    last = visits[-1]
    yield view.frame(_ending(params, points, start, visits), 1, last.after, last.mistakes, moment=say("the end"))


def _moments(visits: Sequence[Visit]) -> dict[int, str]:
    """Index of a visit -> why it is worth jumping to."""
    found: dict[int, str] = {}
    epoch_with: dict[tuple[float, ...], int] = {}
    first = next((index for index, visit in enumerate(visits) if visit.mistake), None)
    if first is not None:
        found[first] = say("first mistake")
    for index, visit in enumerate(visits):
        if not visit.ends_epoch:
            continue
        weights = tuple(round(w, 9) for w in (visit.after.w1, visit.after.w2, visit.after.b))
        if visit.mistakes[-1] == 0:
            found[index] = say("an epoch without mistakes")
        elif weights in epoch_with:
            found[index] = say("back to the weights of epoch {epoch_with}", epoch_with=epoch_with[weights])
            break
        epoch_with[weights] = visit.epoch
    return found


class View:
    """Draws a line and its points as panels; the plane shown stays the same over the run."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = points
        self.plane = Plane.around([0, 1, *(p.x1 for p in points)], [0, 1, *(p.x2 for p in points)])

    def frame(
        self,
        caption: str,
        progress: float,
        line: Line,
        mistakes: tuple[int, ...],
        shown: Point | None = None,
        moment: str = "",
    ) -> Frame:
        right = sum(not line.wrong(p) for p in self.points)
        metrics = {
            "epoch": len(mistakes),
            "mistakes": sum(mistakes),
            "epoch_mistakes": mistakes[-1] if mistakes else 0,
            "accuracy": round(right / len(self.points), 4),
            "w1": round(line.w1, 4),
            "w2": round(line.w2, 4),
            "b": round(line.b, 4),
        }
        panels = (self._plane(line, shown), _neuron(line, shown), _history(mistakes))
        return Frame(caption=caption, progress=progress, metrics=metrics, panels=panels, moment=moment)

    def _plane(self, line: Line, shown: Point | None) -> Scatter:
        groups = [_group(say("target {t:+d}", t=t), [p for p in self.points if p.t == t]) for t in (1, -1)]
        return Scatter(
            title=say("Points and line"),
            groups=(*groups, _group(say("shown now"), [shown])) if shown else tuple(groups),
            lines=self.plane.line("a = 0", line.w1, line.w2, line.b),
            region=self.plane.region(lambda x1, x2: _sign(line.activation(Point(x1, x2, 1)))),
            x_label="x1",
            y_label="x2",
            x_range=self.plane.x_range,
            y_range=self.plane.y_range,
        )


def _group(name: str, points: Sequence[Point]) -> Series:
    return Series(name=name, x=tuple(round(p.x1, 4) for p in points), y=tuple(round(p.x2, 4) for p in points))


def _neuron(line: Line, shown: Point | None) -> Network:
    """The neuron with its weights, and with the point shown as its input."""
    weights = (("x1", "w1", line.w1), ("x2", "w2", line.w2), ("one", "b", line.b))
    edges = tuple(
        Edge(source=source, target="y", weight=round(w, 4), label=f"{name}={number(w)}", active=shown is not None)
        for source, name, w in weights
    )
    labels, values = ("x1", "x2", "1", "y"), (0.0, 0.0, 1.0, 0.0)
    if shown:
        y = _sign(line.activation(shown))
        labels = (f"x1={number(shown.x1, 2)}", f"x2={number(shown.x2, 2)}", "1", f"y={y:+.0f}")
        values = (shown.x1, shown.x2, 1.0, y)
    places = (("x1", 0.1, 0.85), ("x2", 0.1, 0.5), ("one", 0.1, 0.15), ("y", 0.9, 0.5))
    nodes = tuple(
        Node(id=name, label=label, x=x, y=y, value=max(-1.0, min(1.0, value)))
        for (name, x, y), label, value in zip(places, labels, values, strict=True)
    )
    return Network(title=say("The neuron after this point") if shown else say("The neuron"), nodes=nodes, edges=edges)


def _history(mistakes: tuple[int, ...]) -> Curve:
    epochs = tuple(float(epoch) for epoch in range(1, len(mistakes) + 1))
    return Curve(
        title=say("Mistakes in each epoch"),
        series=(Series(name=say("mistakes"), x=epochs, y=mistakes),),
        x_label=say("epoch"),
        y_label=say("mistakes"),
        y_range=(0, max(4, *mistakes, 0)),
    )


def _opening(params: PerceptronParams, points: Sequence[Point], start: Line) -> str:
    what = (
        say("Two clouds of points")
        if params.data == "blobs"
        else say("{data} as four points", data=params.data.upper())
    )
    wrong = sum(start.wrong(p) for p in points)
    return say(
        "{what}: can one straight line have every target +1 on one side? At the start w1 = {w1}, w2 = {w2} "
        "and b = {b}, which gets {wrong} of {points} wrong. Watch what each mistake does to the line.",
        what=what,
        w1=number(start.w1),
        w2=number(start.w2),
        b=number(start.b),
        wrong=wrong,
        points=len(points),
    )


def _visit(visit: Visit, eta: float, moment: str) -> str:
    p, before, after = visit.point, visit.before, visit.after
    x1, x2, w1 = number(p.x1), number(p.x2), number(before.w1)
    text = say(
        "Epoch {epoch}, point ({x1}, {x2}): a = {w1}·{x1} {w2}·{x2} {b} = {activation}. The target is {t:+d}",
        epoch=visit.epoch,
        x1=x1,
        x2=x2,
        w1=w1,
        w2=signed(before.w2),
        b=signed(before.b),
        activation=number(before.activation(p)),
        t=p.t,
    )
    if visit.mistake:
        text += say(
            ": a mistake. So η·t = {eta} times the point is added to the weights, and this point now gets a = "
            "{activation}: the line moved towards having it on its right side.",
            eta=number(eta * p.t),
            activation=number(after.activation(p)),
        )
    else:
        text += say(": right, so nothing changes. Only mistakes teach this rule.")
    if moment.startswith("back"):
        text += say(" And the run is {moment}: it goes round in a circle.", moment=moment)
    elif moment.startswith("an epoch"):
        text += say(" A whole epoch without a mistake: no weight will change again.")
    return text


def _ending(params: PerceptronParams, points: Sequence[Point], start: Line, visits: Sequence[Visit]) -> str:
    line, mistakes = visits[-1].after, visits[-1].mistakes
    if mistakes[-1] == 0:
        return _rest(line, points, start, mistakes)
    tail = say(
        "After {epochs} and {corrections}",
        epochs=count(len(mistakes), "epoch"),
        corrections=count(sum(mistakes), "correction"),
    )
    wrong = sum(line.wrong(p) for p in points)
    if not wrong:
        return say(
            "{tail} the line {line} gets all points right, but only another epoch without a mistake would show it.",
            tail=tail,
            line=_equation(line),
        )
    if separable(points):
        return say(
            "{tail} it still gets {wrong} of {points} wrong. Yet some line parts these points, so the rule is "
            "bound to find one: give it more epochs.",
            tail=tail,
            wrong=wrong,
            points=len(points),
        )
    if params.data == "xor" and params.noise == 0:
        both = number(line.w1 + line.w2 + 2 * line.b)
        return say(
            "{tail} it still errs, and it never converges: XOR is not linearly separable. The activations of "
            "(0,1) and (1,0) sum to w1 + w2 + 2b = {both}; those of (0,0) and (1,1) sum to the same {both}. XOR "
            "needs the first sum above 0 and the second below: no line does both. Two layers do.",
            tail=tail,
            both=both,
        )
    return say(
        "{tail} it still gets {wrong} of {points} wrong. The two classes overlap, so no straight line parts "
        "them: every epoch has a mistake, and every mistake moves the line again.",
        tail=tail,
        wrong=wrong,
        points=len(points),
    )


def _equation(line: Line) -> str:
    return say("{w1}·x1 {w2}·x2 {b} = 0", w1=number(line.w1), w2=signed(line.w2), b=signed(line.b))


def _rest(line: Line, points: Sequence[Point], start: Line, mistakes: tuple[int, ...]) -> str:
    margin = line.margin(points)
    text = say(
        "It came to rest in epoch {mistakes} after {corrections}: {line} has all {points} points on their "
        "right side, the closest with margin γ = {margin}. One line is enough.",
        mistakes=len(mistakes),
        corrections=count(sum(mistakes), "correction"),
        line=_equation(line),
        points=len(points),
        margin=number(margin),
    )
    if start == Line(0, 0, 0):
        bound = int(max(hypot(p.x1, p.x2, 1) for p in points) ** 2 / max(margin, 1e-9) ** 2)
        text += say(
            " Novikoff's bound (R/γ)² allowed {corrections}, whatever the learning rate.",
            corrections=count(bound, "correction"),
        )
    return text


def _sign(a: float) -> float:
    return 1.0 if a > 0 else -1.0


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["accuracy"] == 1 else "no"


LEXICON = {
    "data": Words(
        ("gate", "problem", "dataset", "task", "function", "logic gate", "compuerta", "puerta", "problema", "datos"),
        {
            "and": ("conjunction", "logical and", "y lógico"),
            "or": ("disjunction", "logical or", "o lógico"),
            "xor": ("exclusive or", "o exclusivo"),
            "blobs": (
                "two clouds", "clouds", "clusters", "two groups", "two blobs", "two clusters", "nubes", "dos nubes",
                "two classes of points", "point clouds",
            ),
        },
    ),
    "epochs": Words((
        "passes", "rounds", "iterations", "épocas", "pasadas", "training epochs", "training passes",
        "rounds of training",
    )),
    "learning_rate": Words((
        "lr", "eta", "rate", "step size", "step", "learn rate", "tasa de aprendizaje", "velocidad de aprendizaje",
        "tasa", "paso",
    )),
    "noise": Words(("jitter", "spread", "sigma", "ruido", "nivel de ruido", "noise level", "overlap")),
    "points": Words(("samples", "examples", "dots", "puntos", "muestras", "ejemplos", "data points")),
    "start": Words(
        (
            "initial weights", "initialisation", "init", "starting weights", "start weights", "pesos iniciales",
            "inicialización",
        ),
        {
            "zeros": (
                "zero weights", "from zero", "all zero", "start at zero", "pesos cero", "pesos en cero", "desde cero",
            ),
            "random": ("random weights", "random start", "aleatorio", "aleatorios", "at random"),
        },
    ),
}  # fmt: skip


DEMO = Demo(
    name="perceptron",
    title="The perceptron",
    slide=18,
    group="Dense Layers",
    summary="One neuron learns a straight line between two classes from its mistakes; on XOR it never succeeds.",
    params=PerceptronParams,
    steps=steps,
    look_for=(
        "The line moves only when a point is on its wrong side.",
        "Each move is in the direction of the point that was wrong, η times its coordinates.",
        "The curve of mistakes reaches 0 when the points can be parted by a line, and never does for XOR.",
    ),
    examples=(
        Request("Show me the perceptron"),
        Request(
            "Train a perceptron on XOR for 30 epochs with learning rate 0.5",
            {"data": "xor", "epochs": 30, "learning_rate": 0.5},
        ),
        Request("Can a perceptron learn the OR gate? Run it.", {"data": "or"}),
        Request("Why does Rosenblatt's neuron fail on exclusive or? Demonstrate.", {"data": "xor"}),
        Request("perceptron on two blobs of 60 points, noise 0.2", {"data": "blobs", "points": 60, "noise": 0.2}),
        Request("perceptron AND gate, lr=1, starting from zero weights", {"learning_rate": 1, "start": "zeros"}),
        Request("Let a linear classifier learn two clouds, step 0.01", {"data": "blobs", "learning_rate": 0.01}),
        Request("Do the perceptron learning rule again with seed 7 and at most 5 passes", {"seed": 7, "epochs": 5}),
        Request("entrena un perceptrón con XOR durante 50 épocas", {"data": "xor", "epochs": 50}),
        Request("perceptron when the classes overlap: blobs, noise 0.9", {"data": "blobs", "noise": 0.9}),
        Request("Draw a straight line between two clouds of 50 points", {"data": "blobs", "points": 50}),
        Request("Let one neuron learn from its mistakes which side of a line a point is on"),
        Request("Show why no straight line solves exclusive or, 40 epochs", {"data": "xor", "epochs": 40}),
        Request("Separa dos nubes de 40 puntos con una línea recta", {"data": "blobs", "points": 40}),
    ),
    presets={
        "and": Preset(
            "AND: it learns", {"data": "and"},
            "A line can part these four points: a few corrections do it.",
            (Claim("accuracy", "==", 1), Claim("epoch_mistakes", "==", 0), Claim("mistakes", "<=", 12)),
        ),
        "xor": Preset(
            "XOR: it never rests", {"data": "xor", "epochs": 30, "learning_rate": 0.5},
            "No line can part XOR. See the weights come back to where they were: the run goes round in a circle.",
            (Claim("accuracy", "<", 1), Claim("epoch_mistakes", ">", 0)),
        ),
        "zeros": Preset(
            "Does the learning rate matter?", {"data": "or", "start": "zeros", "learning_rate": 5},
            "From zero weights the learning rate only scales the line: change it and the mistakes stay the same.",
            (Claim("accuracy", "==", 1),),
        ),
        "blobs": Preset(
            "Two clouds", {"data": "blobs", "points": 40},
            "A gap between the clouds: the wider it is, the fewer corrections are needed (Novikoff).",
            (Claim("accuracy", "==", 1), Claim("epoch_mistakes", "==", 0)),
        ),
        "overlap": Preset(
            "Clouds that overlap", {"data": "blobs", "points": 60, "noise": 0.5, "epochs": 15},
            "Set the noise to 0.5: the clouds overlap, and the line is pushed to and fro for ever.",
            (Claim("epoch_mistakes", ">", 0),),
        ),
    },
    prediction=Prediction("Will it find a line that makes no mistake?", ("yes", "no"), _check),
    aliases=(
        "rosenblatt", "perceptrón", "linear classifier", "perceptron rule", "perceptrons", "rosenblatt's perceptron",
        "rosenblatt perceptron", "single-layer perceptron", "simple perceptron", "perceptron learning",
        "linear separator", "perceptrón simple", "perceptrón de rosenblatt", "clasificador lineal",
        "regla del perceptrón", "separating line",
    ),
    measures=(
        Measure("epoch_mistakes", "mistakes", "mistakes in this epoch", "epoch"),
        Measure("mistakes", "mistakes", "mistakes since the start", "run"),
        Measure("accuracy", "accuracy", "share of points on their right side"),
        Measure("epoch", "clock"),
        Measure("w1", "weight"), Measure("w2", "weight"), Measure("b", "weight", "bias b"),
    ),
    converged=Convergence("an epoch passed without a mistake", moment="an epoch without mistakes"),
    words=LEXICON,
)  # fmt: skip
