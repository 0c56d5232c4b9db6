"""Tells the demo mcculloch_pitts: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from demos.lib.plane import Plane
from demos.lib.scenes import Scene, play, plot, points
from demos.lib.wording import count
from demos.neurons.mcculloch_pitts import WANTED, McCullochPittsParams, Unit, build, inputs_of, right, run, signals_of
from demos.runtime.contract import (
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
    Scatter,
    Table,
    Words,
)
from demos.runtime.messages import listed, say


def steps(params: McCullochPittsParams) -> Iterator[Frame]:
    """Each row of the truth table, neuron by neuron, then the output neuron with other thresholds, then the verdict."""
    story = Story(build(params), params.gate)
    rows = [
        story.weigh(x, signals, unit, done) for done, (x, signals) in enumerate(run(params)) for unit in story.units
    ]
    yield from play([story.opening(), *rows, *map(story.other, range(-2, 4)), story.ending(params)])


class Story:
    """Draws the neurons of one gate and tells what they do."""

    def __init__(self, units: tuple[Unit, ...], gate: str) -> None:
        self.units, self.gate, self.table = units, gate, inputs_of(gate)

    def opening(self) -> Scene:
        parts = listed(
            "; ",
            (
                say(
                    "{name} has weights {listing} and threshold {theta}",
                    name=u.name,
                    listing=listed(", ", map(str, u.weights)),
                    theta=u.theta,
                )
                for u in self.units
            ),
        )
        caption = say(
            "{gate} from {neurons} of 1943: {parts}. A person chose these numbers, nothing is learnt. A neuron "
            "fires (1) when its sum reaches its threshold. Watch the sums.",
            gate=self.gate.upper(),
            neurons=count(len(self.units), "neuron"),
            parts=parts,
        )
        return Scene(caption, self._panels(self.units, {}, 0, ""))

    def weigh(self, x: tuple[int, ...], signals: Mapping[str, int], unit: Unit, done: int) -> Scene:
        total, fires, last = unit.total(signals), unit.fires(signals), unit is self.units[-1]
        terms = " + ".join(f"{w}·{signals[name]}" for w, name in zip(unit.weights, unit.inputs, strict=True))
        caption = say(
            "Input ({listing}), neuron {name}: {terms} = {total}. ",
            listing=listed(", ", map(str, x)),
            name=unit.name,
            terms=terms,
            total=total,
        )
        caption += (
            say("That reaches its threshold {theta}: 1.", theta=unit.theta)
            if fires
            else say("That is below {theta}: 0.", theta=unit.theta)
        )
        moment = ""
        if last:
            wanted = WANTED[self.gate][sum(x)]
            caption += say(
                " {gate} wants {wanted}: {right}.",
                gate=self.gate.upper(),
                wanted=wanted,
                right=say("right") if wanted == fires else say("wrong"),
            )
            moment = say("a wrong answer") if wanted != fires else ""
        else:
            caption += say(" Its answer is an input of the next layer.")
        metrics = {"sum": total, "theta": unit.theta, "fires": fires}
        return Scene(caption, self._panels(self.units, signals, done + last, unit.name), metrics, moment)

    def other(self, theta: int) -> Scene:
        """The output neuron with another threshold."""
        units = (*self.units[:-1], replace(self.units[-1], theta=theta))
        outputs = [signals_of(units, x)["y"] for x in self.table]
        same = [name for name in WANTED if inputs_of(name) == self.table and right(units, name) == len(self.table)]
        kind = (
            say("never fires")
            if not any(outputs)
            else say("always fires")
            if all(outputs)
            else say("is no gate with a name here")
        )
        caption = say(
            "Turn the threshold of y to {theta}: the outputs become {listing}, so the whole {is_}. The weights are "
            "the same: how much is enough decides which function it is.",
            theta=theta,
            listing=listed(" ", map(str, outputs)),
            is_=say("is {gate}", gate=same[0].upper()) if same else kind,
        )
        moment = say("other thresholds") if theta == -2 else ""
        return Scene(caption, self._panels(units, {}, len(self.table), "y"), {"theta": theta}, moment)

    def ending(self, params: McCullochPittsParams) -> Scene:
        good, rows = right(self.units, self.gate), len(self.table)
        caption = say(
            "{neurons}: {good} of {rows} rows of {gate} are right. ",
            neurons=count(len(self.units), "neuron"),
            good=good,
            rows=rows,
            gate=self.gate.upper(),
        )
        if good == rows and len(self.units) > 1:
            caption += say(
                "OR says 'at least one', NAND says 'not both', and AND on top asks for the two together: XOR."
            )
        elif good == rows:
            caption += say("One threshold is one straight cut through the inputs, and here one cut is enough.")
        elif self.gate == "xor" and params.layers == 1:
            caption += say(
                "This is the best of 150 single neurons tried. Why: (0,1) and (1,0) need w2 >= θ and w1 >= θ, (0,0) "
                "needs θ > 0; but then w1 + w2 > θ, so (1,1) fires as well. XOR needs two layers."
            )
        else:
            caption += say(
                "With threshold {threshold} it is another function: too much or too little is enough.",
                threshold=params.threshold,
            )
        metrics = {"right": good, "rows": rows, "neurons": len(self.units)}
        return Scene(caption, self._panels(self.units, {}, rows, ""), metrics, say("the verdict"))

    def _panels(self, units: tuple[Unit, ...], signals: Mapping[str, int], done: int, active: str) -> tuple[Panel, ...]:
        panels = (self._network(units, signals, active), self._truth(units, done))
        return (*panels, self._cut(units[0])) if len(units) == 1 and len(units[0].inputs) == 2 else panels

    def _network(self, units: tuple[Unit, ...], signals: Mapping[str, int], active: str) -> Network:
        inputs = [f"x{index + 1}" for index in range(len(self.table[0]))]
        layers = [inputs, *([[u.name for u in units[:-1]]] if units[1:] else []), ["y"]]
        theta = {unit.name: say(" θ={theta}", theta=unit.theta) for unit in units}
        nodes = tuple(
            Node(
                id=name,
                label=f"{name}{f'={signals[name]}' if name in signals else ''}{theta.get(name, '')}",
                x=0.1 + 0.75 * depth / (len(layers) - 1),
                y=1 - (place + 0.5) / len(layer),
                value=signals.get(name, 0),
            )
            for depth, layer in enumerate(layers)
            for place, name in enumerate(layer)
        )
        edges = tuple(
            Edge(source=source, target=unit.name, weight=w, label=str(w), active=unit.name == active)
            for unit in units
            for source, w in zip(unit.inputs, unit.weights, strict=True)
        )
        return Network(title=say("The neurons"), nodes=nodes, edges=edges)

    def _truth(self, units: tuple[Unit, ...], done: int) -> Table:
        body = []
        for index, x in enumerate(self.table):
            signals, wanted = signals_of(units, x), WANTED[self.gate][sum(x)]
            got = [str(signals[unit.name]) if index < done else "" for unit in units]
            body.append((*map(str, x), *got, str(wanted)))
        columns = (*(f"x{i + 1}" for i in range(len(self.table[0]))), *(unit.name for unit in units), say("wanted"))
        return Table(title=say("Truth table"), columns=columns, rows=tuple(body), highlight=(max(0, done - 1),))

    def _cut(self, unit: Unit) -> Scatter:
        """The inputs as points of the plane, and the line where the sum equals the threshold."""
        plane, (w1, w2) = Plane((-0.6, 1.6), (-0.6, 1.6)), unit.weights
        table, wanted = self.table, WANTED[self.gate]
        groups = [points(say("wants {t}", t=t), [x for x in table if wanted[sum(x)] == t]) for t in (1, 0)]
        region = plane.region(lambda x1, x2: 1.0 if w1 * x1 + w2 * x2 >= unit.theta else -1.0, 12)
        return plot(
            plane, say("One neuron is one cut"), groups, plane.line(say("sum = θ"), w1, w2, -unit.theta), region
        )


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["right"] == frames[-1].metrics["rows"] else "no"


LEXICON = {
    "gate": Words(
        (
            "function", "logic gate", "logic function", "truth table", "compuerta", "puerta", "puerta lógica",
            "compuerta lógica", "función",
        ),
        {
            "xor": ("exclusive or", "o exclusivo", "either or"),
            "majority": ("vote", "two out of three", "majority vote", "mayoría", "two of three"),
            "and": ("conjunction", "logical and"),
            "or": ("disjunction", "logical or"),
            "not": ("negation", "inverter", "negación"),
            "nand": ("not and",),
            "nor": ("not or",),
        },
    ),
    "layers": Words(("layer", "capas", "capa")),
    "threshold": Words(("theta", "θ", "umbral", "firing threshold", "fires at")),
}  # fmt: skip


DEMO = Demo(
    name="mcculloch_pitts",
    title="Artificial neuron of McCulloch and Pitts",
    slide=17,
    group="Dense Layers",
    summary="Threshold neurons of 1943 as logic gates: AND, OR, NOT, and why XOR needs a second layer.",
    params=McCullochPittsParams,
    steps=steps,
    look_for=(
        "A neuron fires exactly when its sum reaches its threshold.",
        "The same weights make another gate when only the threshold changes.",
        "One neuron is one straight cut; XOR needs two cuts, so two layers.",
    ),
    examples=(
        Request("Show me the McCulloch-Pitts neuron"),
        Request("Build an AND gate with the neuron of 1943", {"gate": "and"}),
        Request("mcculloch pitts OR gate with threshold 2", {"gate": "or", "threshold": 2}),
        Request("Try exclusive or with one layer of McCulloch-Pitts neurons", {"gate": "xor", "layers": 1}),
        Request("Show how two layers of neurons from 1943 make XOR", {"gate": "xor"}),
        Request("a majority vote as a threshold logic unit", {"gate": "majority"}),
        Request("threshold neuron as a NAND gate", {"gate": "nand"}),
        Request("make a NOT gate from an artificial neuron of 1943", {"gate": "not"}),
        Request("muestra la neurona de McCulloch-Pitts con NOR", {"gate": "nor"}),
        Request("Compute NOR with a neuron that only adds and compares", {"gate": "nor"}),
        Request("Build a truth table from all-or-none units: the majority of three inputs", {"gate": "majority"}),
        Request(
            "Let a unit fire only when the sum reaches 2, as an AND gate with threshold 2",
            {"gate": "and", "threshold": 2},
        ),
        Request("Haz una compuerta NAND con neuronas de umbral", {"gate": "nand"}),
    ),
    presets={
        "xor": Preset(
            "XOR in two layers", {},
            "OR and NAND feed AND. No neuron knows XOR, the three together do.",
            (Claim("right", "==", "rows"), Claim("neurons", "==", 3)),
        ),
        "single": Preset(
            "XOR with one neuron",
            {"layers": 1},
            "Set the layers to 1: the best single neuron gets three of four right.", (Claim("right", "==", 3),),
        ),
        "or_to_and": Preset(
            "OR with a threshold of 2", {"gate": "or", "threshold": 2},
            "The same weights, but now both inputs are needed: OR has become AND, and two of OR's four rows are wrong.",
            (Claim("right", "==", 2),),
        ),
        "majority": Preset(
            "Majority of three", {"gate": "majority"},
            "Three votes, threshold 2: one neuron counts.",
            (Claim("right", "==", "rows"),),
        ),
    },
    prediction=Prediction("Will all rows of the truth table be right?", ("yes", "no"), _check),
    aliases=(
        "mcculloch pitts neuron", "mcp neuron", "threshold logic unit", "threshold neuron",
        "neurona de McCulloch-Pitts", "mcculloch and pitts", "mcculloch", "pitts neuron", "mcp", "m-p neuron",
        "neuron of 1943", "neurons of 1943", "neurons from 1943", "first artificial neuron", "logic gate neuron",
        "logic gates from neurons", "neurona de mcculloch", "neurona de 1943", "neurona umbral", "threshold unit",
    ),
    measures=(
        Measure("right", "score", "rows of the table right"),
        Measure("rows", "size"),
        Measure("neurons", "size"),
        Measure("sum", "quantity", "weighted sum of the neuron shown"),
        Measure("theta", "quantity", "threshold of the neuron shown"),
    ),
    words=LEXICON,
)  # fmt: skip
