"""An independent judge for generated pictures: a support vector machine trained on drawn ones, moved to the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Kind = tuple[str, str, str]


def centred(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """The picture (3, side, side) moved by whole pixels so that what is bright lies in the middle."""
    light = np.maximum(picture.max(0) - 0.3, 0) + 1e-9
    side = np.arange(len(light))
    down, right = ((light.sum(axis) * side).sum() / light.sum() for axis in (1, 0))
    middle = (len(light) - 1) / 2
    return np.roll(picture, (round(middle - down), round(middle - right)), (1, 2))


class Judge:
    """Names the kind of a picture. `own` is its share of right answers on drawings that it was not trained on."""

    def __init__(self, kinds: Sequence[Kind], draw: Callable[[Kind, np.random.Generator], Any], each: int = 20) -> None:
        from sklearn.svm import SVC

        random = np.random.default_rng(12345)

        def drawn(count: int) -> tuple[NDArray[np.float64], list[str]]:
            pictures = [centred(draw(kind, random)).ravel() for kind in kinds for _ in range(count)]
            return np.stack(pictures), [" ".join(kind) for kind in kinds for _ in range(count)]

        self._machine = SVC(C=10).fit(*drawn(each))
        self.own = float(self._machine.score(*drawn(10)))

    def read(self, pictures: Any) -> list[Kind]:
        """The kinds of pictures (n, 3, side, side), 0..1."""
        names = self._machine.predict(np.stack([centred(picture).ravel() for picture in np.asarray(pictures)]))
        return [(size, colour, shape) for size, colour, shape in (str(name).split() for name in names)]
