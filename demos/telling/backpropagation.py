"""Tells the demo backpropagation: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.plane import Plane
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, plot, points, row
from demos.lib.wording import count, number
from demos.neurons.backpropagation import (
    Array,
    BackpropagationParams,
    Pass,
    Weights,
    forward,
    loss,
    propagate,
    run,
)
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
    Curve,
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
    Series,
    Words,
)
from demos.runtime.messages import listed, say

MOST_FRAMES = 40
MOST_DRAWN = 8


def steps(params: BackpropagationParams) -> Iterator[Frame]:
    """One point forward and its error back, layer by layer; a measured slope as proof; then the training."""
    x, d, path = run(params)
    story = Story(params, x, d)
    first = [*story.ahead(path[0]), *story.back(path[0]), story.proof(path[0])]
    total = len(first) + params.epochs
    for index, scene in enumerate(first):
        yield _frame(scene, index / total)
    story.losses = [loss(forward(w, x, params.activation)[-1], d) for w in path]
    for epoch in thin(len(path), MOST_FRAMES, {1, 2, 3, 5, 8})[1:-1]:
        yield _frame(story.training(path[epoch], epoch), (len(first) + epoch) / total)
    yield _frame(story.ending(path[-1]), 1)


class Story:
    """Tells and draws; `shown` is the point followed forward and back, the one most wrong at the start."""

    def __init__(self, params: BackpropagationParams, x: Array, d: Array) -> None:
        self.params, self.x, self.d = params, x, d
        self.plane = Plane((-1.8, 1.8), (-1.8, 1.8))
        self.losses: list[float] = []
        self.solved = False

    def _shown(self, weights: Weights) -> tuple[int, Pass]:
        y = forward(weights, self.x, self.params.activation)[-1]
        index = first_largest(np.abs(y - self.d))
        return index, propagate(weights, self.x[[index]], self.d[[index]], self.params.activation)

    def ahead(self, weights: Weights) -> Iterator[Scene]:
        """The point most wrong, layer by layer."""
        index, run = self._shown(weights)
        x, names = self.x[index], self.params.activation
        many = sum(w.size + b.size for w, b in weights)
        caption = say(
            "{many} random weights: {hidden_layers} of {units} {names}. We follow the point ({x}, {x2}) of class "
            "{d:.0f}, which it gets most wrong, forward to the answer and the error back.",
            many=many,
            hidden_layers=count(self.params.layers, "hidden layer"),
            units=self.params.units,
            names=names,
            x=number(x[0], 2),
            x2=number(x[1], 2),
            d=self.d[index, 0],
        )
        yield Scene(caption, (self._network(weights, run.a, 0, say("The network")), self._surface(weights)))
        for layer in range(1, len(run.a)):
            values, last = run.a[layer][0], layer == len(weights)
            what = (
                say("y = {values}", values=number(values[0])) if last else say("a = {vector}", vector=_vector(values))
            )
            caption = say(
                "Forward, layer {layer}: weighted sums, then {names}: {what}. ",
                layer=layer,
                names="σ" if last else names,
                what=what,
            )
            caption += (
                say("Class {d:.0f} was wanted.", d=self.d[index, 0])
                if last
                else say("These are the inputs of the next layer.")
            )
            yield Scene(
                caption, (self._network(weights, run.a, layer, say("Forward: activations")), self._surface(weights))
            )

    def back(self, weights: Weights) -> Iterator[Scene]:
        """The error of that point, from the output to the first layer."""
        _, run = self._shown(weights)
        sizes = [float(np.abs(error).mean()) for error in run.delta]
        labels = tuple(say("layer {layer}", layer=layer + 1) for layer in range(len(sizes)))
        for layer in range(len(weights), 0, -1):
            error = run.delta[layer - 1][0]
            if layer == len(weights):
                caption = say(
                    "Now back. At the output δ = y - d = {error}: the answer and what was wanted.",
                    error=number(error[0]),
                )
            else:
                caption = say(
                    "Layer {layer}: δ of the layer above, through its weights, times f'. δ = {vector}: a unit "
                    "gets much of the blame if its weight is large and its slope is not flat.",
                    layer=layer,
                    vector=_vector(error),
                )
            shown = [np.zeros_like(run.a[0]), *run.delta]
            bars = Bars(
                title=say("Mean size of δ"), labels=labels, values=row([0] * (layer - 1) + sizes[layer - 1 :], 4)
            )
            moment = say("the error flows back") if layer == len(weights) else ""
            yield Scene(caption, (self._network(weights, shown, layer, say("Backward: errors δ")), bars), {}, moment)

    def proof(self, weights: Weights) -> Scene:
        """One gradient against the slope measured by turning that weight a little."""
        kind, step = self.params.activation, 1e-5
        told = propagate(weights, self.x, self.d, kind).gradients[0][0][0, 0]
        moved = []
        for sign in (1, -1):
            w = weights[0][0].copy()
            w[0, 0] += sign * step
            moved.append(loss(forward([(w, weights[0][1]), *weights[1:]], self.x, kind)[-1], self.d))
        measured = (moved[0] - moved[1]) / (2 * step)
        caption = say(
            "Is it true? Turn the first weight by 0.00001 up and down: the loss has slope {measured}. "
            "Backpropagation said {told}. It gets all slopes in one pass back; turning would need two "
            "passes for every weight.",
            measured=number(measured, 7),
            told=number(told, 7),
        )
        bars = Bars(
            title=say("Slope of the first weight"),
            labels=(say("measured"), say("backprop")),
            values=row([measured, told], 7),
        )
        return Scene(
            caption, (bars, self._surface(weights)), {"measured": measured, "backprop": told}, say("the proof")
        )

    def training(self, weights: Weights, epoch: int) -> Scene:
        run = propagate(weights, self.x, self.d, self.params.activation)
        good = self._right(run.a[-1])
        sizes = [float(np.abs(gw).mean()) for gw, _ in run.gradients]
        before = self.losses[max(0, epoch - 1)]
        trend = say("fell") if self.losses[epoch] <= before else say("rose")
        caption = say(
            "Epoch {epoch}: {good} of {x} right, the loss {trend} to {losses}. Mean gradient by layer, first to "
            "last: {listing}. {every_point}",
            epoch=epoch,
            good=good,
            x=len(self.x),
            trend=trend,
            losses=number(self.losses[epoch], 4),
            listing=listed(", ", (number(size, 4) for size in sizes)),
            every_point=say("Every point is on its side.")
            if good == len(self.x)
            else say("Look where the surface is wrong."),
        )
        moment = say("all points right") if good == len(self.x) and not self.solved else ""
        self.solved = self.solved or bool(moment)
        metrics = self._metrics(epoch, good) | {"first_gradient": sizes[0], "last_gradient": sizes[-1]}
        return Scene(caption, self._panels(weights, epoch), metrics, moment)

    def ending(self, weights: Weights) -> Scene:
        epochs = self.params.epochs
        good = self._right(forward(weights, self.x, self.params.activation)[-1])
        caption = say(
            "After {epochs} {good} of {x} points are right; the loss went from {losses} to {losses2}. ",
            epochs=count(epochs, "epoch"),
            good=good,
            x=len(self.x),
            losses=number(self.losses[0]),
            losses2=number(self.losses[-1], 4),
        )
        if good == len(self.x):
            caption += say("The hidden units bend the plane so that one straight cut is enough for the output unit.")
        elif self.params.units < 3:
            caption += say(
                "{hidden_units} a layer may be too few: give it more.",
                hidden_units=count(self.params.units, "hidden unit"),
            )
        else:
            caption += say("Try more epochs, more units, another seed or another learning rate.")
        return Scene(caption, self._panels(weights, epochs), self._metrics(epochs, good), say("the end"))

    def _right(self, y: Array) -> int:
        return int(((y > 0.5) == (self.d > 0.5)).sum())

    def _metrics(self, epoch: int, good: int) -> dict[str, float]:
        return {"epoch": epoch, "loss": self.losses[epoch], "accuracy": good / len(self.x)}

    def _panels(self, weights: Weights, epoch: int) -> tuple[Panel, ...]:
        shown = thin(epoch + 1, 80)
        line = Series(name=say("loss"), x=tuple(shown), y=row((self.losses[i] for i in shown), 4))
        a = [values.mean(0, keepdims=True) for values in forward(weights, self.x, self.params.activation)]
        curve = Curve(title=say("Loss"), series=(line,), x_label=say("epoch"))
        return self._surface(weights), curve, self._network(weights, a, 0, say("Weights"))

    def _surface(self, weights: Weights) -> Panel:
        def value(x1: float, x2: float) -> float:
            return 2 * float(forward(weights, np.array([[x1, x2]]), self.params.activation)[-1][0, 0]) - 1

        groups = [points(say("class {c}", c=c), self.x[self.d[:, 0] == c]) for c in (1, 0)]
        return plot(self.plane, say("Output y over the plane"), groups, (), self.plane.region(value))

    def _network(self, weights: Weights, values: list[Array], active: int, title: str) -> Network:
        """At most MOST_DRAWN units a layer; the layer `active` is the one the caption speaks of."""
        layers = [min(MOST_DRAWN, value.shape[1]) for value in values]
        nodes = tuple(
            Node(
                id=f"{depth}.{unit}",
                label=number(float(values[depth][0, unit]), 2) if depth <= active or title.startswith("B") else "",
                x=0.08 + 0.84 * depth / (len(layers) - 1),
                y=1 - (unit + 0.5) / layers[depth],
                value=float(np.clip(values[depth][0, unit], -1, 1)),
            )
            for depth in range(len(layers))
            for unit in range(layers[depth])
        )
        edges = tuple(
            Edge(
                source=f"{depth}.{i}",
                target=f"{depth + 1}.{j}",
                weight=float(round(w[i, j], 3)),
                active=depth + 1 == active,
            )
            for depth, (w, _) in enumerate(weights)
            for i in range(layers[depth])
            for j in range(layers[depth + 1])
        )
        return Network(title=title, nodes=nodes, edges=edges)


def _vector(values: Array) -> str:
    return f"({', '.join(number(float(value), 2) for value in values[:4])}{', …' if len(values) > 4 else ''})"


def _frame(told: Scene, progress: float) -> Frame:
    metrics = {name: round(float(value), 6) for name, value in told.metrics.items()}
    return Frame(caption=told.caption, progress=progress, metrics=metrics, panels=told.panels, moment=told.moment)


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["accuracy"] == 1 else "no"


LEXICON = {
    "data": Words(
        ("dataset", "problem", "shape", "points", "datos", "problema", "conjunto de datos"),
        {
            "xor": ("exclusive or", "xor gate", "o exclusivo"),
            "circles": ("ring", "disc", "rings", "círculos", "anillo", "anillos"),
            "spiral": ("spirals", "two spirals", "espiral", "espirales", "spiral arms"),
            "moons": ("two moons", "half moons", "lunas", "medias lunas", "dos lunas"),
        },
    ),
    "units": Words((
        "hidden units", "hidden neurons", "width", "neurons", "nodes", "hidden nodes", "hidden neurons per layer",
        "neuronas ocultas", "unidades ocultas", "neuronas", "unidades",
    )),
    "layers": Words(("hidden layers", "depth", "capas", "capas ocultas", "deep", "profundidad")),
    "activation": Words(
        ("activation function", "activación", "función de activación", "nonlinearity"),
        {
            "sigmoid": ("logistic", "sigmoide", "logistic function"),
            "tanh": ("hyperbolic tangent", "tangente hiperbólica"),
            "relu": ("rectifier", "rectified linear"),
        },
    ),
    "learning_rate": Words((
        "lr", "eta", "rate", "step size", "learn rate", "tasa de aprendizaje", "velocidad de aprendizaje", "tasa",
    )),
    "epochs": Words((
        "iterations", "passes", "steps", "épocas", "pasadas", "training epochs", "training passes",
        "rounds of training", "iteraciones",
    )),
}  # fmt: skip


DEMO = Demo(
    name="backpropagation",
    title="Backpropagation",
    slide=19,
    group="Dense Layers",
    summary="A multi-layer perceptron on XOR, moons, circles or a spiral: the error flows back, the surface bends.",
    params=BackpropagationParams,
    steps=steps,
    look_for=(
        "The error starts at the output and flows back through the same weights.",
        "A slope measured by turning one weight agrees with what backpropagation says.",
        "The surface bends until each class has its own side; with too few hidden units it cannot.",
    ),
    examples=(
        Request("Show me backpropagation"),
        Request("Train a multi-layer perceptron on XOR for 500 epochs", {"epochs": 500}),
        Request("backprop on the two moons with 8 hidden units", {"data": "moons", "units": 8}),
        Request(
            "neural network on a spiral, 2 hidden layers of 16 units, 1500 epochs",
            {"data": "spiral", "layers": 2, "units": 16, "epochs": 1500},
        ),
        Request("Can backpropagation learn XOR with 1 hidden unit? Run it.", {"units": 1}),
        Request("train an MLP on circles with relu", {"data": "circles", "activation": "relu"}),
        Request("retropropagación con sigmoid, seed 4", {"activation": "sigmoid", "seed": 4}),
        Request("simulate the error flowing back through three hidden layers", {"layers": 3}),
        Request(
            "Train a neural net with one hidden layer of 10 neurons on the half moons",
            {"data": "moons", "units": 10, "layers": 1},
        ),
        Request("Send the error backwards through a network until it can part a spiral", {"data": "spiral"}),
        Request("Bend a decision surface around the ring with 6 hidden neurons", {"data": "circles", "units": 6}),
        Request("Entrena una red con 2 capas ocultas en las dos lunas", {"data": "moons", "layers": 2}),
    ),
    presets={
        "xor": Preset(
            "XOR at last", {},
            "What one neuron cannot do, four hidden units learn by themselves.",
            (Claim("accuracy", "==", 1),),
        ),
        "narrow": Preset(
            "Too narrow", {"units": 1},
            "One hidden unit draws one line: XOR stays out of reach.",
            (Claim("accuracy", "<", 1),),
        ),
        "moons": Preset(
            "Two moons", {"data": "moons", "units": 8, "epochs": 400},
            "See the surface bend in between.",
            (Claim("accuracy", ">=", 0.95),),
        ),
        "spiral": Preset(
            "A spiral",
            {"data": "spiral", "layers": 2, "units": 16, "epochs": 1200},
            "Two hidden layers bend the border around a spiral.", (Claim("accuracy", ">=", 0.95),),
        ),
        "flat": Preset(
            "Three sigmoids", {"activation": "sigmoid", "layers": 3},
            "Less error arrives at the first layer than at the last.",
            (Claim("first_gradient", "<", "last_gradient"),),
        ),
    },
    prediction=Prediction("Will it get every point right?", ("yes", "no"), _check),
    aliases=(
        "backprop", "multi-layer perceptron", "multilayer perceptron", "mlp", "retropropagación", "rumelhart",
        "back-propagation", "back prop", "multi-layer network", "multilayer network", "feedforward network",
        "feed-forward network", "hidden layer network", "chain rule", "perceptrón multicapa", "red multicapa",
        "propagación hacia atrás", "retro-propagación", "error back-propagation",
    ),
    measures=(
        Measure("loss", "loss", "mean loss over all points"),
        Measure("accuracy", "accuracy", "share of points right"),
        Measure("epoch", "clock"),
        Measure("measured", "quantity", "slope found by turning the first weight"),
        Measure("backprop", "quantity", "slope that backpropagation gives"),
        Measure("first_gradient", "quantity", "mean gradient of the first layer"),
        Measure("last_gradient", "quantity", "mean gradient of the last layer"),
    ),
    converged=Convergence("all points are right from then on", claim=Claim("accuracy", "==", 1)),
    weights_in="Weights",
    words=LEXICON,
)  # fmt: skip
