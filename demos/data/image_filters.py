"""Image filters: an image is a table of numbers, and a small table of weights slides over it.

A kernel K of 3x3 weights is laid on every pixel: the nine pixels under it are multiplied by its weights and added up.

    out[r, c] = Σ_i Σ_j K[i, j] · image[r·s + i, c·s + j]          s is the stride, the length of a step

Weights that sum to 1 keep the brightness (blur, sharpen); weights that sum to 0 turn every flat area into 0, so that
only changes are left (edges). A convolutional layer does just this, with weights that training chose. With zero
padding a border of zeros lets the output be as large as the image.

Source: the lecture, slides 13 and 23; R. Gonzalez and R. Woods, "Digital Image Processing". As in neural networks the
kernel is not turned round, which makes it a cross-correlation.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
KERNELS: dict[str, Array] = {
    "edges": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]) * 1.0,
    "vertical": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) * 1.0,
    "horizontal": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]) * 1.0,
    "blur": np.ones((3, 3)) / 9,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]) * 1.0,
    "identity": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]) * 1.0,
}


class ImageFiltersParams(Params):
    picture: Literal["circle", "square", "cross", "stripes", "letter"] = param("circle", "What is drawn in the image.")
    kernel: Literal["edges", "vertical", "horizontal", "blur", "sharpen", "identity"] = param(
        "edges", "The 3x3 weights: all edges, upright edges, level edges, blur, sharpen, or none of it."
    )
    size: int = param(12, "Width and height of the image.", low=8, high=20, unit="pixels")
    noise: float = param(0.0, "Standard deviation of random specks on the image.", low=0, high=0.5)
    stride: int = param(1, "How far the kernel moves each time.", low=1, high=3)
    padding: bool = param(False, "Whether a border of zeros is put around the image.")


def draw(params: ImageFiltersParams, random: np.random.Generator) -> Array:
    """The image (size, size): 0.2 behind, 0.9 in the drawing, noise on both, kept within 0..1."""
    n = params.size
    y, x = (np.indices((n, n)) - (n - 1) / 2) / (n / 2)
    inside = {
        "circle": x**2 + y**2 < 0.45,
        "square": (abs(x) < 0.55) & (abs(y) < 0.55),
        "cross": (abs(x) < 0.2) | (abs(y) < 0.2),
        "stripes": (np.indices((n, n))[1] // 3) % 2 == 1,
        "letter": ((abs(y + 0.5) < 0.2) & (abs(x) < 0.7)) | ((abs(x) < 0.2) & (y > -0.5) & (y < 0.75)),
    }[params.picture]
    image = np.where(inside, 0.9, 0.2) + params.noise * random.standard_normal((n, n))
    return np.clip(image, 0, 1)


def slide(image: Array, kernel: Array, stride: int = 1) -> Array:
    """The kernel at every place where it fits, `stride` pixels apart."""
    places = range(0, len(image) - 2, stride)
    return np.array([[(kernel * image[r : r + 3, c : c + 3]).sum() for c in places] for r in places])


def run(params: ImageFiltersParams) -> tuple[Array, Array, Array]:
    """The image, the image with its border of zeros (if any), and the kernel's answer at every place."""
    image = draw(params, np.random.default_rng(params.seed))
    padded = np.pad(image, 1) if params.padding else image
    return image, padded, slide(padded, KERNELS[params.kernel], params.stride)
