"""CLIP's space around one caption, flattened: where its vector lies, and where those of real pictures do.

One direction of the plane leads from the middle of the pictures' vectors to the caption's; the other is the one in
which the pictures spread most beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.generation import _drawings, clip, dalle2
from demos.lib.ranking import first_largest
from demos.lib.scenes import points
from demos.runtime.contract import Scatter
from demos.runtime.messages import say

Array = NDArray[np.float64]


DRAWN, SEED, REACH = 60, 17, 0.62


@dataclass(frozen=True, eq=False)
class VectorPlane:
    """The vectors of the caption (24) and of pictures (n, 24); the plane: its middle and two directions (2, 24)."""

    text: Array
    own: Array
    middle: Array
    axes: Array

    def flat(self, vectors: Array) -> Array:
        """Places (n, 2) in the plane."""
        return np.asarray((vectors - self.middle) @ self.axes.T)

    def gone(self, made: Array) -> float:
        """The share of the way from the caption to the middle of the pictures that vectors went, on average."""
        return 1 - float(self.flat(made)[:, 1].mean() / self.flat(self.text[None])[0, 1])

    def picture(self, title: str, made: Array | None = None) -> Scatter:
        """Real pictures, the caption, and what the prior made."""
        groups = [points(say("real pictures of it"), self.flat(self.own), 2)]
        groups.append(points(say("the caption"), self.flat(self.text[None]), 2))
        if made is not None:
            groups.append(points(say("the prior's vectors"), self.flat(made), 2))
        return Scatter(
            title=title,
            groups=tuple(groups),
            x_range=(-REACH, REACH),
            y_range=(-REACH, REACH),
            x_label=say("where pictures differ most"),
            y_label=say("from pictures to caption"),
        )


def survey(painter: dalle2.Painter, kind: _drawings.Kind) -> VectorPlane:
    """Draws pictures of the kind, and looks at them with CLIP."""
    import torch

    random = np.random.default_rng(SEED)
    drawn = np.stack([dalle2.draw_pair(kind, random)[0] for _ in range(DRAWN)])
    own: Array = clip.see(painter.clip, torch.tensor(drawn, dtype=torch.float32)).numpy().astype(float)
    text, middle = painter.text(_drawings.caption(kind))[0], own.mean(0)
    up = (text - middle) / np.linalg.norm(text - middle)
    rest = own - middle
    rest = rest - np.outer(rest @ up, up)
    across = np.linalg.svd(rest, full_matrices=False)[2][0]
    across = across * np.sign(across[first_largest(np.abs(across))])  # a direction has no sign of its own
    return VectorPlane(text, own, middle, np.stack([across, up]))
