"""Filters against scipy.signal, and the sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from demos.data.image_filters import KERNELS, ImageFiltersParams, draw, slide
from demos.telling.image_filters import DEMO, steps


def test_the_textbook_window_by_hand() -> None:
    window = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) / 10
    assert slide(window, KERNELS["blur"])[0, 0] == pytest.approx(0.5)
    assert slide(window, KERNELS["vertical"])[0, 0] == pytest.approx(0.8)
    assert slide(window, KERNELS["edges"])[0, 0] == pytest.approx(0)


@pytest.mark.parametrize("kernel", KERNELS)
def test_sliding_is_what_scipy_correlates(kernel: str) -> None:
    from scipy.signal import correlate2d

    image = np.random.default_rng(1).random((11, 11))
    for stride in (1, 2, 3):
        theirs = correlate2d(image, KERNELS[kernel], mode="valid")[::stride, ::stride]
        assert np.allclose(slide(image, KERNELS[kernel], stride), theirs)


def test_blur_takes_noise_away() -> None:
    params = ImageFiltersParams(noise=0.2, size=20)
    noisy, clean = draw(params, np.random.default_rng(0)), draw(ImageFiltersParams(size=20), np.random.default_rng(0))
    before, after = (slide(image, KERNELS["identity"]) - slide(clean, KERNELS["identity"]) for image in (noisy, clean))
    blurred = slide(noisy, KERNELS["blur"]) - slide(clean, KERNELS["blur"])
    assert blurred.std() < before.std() / 2 and after.std() == 0


@pytest.mark.parametrize(("kernel", "answer"), [("edges", 0), ("blur", 1), ("sharpen", 1), ("horizontal", 0)])
def test_the_prediction_depends_on_the_kernel(kernel: str, answer: int) -> None:
    frames = list(steps(ImageFiltersParams.model_validate({"kernel": kernel})))
    assert DEMO.prediction.check(frames) == DEMO.prediction.choices[answer]
