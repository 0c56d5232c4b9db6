"""A small U-Net that sees the noise in a picture or a code, told what is wanted.

    e = silu(waves(t)·W_time + given·W_given + b)          how noisy it is, and what is wanted, as one vector
    block:  h ← h + conv(silu(norm(conv(silu(norm(h))) + e·W)))
    x → conv → block → halved → block, block → doubled, the first half added → block → conv → v

The fine half sees places, the coarse half sees the whole; the sum of both ("skip connection") brings places back. Where
words are given, each place asks them once (cross-attention): queries come from the picture, keys and values from the
words, h ← h + softmax(Q·Kᵀ/√d)·V·W. As in `_denoiser`, v = √ᾱ·ε - √(1 - ᾱ)·x_0.

Sources: O. Ronneberger and others, "U-Net" (2015); R. Rombach and others, "High-resolution image synthesis with
latent diffusion models" (2022) for the cross-attention.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demos.generation._schedule import T

Tensor = Any
Weights = Mapping[str, Tensor]
WAVES, GROUPS = 16, 4


@dataclass(frozen=True, slots=True)
class Net:
    """What fixes a U-Net: channels of x, channels at full size (twice as many at half size), numbers in the vector
    that is given (0 for none), channels of a picture laid beside x, numbers in a word's vector (0 for no words)."""

    channels: int
    width: int
    given: int = 0
    beside: int = 0
    words: int = 0

    @property
    def blocks(self) -> dict[str, int]:
        """Name of each block and its channels."""
        return {"first": self.width, "low": 2 * self.width, "deep": 2 * self.width, "last": self.width}


def shapes(net: Net, prefix: str = "") -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter; convolutions are (outputs, inputs, 3, 3), matrices (inputs, outputs)."""
    c, e = net.width, 2 * net.width
    found: dict[str, tuple[int, ...]] = {
        "time": (2 * WAVES, e), "time.bias": (e,),
        "in": (c, net.channels + net.beside, 3, 3), "in.bias": (c,),
        "down": (2 * c, c, 3, 3), "down.bias": (2 * c,),
        "up": (c, 2 * c, 3, 3), "up.bias": (c,),
        "out.scale": (c,), "out.shift": (c,), "out": (net.channels, c, 3, 3), "out.bias": (net.channels,),
    }  # fmt: skip
    if net.given:
        found["given"] = (net.given, e)
    for name, d in net.blocks.items():
        found |= {f"{name}.{part}.scale": (d,) for part in "12"} | {f"{name}.{part}.shift": (d,) for part in "12"}
        found |= {f"{name}.{part}": (d, d, 3, 3) for part in "12"} | {f"{name}.{part}.bias": (d,) for part in "12"}
        found[f"{name}.e"] = (e, d)
    if net.words:
        found |= {"q": (c, c), "k": (net.words, c), "v": (net.words, c), "mix": (c, c)}
    return {prefix + name: shape for name, shape in found.items()}


def start(sizes: Mapping[str, tuple[int, ...]], generator: Any) -> dict[str, Tensor]:
    """Random kernels and matrices, scales of one, biases and shifts of zero; each block begins as the identity."""
    import torch

    made = {}
    for name, shape in sizes.items():
        if len(shape) == 1:
            made[name] = torch.ones(shape) if name.endswith("scale") else torch.zeros(shape)
        else:
            inputs = math.prod(shape[1:]) if len(shape) == 4 else shape[0]
            quiet = 0.1 if name.endswith((".2", "mix", "out")) else 1.0
            made[name] = torch.randn(shape, generator=generator) * quiet * inputs**-0.5
    return made


def waves(t: Tensor) -> Tensor:
    """Times (n,) in 0..T as sines and cosines (n, 2·WAVES)."""
    import torch

    angle = (t / T)[:, None] * torch.exp(torch.arange(WAVES) * (math.log(1000) / WAVES))
    return torch.cat([angle.sin(), angle.cos()], 1)


def predict_v(
    w: Weights, x: Tensor, t: Tensor, given: Tensor = None, beside: Tensor = None, words: Tensor = None,
    prefix: str = "", seen: list[Tensor] | None = None,
) -> Tensor:  # fmt: skip
    """v of x (n, channels, side, side), side even, at times t (n,), given a vector (n, given), a picture beside it
    (n, beside, side, side) or words (n, count, words). `seen` receives the cross-attention (n, side², count)."""
    import torch
    from torch.nn import functional as f

    def part(name: str) -> Tensor:
        return w[prefix + name]

    def conv(name: str, h: Tensor, stride: int = 1) -> Tensor:
        return f.conv2d(h, part(name), part(f"{name}.bias"), padding=1, stride=stride)

    def norm(name: str, h: Tensor) -> Tensor:
        return f.silu(f.group_norm(h, GROUPS, part(f"{name}.scale"), part(f"{name}.shift")))

    def block(name: str, h: Tensor) -> Tensor:
        inner = conv(f"{name}.1", norm(f"{name}.1", h)) + (e @ part(f"{name}.e"))[:, :, None, None]
        return h + conv(f"{name}.2", norm(f"{name}.2", inner))

    e = waves(t) @ part("time") + part("time.bias")
    e = f.silu(e if given is None else e + given @ part("given"))
    fine = block("first", conv("in", x if beside is None else torch.cat([x, beside], 1)))
    if words is not None:
        fine = fine + _ask_words(part, fine, words, seen)
    low = block("deep", block("low", conv("down", fine, 2)))
    last = block("last", conv("up", f.interpolate(low, scale_factor=2)) + fine)
    return conv("out", norm("out", last))


def _ask_words(part: Any, h: Tensor, words: Tensor, seen: list[Tensor] | None) -> Tensor:
    """What each place takes from the words."""
    n, c, height, width = h.shape
    places = h.flatten(2).transpose(1, 2)
    scores = (places @ part("q")) @ (words @ part("k")).transpose(1, 2) / math.sqrt(c)
    weights = scores.softmax(-1)
    if seen is not None:
        seen.append(weights)
    taken = weights @ (words @ part("v")) @ part("mix")
    return taken.transpose(1, 2).reshape(n, c, height, width)


def operations(net: Net, side: int, count: int = 0) -> int:
    """Multiplications and additions of one prediction for one picture of `side`² places and `count` words: two for
    each weight of a convolution at each place it is laid, two for each product of a matrix."""
    places = {"down": (side // 2) ** 2, "low": (side // 2) ** 2, "deep": (side // 2) ** 2}
    total = 0
    for name, shape in shapes(net).items():
        if len(shape) == 4:
            total += 2 * math.prod(shape) * places.get(name.split(".")[0], side * side)
        elif len(shape) == 2:
            rows = {"q": side * side, "mix": side * side, "k": count, "v": count}.get(name, 1)
            total += 2 * math.prod(shape) * rows
    return total + (4 * side * side * count * net.width if net.words else 0)
