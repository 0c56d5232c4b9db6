"""Blocks are byte for byte those of the gguf package, and errors are what the step allows."""

from __future__ import annotations

import numpy as np
import pytest
from gguf import GGMLQuantizationType
from gguf.quants import dequantize
from gguf.quants import quantize as judge

from demos.edge.quantization import QuantizationParams, bytes_of, pack, quantize
from demos.telling.quantization import DEMO, steps

WEIGHTS = np.random.default_rng(5).standard_normal((64, 64)).astype(np.float32)


@pytest.mark.parametrize(
    ("kind", "bits", "scheme"),
    [
        ("Q4_0", 4, "offset"),
        ("Q5_0", 5, "offset"),
        ("Q8_0", 8, "symmetric"),
        ("Q4_1", 4, "range"),
        ("Q5_1", 5, "range"),
    ],
)
def test_the_weights_read_back_are_those_of_gguf(kind: str, bits: int, scheme: str) -> None:
    stored = judge(WEIGHTS, GGMLQuantizationType[kind])
    ours = quantize(WEIGHTS, bits, 32, scheme)
    assert np.array_equal(ours.back, dequantize(stored, GGMLQuantizationType[kind]))
    assert bytes_of(WEIGHTS.size, bits, 32, scheme) == stored.nbytes


def test_a_packed_block_is_gguf_s_byte_for_byte() -> None:
    stored = judge(WEIGHTS, GGMLQuantizationType.Q4_0)
    assert pack(quantize(WEIGHTS, 4, 32, "offset")) == stored.tobytes()


def test_a_block_of_zeros_stays_zero() -> None:
    for scheme in ("offset", "symmetric", "range"):
        assert not quantize(np.zeros((1, 32), np.float32), 4, 32, scheme).back.any()


@pytest.mark.parametrize("bits", range(2, 9))
def test_no_weight_is_off_by_more_than_its_step_allows(bits: int) -> None:
    found = quantize(WEIGHTS, bits, 32, "range")
    off = np.abs(found.back - WEIGHTS).reshape(-1, 32)
    assert (off <= found.d * 0.51 + 0.01).all()


def test_the_error_about_doubles_with_each_bit_less_and_four_bits_cost_little() -> None:
    frames = list(steps(QuantizationParams()))
    errors = {frame.metrics["bits"]: frame.metrics["error"] for frame in frames if "bits" in frame.metrics}
    assert all(1.6 < errors[bits - 1] / errors[bits] < 2.6 for bits in (8, 7, 6, 5))
    assert frames[-1].metrics["before"] > 0.95
    assert DEMO.prediction.check(frames) == "less than 1 point"
