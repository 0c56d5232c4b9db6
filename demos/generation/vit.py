"""Vision Transformer: an image is cut into patches, and the patches are read like the words of a sentence.

The image becomes N = 16 patches x_p of 2x2 pixels. Each is a token, a class token stands in front, and every place has
a learnt position:

    z = [x_class; x_1·E; ...; x_N·E] + E_pos        E: (4, d), E_pos: (N + 1, d)
    z <- z + heads(norm(z));  z <- z + MLP(norm(z))          two blocks
    y = norm(z_class)·W                             ten scores, read off the class token

Within a head, a = softmax(q·kᵀ/√d_k) says how much every token takes from every other. Unlike a convolution, nothing
here knows that neighbouring patches belong together: positions and attention have to learn it from the images.

Source: A. Dosovitskiy and others, "An image is worth 16x16 words: transformers for image recognition at scale" (2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.language import transformer_block
from demos.runtime.contract import Params, param

Tensor = Any
Array = NDArray[np.float64]
SIDE, PATCH, WIDTH, HEADS, BLOCKS = 8, 2, 32, 4, 2
GRID = SIDE // PATCH
PATCHES = GRID * GRID
LAYERS = tuple(range(BLOCKS))


class VitParams(Params):
    digit: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] = param("5", "The digit to follow.")
    example: int = param(1, "Which test image of that digit.", low=1, high=30)
    patch: int = param(6, "The patch whose attention is shown, counted from 1.", low=1, high=PATCHES)
    hidden_patches: int = param(6, "How many patches are blanked, the most attended first.", low=0, high=12)
    shuffle: bool = param(False, "Whether the test images' patches are put in another order.")


def shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter."""
    found: dict[str, tuple[int, ...]] = {
        "patch": (PATCH * PATCH, WIDTH), "patch.bias": (WIDTH,), "class": (1, WIDTH), "position": (PATCHES + 1, WIDTH),
        "norm.scale": (WIDTH,), "norm.shift": (WIDTH,), "head": (WIDTH, 10), "head.bias": (10,),
    }  # fmt: skip
    for i in LAYERS:
        found |= {f"{i}.{name}": shape for name, shape in transformer_block.block_shapes(WIDTH).items()}
    return found


def cut(images: Tensor) -> Tensor:
    """Images (n, 8, 8) as patches (n, 16, 4), left to right and then down."""
    n = len(images)
    parts = images.reshape(n, GRID, PATCH, GRID, PATCH).transpose(2, 3)
    return parts.reshape(n, PATCHES, PATCH * PATCH)


def forward(w: Mapping[str, Any], patches: Tensor, order: Tensor | None = None) -> dict[str, Any]:
    """Tokens (n, 17, d) before the blocks, the blocks' insides, and the scores (n, 10); `order` shuffles the patches
    before they get their positions."""
    import torch

    chosen = patches if order is None else patches[:, order]
    embedded = chosen @ w["patch"] + w["patch.bias"]
    tokens = torch.cat([w["class"].expand(len(embedded), 1, WIDTH), embedded], 1)
    x, inside = tokens + w["position"], []
    for i in LAYERS:
        inside.append(transformer_block.block(w, x, HEADS, False, f"{i}."))
        x = inside[-1]["result"]
    last = transformer_block.norm(x[:, 0], w["norm.scale"], w["norm.shift"])
    return {
        "patches": embedded,
        "tokens": tokens + w["position"],
        "blocks": inside,
        "scores": last @ w["head"] + w["head.bias"],
    }


def digits() -> tuple[Any, Any, Any]:
    """Images (1797, 8, 8) from 0 to 1, labels, and which are held out."""
    import torch
    from sklearn.datasets import load_digits

    found = load_digits()
    held = torch.arange(len(found.images)) % 5 == 4
    return torch.tensor(found.images / 16, dtype=torch.float32), torch.tensor(found.target), held


def shares(w: Mapping[str, Any], patches: Tensor) -> Array:
    """The probability of each digit for one image's patches (1, 16, 4)."""
    found: Array = forward(w, patches)["scores"].softmax(-1)[0].numpy().astype(float)
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """The tensors, the image (8, 8) and its patches, all that the network computes of them, another order of patches,
    and the share of test images read right in the right order and in that one."""

    w: dict[str, Any]
    image: Tensor
    patches: Tensor
    found: dict[str, Any]
    order: Tensor
    full: float
    mixed: float
    tested: int


def run(params: VitParams) -> Run:
    """One digit through the network; then all test digits, once with their patches shuffled."""
    import torch

    w = {name: torch.tensor(value) for name, value in weights.load("vit").items()}
    x, t, held = digits()
    x, t = x[held], t[held]
    fitting = x[t == int(params.digit)]
    image = fitting[(params.example - 1) % len(fitting)]
    patches = cut(image[None])
    order = torch.randperm(PATCHES, generator=torch.Generator().manual_seed(params.seed))
    with torch.no_grad():
        found = forward(w, patches)
        full, mixed = (
            float((forward(w, cut(x), each)["scores"].argmax(1) == t).float().mean()) for each in (None, order)
        )
    return Run(w, image, patches, found, order, full, mixed, len(t))
