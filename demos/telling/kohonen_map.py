"""Tells the demo kohonen_map: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.scenes import Scene, play, points, row, rows
from demos.lib.wording import number
from demos.runtime.contract import (
    Claim,
    Convergence,
    Curve,
    Demo,
    Frame,
    Image,
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
from demos.zoo.kohonen_map import Array, KohonenMapParams, grid_distances, quantisation, run, torn

MOST_FRAMES = 50


def steps(params: KohonenMapParams) -> Iterator[Frame]:
    """The start, the map at chosen points, and the verdict."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one unfolding."""

    def __init__(self, params: KohonenMapParams) -> None:
        self.params = params
        self.data, self.taken = run(params)
        self.distances = grid_distances(params.side)
        early = {0, 1, 2, 4, 8, 16, 32, 64}
        self.shown = thin(len(self.taken), MOST_FRAMES, {each for each in early if each < len(self.taken)})
        self.errors = [quantisation(self.taken[i].after, self.data) for i in self.shown]
        self.first = quantisation(self.taken[0].before, self.data)

    def scenes(self) -> list[Scene]:
        half = next((i for i, each in enumerate(self.errors) if each < self.first / 2), -1)
        told = [self.opening()]
        told += [
            self.step(i, say("error halved") if i == half else say("first point") if i == 0 else "")
            for i in range(len(self.shown))
        ]
        return [*told, self.ending()]

    def opening(self) -> Scene:
        p = self.params
        caption = say(
            "{data} {colours} without any labels, and a grid of {side} x {side} units, crumpled in the middle. "
            "The points are on average {first} from their nearest unit. Watch the lines: they join units that are "
            "neighbours on the grid.",
            data=len(self.data),
            colours=say("colours") if p.data == "colours" else say("points"),
            side=p.side,
            first=number(self.first),
        )
        return Scene(caption, self._panels(self.taken[0].before, -1), {"error": self.first})

    def step(self, index: int, moment: str) -> Scene:
        step, error = self.taken[self.shown[index]], self.errors[index]
        r, c = divmod(step.winner, self.params.side)
        moved = int((np.exp(-self.distances[step.winner] / (2 * step.sigma**2)) > 0.1).sum())
        caption = say(
            "Point {shown}: the unit in row {r}, column {c} is nearest and moves {alpha} of the way to it. With σ "
            "= {sigma}, {moved} of {after} units follow noticeably. Error: {error}. ",
            shown=self.shown[index] + 1,
            r=r + 1,
            c=c + 1,
            alpha=number(step.alpha, 2),
            sigma=number(step.sigma, 2),
            moved=moved,
            after=len(step.after),
            error=number(error),
        )
        caption += (
            say("The grid orders itself as a whole.")
            if step.sigma > 1.5
            else say("Only near neighbours move: details now.")
        )
        return Scene(caption, self._panels(step.after, index, step.x), {"error": error, "sigma": step.sigma}, moment)

    def ending(self) -> Scene:
        w = self.taken[-1].after
        tear, idle = torn(w, self.data, self.distances), self._idle(w)
        caption = say(
            "The error fell from {first} to {errors}. For {tear} % of the points the two nearest units are no "
            "neighbours on the grid, and {idle} of {w} units never win. ",
            first=number(self.first),
            errors=number(self.errors[-1]),
            tear=number(100 * tear, 0),
            idle=idle,
            w=len(w),
        )
        if tear < 0.15:
            caption += say("The grid is unfolded: neighbours among the data are neighbours on the map.")
        elif self.params.sigma < 1:
            caption += say("With hardly any neighbourhood each unit learnt alone: good places, but no map.")
        else:
            caption += say(
                "Somewhere the grid is folded or torn: data of another shape than a square cannot be laid flat."
            )
        return Scene(
            caption,
            self._panels(w, len(self.errors) - 1),
            {"error": self.errors[-1], "torn": tear, "idle": idle},
            say("the end"),
        )

    def _idle(self, w: Array) -> int:
        winners = ((self.data[:, None] - w[None]) ** 2).sum(2).argmin(1)
        return len(w) - len(set(winners.tolist()))

    def _panels(self, w: Array, index: int, x: Array | None = None) -> tuple[Panel, ...]:
        side = self.params.side
        line = Series(
            name=say("error"),
            x=row([0, *(self.shown[i] + 1 for i in range(index + 1))]),
            y=row([self.first, *self.errors[: index + 1]]),
        )
        errors = Curve(title=say("Quantisation error"), series=(line,), x_label=say("points shown"))
        if self.params.data == "colours":
            grid = np.clip(w, 0, 1).reshape(side, side, 3)
            image = Image(title=say("The map's colours"), channels=tuple(rows(grid[:, :, k]) for k in range(3)))
            return image, errors
        groups = [points(say("points"), self.data[:150]), points(say("units"), w)]
        if x is not None:
            groups.append(points(say("shown now"), [x.tolist()]))
        at = w.reshape(side, side, 2)
        lines = [points(say("grid"), stripe) for stripe in (*at, *at.transpose(1, 0, 2))]
        plot = Scatter(
            title=say("The grid over the data"),
            groups=tuple(groups),
            lines=tuple(lines),
            x_range=(0, 1),
            y_range=(0, 1),
        )
        return plot, errors


def _check(frames: Sequence[Frame]) -> str:
    return "unfolded" if frames[-1].metrics["torn"] < 0.15 else "torn or folded"


LEXICON = {
    "data": Words(
        ("points", "shape", "datos"),
        {
            "colours": ("colors", "rgb", "colour", "color", "colores"),
            "clusters": ("clouds", "blobs", "groups", "four clusters", "grupos", "racimos"),
            "ring": ("circle", "anillo", "rings"),
            "square": ("cuadrado", "unit square"),
        },
    ),
    "side": Words((
        "grid", "grid size", "map size", "units", "grid of", "side length", "map of", "rejilla", "cuadrícula", "tamaño",
        "lado",
    )),
    "steps": Words(("iterations", "training steps", "pasos", "iteraciones", "puntos")),
    "sigma": Words((
        "neighbourhood", "neighborhood", "radius", "vecindario", "vecindad", "radio", "neighbourhood radius",
        "neighbourhood size",
    )),
    "rate": Words((
        "learning rate", "alpha", "lr", "eta", "step size", "tasa de aprendizaje", "velocidad de aprendizaje", "tasa",
    )),
}  # fmt: skip


DEMO = Demo(
    name="kohonen_map",
    title="Kohonen map",
    slide=37,
    group="Zoo",
    summary="A grid of units unfolds over points or colours, with no teacher but nearness.",
    params=KohonenMapParams,
    steps=steps,
    look_for=(
        "Neighbours on the grid move together, so the grid unfolds instead of scattering.",
        "The neighbourhood shrinks: order first, details later.",
        "Without a neighbourhood there is no map.",
    ),
    examples=(
        Request("Show me a Kohonen map"),
        Request("Self-organizing map over colours", {"data": "colours"}),
        Request("SOM on a ring with a grid of 6", {"data": "ring", "side": 6}),
        Request("train a Kohonen network with 3000 iterations", {"steps": 3000}),
        Request("Kohonen map with a neighbourhood of 0.1: what breaks? Show it.", {"sigma": 0.1}),
        Request("mapa autoorganizado con clusters", {"data": "clusters"}),
        Request("run the self-organising map with learning rate 0.2 and sigma 4", {"rate": 0.2, "sigma": 4}),
        Request("kohonen on rgb, seed 3", {"data": "colours", "seed": 3}),
        Request("Unfold a grid of neurons over a ring of points", {"data": "ring"}),
        Request("Sort colours on a map without any teacher", {"data": "colours"}),
        Request("Let neighbouring units learn together on four clusters, grid size 7", {"data": "clusters", "side": 7}),
        Request("Despliega una rejilla de 10 sobre un anillo", {"side": 10, "data": "ring"}),
    ),
    presets={
        "square": Preset("Unfolding", {}, "A crumpled net becomes a sheet.", (Claim("torn", "<=", 0.05),)),
        "colours": Preset(
            "Colours", {"data": "colours"},
            "Three numbers a colour, laid out on two dimensions.",
            (Claim("torn", "<=", 0.15),),
        ),
        "alone": Preset(
            "No neighbourhood", {"sigma": 0.1},
            "Each unit learns alone: the error falls, but no map appears.",
            (Claim("torn", ">=", 0.5),),
        ),
        "ring": Preset(
            "A ring", {"data": "ring"},
            "A sheet over a ring: some units, those in the hole, never win.",
            (Claim("idle", ">", 0),),
        ),
    },
    prediction=Prediction(
        "Will the grid lie unfolded over the data at the end?", ("unfolded", "torn or folded"), _check
    ),
    aliases=(
        "kohonen network", "som", "self-organizing map", "self-organising map", "mapa autoorganizado",
        "mapa de kohonen", "kohonen", "kohonen maps", "kohonen's map", "self-organizing feature map",
        "self-organisation", "self-organization", "soms", "topographic map", "mapa auto-organizado",
        "mapas autoorganizados", "mapa autoorganizativo", "red de kohonen",
    ),
    measures=(
        Measure("error", "error", "mean distance of a point from its unit"),
        Measure("torn", "error", "share of points whose two nearest units are no neighbours"),
        Measure("idle", "quantity", "units that never win"),
        Measure("sigma", "quantity", "width of the neighbourhood"),
    ),
    converged=Convergence("the error has halved", moment="error halved"),
    words=LEXICON,
)  # fmt: skip
