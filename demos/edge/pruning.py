"""Pruning: the smallest weights of a trained network become zero, and the rest learns to do without them.

With n weights and a sparsity s, the k = round(s·n) weights that matter least are set to 0 and stay 0:

    mask_i = 0 for the k smallest |w_i|, else 1        w_i <- mask_i·w_i

"Matters least" is taken to be "is smallest"; that is a guess, but far better than pruning at random. Fine-tuning then
goes on training with the mask held: w_i <- mask_i·(w_i - α·∂E/∂w_i). What is left is stored as one bit a place (is
there a weight?) and 4 bytes for each weight that is there.

Sources: Y. LeCun, J. Denker and S. Solla, "Optimal brain damage" (1989); S. Han and others, "Learning both weights and
connections for efficient neural networks" (2015).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from demos.edge import _network
from demos.edge._network import MATRICES, Weights
from demos.runtime.contract import Params, param


class PruningParams(Params):
    sparsity: float = param(0.8, "Share of the weights that become zero (s).", low=0, high=0.99)
    method: Literal["magnitude", "random"] = param("magnitude", "Which weights go: the smallest, or any.")
    scope: Literal["network", "layer"] = param(
        "network", "Smallest of the whole network, or the same share of each layer."
    )
    fine_tuning: int = param(5, "How many times all digits are shown after pruning.", low=0, high=20, unit="passes")
    hidden: int = param(64, "Hidden units of the network.", low=8, high=128, unit="units")


def masks_of(w: Weights, params: PruningParams, sparsity: float) -> Weights:
    """1 for the weights that stay, 0 for those that go: exactly round(s·n) of the network's (or of each layer's) n."""
    random = np.random.default_rng(params.seed)
    worth = {n: np.abs(w[n]) if params.method == "magnitude" else random.random(w[n].shape) for n in MATRICES}
    if params.scope == "layer":
        return {n: _keep(worth[n].ravel(), sparsity).reshape(w[n].shape) for n in MATRICES}
    flat = _keep(np.concatenate([worth[n].ravel() for n in MATRICES]), sparsity)
    first, second = np.split(flat, [w["W1"].size])
    return {"W1": first.reshape(w["W1"].shape), "W2": second.reshape(w["W2"].shape)}


def _keep(worth: np.ndarray, sparsity: float) -> _network.Array:
    mask = np.ones(len(worth), np.float32)
    mask[np.argsort(worth, kind="stable")[: round(sparsity * len(worth))]] = 0
    return mask


def prune(w: Weights, masks: Weights) -> Weights:
    """The network without the masked weights."""
    return {name: value * masks[name] if name in masks else value for name, value in w.items()}


def bytes_of(total: int, left: int) -> int:
    """Bytes for `left` weights of `total` places."""
    return -(-total // 8) + 4 * left


def fine_tune(w: Weights, masks: Weights, params: PruningParams) -> Iterator[Weights]:
    """The network after each pass over all digits, its pruned weights staying 0."""
    data, random = _network.load(), np.random.default_rng(params.seed + 1)
    slope = _network.classify(_network.one_hot(data.t))
    yield from _network.train(w, data.x, slope, params.fine_tuning, random, 0.003, masks)


def run(params: PruningParams) -> tuple[Weights, Weights, list[Weights]]:
    """A trained network, the masks, and the network pruned and then after each pass of fine-tuning."""
    w = _network.trained(params.hidden, params.seed)
    masks = masks_of(w, params, params.sparsity)
    pruned = prune(w, masks)
    return w, masks, [pruned, *fine_tune(pruned, masks, params)]
