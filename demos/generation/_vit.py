"""The Vision Transformer of the `vit` demo: patches of 2x2 pixels as words, a class token, blocks of attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demos.language import _transformer

Tensor = Any
SIDE, PATCH, WIDTH, HEADS, BLOCKS = 8, 2, 32, 4, 2
GRID = SIDE // PATCH
PATCHES = GRID * GRID
LAYERS = tuple(range(BLOCKS))


def shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter."""
    found: dict[str, tuple[int, ...]] = {
        "patch": (PATCH * PATCH, WIDTH), "patch.bias": (WIDTH,), "class": (1, WIDTH), "position": (PATCHES + 1, WIDTH),
        "norm.scale": (WIDTH,), "norm.shift": (WIDTH,), "head": (WIDTH, 10), "head.bias": (10,),
    }  # fmt: skip
    for i in LAYERS:
        found |= {f"{i}.{name}": shape for name, shape in _transformer.block_shapes(WIDTH).items()}
    return found


def cut(images: Tensor) -> Tensor:
    """Images (n, 8, 8) as patches (n, 16, 4), left to right and then down."""
    n = len(images)
    parts = images.reshape(n, GRID, PATCH, GRID, PATCH).transpose(2, 3)
    return parts.reshape(n, PATCHES, PATCH * PATCH)


def run(w: Mapping[str, Any], patches: Tensor, order: Tensor | None = None) -> dict[str, Any]:
    """Tokens (n, 17, d) before the blocks, the blocks' insides, and the scores (n, 10); `order` shuffles the patches
    before they get their positions."""
    import torch

    chosen = patches if order is None else patches[:, order]
    embedded = chosen @ w["patch"] + w["patch.bias"]
    tokens = torch.cat([w["class"].expand(len(embedded), 1, WIDTH), embedded], 1)
    x, inside = tokens + w["position"], []
    for i in LAYERS:
        inside.append(_transformer.block(w, x, HEADS, False, f"{i}."))
        x = inside[-1]["result"]
    last = _transformer.norm(x[:, 0], w["norm.scale"], w["norm.shift"])
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
