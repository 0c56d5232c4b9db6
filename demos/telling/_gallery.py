"""Colour pictures as one panel."""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.lib.scenes import sheet
from demos.runtime.contract import Image


def gallery(title: str, pictures: Any, wide: int, label: str = "") -> Image:
    """Pictures (n, 3, side, side), 0..1, side by side, `wide` in a row."""
    return Image(title=title, channels=tuple(sheet(pictures[:, channel], wide) for channel in range(3)), label=label)


def lit(x: Any) -> Any:
    """Numbers around -1..1 as pixels 0..1."""
    return (x.clip(-1, 1) + 1) / 2


def middles(pictures: Any) -> Any:
    """The middle (n, 2) of what is bright, in pixels."""
    light = np.maximum(pictures.max(1) - 0.3, 0)
    share = light / np.maximum(light.sum((1, 2), keepdims=True), 1e-9)
    along = np.arange(pictures.shape[-1])
    return np.stack([(share.sum(1) * along).sum(1), (share.sum(2) * along).sum(1)], 1)
