"""The neocognitron: S-cells find a stroke at its place, C-cells forgive where exactly it was.

Fukushima's network of 1979 has two kinds of cells, after the simple and complex cells of the eye's cortex:

    S_k(r, c) = max(0, Σ_i Σ_j K_k[i, j]·image[r + i, c + j] - θ)      an S-cell: stroke k stands exactly here
    C_k(r, c) = max of S_k within a radius R of (r, c)                 a C-cell: stroke k stands somewhere near

All S-cells of one plane share the kernel K_k. If the image moves, the S-cells that answer move with it: nothing at the
old place answers any more. The C-cells hardly change as long as the move is within their radius. The last layer knows
each letter by the C-cells that it excited once, and names the letter whose memory is most alike (the cosine). Nothing
is trained by errors: it remembers, and the C-cells forgive. Pooling in today's networks is the same idea.

Source: K. Fukushima, "Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition
unaffected by shift in position" (1980).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, row, rows, sheet
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Image,
    Measure,
    Params,
    Prediction,
    Preset,
    Request,
    Series,
    param,
)
from demos.runtime.messages import say

Array = NDArray[np.float64]
SIZE, LEFT, TOP, MOST_SHIFT, THETA, SURE = 16, 3, 4, 6, 1.2, 0.6
LETTERS = {
    "T": ("#######", "...#...", "...#...", "...#...", "...#...", "...#...", "...#..."),
    "L": ("#......", "#......", "#......", "#......", "#......", "#......", "#######"),
    "X": ("#.....#", ".#...#.", "..#.#..", "...#...", "..#.#..", ".#...#.", "#.....#"),
    "H": ("#.....#", "#.....#", "#.....#", "#######", "#.....#", "#.....#", "#.....#"),
    "V": ("#.....#", "#.....#", ".#...#.", ".#...#.", "..#.#..", "..#.#..", "...#..."),
}
STROKES = (say("level"), say("upright"), say("falling"), say("rising"))


class NeocognitronParams(Params):
    letter: Literal["T", "L", "X", "H", "V"] = param(
        "T", "The letter shown.",
        aliases=("pattern", "character", "letra", "symbol", "shape", "figura"),
    )  # fmt: skip
    shift: int = param(
        2, "How many pixels the letter is moved to the right.", low=1, high=MOST_SHIFT, unit="pixels",
        aliases=(
            "moved by", "moved", "move", "shifted by", "offset", "displacement", "moving it", "desplazamiento",
            "desplazada", "movida", "mueve",
        ),
    )  # fmt: skip
    radius: int = param(
        2, "How far a C-cell looks around itself (R).", low=0, high=4,
        aliases=("c-cell radius", "tolerance", "reach", "radio", "radio de las células c", "tolerancia"),
    )  # fmt: skip
    noise: float = param(
        0.0, "Standard deviation of random specks.", low=0, high=0.4,
        aliases=("specks", "noise level", "ruido", "motas"),
    )  # fmt: skip


def draw(letter: str, shift: int) -> Array:
    """The letter (16, 16), moved to the right."""
    image = np.zeros((SIZE, SIZE))
    for r, line in enumerate(LETTERS[letter]):
        for c, sign in enumerate(line):
            if sign == "#":
                image[TOP + r, LEFT + shift + c] = 1.0
    return image


def kernels() -> Array:
    """The four strokes as 3x3 weights: 1 on the stroke, -½ beside it."""
    strokes = np.full((4, 3, 3), -0.5)
    for i in range(3):
        strokes[0, 1, i] = strokes[1, i, 1] = strokes[2, i, i] = strokes[3, i, 2 - i] = 1.0
    return strokes


def simple(image: Array) -> Array:
    """S-cells (4, 16, 16): each stroke at each place."""
    padded = np.pad(image, 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    answers: Array = np.maximum(0, np.einsum("rcij,kij->krc", windows, kernels()) - THETA)
    return answers


def complex_cells(s: Array, radius: int) -> Array:
    """C-cells (4, 16, 16): the largest S-cell within the radius."""
    padded = np.pad(s, ((0, 0), (radius, radius), (radius, radius)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * radius + 1, 2 * radius + 1), axis=(1, 2))
    largest: Array = windows.max(axis=(3, 4))
    return largest


def alike(a: Array, b: Array) -> float:
    """The cosine of two sets of answers; 0 when one is all silent."""
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / length if length else 0.0


def steps(params: NeocognitronParams) -> Iterator[Frame]:
    """The letter, its S-cells and C-cells plane by plane, then the letter moving pixel by pixel."""
    story = Story(params)
    scenes = [story.opening(), *map(story.plane, range(4)), story.cells(), story.memory()]
    scenes += [story.moved(shift) for shift in range(params.shift + 1)]
    yield from play([*scenes, story.ending()])


class Story:
    def __init__(self, params: NeocognitronParams) -> None:
        self.params = params
        specks = params.noise * np.random.default_rng(params.seed).standard_normal((SIZE, SIZE))
        self.images = [np.clip(draw(params.letter, shift) + specks, 0, 1) for shift in range(MOST_SHIFT + 1)]
        self.known = {letter: complex_cells(simple(draw(letter, 0)), params.radius) for letter in LETTERS}
        self.s = [simple(image) for image in self.images]
        self.c = [complex_cells(s, params.radius) for s in self.s]

    def scores(self, shift: int) -> dict[str, float]:
        """How alike the C-cells are to the memory of each letter."""
        return {letter: alike(self.c[shift], memory) for letter, memory in self.known.items()}

    def named(self, shift: int) -> str:
        """The letter that the last layer names, or "nothing" when none is alike enough."""
        scores = self.scores(shift)
        best = max(scores, key=lambda letter: scores[letter])
        return best if scores[best] >= SURE else say("nothing")

    def opening(self) -> Scene:
        image = self.images[0]
        caption = say(
            "A letter {letter} on {size}x{size} pixels, {image} of them bright. Fukushima asked in 1979: how can "
            "one know it again after it has moved by {pixels}? Moved, hardly a bright pixel stays where it was.",
            letter=self.params.letter,
            size=SIZE,
            image=int((image > 0.5).sum()),
            pixels=count(self.params.shift, "pixel"),
        )
        panels = (
            _picture(say("the letter"), image),
            Image(title=say("four strokes to look for"), pixels=sheet((kernels() + 0.5) / 1.5, 4)),
        )
        return Scene(caption, panels, {"bright": float((image > 0.5).sum())})

    def plane(self, k: int) -> Scene:
        s = self.s[0][k]
        where = np.unravel_index(first_largest(s), s.shape)
        caption = say(
            "S-cells for {strokes} strokes: {s} of {size} answer, ",
            strokes=STROKES[k],
            s=int((s > 0).sum()),
            size=SIZE * SIZE,
        )
        caption += (
            say("the strongest at row {where}, column {where2}. ", where=where[0] + 1, where2=where[1] + 1)
            if s.any()
            else say("for there is no such stroke. ")
        )
        caption += say("All of them have the same weights, each watches its own place.")
        return Scene(
            caption,
            (
                _picture(say("the letter"), self.images[0]),
                _picture(say("S-cells: {strokes}", strokes=STROKES[k]), s / 1.8),
            ),
            {"answering": float((s > 0).sum())},
            say("S-cells") if k == 0 else "",
        )

    def cells(self) -> Scene:
        s, c = self.s[0], self.c[0]
        caption = say(
            "C-cells take the strongest S-cell within {pixels}: {s} S-cells answered, now {c} C-cells do. The "
            "picture is blurred on purpose: 'somewhere near' is all that is kept of the place.",
            pixels=count(self.params.radius, "pixel"),
            s=int((s > 0).sum()),
            c=int((c > 0).sum()),
        )
        panels = (
            Image(title=say("S-cells"), pixels=sheet(s / 1.8, 2)),
            Image(title=say("C-cells"), pixels=sheet(c / 1.8, 2)),
        )
        return Scene(caption, panels, {"s": float((s > 0).sum()), "c": float((c > 0).sum())}, say("C-cells"))

    def memory(self) -> Scene:
        scores = self.scores(0)
        rival = max((letter for letter in scores if letter != self.params.letter), key=lambda letter: scores[letter])
        caption = say(
            "The last layer remembers which C-cells each letter excited. Most alike: {named} with {values}; of "
            "the others {rival} with {scores}, as it shares some strokes. Below {sure} nothing is named.",
            named=self.named(0),
            values=number(max(scores.values()), 2),
            rival=rival,
            scores=number(scores[rival], 2),
            sure=SURE,
        )
        return Scene(
            caption,
            (_picture(say("the letter"), self.images[0]), self._scores(0)),
            {"score": scores[self.params.letter]},
        )

    def moved(self, shift: int) -> Scene:
        s, c = alike(self.s[0], self.s[shift]), alike(self.c[0], self.c[shift])
        named = self.named(shift)
        caption = say(
            "Moved by {pixels}: the S-cells are {s} alike to before, the C-cells {c}. It names {named}. {within} "
            "the radius of {radius} a C-cell {still_meets}",
            pixels=count(shift, "pixel"),
            s=number(s, 2),
            c=number(c, 2),
            named=named,
            within=say("Within") if shift <= self.params.radius else say("Beyond"),
            radius=self.params.radius,
            still_meets=say("still meets the stroke it knew.")
            if shift <= self.params.radius
            else say("has lost its stroke."),
        )
        lost = named != self.params.letter and (shift == 0 or self.named(shift - 1) == self.params.letter)
        panels = (self._curve(shift), self._scores(shift), _picture(say("the letter now"), self.images[shift]))
        return Scene(
            caption, panels, {"shift": shift, "s_alike": s, "c_alike": c}, say("no longer known") if lost else ""
        )

    def ending(self) -> Scene:
        shift, letter = self.params.shift, self.params.letter
        known = self.named(shift) == letter
        s, c = alike(self.s[0], self.s[shift]), alike(self.c[0], self.c[shift])
        caption = say(
            "Moved by {pixels}, the {letter} is {still_known}: S-cells {s} alike, C-cells {c}. With "
            "a radius of {radius} ",
            pixels=count(shift, "pixel"),
            letter=letter,
            still_known=say("still known") if known else say("no longer known"),
            s=number(s, 2),
            c=number(c, 2),
            radius=self.params.radius,
        )
        caption += (
            say("the C-cells forgave the move. Today this is called pooling.")
            if known
            else say("the C-cells did not forgive the move.")
        )
        blur = _mean_alike(self.known.values())
        caption += say(
            " Two different letters are on average {blur} alike to cells of that radius.", blur=number(blur, 2)
        )
        panels = (self._curve(shift), self._scores(shift))
        s_blur = _mean_alike(simple(draw(each, 0)) for each in LETTERS)
        metrics = {"known": known, "s_alike": s, "c_alike": c, "blur": blur, "s_blur": s_blur}
        return Scene(caption, panels, metrics, say("the verdict"))

    def _scores(self, shift: int) -> Bars:
        scores = self.scores(shift)
        return Bars(
            title=say("How alike to each letter"), labels=tuple(scores), values=row(scores.values()), value_range=(0, 1)
        )

    def _curve(self, shift: int) -> Curve:
        x = tuple(float(i) for i in range(shift + 1))
        lines = [
            (name, [alike(cells[0], cells[i]) for i in range(shift + 1)])
            for name, cells in ((say("S-cells"), self.s), (say("C-cells"), self.c))
        ]
        return Curve(
            title=say("Alike to before the move"),
            series=tuple(Series(name=n, x=x, y=row(y)) for n, y in lines),
            x_label=say("pixels moved"),
            y_range=(0, 1),
        )


def _mean_alike(answers: Iterable[Array]) -> float:
    """How alike the answers to two different letters are, on average."""
    return float(np.mean([alike(a, b) for a, b in combinations(answers, 2)]))


def _picture(title: str, values: Array) -> Image:
    return Image(title=title, pixels=rows(np.clip(values, 0, 1), 2))


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["known"] else "no"


DEMO = Demo(
    name="neocognitron",
    title="Neocognitron",
    slide=21,
    group="Convolutional Layers",
    summary="S-cells find strokes, C-cells forgive small shifts: a letter is known again after it has moved.",
    params=NeocognitronParams,
    steps=steps,
    look_for=(
        "All S-cells of a plane look for the same stroke, each at its own place.",
        "When the letter moves, the S-cells change at once, the C-cells little.",
        "Beyond the radius of the C-cells the letter is lost.",
    ),
    examples=(
        Request("Show me the neocognitron"),
        Request("Run Fukushima's network with a shift of 5", {"shift": 5}),
        Request("neocognitron with letter H and radius 3", {"letter": "H", "radius": 3}),
        Request("S-cells and C-cells for the pattern X", {"letter": "X"}),
        Request("Is it tolerant to shift? Show it with C-cell radius 0", {"radius": 0}),
        Request("neocognitron: letter L, noise 0.2", {"letter": "L", "noise": 0.2}),
        Request("neocognitrón de 1979 con la letra V", {"letter": "V"}),
        Request("simple and complex cells step by step"),
        Request("Recognise a letter again after it has moved 4 pixels", {"shift": 4}),
        Request("Show the layered network of 1979 that inspired convolutional ones"),
        Request(
            "Do simple and complex cells still know an H that is shifted by 3 pixels? Run it.",
            {"letter": "H", "shift": 3},
        ),
        Request("Muestra las células que reconocen la letra L con desplazamiento 3", {"letter": "L", "shift": 3}),
    ),
    presets={
        "t": Preset(
            "A moving T", {},
            "Compare the two curves: the C-cells stay alike for longer than the S-cells.",
            (Claim("known", "==", 1), Claim("s_alike", "<", "c_alike")),
        ),
        "none": Preset(
            "No C-cells", {"radius": 0},
            "With radius 0 the C-cells forgive nothing, and the moved T is lost.",
            (Claim("known", "==", 0),),
        ),
        "wide": Preset(
            "Wide C-cells", {"radius": 4, "shift": 2, "letter": "X"},
            "Wide cells forgive much, and other letters look alike to them.",
            (Claim("known", "==", 1), Claim("blur", ">", "s_blur"),),
        ),
    },
    prediction=Prediction("Will the moved letter still be known?", ("yes", "no"), _check),
    aliases=(
        "fukushima", "s-cells", "c-cells", "neocognitrón", "neo-cognitron", "neocognitrons", "fukushima's network",
        "fukushima network", "s and c cells", "simple and complex cells", "shift invariance", "red de fukushima",
        "células simples y complejas",
    ),
    measures=(
        Measure("c_alike", "score", "how alike the C-cells are to before the move"),
        Measure("s_alike", "score", "how alike the S-cells are to before the move"),
        Measure("known", "score", "1 when the letter is still known"),
        Measure("shift", "clock", "pixels moved"),
        Measure("blur", "quantity", "how alike two letters are to the C-cells"),
    ),
)  # fmt: skip
