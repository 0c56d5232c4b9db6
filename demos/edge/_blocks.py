"""Weights in few bits, block by block, as GGUF files hold them.

Three ways to write a block x of b-bit integers q:

    offset      d = m/(-2^(b-1)), m the value of largest size    q = ⌊x/d + 2^(b-1) + ½⌋      x̂ = d·(q - 2^(b-1))
    symmetric   d = max|x|/(2^(b-1) - 1)                         q = round(x/d)               x̂ = d·q
    range       d = (max x - min x)/(2^b - 1)                    q = ⌊(x - min x)/d + ½⌋      x̂ = d·q + min x

In blocks of 32 these are GGUF's Q4_0 and Q5_0 (offset), Q8_0 (symmetric), Q4_1 and Q5_1 (range). d and min x are
stored in half precision, two bytes each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Integers = NDArray[np.int64]


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
