"""Trains the machine of the `neural_turing_machine` demo to copy one to eight rows of bits (a few minutes on one core).

The figures stated are the shares of bits copied rightly on random rows, of lengths seen in training and longer ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.zoo import neural_turing_machine as machine
from demos.zoo._copying import fit, right

SEED, STEPS, RATE, LONGEST = 0, 4000, 4e-3, 8
WATCHED = (4, 8, 12, 16, 20)


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors, and what is stated about them."""
    w, loss = fit(machine.unroll, machine.INTERFACE, STEPS, RATE, LONGEST, SEED)
    about = {"seed": str(SEED), "steps": str(STEPS), "rows trained": f"1 to {LONGEST}", "loss": f"{loss:.5f}"}
    for length in WATCHED:
        about[f"bits right at {length} rows"] = f"{right(machine.unroll, w, length, 50, SEED + 1):.4f}"
    return {name: tensor.numpy().astype(np.float32) for name, tensor in w.items()}, about
