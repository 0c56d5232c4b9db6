"""The transformer block: attention, then a small network, each beside a residual road.

For n words, each d numbers, as the rows of X (n x d), with layer norm before each half as in GPT-2:

    X = E[words] + P[places]                          embedding plus position
    A = X + concat(head_1..head_h)·W_proj             head_i = softmax(Q_i·K_iᵀ/√(d/h))·V_i, from norm(X)
    B = A + gelu(norm(A)·W_1 + b_1)·W_2 + b_2         W_1: d x 4d, W_2: 4d x d
    norm(x) = (x - mean) / √(variance + 0.00001) · scale + shift

Everything that goes in and comes out is n x d, so blocks can be stacked as high as one likes. A block has 12·d² + 13·d
parameters. The weights here are random, as before any training: the lesson is what flows where, and in which shape.

Sources: A. Vaswani and others, "Attention Is All You Need" (2017), where the norm comes after each half; A. Radford and
others (2019), where it comes before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from pydantic import model_validator

from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Tensor = Any
Weights = Mapping[str, Any]
MOST_WORDS = 8


class TransformerBlockParams(Params):
    sentence: str = param("the cat sat on the mat", f"Your own sentence, 2 to {MOST_WORDS} words.", longest=100)
    width: int = param(
        12, "How many numbers each word has (d), a multiple of the heads.", low=4, high=48, unit="numbers"
    )
    heads: int = param(3, "How many heads attend side by side.", low=1, high=8)
    blocks: int = param(1, "How many blocks stand on each other.", low=1, high=6)
    causal: bool = param(False, "Whether no word may look at a later one, as in GPT.")

    @model_validator(mode="after")
    def _fits(self) -> TransformerBlockParams:
        if self.width % self.heads:
            raise ValueError(
                say("A width of {width} cannot be shared out among {heads} heads", width=self.width, heads=self.heads)
            )
        if not 2 <= len(split(self.sentence)) <= MOST_WORDS:
            raise ValueError(
                say(
                    "The sentence needs 2 to {most_words} words, this one has {split}",
                    most_words=MOST_WORDS,
                    split=len(split(self.sentence)),
                )
            )
        return self


@dataclass(frozen=True, slots=True)
class Sizes:
    """What fixes a model: vocabulary V, positions T, width d, blocks L, heads."""

    vocabulary: int
    positions: int
    width: int
    blocks: int
    heads: int
    causal: bool = True


def shapes(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter; matrices are (inputs, outputs). `head` is the last output matrix."""
    d = sizes.width
    found: dict[str, tuple[int, ...]] = {"token": (sizes.vocabulary, d), "position": (sizes.positions, d)}
    for i in range(sizes.blocks):
        found |= {f"{i}.{name}": shape for name, shape in block_shapes(d).items()}
    return found | {"norm.scale": (d,), "norm.shift": (d,), "head": (d, sizes.vocabulary)}


def block_shapes(d: int) -> dict[str, tuple[int, ...]]:
    """The parameters of one block: 12·d² + 13·d numbers."""
    return {
        "norm1.scale": (d,), "norm1.shift": (d,), "qkv": (d, 3 * d), "qkv.bias": (3 * d,),
        "proj": (d, d), "proj.bias": (d,), "norm2.scale": (d,), "norm2.shift": (d,),
        "fc": (d, 4 * d), "fc.bias": (4 * d,), "out": (4 * d, d), "out.bias": (d,),
    }  # fmt: skip


def start(sizes: Mapping[str, tuple[int, ...]], generator: Any, spread: float = 0.02) -> dict[str, Tensor]:
    """Random matrices, scales of one, shifts and biases of zero."""
    import torch

    made = {}
    for name, shape in sizes.items():
        if len(shape) > 1:
            made[name] = torch.randn(shape, generator=generator) * spread
        else:
            made[name] = torch.ones(shape) if name.endswith("scale") else torch.zeros(shape)
    return made


def norm(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Layer norm: every row to mean 0 and variance 1, then scaled and shifted."""
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / (variance + 1e-5).sqrt() * scale + shift


def block(w: Weights, x: Tensor, heads: int, causal: bool, prefix: str = "") -> dict[str, Tensor]:
    """All that a block computes for x of shape (batch, T, d); "result" is what it hands on."""
    import torch

    batch, length, d = x.shape
    normed = norm(x, w[prefix + "norm1.scale"], w[prefix + "norm1.shift"])
    parts = (normed @ w[prefix + "qkv"] + w[prefix + "qkv.bias"]).split(d, -1)
    q, k, v = (part.view(batch, length, heads, d // heads).transpose(1, 2) for part in parts)
    scores = q @ k.transpose(-1, -2) / sqrt(d // heads)
    if causal:
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    weights = scores.softmax(-1)
    mixed = (weights @ v).transpose(1, 2).reshape(batch, length, d)
    attended = mixed @ w[prefix + "proj"] + w[prefix + "proj.bias"]
    middle = x + attended
    normed2 = norm(middle, w[prefix + "norm2.scale"], w[prefix + "norm2.shift"])
    hidden = torch.nn.functional.gelu(normed2 @ w[prefix + "fc"] + w[prefix + "fc.bias"])
    fed = hidden @ w[prefix + "out"] + w[prefix + "out.bias"]
    return {
        "x": x, "norm 1": normed, "q": q, "k": k, "v": v, "weights": weights, "heads": mixed, "attended": attended,
        "x + attended": middle, "norm 2": normed2, "hidden": hidden, "mlp": fed, "result": middle + fed,
    }  # fmt: skip


def forward(w: Weights, tokens: Tensor, sizes: Sizes) -> tuple[Tensor, list[dict[str, Tensor]], Tensor]:
    """Embeddings, the inside of each block, and the logits (batch, T, V), for tokens of shape (batch, T)."""
    embedded = w["token"][tokens] + w["position"][: tokens.shape[-1]]
    x, inside = embedded, []
    for i in range(sizes.blocks):
        inside.append(block(w, x, sizes.heads, sizes.causal, f"{i}."))
        x = inside[-1]["result"]
    return embedded, inside, norm(x, w["norm.scale"], w["norm.shift"]) @ w["head"]


def fit(sizes: Sizes, batches: Any, steps: int, rate: float, seed: int) -> dict[str, Tensor]:
    """Trained parameters: Adam on the cross-entropy of batches (tokens, targets), targets of -1 not counted."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    w = {name: tensor.requires_grad_() for name, tensor in start(shapes(sizes), generator, 0.05).items()}
    optimiser = torch.optim.AdamW(w.values(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        tokens, targets = batches(generator)
        logits = forward(w, tokens, sizes)[2]
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return {name: tensor.detach() for name, tensor in w.items()}


def split(sentence: str) -> list[str]:
    """The words, in lower case."""
    return re.findall(r"\w+", sentence.lower())


def places(n: int, d: int) -> np.ndarray:
    """Sines and cosines of the place, (n, d), as in the paper's section 3.5."""
    angle = np.arange(n)[:, None] / 10000 ** (2 * (np.arange(d) // 2) / d)
    return np.where(np.arange(d) % 2 == 0, np.sin(angle), np.cos(angle))


@dataclass(frozen=True, slots=True)
class Run:
    """The words, their vectors, the vectors of the places, and the inside of each block from the lowest up."""

    words: list[str]
    vectors: Tensor
    places: Tensor
    inside: list[dict[str, Tensor]]


def run(params: TransformerBlockParams) -> Run:
    """The sentence through blocks of random weights, each word that comes twice with the same vector."""
    import torch

    words = split(params.sentence)
    n, d = len(words), params.width
    known = sorted(set(words))
    generator = torch.Generator().manual_seed(params.seed)
    vectors = torch.randn((len(known), d), generator=generator, dtype=torch.float64)
    vectors = vectors[[known.index(word) for word in words]]
    at = torch.tensor(places(n, d))
    x, inside = (vectors + at)[None], []
    for _ in range(params.blocks):
        w = start(block_shapes(d), generator, d**-0.5)
        w = {name: tensor.double() for name, tensor in w.items()}
        inside.append(block(w, x, params.heads, params.causal))
        x = inside[-1]["result"]
    return Run(words, vectors, at, inside)
