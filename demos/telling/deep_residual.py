"""Tells the demo deep_residual: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from demos.lib.pacing import thin
from demos.lib.scenes import Scene, play, row
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
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
    Series,
    Words,
)
from demos.runtime.messages import say
from demos.vision.deep_residual import Array, DeepResidualParams, measure, run

KINDS = (say("plain"), say("residual"))
ANSWERS = (say("it nearly vanishes"), say("it stays within a factor of 10"), say("it explodes"))


def steps(params: DeepResidualParams) -> Iterator[Frame]:
    """The two blocks, the signal forward, the error back layer by layer, then networks of growing depth."""
    story = Story(params)
    levels = [params.depth - i for i in thin(params.depth + 1, 16)]
    scenes = [story.opening(), story.forward(), *map(story.back, levels)]
    scenes += [story.deeper(i + 1) for i in thin(params.depth, 8)]
    yield from play([*scenes, story.ending()])


class Story:
    def __init__(self, params: DeepResidualParams) -> None:
        self.params = params
        self.w, self.x, *runs = run(params)
        self.runs = dict(zip(KINDS, runs, strict=True))
        self.shown = False
        self.depths: dict[int, tuple[float, float]] = {}

    def reach(self, kind: str) -> float:
        """The error at the first layer, relative to that at the last."""
        error = self.runs[kind].error
        return error[0] / error[-1]

    def opening(self) -> Scene:
        caption = say(
            "Two networks of {depth} layers with the very same random weights, deviation {gain}/√{width}. Left "
            "path: through the layer. Right path, only in the residual one: around it. Learning needs the error "
            "at the output to reach the first layer.",
            depth=self.params.depth,
            gain=number(self.params.gain, 2),
            width=self.params.width,
        )
        return Scene(caption, (self._block(),), {"depth": self.params.depth})

    def forward(self) -> Scene:
        ends = {kind: self.runs[kind].signal[-1] for kind in KINDS}
        caption = say(
            "Forward: a signal of length {signal} goes in. After {depth} layers the plain network has {short} "
            "left, the residual one has {short2}: it only ever adds.",
            signal=number(self.runs["plain"].signal[0], 2),
            depth=self.params.depth,
            short=_short(ends["plain"]),
            short2=_short(ends["residual"]),
        )
        series = [(kind, self.runs[kind].signal) for kind in KINDS]
        return Scene(
            caption,
            (self._curve(say("Length of the signal, log10"), series),),
            {"signal_plain": ends["plain"], "signal_residual": ends["residual"]},
            say("the signal"),
        )

    def back(self, level: int) -> Scene:
        plain, skip = (self.runs[kind].error[level] / self.runs[kind].error[-1] for kind in KINDS)
        caption = say(
            "Back at layer {level} of {depth}: of the error at the output the plain network has {short}, the "
            "residual one {short2}. ",
            level=level,
            depth=self.params.depth,
            short=_short(plain),
            short2=_short(skip),
        )
        moment = say("the error starts back") if level == self.params.depth else ""
        if level == self.params.depth:
            caption += say("Both start with 1.")
        else:
            caption += say(
                "In the residual one {through:.0%} of the last step came through the layer, the rest by the skip.",
                through=self.runs["residual"].through[level],
            )
            if plain < 0.01 and not self.shown:
                moment, self.shown = say("less than a hundredth left"), True
        series = [(kind, self._tail(kind, level)) for kind in KINDS]
        curve = self._curve(
            say("Error left, log10"), series, self.params.depth - np.arange(self.params.depth - level + 1)
        )
        bars = Bars(
            title=say("Share through the layer"),
            labels=KINDS,
            values=row([1.0, self.runs["residual"].through[min(level, self.params.depth - 1)]]),
            value_range=(0, 1),
        )
        return Scene(caption, (curve, bars), {"layer": level, "plain": plain, "residual": skip}, moment)

    def deeper(self, depth: int) -> Scene:
        """The same, for a network of only the first layers."""
        plain, skip = (measure(self.w[:depth], self.x, kind == "residual").error for kind in KINDS)
        self.depths[depth] = plain[0] / plain[-1], skip[0] / skip[-1]
        caption = say(
            "A network of {layers}: the first layer gets {short} of the error in the plain network, {short2} in "
            "the residual one. Each plain layer multiplies by about {depths}, and {depths2} make that.",
            layers=count(depth, "layer"),
            short=_short(self.depths[depth][0]),
            short2=_short(self.depths[depth][1]),
            depths=number(self.depths[depth][0] ** (1 / depth), 2),
            depths2=count(depth, "such factor"),
        )
        series = [(kind, [each[i] for each in self.depths.values()]) for i, kind in enumerate(KINDS)]
        return Scene(
            caption,
            (self._curve(say("Error at layer 1, by depth, log10"), series, np.array(list(self.depths))),),
            {"depth": depth},
            say("by depth") if depth == 1 else "",
        )

    def ending(self) -> Scene:
        plain, skip = self.reach(say("plain")), self.reach(say("residual"))
        caption = say(
            "{depth} layers: the first one gets {short} of the error in the plain network and {short2} "
            "in the residual one. ",
            depth=self.params.depth,
            short=_short(plain),
            short2=_short(skip),
        )
        if plain < 0.1 <= skip:
            caption += say("The 1 of every skip keeps the error alive; without it each layer takes its share away.")
        elif plain > 10:
            caption += say("With weights so large the plain error explodes instead.")
        elif plain >= 0.1:
            caption += say("Here the plain error does not fade, so the skip is not needed to keep it alive.")
        if skip > 10:
            caption += say(
                " The residual one grows {skip}-fold: ResNet keeps that down with normalisation.", skip=number(skip, 0)
            )
        series = [(kind, self._tail(kind, 0)) for kind in KINDS]
        panels = (
            self._curve(say("Error left, log10"), series, self.params.depth - np.arange(self.params.depth + 1)),
            self._block(),
        )
        return Scene(
            caption,
            panels,
            {"log_plain": np.log10(max(plain, 1e-300)), "log_residual": np.log10(skip)},
            say("the verdict"),
        )

    def _tail(self, kind: str, level: int) -> list[float]:
        """From the output back to the level, relative to the output."""
        error = self.runs[kind].error
        return [value / error[-1] for value in reversed(error[level:])]

    def _curve(
        self, title: str, series: Sequence[tuple[str, Sequence[float]]], x: Array | NDArray[np.int64] | None = None
    ) -> Curve:
        at = np.arange(len(series[0][1])) if x is None else x
        lines = tuple(
            Series(name=kind, x=row(at), y=row(np.log10(np.maximum(values, 1e-30)))) for kind, values in series
        )
        return Curve(title=title, series=lines, x_label=say("layer"))

    def _block(self) -> Network:
        """One layer of each kind."""
        nodes, edges = [], []
        for i, kind in enumerate(KINDS):
            x = 0.25 + 0.5 * i
            for name, label, y, dx in (
                ("in", "h", 0.08, 0.0),
                ("w", "tanh(W·h)", 0.5, -0.06),
                ("out", say("h next"), 0.92, 0.0),
            ):
                nodes.append(
                    Node(
                        id=f"{kind} {name}",
                        label=say("{kind} {label}", kind=kind, label=label) if name == "in" else label,
                        x=x + dx,
                        y=y,
                        value=0.6 if name == "w" else 0,
                    )
                )
            edges += [Edge(source=f"{kind} in", target=f"{kind} w"), Edge(source=f"{kind} w", target=f"{kind} out")]
        edges.append(Edge(source="residual in", target="residual out", label="+ h", active=True))
        return Network(title=say("One layer of each"), nodes=tuple(nodes), edges=tuple(edges))


def _short(value: float) -> str:
    """A number of any size in few letters."""
    return number(value, 2) if 0.01 <= value < 1e4 else f"{value:.1e}"


def _check(frames: Sequence[Frame]) -> str:
    power = frames[-1].metrics["log_plain"]
    return ANSWERS[0] if power < -1 else ANSWERS[1] if power <= 1 else ANSWERS[2]


LEXICON = {
    "depth": Words(("deep", "number of layers", "layer", "profundidad", "capas")),
    "width": Words(("wide", "neurons per layer", "units per layer", "ancho", "unidades")),
    "gain": Words(("weight size", "weights of size", "weight scale", "ganancia", "tamaño de los pesos")),
    "batch": Words(("examples", "random inputs", "batch size", "lote", "entradas")),
}  # fmt: skip


DEMO = Demo(
    name="deep_residual",
    title="Deep residual network",
    slide=37,
    group="Zoo",
    summary="The error on its way back through many layers, with and without skip connections.",
    params=DeepResidualParams,
    steps=steps,
    look_for=(
        "In the plain network every layer takes its share of the error away.",
        "The skip passes the error on unchanged, beside what comes through the layer.",
        "The deeper the network, the larger the difference.",
    ),
    examples=(
        Request("Show me a deep residual network"),
        Request("Run ResNet against a plain network with 50 layers", {"depth": 50}),
        Request("skip connections with gain 1.5", {"gain": 1.5}),
        Request("vanishing gradient by depth: 10 layers of 16 units", {"depth": 10, "width": 16}),
        Request("deep residual network with a weight size of 0.2", {"gain": 0.2}),
        Request("DRN of the zoo, 40 layers deep, seed 3", {"depth": 40, "seed": 3}),
        Request("red residual profunda con 60 layers", {"depth": 60}),
        Request("how does the error flow back with and without skips? animate it"),
        Request("Compare the gradient of 35 layers with and without shortcuts", {"depth": 35}),
        Request("Why do very deep networks need a way around each layer? Show it."),
        Request("Send an error back through a tower of 60 layers with shortcuts", {"depth": 60}),
        Request("Muestra cómo vuelve el error por 45 capas con conexiones de salto", {"depth": 45}),
    ),
    presets={
        "deep": Preset(
            "30 layers", {},
            "The same weights twice: only the way around makes the difference.",
            (Claim("log_plain", "<", -5), Claim("log_residual", ">", -1)),
        ),
        "shallow": Preset(
            "Six layers", {"depth": 6},
            "With six layers the plain network still gets some hundredths of the error.",
            (Claim("log_plain", ">", -2), Claim("log_plain", "<", -1)),
        ),
        "large": Preset(
            "Large weights", {"gain": 1.8, "depth": 20},
            "With large weights the plain error no longer fades, and the residual one grows.",
            (Claim("log_plain", ">", 0), Claim("log_residual", ">", 1)),
        ),
        "tiny": Preset(
            "Tiny weights", {"gain": 0.1},
            "The smaller the weights, the faster the plain error dies; the skip does not care.",
            (Claim("log_plain", "<", -10), Claim("log_residual", ">", -1)),
        ),
    },
    prediction=Prediction(
        "What happens to the error in the plain network on its way to the first layer?", ANSWERS, _check
    ),
    aliases=(
        "resnet", "drn", "residual network", "skip connections", "skip connection", "red residual", "residual net",
        "residual networks", "residual nets", "res net", "residual connections", "residual connection",
        "residual learning", "shortcut connections", "shortcuts", "skips", "red residual profunda", "redes residuales",
        "conexiones residuales", "conexiones de salto",
    ),
    measures=(
        Measure("plain", "quantity", "error left in the plain network"),
        Measure("residual", "quantity", "error left in the residual network"),
        Measure("log_plain", "quantity", "log10 of the plain error at the first layer"),
        Measure("log_residual", "quantity", "log10 of the residual error at the first layer"),
        Measure("layer", "clock"),
        Measure("depth", "size"),
    ),
    words=LEXICON,
)  # fmt: skip
