"""The transformer of the `gemini` demo: 16 patches of a picture and then the words of a question, in one sequence.

x_j = patch_j·E + b + position_j           the picture's tokens, j = 1..16
x_j = word vector + position_j             the question's tokens, j = 17..23, the last of them "?"
blocks of attention, each token seeing those before it; after "?" the next word is the answer
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demos.generation import _questions
from demos.language import _transformer

Tensor = Any
WIDTH, HEADS, BLOCKS = 48, 4, 3
NUMBERS = 3 * _questions.CELL**2
LENGTH = _questions.CELLS + _questions.LONGEST


def shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter."""
    found: dict[str, tuple[int, ...]] = {
        "patch": (NUMBERS, WIDTH), "patch.bias": (WIDTH,), "word": (len(_questions.WORDS), WIDTH),
        "position": (LENGTH, WIDTH), "norm.scale": (WIDTH,), "norm.shift": (WIDTH,),
        "head": (WIDTH, len(_questions.WORDS)),
    }  # fmt: skip
    for i in range(BLOCKS):
        found |= {f"{i}.{name}": shape for name, shape in _transformer.block_shapes(WIDTH).items()}
    return found


def run(w: Mapping[str, Tensor], patches: Tensor, words: Tensor) -> dict[str, Any]:
    """For patches (n, 16, 3, 6, 6) and words (n, 7): the tokens (n, 23, d), the insides of the blocks, and the scores
    (n, words) of the answer after each block, the last being the answer's."""
    import torch

    seen = (patches.flatten(2) - 0.5) @ w["patch"] + w["patch.bias"]
    tokens = torch.cat([seen, w["word"][words]], 1) + w["position"]
    x, inside, scores = tokens, [], []
    for i in range(BLOCKS):
        inside.append(_transformer.block(w, x, HEADS, True, f"{i}."))
        x = inside[-1]["result"]
        scores.append(_transformer.norm(x[:, -1], w["norm.scale"], w["norm.shift"]) @ w["head"])
    return {"tokens": tokens, "blocks": inside, "scores": scores}
