"""The perceptron: a line that learns from its mistakes.

One neuron weighs its inputs, adds a bias and asks for the sign:

    a = w1·x1 + w2·x2 + b          activation
    y = +1 if a > 0 else -1        output

Points are shown one at a time. A point with target t (+1 or -1) is a mistake when t·a <= 0, and only then the rule
moves the line, by a step of size η (the learning rate) towards getting this point right:

    w ← w + η·t·x        b ← b + η·t

If some line parts the two classes, the number of mistakes is finite, whatever the order of the points: starting from
zero it is at most (R/γ)², with R the length of the longest input (x1, x2, 1) and γ the margin, the smallest t·a of any
line whose (w1, w2, b) has length one. If no line does, as for XOR, the rule never comes to rest.

Sources: F. Rosenblatt, "The perceptron", Psychological Review 65 (1958); the bound is A. Novikoff's, "On convergence
proofs on perceptrons" (1962); M. Minsky and S. Papert, "Perceptrons" (1969), on what one line cannot do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from random import Random
from typing import Literal

from demos.runtime.contract import Params, param

GATES = {"and": (-1, -1, -1, 1), "or": (-1, 1, 1, 1), "xor": (-1, 1, 1, -1)}
CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
BLOB_SPREAD = 0.3


class PerceptronParams(Params):
    data: Literal["and", "or", "xor", "blobs"] = param(
        "and", "What to learn: a logic gate on four points, or two clouds of points."
    )
    epochs: int = param(
        20, "How many times all points are shown, unless it comes to rest before.", low=1, high=500, unit="passes"
    )
    learning_rate: float = param(0.1, "How far one mistake moves the weights (η).", low=0.001, high=10)
    noise: float = param(0.0, "Standard deviation of the random shift of every point.", low=0, high=1)
    points: int = param(30, "How many points the two blobs have together; a gate always has four.", low=4, high=100)
    start: Literal["random", "zeros"] = param(
        "random", "The weights before learning: random numbers from -1 to 1, or all zero."
    )


@dataclass(frozen=True, slots=True)
class Point:
    """An input and the answer wanted for it, +1 or -1."""

    x1: float
    x2: float
    t: int


@dataclass(frozen=True, slots=True)
class Line:
    """The weights: the line where w1·x1 + w2·x2 + b = 0."""

    w1: float
    w2: float
    b: float

    def activation(self, p: Point) -> float:
        return self.w1 * p.x1 + self.w2 * p.x2 + self.b

    def wrong(self, p: Point) -> bool:
        return p.t * self.activation(p) <= 0

    def moved(self, p: Point, eta: float) -> Line:
        """The perceptron rule: w + η·t·x, b + η·t."""
        return Line(self.w1 + eta * p.t * p.x1, self.w2 + eta * p.t * p.x2, self.b + eta * p.t)

    def margin(self, points: Sequence[Point]) -> float:
        """The smallest t·a over the points, for weights scaled to length one; above 0 when all are right."""
        length = hypot(self.w1, self.w2, self.b)
        return min(p.t * self.activation(p) for p in points) / length if length else 0.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One point shown: the line before and after it, and the mistakes of every epoch up to now."""

    epoch: int
    point: Point
    before: Line
    after: Line
    mistakes: tuple[int, ...]
    ends_epoch: bool

    @property
    def mistake(self) -> bool:
        return self.before is not self.after


def draw_points(params: PerceptronParams, random: Random) -> list[Point]:
    """The training points: a gate's four corners, or two blobs around (0, 0) and (1.5, 1.5) in turns."""

    def shift(spread: float) -> float:
        return random.gauss(0, spread) if spread else 0.0

    if params.data == "blobs":
        spread = BLOB_SPREAD + params.noise
        targets = [1 if i % 2 else -1 for i in range(params.points)]
        return [Point(0.75 + 0.75 * t + shift(spread), 0.75 + 0.75 * t + shift(spread), t) for t in targets]
    return [
        Point(x1 + shift(params.noise), x2 + shift(params.noise), t)
        for (x1, x2), t in zip(CORNERS, GATES[params.data], strict=True)
    ]


def draw_start(params: PerceptronParams, random: Random) -> Line:
    """The weights before learning."""
    if params.start == "zeros":
        return Line(0.0, 0.0, 0.0)
    return Line(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1))


def train(points: Sequence[Point], line: Line, eta: float, epochs: int) -> list[Visit]:
    """Show all points `epochs` times, or until an epoch passes without a mistake."""
    visits: list[Visit] = []
    mistakes: tuple[int, ...] = ()
    for epoch in range(1, epochs + 1):
        mistakes = (*mistakes, 0)
        for index, point in enumerate(points):
            before = line
            if line.wrong(point):
                line = line.moved(point, eta)
                mistakes = (*mistakes[:-1], mistakes[-1] + 1)
            visits.append(Visit(epoch, point, before, line, mistakes, index == len(points) - 1))
        if mistakes[-1] == 0:
            break
    return visits


def separable(points: Sequence[Point]) -> bool:
    """Whether some line has all of one class strictly on one side.

    Two finite sets of the plane can be parted exactly when one of the directions along, or across, some pair of the
    points parts them (separating axes of their convex hulls).
    """
    import numpy as np

    x = np.array([(p.x1, p.x2) for p in points])
    t = np.array([p.t for p in points])
    along = (x[:, None] - x[None, :]).reshape(-1, 2)  # each direction and its opposite
    shadow = np.concatenate([along, along[:, ::-1] * (1, -1)]) @ x.T
    gap = shadow[:, t > 0].min(axis=1) - shadow[:, t < 0].max(axis=1)
    return bool((gap > 1e-9).any())


def run(params: PerceptronParams) -> tuple[list[Point], Line, list[Visit]]:
    """The points, the line before learning, and every point shown on the way."""
    random = Random(params.seed)
    points = draw_points(params, random)
    start = draw_start(params, random)
    return points, start, train(points, start, params.learning_rate, params.epochs)
