"""A question is encoded on one core, and whoever computes after it has all of them again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


def test_torch_that_another_thread_is_importing_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("import builtins\nbuiltins.begun.set()\nbuiltins.go.wait()\ncpu = 'whole'\n")
    program = (
        "import builtins, importlib, sys, threading\n"
        "from knowledge.retrieval.embedder import _torch\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "builtins.begun, builtins.go = threading.Event(), threading.Event()\n"
        "threading.Thread(target=lambda: importlib.import_module('torch')).start()\n"
        "builtins.begun.wait()\n"
        "threading.Timer(0.2, builtins.go.set).start()\n"
        "print(_torch().cpu)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "whole\n", done.stderr
