"""Trains the sorter of the `nano_gpt` demo (about half a minute on one core).

Of the 729 possible inputs 600 are seen in training; the figure stated is the share of the other 129 that the model,
rounded to half precision, sorts without a mistake.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from demos.language import transformer_block
from demos.language.nano_gpt import LENGTH, LETTERS, SIZES

SEED, STEPS, BATCH, RATE, SEEN = 0, 1500, 64, 2e-3, 600


def split(seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """All inputs in random order, as those seen in training and those held out; rows of six letters 0, 1, 2."""
    every = np.array(list(product(range(LETTERS), repeat=LENGTH)))
    order = np.random.default_rng(seed).permutation(len(every))
    return every[order[:SEEN]], every[order[SEEN:]]


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    import torch

    torch.set_num_threads(1)
    seen, unseen = split()
    whole = torch.tensor(np.concatenate([seen, np.sort(seen, 1)], 1))

    def batches(generator: Any) -> tuple[Any, Any]:
        row = whole[torch.randint(len(whole), (BATCH,), generator=generator)]
        targets = row[:, 1:].clone()
        targets[:, : LENGTH - 1] = -1  # only what follows the input is to be guessed
        return row[:, :-1], targets

    w = transformer_block.fit(SIZES, batches, STEPS, RATE, SEED)
    tensors = {name: tensor.numpy().astype(np.float16) for name, tensor in w.items()}
    rounded = {name: torch.tensor(tensor.astype(np.float32)) for name, tensor in tensors.items()}
    right = (complete(rounded, unseen) == np.sort(unseen, 1)).all(1).mean()
    about = {"seed": str(SEED), "steps": str(STEPS), "held out": str(len(unseen)), "sorted": f"{right:.4f}"}
    return tensors, about


def complete(w: Any, inputs: np.ndarray) -> np.ndarray:
    """The six letters that the model writes after each input, the likeliest each time."""
    import torch

    tokens = torch.tensor(inputs)
    with torch.no_grad():
        for _ in range(LENGTH):
            logits = transformer_block.forward(w, tokens, SIZES)[2]
            tokens = torch.cat([tokens, logits[:, -1:].argmax(-1)], 1)
    return tokens[:, LENGTH:].numpy()
