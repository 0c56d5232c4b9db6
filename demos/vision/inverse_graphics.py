"""Inverse graphics: turn one unit of the code, see one factor of the picture change.

Graphics makes a picture from a description; inverse graphics finds the description in the picture. An encoder turns a
12x12 picture of a disc into three numbers z, a decoder turns them back into a picture:

    picture --encoder--> z = (z1, z2, z3) --decoder--> picture

Both are convolutional, as the name says: 3x3 kernels slide over the picture, every layer of the encoder halves the maps
(12x12, 6x6, 3x3), every layer of the decoder doubles them by laying each cell out twice before its kernels slide.

Three factors made the picture: place, size and light. An ordinary autoencoder stores them anyhow, mixed over the units.
A deep convolutional inverse graphics network is trained on groups of pictures in which only one factor changes, and the
code units of the others are held at their group's mean: that factor has to find its own unit, and the code comes
apart. How far is measured over many pictures by the correlation of every unit with every factor:

    score = mean over units of 1 - (second largest |correlation|) / (largest)        1: each unit knows one factor

Source: T. Kulkarni, W. Whitney, P. Kohli and J. Tenenbaum, "Deep convolutional inverse graphics network" (2015). Here
a network of 3,492 weights, trained beforehand by `python -m demos.training inverse_graphics`; the paper's pictures are
of faces and chairs, and its code a distribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.lib.ranking import first_largest
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
SIZE, FACTORS = 12, (say("place"), say("size"), say("light"))
SHAPES = {
    "down1": (8, 1, 3, 3), "down1.b": (8,), "down2": (16, 8, 3, 3), "down2.b": (16,), "code": (144, 3), "code.b": (3,),
    "spread": (3, 144), "spread.b": (144,), "up1": (8, 16, 3, 3), "up1.b": (8,), "up2": (1, 8, 3, 3), "up2.b": (1,),
}  # fmt: skip


class InverseGraphicsParams(Params):
    factor: Literal["place", "size", "light"] = param(
        "place", "The unit that is turned: the one that knows this factor best."
    )
    training: Literal["grouped", "plain"] = param(
        "grouped", "Trained on groups in which one factor changes, or as a plain autoencoder."
    )
    turns: int = param(13, "In how many steps the unit is turned.", low=9, high=40, unit="steps")


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


def network(training: str) -> dict[str, Array]:
    """The trained tensors of one of the two codes."""
    tensors = weights.load("inverse_graphics")
    return {
        key.partition(".")[2]: value.astype(np.float64) for key, value in tensors.items() if key.startswith(training)
    }


def measure(pictures: Array) -> Array:
    """Place, size and light (n, 3) of pictures, read off the pixels and scaled to run from about -1 to 1.

    Place is the centre of brightness, light the brightest pixel, size the bright area.
    """
    x = np.indices((SIZE, SIZE))[1].ravel() - (SIZE - 1) / 2
    total, top = pictures.sum(1), pictures.max(1)
    area = np.sqrt((pictures > top[:, None] / 2).sum(1) / np.pi)
    return np.stack([(pictures @ x) / total / 2.5, (area - 2.8) / 1.2, (top - 0.6) / 0.35], 1)


@dataclass(frozen=True, slots=True)
class Run:
    """The weights w, a picture of random factors (1, 3) and its code z, how much each unit knows of each factor, the
    unit that is turned, the values it is given, the pictures that come of them, and what is measured on these."""

    w: dict[str, Array]
    factors: Array
    picture: Array
    z: Array
    known: Array
    unit: int
    knob: Array
    turned: Array
    read: Array


def run(params: InverseGraphicsParams) -> Run:
    """Read the code of a picture, then turn the unit that knows the wanted factor best, from low to high."""
    w, factors = network(params.training), np.random.default_rng(params.seed).uniform(-0.4, 0.4, (1, 3))
    picture = render(factors)
    z, known = encode(w, picture, np), influence(w)
    unit = first_largest(known[:, FACTORS.index(params.factor)])
    sample = encode(w, render(np.random.default_rng(7).uniform(-1, 1, (200, 3))), np)[:, unit]
    low, high = (float(np.percentile(sample, share)) for share in (5, 95))
    knob = np.linspace(low, high, params.turns)
    codes = np.repeat(z, params.turns, 0)
    codes[:, unit] = knob
    turned = decode(w, codes, np)
    return Run(w, factors, picture, z, known, unit, knob, turned, measure(turned))
