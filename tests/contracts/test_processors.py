"""What a demo decides does not hang on the processor: its matrix products round otherwise on each.

OpenBLAS, NumPy and PyTorch choose other code for each generation of processors; here they are told to take that of
older ones.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAOTIC = {"echo_state_network chaos": "its numbers are meant to hang on the last bits of the start"}

CLOSE = 0.01
"""How near each metric has to be, as a share."""
LOOSER = {"autoencoder": 0.05}
"""Demos whose long descent magnifies the last bits: by how much a network beats PCA moves by 4 %; that it does, not."""


def processors() -> dict[str, dict[str, str]]:
    """A few generations of processors that this one can imitate, and the settings that make it do so."""
    numpy = importlib.import_module("numpy._core._multiarray_umath")
    has, plain = numpy.__cpu_features__, " ".join(numpy.__cpu_dispatch__)
    oldest = {"ATEN_CPU_CAPABILITY": "default", "NPY_DISABLE_CPU_FEATURES": plain}
    if not has.get("SSE42"):  # no Intel or AMD processor: OpenBLAS has no older kernels to offer
        return {"as it is": {}, "plain": oldest}
    return {
        name: {"OPENBLAS_CORETYPE": name, **settings}
        for name, needs, settings in (
            ("SkylakeX", "AVX512F", {}),
            ("Haswell", "AVX2", {"ATEN_CPU_CAPABILITY": "avx2"}),
            ("Sandybridge", "AVX", {"ATEN_CPU_CAPABILITY": "default"}),
            ("Nehalem", "SSE42", oldest),
        )
        if has.get(needs) and not (name == "Sandybridge" and has.get("AVX512F"))  # three are enough
    }


@pytest.mark.processors
def test_every_processor_comes_to_the_same_verdicts() -> None:
    started = {name: _start(settings) for name, settings in processors().items()}
    (first, told), *others = [(name, _verdicts(process)) for name, process in started.items()]
    assert len(told) > 57
    for name, others_told in others:
        for run, verdict in told.items():
            other, where = others_told[run], f"{run}: {first} and {name}"
            assert verdict["proved"] == other["proved"], where
            assert verdict["moments"] == other["moments"], where
            assert verdict["words"] == other["words"], where
            if run not in CHAOTIC:
                near = LOOSER.get(run.split()[0], CLOSE)
                assert verdict["metrics"] == pytest.approx(other["metrics"], rel=near, abs=0.005), where


def _start(settings: dict[str, str]) -> subprocess.Popen[str]:
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "tests.demos.verdicts"]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _verdicts(process: subprocess.Popen[str]) -> dict[str, Any]:
    told, _ = process.communicate()
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(told)
    return found
