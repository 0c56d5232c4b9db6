"""The neocognitron: S-cells find a shape at its place, C-cells forgive where exactly it was, and stages of both follow.

Fukushima's network of 1979 has two kinds of cells, after the simple and complex cells of the eye's cortex:

    S_k(r, c) = max(0, Σ_i Σ_j K_k[i, j]·input[r + i, c + j] - θ)      an S-cell: shape k stands exactly here
    C_k(r, c) = max of S_k within a radius R of (r, c)                 a C-cell: shape k stands somewhere near

All S-cells of one plane share the kernel K_k. If the image moves, the S-cells that answer move with it; the C-cells
hardly change as long as the move is within their radius. The S-cells of the next stage look at the C-cells of the one
before, so they see larger shapes, and each stage forgives a little more:

    image → S1 (four strokes) → C1 (radius R/2) → S2 (corners, crossings) → C2 (radius R) → the letter's name

S1 is given. S2 organises itself, without a teacher, in the spirit of the paper: where a strong pattern makes no S-cell
answer, a new plane is born that looks for just this pattern (its kernel becomes what it sees there; it answers by the
cosine, so a bright pattern counts no more than a dim one). The last layer remembers the C2-cells that each letter
excited, and names the letter whose memory is most alike. Pooling in today's networks is the C-cell's idea.

What is left out: Fukushima's S-cells divide by an inhibition where here a cosine stands, and he had a third stage.

Source: K. Fukushima, "Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition
unaffected by shift in position" (1980).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.lib.ranking import first_largest
from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
SIZE, LEFT, TOP, MOST_SHIFT, THETA = 16, 3, 4, 6, 1.2
FIELD, THETA_2, BORN, STRONG = 3, 0.6, 3, 0.6
"""An S2-cell sees 3x3 C1-cells and answers from this cosine on; a letter makes three planes at most, each where the
pattern is at least 0.6 times as strong as the letter's strongest."""
LETTERS = {
    "T": ("#######", "...#...", "...#...", "...#...", "...#...", "...#...", "...#..."),
    "L": ("#......", "#......", "#......", "#......", "#......", "#......", "#######"),
    "X": ("#.....#", ".#...#.", "..#.#..", "...#...", "..#.#..", ".#...#.", "#.....#"),
    "H": ("#.....#", "#.....#", "#.....#", "#######", "#.....#", "#.....#", "#.....#"),
    "V": ("#.....#", "#.....#", ".#...#.", ".#...#.", "..#.#..", "..#.#..", "...#..."),
}


class NeocognitronParams(Params):
    letter: Literal["T", "L", "X", "H", "V"] = param("T", "The letter shown.")
    shift: int = param(2, "How many pixels the letter is moved to the right.", low=1, high=MOST_SHIFT, unit="pixels")
    radius: int = param(2, "How far a C2-cell looks around itself (R); a C1-cell looks half as far.", low=0, high=4)
    noise: float = param(0.0, "Standard deviation of random specks.", low=0, high=0.4)


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


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of S2-cells: the kernel (4, 3, 3) they share, of length one, and the letter and place that made it."""

    kernel: Array
    letter: str
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cells:
    """The answers of all stages: planes x 16 x 16."""

    s1: Array
    c1: Array
    s2: Array
    c2: Array


def fields(c1: Array) -> Array:
    """What each S2-cell sees: (16, 16, 4, 3, 3)."""
    half = FIELD // 2
    padded = np.pad(c1, ((0, 0), (half, half), (half, half)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (FIELD, FIELD), axis=(1, 2))
    return np.asarray(windows.transpose(1, 2, 0, 3, 4))


def second(c1: Array, planes: Sequence[Plane]) -> Array:
    """S2-cells (planes, 16, 16): the cosine of what a cell sees and its kernel, above a threshold."""
    seen = fields(c1)
    lengths = np.sqrt((seen**2).sum((2, 3, 4)))
    if not planes or not lengths.any():
        return np.zeros((len(planes), SIZE, SIZE))
    dots = np.einsum("rcsij,ksij->krc", seen, np.stack([plane.kernel for plane in planes]))
    faint = lengths < 0.3 * lengths.max()  # an edge of the pattern would look like anything
    cosines = np.where(faint, 0, dots / np.maximum(lengths, 1e-9))
    return np.asarray(np.maximum(0, cosines - THETA_2) / (1 - THETA_2))


def organise(letters: Iterable[str], radius: int) -> list[Plane]:
    """Learning without a teacher: a plane is born where a strong pattern leaves all S2-cells nearly silent."""
    planes: list[Plane] = []
    for letter in letters:
        c1 = complex_cells(simple(draw(letter, 0)), first_radius(radius))
        seen = fields(c1)
        strength = np.sqrt((seen**2).sum((2, 3, 4)))
        for _ in range(BORN):
            answered = second(c1, planes).max(0, initial=0)
            silent = np.where((answered < 0.5) & (strength >= STRONG * strength.max()), strength, 0)
            if not silent.any():
                break
            r, c = np.unravel_index(first_largest(silent), silent.shape)
            planes.append(Plane(seen[r, c] / strength[r, c], letter, (int(r), int(c))))
    return planes


def first_radius(radius: int) -> int:
    """How far a C1-cell looks: half as far as a C2-cell, rounded up."""
    return -(-radius // 2)


def respond(image: Array, planes: Sequence[Plane], radius: int) -> Cells:
    """The image through both stages."""
    s1 = simple(image)
    c1 = complex_cells(s1, first_radius(radius))
    s2 = second(c1, planes)
    return Cells(s1, c1, s2, complex_cells(s2, radius))


@dataclass(frozen=True, slots=True)
class Run:
    """The letter at every shift, the planes that the second stage made, its memory of each letter, and what the cells
    answer to the letter at every shift."""

    images: list[Array]
    planes: list[Plane]
    known: dict[str, Array]
    cells: list[Cells]


def run(params: NeocognitronParams) -> Run:
    """Let the second stage organise itself over all letters, then move one letter pixel by pixel."""
    specks = params.noise * np.random.default_rng(params.seed).standard_normal((SIZE, SIZE))
    images = [np.clip(draw(params.letter, shift) + specks, 0, 1) for shift in range(MOST_SHIFT + 1)]
    planes = organise(LETTERS, params.radius)
    known = {letter: respond(draw(letter, 0), planes, params.radius).c2 for letter in LETTERS}
    return Run(images, planes, known, [respond(image, planes, params.radius) for image in images])
