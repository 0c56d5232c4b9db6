"""Transposed convolution: a small map becomes a large one, and sometimes a checkerboard.

A convolution with stride s makes an image s times smaller: each output looks at a window of k inputs. Run backwards,
each input value stamps its kernel, times itself, into the output, s places further for every step; where stamps
overlap they add up:

    out[s·i + u] += x[i]·K[u]        u = 0..k-1,  so the output has s·(n - 1) + k values (in each direction)

As a matrix it is the transpose of that convolution's matrix, hence the name; "deconvolution" is misleading, for it
undoes nothing. When k is not a multiple of s, some places get more stamps than others, and an even input becomes a
checkerboard. Decoders of autoencoders and GANs draw this way; to enlarge first and convolve then avoids it.

Sources: M. Zeiler and others, "Deconvolutional networks" (2010); V. Dumoulin and F. Visin, "A guide to convolution
arithmetic" (2016); A. Odena, V. Dumoulin and C. Olah, "Deconvolution and checkerboard artifacts" (2016).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

Array = NDArray[np.float64]


class TransposedConvolutionParams(Params):
    picture: Literal["even", "spot", "diagonal", "ring"] = param("even", "What the small map holds.")
    kernel: int = param(3, "Width of the kernel (k).", low=1, high=5)
    stride: int = param(2, "How far apart the stamps are (s).", low=1, high=4)
    shape: Literal["ones", "tent"] = param("ones", "The kernel's weights: all alike, or largest in the middle.")
    map_size: int = param(4, "Width of the small map.", low=3, high=6)


def kernel_of(shape: str, k: int) -> Array:
    """k x k weights with the sum k² ("ones"), or a pyramid of the same sum."""
    line = np.ones(k) if shape == "ones" else np.minimum(np.arange(1, k + 1), np.arange(k, 0, -1)).astype(float)
    square = np.outer(line, line)
    result: Array = square * (k * k / square.sum())
    return result


def draw(picture: str, n: int) -> Array:
    """The small map (n, n)."""
    y, x = np.indices((n, n)).astype(float)
    middle = (n - 1) / 2
    maps = {
        "even": np.ones((n, n)),
        "spot": ((x == n // 2) & (y == n // 2)) * 1.0,
        "diagonal": (x == y) * 1.0,
        "ring": (abs(np.sqrt((x - middle) ** 2 + (y - middle) ** 2) - middle * 0.85) < 0.6) * 1.0,
    }
    chosen: Array = maps[picture].astype(np.float64)
    return chosen


def upsample(x: Array, kernel: Array, stride: int) -> Array:
    """Every value stamps the kernel into the output."""
    k = len(kernel)
    out = np.zeros((stride * (len(x) - 1) + k,) * 2)
    for i, j in np.ndindex(x.shape):
        out[stride * i : stride * i + k, stride * j : stride * j + k] += x[i, j] * kernel
    return out


def unevenness(kernel: Array, stride: int) -> float:
    """Largest less smallest sum of stamps at places with full overlap, relative to the mean: 0 is even."""
    wide = upsample(np.ones((9, 9)), kernel, stride)
    edge = max(len(kernel), stride)
    inner = wide[edge:-edge, edge:-edge]
    return float(np.ptp(inner) / inner.mean()) if inner.mean() else 0.0


def run(params: TransposedConvolutionParams) -> tuple[Array, Array, Array]:
    """The small map, the kernel, and the large map that its stamps make."""
    x, kernel = draw(params.picture, params.map_size), kernel_of(params.shape, params.kernel)
    return x, kernel, upsample(x, kernel, params.stride)
