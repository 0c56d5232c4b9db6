"""LLaMA: a GPT block with three parts exchanged, and keys and values shared, with the numbers of a real model file.

    RMSNorm(x) = g·x / √(mean(x²) + ε)                    no mean is taken off, no shift is added
    RoPE: pair i of a query or key at position m is turned by the angle m·base^(-2i/d)
    SwiGLU(x) = W_down·(silu(W_gate·x) ⊙ W_up·x)          silu(z) = z/(1 + e^-z)
    grouped heads: n query heads read from n_kv heads of keys and values
    KV cache = 2 · layers · n_kv · d · tokens · bytes     keys and values of all tokens so far

Turning both query and key by their positions leaves a score that depends on the distance alone. The sizes are read from
the tutor's own model; x, q and k in the small examples are made up.

Sources: H. Touvron and others, "LLaMA: open and efficient foundation language models" (2023); J. Su and others,
"RoFormer" (2021); N. Shazeer, "GLU variants improve transformer" (2020); J. Ainslie and others, "GQA" (2023); B. Zhang
and R. Sennrich, "Root mean square layer normalization" (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.language._model_file import ModelFile
from demos.runtime.contract import Params, param

Array = NDArray[np.float64]


class LlamaParams(Params):
    context: int = param(2048, "How many tokens the KV cache holds.", low=1, high=1_000_000, unit="tokens")
    cache: Literal["32", "16", "8", "4"] = param("16", "Bits of each number in the KV cache.", unit="bits")
    position: int = param(5, "Up to which position the example of RoPE turns.", low=1, high=64)


def rms_norm(x: Array, epsilon: float) -> Array:
    """x over its root mean square, with g = 1."""
    return np.asarray(x / np.sqrt((x**2).mean() + epsilon))


def layer_norm(x: Array, epsilon: float) -> Array:
    """What a GPT uses: the mean taken off first."""
    return np.asarray((x - x.mean()) / np.sqrt(x.var() + epsilon))


def angles(size: int, base: float) -> Array:
    """By how much one position turns each of the size/2 pairs, in radians."""
    return np.asarray(base ** (-np.arange(0, size, 2) / size))


def rope(x: Array, position: int, base: float) -> Array:
    """x (an even count of numbers) with each pair of neighbours turned by its angle times the position."""
    turn = position * angles(len(x), base)
    even, odd = x[0::2], x[1::2]
    turned = np.stack((even * np.cos(turn) - odd * np.sin(turn), even * np.sin(turn) + odd * np.cos(turn)), axis=1)
    return np.asarray(turned.reshape(-1))


def silu(z: Array) -> Array:
    return np.asarray(z / (1 + np.exp(-z)))


def fits(queries: Array, keys: Array, places: int, base: float) -> Array:
    """q·k/√d of one query and one key, (places, places), each turned to every place."""
    q = [rope(queries, place, base) for place in range(places)]
    k = [rope(keys, place, base) for place in range(places)]
    return np.asarray(np.array([[a @ b for b in k] for a in q]) / len(queries) ** 0.5)


@dataclass(frozen=True, slots=True)
class Run:
    """Four numbers for the norms, a query and a key for RoPE, and SwiGLU's gate and value, four numbers each."""

    x: Array
    q: Array
    k: Array
    gate: Array
    value: Array


def run(params: LlamaParams, file: ModelFile) -> Run:
    """The numbers that the parts of a block are worked through with; the sizes are those of the model file."""
    random = np.random.default_rng(params.seed)
    x = np.round(random.normal(1, 2, 4), 1)
    q, k = random.standard_normal((2, file.turned - file.turned % 2))
    gate = np.append(np.round(random.uniform(0.5, 3, 3), 1), -5.0)
    return Run(x, q, k, gate, np.round(random.uniform(1, 4, 4), 1))
