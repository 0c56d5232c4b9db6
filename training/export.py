"""A trained adapter as a GGUF file that llama.cpp reads, about 10 MB at rank 16 in float16.

llama.cpp expects the rows of B for queries and keys in the order of its own base weights. training/model.py keeps that
order throughout, so nothing is permuted here.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from torch import Tensor

from training.train import STATE, read_run, read_state, recipe_of
from tutor.errors import InputError


def export(folder: Path, target: Path, name: str = "") -> int:
    """Write the adapter of a run's last checkpoint; returns the checkpoint's step. Raises InputError."""
    run = read_run(folder)
    recipe = recipe_of(run)
    if not (folder / STATE).exists():
        raise InputError(f"The run in {folder} has no checkpoint yet.", hint="Let it train for a few minutes.")
    tensors, step = read_state(folder / STATE)
    facts = {
        "tiza.data_sha256": run["data"], "tiza.base_sha256": run["base"], "tiza.step": f"{step} of {run['steps']}",
        "general.name": name or f"tiza-{run['data'][:8]}-{step}", "general.license": "apache-2.0",
    }  # fmt: skip
    learnt = {key: value for key, value in tensors.items() if ":" not in key}
    target.parent.mkdir(parents=True, exist_ok=True)
    write_adapter(target, learnt, recipe.alpha, facts)
    return step


def write_adapter(target: Path, learnt: dict[str, Tensor], alpha: float, facts: dict[str, str]) -> None:
    """`learnt` as `Starter.adapter` names it, in float16; wholly or not at all."""
    from gguf import GGUFWriter

    part = target.with_name(f"{target.name}.{os.getpid()}")
    writer = GGUFWriter(part, "llama")
    try:
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", alpha)
        for key, text in facts.items():
            writer.add_string(key, text)
        for name, value in learnt.items():
            matrix, side = name.rsplit(".", 1)
            writer.add_tensor(f"{matrix}.weight.lora_{side}", value.detach().float().cpu().numpy().astype(np.float16))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
