"""A question is encoded on one core, and whoever computes after it has all of them again."""

from __future__ import annotations

import pytest
import torch

from knowledge.retrieval.embedder import on_one_core


def test_one_core_within_and_all_of_them_after() -> None:
    usual = torch.get_num_threads()
    with on_one_core():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == usual


def test_all_cores_come_back_after_a_failure() -> None:
    usual = torch.get_num_threads()
    with pytest.raises(ValueError, match="broken"), on_one_core():
        raise ValueError("broken")
    assert torch.get_num_threads() == usual


def test_long_work_keeps_its_cores() -> None:
    usual = torch.get_num_threads()
    with on_one_core(wanted=False):
        assert torch.get_num_threads() == usual
