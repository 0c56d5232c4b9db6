"""The Kohonen map: a grid that unfolds over its data without being told anything.

Every unit u of an r x r grid has a weight vector w_u in the space of the data. A point x is shown; the unit nearest to
it wins, and it and its neighbours on the grid move towards x:

    c = argmin_u |x - w_u|                                the winner
    h_u = exp(-d(u, c)² / (2·σ²))                         d is measured on the grid, not among the data
    w_u ← w_u + α·h_u·(x - w_u)

The neighbourhood σ and the rate α shrink exponentially during the run: first the grid orders itself as a whole, then it
settles into details. The quantisation error, the mean distance |x - w_c| of the points from their winners, falls.

Source: T. Kohonen, "Self-organized formation of topologically correct feature maps" (1982).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.lib.pacing import thin
from demos.lib.ranking import first_smallest
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
    Params,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    param,
)
from demos.runtime.messages import say

Array = NDArray[np.float64]
MOST_FRAMES = 50


class KohonenMapParams(Params):
    data: Literal["square", "ring", "clusters", "colours"] = param(
        "square", "Points of a square, a ring or four clusters, or colours (red, green, blue).",
        aliases=("points", "shape", "datos"),
        synonyms={
            "colours": ("colors", "rgb", "colour", "color", "colores"),
            "clusters": ("clouds", "blobs", "groups", "four clusters", "grupos", "racimos"),
            "ring": ("circle", "anillo", "rings"),
            "square": ("cuadrado", "unit square"),
        },
    )  # fmt: skip
    side: int = param(
        8, "The grid has side x side units.", low=2, high=14,
        aliases=(
            "grid", "grid size", "map size", "units", "grid of", "side length", "map of", "rejilla", "cuadrícula",
            "tamaño", "lado",
        ),
    )  # fmt: skip
    steps: int = param(
        1500, "How many points are shown.", low=20, high=6000, unit="points",
        aliases=("iterations", "training steps", "pasos", "iteraciones", "puntos"),
    )  # fmt: skip
    sigma: float = param(
        3.0, "The neighbourhood at the start, in grid steps; it shrinks to 0.5 or stays if smaller.", low=0.05, high=8,
        aliases=(
            "neighbourhood", "neighborhood", "radius", "vecindario", "vecindad", "radio", "neighbourhood radius",
            "neighbourhood size",
        ),
    )  # fmt: skip
    rate: float = param(
        0.5, "The learning rate at the start.", low=0.01, high=1,
        aliases=(
            "learning rate", "alpha", "lr", "eta", "step size", "tasa de aprendizaje", "velocidad de aprendizaje",
            "tasa",
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One point shown: the point, its winner, the neighbourhood and rate, and the map before and after."""

    x: Array
    winner: int
    sigma: float
    alpha: float
    before: Array
    after: Array


def draw_data(kind: str, random: np.random.Generator, count: int = 400) -> Array:
    """Points in 0..1, two numbers each, or three for colours."""
    if kind == "colours":
        return np.asarray(random.random((count, 3)))
    if kind == "ring":
        angle = random.random(count) * 2 * np.pi
        radius = 0.4 + 0.03 * random.standard_normal(count)
        return np.asarray(0.5 + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1))
    if kind == "clusters":
        centres = np.array([[0.2, 0.2], [0.8, 0.25], [0.25, 0.8], [0.75, 0.75]])
        near = centres[random.integers(4, size=count)] + 0.07 * random.standard_normal((count, 2))
        return np.asarray(np.clip(near, 0, 1))
    return np.asarray(random.random((count, 2)))


def grid_distances(side: int) -> Array:
    """Squared distances between the units on the grid, (side², side²)."""
    at = np.stack(np.divmod(np.arange(side * side), side), 1)
    return np.asarray(((at[:, None] - at[None]) ** 2).sum(2), float)


def winner(w: Array, x: Array) -> int:
    """The unit nearest to x."""
    return first_smallest(((w - x) ** 2).sum(1))


def move(w: Array, x: Array, distances: Array, sigma: float, alpha: float) -> Array:
    """Kohonen's rule: the winner and its neighbours on the grid move towards x."""
    h = np.exp(-distances[winner(w, x)] / (2 * sigma**2))
    return np.asarray(w + alpha * h[:, None] * (x - w))


def quantisation(w: Array, data: Array) -> float:
    """Mean distance of the points from their winners."""
    return float(np.sqrt(((data[:, None] - w[None]) ** 2).sum(2).min(1)).mean())


def torn(w: Array, data: Array, distances: Array) -> float:
    """Topographic error: the share of points whose two nearest units are no neighbours on the grid."""
    near = ((data[:, None] - w[None]) ** 2).sum(2).argsort(1)[:, :2]
    return float((distances[near[:, 0], near[:, 1]] > 2).mean())


def train(params: KohonenMapParams, data: Array, random: np.random.Generator) -> list[Step]:
    """All steps, from random weights near the middle of the data."""
    w = data.mean(0) + 0.15 * random.standard_normal((params.side**2, data.shape[1]))
    distances, taken = grid_distances(params.side), []
    for index, chosen in enumerate(random.integers(len(data), size=params.steps)):
        done = index / params.steps
        sigma = params.sigma * (min(1.0, 0.5 / params.sigma)) ** done
        alpha = params.rate * 0.04**done
        after = move(w, data[chosen], distances, sigma, alpha)
        taken.append(Step(data[chosen], winner(w, data[chosen]), sigma, alpha, w, after))
        w = after
    return taken


def steps(params: KohonenMapParams) -> Iterator[Frame]:
    """The start, the map at chosen points, and the verdict."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one unfolding."""

    def __init__(self, params: KohonenMapParams) -> None:
        random = np.random.default_rng(params.seed)
        self.params = params
        self.data = draw_data(params.data, random)
        self.taken = train(params, self.data, random)
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
)  # fmt: skip
