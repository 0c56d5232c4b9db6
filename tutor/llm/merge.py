"""An adapter worked into its model's weights: W + (alpha / rank) B A, once, so that answers cost nothing more.

A low-rank adapter (Hu et al., 2021) comes as a GGUF file: for a matrix `X.weight` the tensors `X.weight.lora_a`
[rank, in] and `X.weight.lora_b` [out, rank], and `adapter.lora.alpha` in the header.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say
from tutor.errors import ModelError
from tutor.llm.header import read_card

Matrix = NDArray[np.float32]


def adapter_name(path: Path) -> str:
    """What an adapter calls itself. Raises ModelError when there is no such file, or when it is no adapter."""
    if not path.is_file():
        raise ModelError(
            say("There is no adapter file {path}.", path=path),
            code="model_missing",
            hint=say("Correct TIZA_ADAPTER, or set it to off."),
        )
    card = read_card(path)
    if card["settings"].get("adapter.type") != "lora" or "adapter.lora.alpha" not in card["settings"]:
        raise _unfit(path, say("it holds no low-rank adapter"))
    return str(card["name"])


def merge(base: Path, adapter: Path, target: Path) -> None:
    """Write the base with the adapter in its weights: matrices as float16, all else as it was. Raises ModelError."""
    import gguf
    from gguf.quants import dequantize

    additions = _additions(adapter)
    reader = gguf.GGUFReader(base)
    shapes = {tensor.name: tuple(int(size) for size in reversed(tensor.shape)) for tensor in reader.tensors}
    for name, (a, b, _) in additions.items():
        if shapes.get(name) != (b.shape[0], a.shape[1]):
            raise _unfit(adapter, say("it was made for another model than {model}", model=base.name))
    writer = gguf.GGUFWriter(target, "llama")
    try:
        _copy_header(reader, writer)
        for tensor in reader.tensors:
            kind = np.float32 if len(tensor.shape) == 1 else np.float16
            count = int(np.prod(shapes[tensor.name])) * np.dtype(kind).itemsize
            writer.add_tensor_info(tensor.name, shapes[tensor.name], np.dtype(kind), count)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in reader.tensors:
            weight: Matrix = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            if tensor.name in additions:
                a, b, scale = additions[tensor.name]
                weight += scale * (b @ a)
            writer.write_tensor_data(weight if weight.ndim == 1 else weight.astype(np.float16))
    finally:
        writer.close()


def _additions(adapter: Path) -> dict[str, tuple[Matrix, Matrix, float]]:
    """A, B and alpha / rank by the name of the matrix that they change."""
    import gguf
    from gguf.quants import dequantize

    adapter_name(adapter)
    try:
        reader = gguf.GGUFReader(adapter)
        alpha = float(reader.fields["adapter.lora.alpha"].contents())
        parts: Mapping[str, Matrix] = {
            tensor.name: np.asarray(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            for tensor in reader.tensors
        }
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise _unfit(adapter, say("it is damaged ({problem})", problem=type(error).__name__)) from None
    found = {}
    for name in (name.removesuffix(".lora_a") for name in parts if name.endswith(".lora_a")):
        a, b = parts[f"{name}.lora_a"], parts.get(f"{name}.lora_b")
        if b is None or a.ndim != 2 or b.ndim != 2 or b.shape[1] != a.shape[0]:
            raise _unfit(adapter, say("its two parts for {name} do not fit together", name=name))
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            raise _unfit(adapter, say("its numbers for {name} are not finite", name=name))
        found[name] = (a, b, alpha / a.shape[0])
    if not found:
        raise _unfit(adapter, say("it changes nothing"))
    return found


def _copy_header(reader: Any, writer: Any) -> None:
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue  # the writer's own
        inside = field.types[-1] if len(field.types) > 1 else None
        writer.add_key_value(name, field.contents(), field.types[0], sub_type=inside)
    writer.add_file_type(1)  # mostly float16


def _unfit(path: Path, reason: str) -> ModelError:
    return ModelError(
        say("The adapter {file} cannot be used: {reason}.", file=path.name, reason=reason),
        code="model_damaged",
        hint=say("Set TIZA_ADAPTER to another file, or to off."),
    )
