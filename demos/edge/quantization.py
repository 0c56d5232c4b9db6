"""Quantization: the weights of a network in 8, 4 or 2 bits instead of 32, and what that costs.

A block of weights x shares one scale d; each weight becomes an integer of b bits and comes back as x̂:

    d = m / (-2^(b-1))        m: the weight of largest size in the block, with its sign
    q = ⌊x/d + 2^(b-1) + ½⌋   an integer from 0 to 2^b - 1
    x̂ = d·(q - 2^(b-1))       off by half a step, d/2, at most (at the far end by up to d)

That is the scheme "offset". Two others start from the largest size alone, or from the smallest and the largest weight:

    symmetric   d = max|x|/(2^(b-1) - 1)       q = round(x/d)               x̂ = d·q
    range       d = (max x - min x)/(2^b - 1)  q = ⌊(x - min x)/d + ½⌋      x̂ = d·q + min x

With b = 4 and blocks of 32 this is Q4_0 of GGUF files: 2 bytes for d in half precision and 16 bytes for the integers,
so 18 bytes instead of 128; Q5_0 is offset, Q8_0 symmetric, Q4_1 and Q5_1 range. Every bit less doubles the step, and so
about doubles the error.

Sources: B. Jacob and others, "Quantization and training of neural networks for efficient integer-arithmetic-only
inference" (2018); the GGUF format of the ggml project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.edge import _network
from demos.edge._network import MATRICES, Weights
from demos.runtime.contract import Params, param

Array = NDArray[np.float32]
Integers = NDArray[np.int64]
BITS = (8, 7, 6, 5, 4, 3, 2)


class QuantizationParams(Params):
    bits: int = param(4, "Bits of each weight (b).", low=2, high=8, unit="bits")
    block: Literal["16", "32", "64"] = param("32", "How many weights share one scale d.")
    scheme: Literal["offset", "symmetric", "range"] = param("offset", "How integers stand for weights.")
    hidden: Literal["32", "64", "128"] = param("64", "Hidden units of the network.")


@dataclass(frozen=True)
class Blocks:
    """Integers q (blocks, size), the scale d and the smallest value of each block as stored, and the weights x̂ that
    they stand for."""

    q: Integers
    d: Array
    least: Array
    back: Array


def quantize(x: Array, bits: int, size: int, scheme: str) -> Blocks:
    """Any matrix whose number of values is a multiple of `size`."""
    block = np.asarray(x, np.float32).reshape(-1, size)
    half, least = 2 ** (bits - 1), np.zeros((len(block), 1), np.float32)
    if scheme == "offset":
        largest = np.take_along_axis(block, np.abs(block).argmax(1, keepdims=True), 1)
        d, shift = largest / np.float32(-half), half + 0.5
        low, high = 0, 2 * half - 1
    elif scheme == "symmetric":
        d, shift = np.abs(block).max(1, keepdims=True) / np.float32(half - 1), 0.5
        low, high = 1 - half, half - 1
    else:
        least = block.min(1, keepdims=True)
        d, shift = (block.max(1, keepdims=True) - least) / np.float32(2 * half - 1), 0.5
        low, high = 0, 2 * half - 1
    inverse = np.divide(np.float32(1), d, out=np.zeros_like(d), where=d != 0)
    scaled = (block - least) * inverse
    if scheme == "symmetric":  # halves go away from zero
        q = np.sign(scaled) * np.floor(np.abs(scaled) + np.float32(shift))
    else:
        q = np.floor(scaled + np.float32(shift))
    q = q.clip(low, high)
    d, least = _stored(d), _stored(least)
    back = d * (q - (half if scheme == "offset" else 0)) + least
    return Blocks(q.astype(np.int64), d, least, back.astype(np.float32).reshape(np.shape(x)))


def _stored(values: Array) -> Array:
    """What is left of the numbers in half precision."""
    result: Array = values.astype(np.float16).astype(np.float32)
    return result


def bytes_of(count: int, bits: int, size: int, scheme: str) -> int:
    """Bytes for that many weights: b bits each, and two or four bytes a block."""
    return -(-count * bits // 8) + count // size * (4 if scheme == "range" else 2)


def pack(blocks: Blocks) -> bytes:
    """Blocks of 32 four-bit integers as GGUF's Q4_0: the scale, then byte j holds q_j (low half) and q_(j+16)."""
    q = blocks.q.astype(np.uint8)
    scale = blocks.d.astype("<f2").view(np.uint8)
    return np.concatenate([scale, q[:, :16] | (q[:, 16:] << 4)], 1).tobytes()


def shrink(w: Weights, bits: int, block: int, scheme: str) -> Weights:
    """The network with quantized matrices; the few biases stay as they are."""
    return {name: quantize(x, bits, block, scheme).back if name in MATRICES else x for name, x in w.items()}


def distance(w: Weights, other: Weights) -> float:
    """Root mean square error of the matrices' weights, relative to their own root mean square."""
    wrong = sum(float(((w[name] - other[name]) ** 2).sum()) for name in MATRICES)
    return float(np.sqrt(wrong / sum(float((w[name] ** 2).sum()) for name in MATRICES)))


def measure(w: Weights, bits: int, block: int, scheme: str) -> tuple[int, float, float]:
    """Bytes of the quantized matrices, the error of their weights, and the share of test digits read right."""
    data, small = _network.load(), shrink(w, bits, block, scheme)
    count = sum(w[name].size for name in MATRICES)
    right = _network.accuracy(small, data.test_x, data.test_t)
    return bytes_of(count, bits, block, scheme), distance(w, small), right


def run(params: QuantizationParams) -> tuple[Weights, Array, Blocks, dict[int, tuple[int, float, float]]]:
    """A trained network, its first block, that block quantized, and bytes, error and accuracy by bits."""
    w, block = _network.trained(int(params.hidden), params.seed), int(params.block)
    first = w["W1"].reshape(-1, block)[:1]
    part = quantize(first, params.bits, block, params.scheme)
    return w, first, part, {bits: measure(w, bits, block, params.scheme) for bits in BITS}
