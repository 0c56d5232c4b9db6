"""Pictures made from three factors, and the small convolutional encoder and decoder of `inverse_graphics`.

    encoder: 12x12 -> 8 maps of 6x6 -> 16 maps of 3x3 -> 3 code units
    decoder: 3 code units -> 16 maps of 3x3 -> 8 maps of 6x6 -> 12x12

Every kernel is 3x3. The encoder's take every other place, so maps halve; in the decoder each cell is laid out twice in
each direction before the kernel slides (unpooling), so maps double. tanh between, a sigmoid at the end.

The same lines run on NumPy in the demo and on torch in its training, so `xp` is either module.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say

Array = NDArray[np.float64]
SIZE, FACTORS = 12, (say("place"), say("size"), say("light"))
SHAPES = {
    "down1": (8, 1, 3, 3), "down1.b": (8,), "down2": (16, 8, 3, 3), "down2.b": (16,), "code": (144, 3), "code.b": (3,),
    "spread": (3, 144), "spread.b": (144,), "up1": (8, 16, 3, 3), "up1.b": (8,), "up2": (1, 8, 3, 3), "up2.b": (1,),
}  # fmt: skip


def render(factors: Array) -> Array:
    """Pictures (n, 144) of a soft disc from factors (n, 3), each from -1 to 1: place, size, light."""
    y, x = np.indices((SIZE, SIZE)).reshape(2, -1) - (SIZE - 1) / 2
    place, size, light = (factors[:, i : i + 1] for i in range(3))
    distance = np.hypot(x - 2.5 * place, y)
    picture: Array = (0.6 + 0.35 * light) / (1 + np.exp(2 * (distance - 2.8 - 1.2 * size)))
    return picture


@cache
def windows(size: int, stride: int) -> NDArray[np.int64]:
    """Which cells of a size x size map each place sees (places, 9); size² stands for a zero outside."""
    numbers = np.pad(np.arange(size * size).reshape(size, size), 1, constant_values=size * size)
    seen = np.lib.stride_tricks.sliding_window_view(numbers, (3, 3))[::stride, ::stride]
    return seen.reshape(-1, 9)


@cache
def twice(size: int) -> NDArray[np.int64]:
    """Which cell of a size x size map each cell of the map twice as large repeats."""
    return np.arange(size * size).reshape(size, size).repeat(2, 0).repeat(2, 1).ravel()


def convolve(x: Any, kernels: Any, bias: Any, size: int, stride: int, xp: Any) -> Any:
    """Maps (n, to, places) of maps x (n, from, size²) under kernels (to, from, 3, 3)."""
    outside = x[:, :, :1] * 0
    patches = xp.concatenate([x, outside], 2)[:, :, windows(size, stride)]
    return xp.einsum("ncpk,dck->ndp", patches, kernels.reshape(*kernels.shape[:2], 9)) + bias[:, None]


def encoder(w: Mapping[str, Any], x: Any, xp: Any) -> list[Any]:
    """The maps of both layers, and the code (n, 3), of pictures (n, 144)."""
    first = xp.tanh(convolve(x[:, None], w["down1"], w["down1.b"], SIZE, 2, xp))
    second = xp.tanh(convolve(first, w["down2"], w["down2.b"], SIZE // 2, 2, xp))
    return [first, second, second.reshape(len(x), -1) @ w["code"] + w["code.b"]]


def decoder(w: Mapping[str, Any], z: Any, xp: Any) -> list[Any]:
    """The maps of both layers, and the pictures (n, 144), of codes (n, 3)."""
    first = xp.tanh(z @ w["spread"] + w["spread.b"]).reshape(len(z), 16, 9)
    second = xp.tanh(convolve(first[:, :, twice(SIZE // 4)], w["up1"], w["up1.b"], SIZE // 2, 1, xp))
    last = convolve(second[:, :, twice(SIZE // 2)], w["up2"], w["up2.b"], SIZE, 1, xp)
    return [first, second, 1 / (1 + xp.exp(-last[:, 0]))]


def encode(w: Mapping[str, Any], x: Any, xp: Any) -> Any:
    """Code (n, 3) of pictures (n, 144)."""
    return encoder(w, x, xp)[-1]


def decode(w: Mapping[str, Any], z: Any, xp: Any) -> Any:
    """Pictures (n, 144) of codes (n, 3)."""
    return decoder(w, z, xp)[-1]


def influence(w: Mapping[str, Any], count: int = 400) -> Array:
    """|correlation| of each code unit (rows) with each factor (columns) over random pictures."""
    factors = np.random.default_rng(7).uniform(-1, 1, (count, 3))
    z = encode(w, render(factors), np)
    result: Array = np.abs(np.corrcoef(z.T, factors.T)[:3, 3:])
    return result


def disentanglement(w: Mapping[str, Any]) -> float:
    """How much each unit cares for one factor alone: 1 - second/first correlation, averaged over the units."""
    ranked = np.sort(influence(w), axis=1)
    return float((1 - ranked[:, 1] / ranked[:, 2]).mean())
