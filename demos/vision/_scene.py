"""The drawn scene of `vision_tasks`: what is truly in it, and a plain way to find it again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
SIZE, CELL = 30, 10
FILLS = {say("triangle"): 0.5, say("disc"): np.pi / 4, say("square"): 1.0}


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: its name and its mask (30, 30); whoever pointed a box at it says which."""

    name: str
    mask: Mask
    pointed: tuple[int, int, int, int] | None = None

    @property
    def box(self) -> tuple[int, int, int, int]:
        """First and last row, first and last column."""
        if self.pointed:
            return self.pointed
        r, c = np.nonzero(self.mask)
        return int(r.min()), int(r.max()), int(c.min()), int(c.max())


def draw(objects: int, noise: float, random: np.random.Generator) -> tuple[Array, list[Thing]]:
    """The image, and what is truly in it: objects in different cells of a raster, so that none covers another."""
    image, things = np.full((SIZE, SIZE), 0.15), []
    for kind, cell in enumerate(random.permutation(9)[:objects]):
        half = int(random.integers(2, 5))
        top, left = (
            CELL * (cell // 3) + int(random.integers(0, 10 - 2 * half)),
            CELL * (cell % 3) + int(random.integers(0, 10 - 2 * half)),
        )
        y, x = np.indices((SIZE, SIZE)) - np.array([top + half, left + half])[:, None, None]
        name = tuple(FILLS)[kind % 3]
        mask = {
            "square": (abs(x) <= half) & (abs(y) <= half),
            "disc": x**2 + y**2 <= (half + 0.3) ** 2,
            "triangle": (y <= half) & (abs(x) <= (y + half) / 2),
        }[name]
        things.append(Thing(name, mask))
        image[mask] = random.uniform(0.75, 0.95)
    return np.clip(image + noise * random.standard_normal(image.shape), 0, 1), things


def pieces(mask: Mask) -> list[Mask]:
    """The connected pieces of a mask (neighbours above, below, left, right), the largest first."""
    left, found = mask.copy(), []
    while left.any():
        waiting = [(int(r), int(c)) for r, c in np.argwhere(left)[:1]]
        piece = np.zeros_like(left)
        while waiting:
            r, c = waiting.pop()
            if 0 <= r < len(mask) and 0 <= c < len(mask[0]) and left[r, c]:
                left[r, c], piece[r, c] = False, True
                waiting += [(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)]
        found.append(piece)
    return sorted(found, key=lambda piece: -int(piece.sum()))


def name_of(mask: Mask) -> tuple[str, float]:
    """The shape whose fill is nearest, and how much of its box the piece fills."""
    r0, r1, c0, c1 = Thing("", mask).box
    fill = float(mask.sum()) / ((r1 - r0 + 1) * (c1 - c0 + 1))
    return min(FILLS, key=lambda name: abs(FILLS[name] - fill)), fill


def detect(image: Array, threshold: float, smallest: int) -> list[Thing]:
    """The pieces that are large enough, each with its name."""
    return [Thing(name_of(piece)[0], piece) for piece in pieces(image > threshold) if piece.sum() >= smallest]


def iou(a: Mask, b: Mask) -> float:
    """Intersection over union of two masks; 0 when both are empty."""
    union = int((a | b).sum())
    return int((a & b).sum()) / union if union else 0.0


def boxed(thing: Thing, right: int = 0) -> Mask:
    """The box of a thing as a filled mask, moved to the right."""
    r0, r1, c0, c1 = thing.box
    mask = np.zeros((SIZE, SIZE + 12), dtype=bool)
    mask[r0 : r1 + 1, c0 + right : c1 + 1 + right] = True
    return mask
