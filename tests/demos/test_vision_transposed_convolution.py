"""Stamping against torch's transposed convolution, and the checkerboard rule."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling.transposed_convolution import DEMO, steps
from demos.vision.transposed_convolution import TransposedConvolutionParams, kernel_of, unevenness, upsample


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_stamping_is_what_torch_does(k: int, stride: int) -> None:
    import torch

    random = np.random.default_rng(k + stride)
    x, kernel = random.standard_normal((4, 4)), random.standard_normal((k, k))
    judged = torch.nn.functional.conv_transpose2d(
        torch.tensor(x)[None, None], torch.tensor(kernel)[None, None], stride=stride
    )
    assert np.allclose(upsample(x, kernel, stride), judged[0, 0].numpy())


def test_it_is_the_transpose_of_a_convolution() -> None:
    """<conv(y), x> = <y, transposed(x)> for all x and y."""
    from scipy.signal import correlate2d

    random = np.random.default_rng(0)
    x, y, kernel = random.standard_normal((4, 4)), random.standard_normal((9, 9)), random.standard_normal((3, 3))
    down = correlate2d(y, kernel, mode="valid")[::2, ::2]
    assert (down * x).sum() == pytest.approx((y * upsample(x, kernel, 2)).sum())


@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 5))
def test_even_exactly_when_the_kernel_is_a_multiple_of_the_stride(k: int, stride: int) -> None:
    assert (unevenness(kernel_of("ones", k), stride) < 1e-9) == (k % stride == 0)


@pytest.mark.parametrize(("kernel", "answer"), [(4, "an even one"), (3, "a checkerboard")])
def test_the_prediction_depends_on_the_kernel(kernel: int, answer: str) -> None:
    assert DEMO.prediction.check(list(steps(TransposedConvolutionParams(kernel=kernel)))) == answer
