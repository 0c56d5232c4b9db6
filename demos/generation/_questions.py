"""Drawn scenes and questions about them, for the `gemini` demo.

A picture of 24x24 pixels has 4x4 cells of 6x6; a cell is empty or holds one shape, a little moved. One scene in ten, by
a checksum of what lies where, is never trained on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.generation import _drawings
from demos.runtime.messages import say

Array = NDArray[np.float32]


GRID, CELL = 4, 6


CELLS, SIDE = GRID * GRID, GRID * CELL


COLOURS, SHAPES = tuple(_drawings.COLOURS), _drawings.SHAPES


PLURALS = {shape: f"{shape}es" if shape == "cross" else f"{shape}s" for shape in SHAPES}


NUMBERS = ("zero", "one", "two", "three", "four", "five", "six")


CORNERS = ("top-left", "top-right", "bottom-left", "bottom-right")


WORDS = (
    "pad", "?", "what", "colour", "shape", "is", "the", "how", "many", "are", "there", "thing", "things", "a", "where",
    *COLOURS, *SHAPES, *PLURALS.values(), *NUMBERS, *CORNERS, "yes", "no",
)  # fmt: skip


FEWEST, MOST, LONGEST = 2, 6, 7
"""Things in a scene, and the words of the longest question."""


VARIANTS = 25


@dataclass(frozen=True, slots=True)
class Thing:
    """A shape in a cell, 0 to 15, left to right and then down."""

    cell: int
    colour: str
    shape: str


Scene = tuple[Thing, ...]


def held_out(scene: Scene) -> bool:
    """Whether training never shows this scene."""
    return sum((t.cell + 1) * (4 * COLOURS.index(t.colour) + SHAPES.index(t.shape) + 1) for t in scene) % 10 == 0


def make_scene(random: np.random.Generator, things: int, held: bool) -> Scene:
    """A random scene of that many things, held out or not."""
    while True:
        cells = sorted(int(cell) for cell in random.permutation(CELLS)[:things])
        kinds = random.integers(0, 4, (things, 2))
        scene = tuple(Thing(cell, COLOURS[c], SHAPES[s]) for cell, (c, s) in zip(cells, kinds, strict=True))
        if held_out(scene) == held:
            return scene


@cache
def _stamps() -> dict[tuple[str, str], list[Array]]:
    """Each shape in each colour, drawn in VARIANTS places within its cell: (108,) numbers each."""
    random, middle, free = np.random.default_rng(0), (CELL - 1) / 2, 0.4
    return {
        (colour, shape): [
            _drawings.paint(("large", colour, shape), middle + float(x), middle + float(y), CELL).astype(np.float32)
            for x, y in random.uniform(-free, free, (VARIANTS, 2))
        ]
        for colour in COLOURS
        for shape in SHAPES
    }


def patches(scene: Scene, random: np.random.Generator, noise: float) -> Array:
    """The picture as 16 patches (16, 3, 6, 6), 0..1, with specks."""
    drawn = np.full((CELLS, 3, CELL, CELL), 0.08, np.float32)
    for thing in scene:
        drawn[thing.cell] = _stamps()[thing.colour, thing.shape][random.integers(VARIANTS)]
    specks = random.standard_normal(drawn.shape, np.float32) * np.float32(noise)
    noisy: Array = np.clip(drawn + specks, 0, 1)
    return noisy


def picture(parts: Array) -> Array:
    """The patches (16, 3, 6, 6) laid together (3, 24, 24)."""
    return parts.reshape(GRID, GRID, 3, CELL, CELL).transpose(2, 0, 3, 1, 4).reshape(3, SIDE, SIDE)


def questions(scene: Scene) -> Iterator[tuple[str, str, str]]:
    """Kind, question and answer of all that can be asked about a scene."""
    for shape in SHAPES:
        found = [thing for thing in scene if thing.shape == shape]
        yield "count", f"how many {PLURALS[shape]} are there ?", NUMBERS[len(found)]
        if len(found) == 1:
            yield "colour", f"what colour is the {shape} ?", found[0].colour
            row, column = divmod(found[0].cell, GRID)
            yield "place", f"where is the {shape} ?", CORNERS[2 * (row >= 2) + (column >= 2)]
    for colour in COLOURS:
        found = [thing for thing in scene if thing.colour == colour]
        yield "count", f"how many {colour} things are there ?", NUMBERS[len(found)]
        if len(found) == 1:
            yield "shape", f"what shape is the {colour} thing ?", found[0].shape
    there = {(thing.colour, thing.shape) for thing in scene}
    for colour in COLOURS:
        for shape in SHAPES:
            yield "yes or no", f"is there a {colour} {shape} ?", "yes" if (colour, shape) in there else "no"


KINDS = (say("colour"), say("shape"), say("count"), say("place"), say("yes or no"))


def numbers(question: str) -> list[int]:
    """The words of a question as numbers, filled up in front to LONGEST."""
    words = question.split()
    return [WORDS.index(word) for word in ["pad"] * (LONGEST - len(words)) + words]


def tidy(question: str) -> str:
    """The question as the model's words: lower case, spaces, British spelling."""
    words = re.findall(r"[a-z]+", question.lower().replace("color", "colour"))
    return " ".join([*words, "?"])


@cache
def askable() -> frozenset[str]:
    """Every question of every kind."""
    every = [tuple(Thing(0, colour, shape) for _ in range(1)) for colour in COLOURS for shape in SHAPES]
    return frozenset(question for scene in every for _, question, _ in questions(scene))


Asked = tuple[Any, str, str, str]
"""Patches (16, 3, 6, 6), the kind of the question, the question, the answer."""


def draw(random: np.random.Generator, count: int, held: bool, specks: float) -> list[Asked]:
    """Scenes with one question each, the kinds in turn; of a kind, answers are made about equally frequent where the
    scene leaves a choice between yes and no."""
    made: list[Asked] = []
    while len(made) < count:
        things = int(random.integers(FEWEST, MOST + 1))
        scene = make_scene(random, things, held)
        kind = KINDS[len(made) % len(KINDS)]
        fitting = [asked for asked in questions(scene) if asked[0] == kind]
        if kind == "yes or no":
            wanted = "yes" if random.random() < 0.5 else "no"
            fitting = [asked for asked in fitting if asked[2] == wanted]
        if fitting:
            made.append((patches(scene, random, specks), *fitting[random.integers(len(fitting))]))
    return made
