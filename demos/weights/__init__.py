"""Trained weights, one safetensors file under 1 MB each, made by the seeded script of its name in demos/training.

`python -m demos.training NAME` runs `train()` of that script and writes NAME.safetensors again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent

Tensors = dict[str, NDArray[np.float32]]


@cache
def load(name: str) -> Tensors:
    """The tensors of one file as float32."""
    from safetensors.numpy import load_file

    return {key: value.astype(np.float32) for key, value in load_file(FOLDER / f"{name}.safetensors").items()}


@cache
def facts(name: str) -> dict[str, str]:
    """What the training script stated: seed, data, steps and the figure reached."""
    from safetensors import safe_open

    with safe_open(FOLDER / f"{name}.safetensors", "numpy") as file:
        return dict(file.metadata())
