"""Tells the demo rbf_network: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.ranking import first_smallest, ranked
from demos.lib.readout import Array, mean_square
from demos.lib.scenes import Scene, play, points, row
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Claim,
    Curve,
    Demo,
    Frame,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    Words,
)
from demos.runtime.messages import say
from demos.zoo.rbf_network import RbfNetworkParams, fit, hidden, run, target

GRID = np.linspace(0, 1, 81)


def steps(params: RbfNetworkParams) -> Iterator[Frame]:
    """The data, one centre more at a time, other widths, and what was best."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one fit."""

    def __init__(self, params: RbfNetworkParams) -> None:
        self.params = params
        self.x, self.t, self.networks = run(params)
        self.clean, self.centres = target(params.function, GRID), self.networks[-1].centres
        self.errors = [mean_square(network.output(GRID), self.clean) for network in self.networks]

    def fit(self, k: int, width: float) -> tuple[Array, Array, Array]:
        """Weights of the first k centres, and the outputs on the grid and on the data."""
        network = fit(self.x, self.t, self.centres[:k], width, self.params.penalty)
        return network.w, network.output(GRID), network.output(self.x)

    def scenes(self) -> list[Scene]:
        n = self.params.centres
        shown = range(1, n + 1) if n <= 20 else sorted({*range(1, 10), *range(10, n + 1, 3), n})
        told = [self.opening(), *(self.grown(k) for k in shown)]
        told += [self.widened(self.params.width * factor) for factor in (0.2, 0.5, 1, 2, 5, 10)]
        return [*told, self.bells(), self.ending()]

    def opening(self) -> Scene:
        caption = say(
            "50 points of a {function} with noise {noise}. Bells of width {width} are to be added up so that the "
            "sum runs through them, {bells} in the end.",
            function=say(self.params.function),
            noise=number(self.params.noise, 2),
            width=number(self.params.width, 3),
            bells=count(self.params.centres, "bell"),
        )
        return Scene(caption, (self._plot(None, ()),), {"centres": 0})

    def grown(self, k: int) -> Scene:
        w, y, at = self.fit(k, self.params.width)
        caption = say(
            "{centres}: the newest at {centres2}, the emptiest place, gets weight {w}. One linear system gives "
            "all weights at once. Error {mean_square} on the points, {errors} against the true curve.",
            centres=count(k, "centre"),
            centres2=number(self.centres[k - 1], 2),
            w=number(w[-1], 2),
            mean_square=number(mean_square(at, self.t)),
            errors=number(self.errors[k - 1]),
        )
        moment = say("the first bell") if k == 1 else ""
        return Scene(
            caption,
            (self._plot(y, self.centres[:k]), self._errors(k)),
            {"centres": k, "error": self.errors[k - 1]},
            moment,
        )

    def widened(self, width: float) -> Scene:
        w, y, at = self.fit(self.params.centres, width)
        error = mean_square(y, self.clean)
        caption = say(
            "The same centres with width {width}: error {error} against the true curve, {mean_square} on the "
            "points; the largest weight is {w}. ",
            width=number(width, 3),
            error=number(error),
            mean_square=number(mean_square(at, self.t)),
            w=number(float(np.abs(w).max()), 1),
        )
        gap = 1 / self.params.centres
        if width < 0.4 * gap:
            caption += say("Between narrow bells the sum falls back to 0.")
        elif width > 3 * gap:
            caption += say("Wide bells are nearly alike, so large weights must cancel each other.")
        else:
            caption += say("Neighbouring bells overlap, and the sum is smooth.")
        moment = say("other widths") if width == self.params.width * 0.2 else ""
        return Scene(caption, (self._plot(y, self.centres),), {"width": width, "error": error}, moment)

    def bells(self) -> Scene:
        w, y, _ = self.fit(self.params.centres, self.params.width)
        parts = hidden(GRID, self.centres, self.params.width) * w
        order = ranked(np.abs(w))[:6]
        lines = [
            Series(name=say("bell at {centres}", centres=number(self.centres[j], 2)), x=row(GRID), y=row(parts[:, j]))
            for j in order
        ]
        caption = say(
            "The sum taken apart: the six largest of {w} bells. The largest, at {centres}, has weight {w2}. Each "
            "unit speaks for its own neighbourhood only, unlike the units of a perceptron.",
            w=len(w),
            centres=number(self.centres[order[0]], 2),
            w2=number(w[order[0]], 2),
        )
        total = Series(name=say("sum"), x=row(GRID), y=row(y))
        return Scene(
            caption,
            (Curve(title=say("Bells and their sum"), series=(total, *lines), x_label="x"),),
            {},
            say("taken apart"),
        )

    def ending(self) -> Scene:
        best = 1 + first_smallest(self.errors)
        last = self.errors[-1]
        caption = say(
            "{centres}: error {last} against the true curve; the best was {errors} with {best}. ",
            centres=count(self.params.centres, "centre"),
            last=number(last),
            errors=number(min(self.errors)),
            best=best,
        )
        if last > 1.2 * min(self.errors):
            caption += say("More centres made it worse: they followed the noise.")
        elif last > 0.1:
            caption += say("That is far from the curve: bells so narrow or so few leave most places without an answer.")
        else:
            caption += say("Nothing was learnt step by step: one linear system, solved once, is all the training.")
        _, y, _ = self.fit(self.params.centres, self.params.width)
        panels = (self._plot(y, self.centres), self._errors(self.params.centres))
        return Scene(caption, panels, {"error": last, "best_error": min(self.errors)}, say("the end"))

    def _plot(self, y: Array | None, centres: Sequence[float] | Array) -> Panel:
        groups = [points(say("data"), np.stack([self.x, self.t], 1).tolist())]
        if len(centres):
            groups.append(points(say("centres"), [(c, -2.4) for c in centres]))
        lines = [Series(name=say("true"), x=row(GRID), y=row(self.clean))]
        if y is not None:
            lines.append(Series(name=say("network"), x=row(GRID), y=row(np.clip(y, -2.5, 2.5))))
        return Scatter(
            title=say("Data and network"), groups=tuple(groups), lines=tuple(lines), x_range=(0, 1), y_range=(-2.5, 2.5)
        )

    def _errors(self, k: int) -> Panel:
        line = Series(name=say("error"), x=row(range(1, k + 1)), y=row(self.errors[:k], 4))
        return Curve(title=say("Error against the true curve"), series=(line,), x_label=say("centres"))


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "yes" if last["error"] <= 1.2 * last["best_error"] else "no"


LEXICON = {
    "centres": Words((
        "units", "bells", "hidden units", "centers", "gaussians", "gaussian bells", "basis functions", "neurons",
        "centros", "campanas", "unidades",
    )),
    "width": Words(("bell width", "sigma", "width of the bells", "ancho", "anchura", "ancho de las campanas")),
    "noise": Words(("jitter", "ruido", "nivel de ruido", "noise level")),
    "function": Words(
        ("data", "target", "curve", "función", "objetivo"),
        {
            "step": ("jump", "stair", "escalón", "salto"),
            "bump": ("hill", "joroba", "colina", "single bump", "one bump"),
            "wave": ("sine", "sine wave", "onda", "seno"),
        },
    ),
    "penalty": Words(("lambda", "ridge", "regularisation", "λ", "regularization", "regularización", "penalización")),
}  # fmt: skip


DEMO = Demo(
    name="rbf_network",
    title="Radial basis function network",
    slide=37,
    group="Zoo",
    summary="Bells at chosen centres are added up; their weights come from one linear system.",
    params=RbfNetworkParams,
    steps=steps,
    look_for=(
        "Each unit answers to one place only.",
        "Too narrow: it falls to 0 between centres. Too wide: weights cancel each other.",
        "The training is one linear system.",
    ),
    examples=(
        Request("Show me an RBF network"),
        Request("RBF network with 20 centres", {"centres": 20}),
        Request("radial basis functions with width 0.02", {"width": 0.02}),
        Request("fit a step with radial basis functions, noise 0.3", {"function": "step", "noise": 0.3}),
        Request("Run the radial basis network on a bump with 5 bells", {"function": "bump", "centres": 5}),
        Request("red RBF con 8 centres", {"centres": 8}),
        Request("rbf network, noise 0.5 and lambda 1", {"noise": 0.5, "penalty": 1}),
        Request("watch bells add up to a wave"),
        Request("Build a noisy wave out of 9 bells", {"function": "wave", "centres": 9}),
        Request("Approximate a curve by adding up Gaussian humps at chosen places"),
        Request("Fit a jump with bells of width 0.04", {"function": "step", "width": 0.04}),
        Request("Suma 7 campanas para formar una joroba", {"centres": 7, "function": "bump"}),
    ),
    presets={
        "wave": Preset("A wave", {}, "Bell after bell the sum comes to the curve.", (Claim("error", "<", 0.02),)),
        "narrow": Preset(
            "Too narrow", {"width": 0.015},
            "Between the centres hardly anything answers, and the error stays large.",
            (Claim("error", ">", 0.1),),
        ),
        "many": Preset(
            "Too many", {"centres": 40, "width": 0.03, "noise": 0.4, "penalty": 1e-6},
            "40 bells follow the noise.",
            (Claim("error", ">", "best_error"), Claim("error", ">", 0.2)),
        ),
    },
    prediction=Prediction(
        "Will the full network be about as good as the best number of centres on the way?", ("yes", "no"), _check
    ),
    aliases=(
        "rbf", "rbf net", "radial basis network", "radial basis functions", "radial basis function", "red rbf",
        "rbf networks", "rbfs", "radial basis", "radial basis function networks", "gaussian bells", "sum of gaussians",
        "bell functions", "bells at centres", "base radial", "red de base radial", "función de base radial",
        "funciones de base radial", "red de funciones de base radial", "campanas gaussianas",
    ),
    measures=(
        Measure("error", "error", "mean squared error against the true curve"),
        Measure("best_error", "error", "smallest error with any number of centres"),
        Measure("centres", "clock", "centres in use"),
        Measure("width", "quantity", "width of the bells"),
    ),
    words=LEXICON,
)  # fmt: skip
