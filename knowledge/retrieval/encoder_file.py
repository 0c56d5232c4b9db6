"""The encoder as a GGUF file for llama.cpp, written once from the packed model: pruned, trained on, quantised.

What is written is derived data. It lies where the installation lies, or in the user's cache where that cannot be
written, and is named by all that it was made of.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.retrieval.e5_file import (
    KEPT,
    SHA256,
    Floats,
    PackedModel,
    folders,
    kept_pieces,
    packaged_file,
    read_packed,
)

FORMAT = 1
"""Raise it when the file is written otherwise."""
MATRICES = {
    "attn_q": "q", "attn_k": "k", "attn_v": "v", "attn_output": "ao", "ffn_up": "fi", "ffn_down": "fo",
}  # fmt: skip
"""The matrices of a layer: llama.cpp's name, the packed file's."""
NORMS = {"attn_output_norm": "aln", "layer_output_norm": "oln"}


def encoder_file(changes: Path | None = None, *, whole: bool = False) -> Path:
    """The encoder's GGUF file, made in seconds when it is not there yet.

    `changes` holds what training added to its matrices; `whole` keeps the pieces of all 94 languages. Raises
    KnowledgeError (`embedder_missing`).
    """
    name = f"e5-small-{_mark(changes, whole)}.gguf"
    for folder in folders():
        if (folder / name).is_file():
            return folder / name
    model = read_packed(packaged_file())
    for folder in folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f".{os.getpid()}-{name}"
            write_gguf(model, part, changes=read_changes(changes), whole=whole)
            os.replace(part, folder / name)
        except OSError:
            continue
        return folder / name
    raise OSError("no folder can be written")  # pragma: no cover: the last folder is the system's temporary one


def encoder_mark(changes: Path | None = None, *, whole: bool = False) -> str:
    """What tells one encoder's vectors from another's: twelve hexadecimal digits."""
    return _mark(changes, whole)


def _mark(changes: Path | None, whole: bool) -> str:
    total = hashlib.sha256(f"{FORMAT} {SHA256} {whole}".encode())
    if not whole:
        total.update(KEPT.read_bytes())
    if changes is not None:
        total.update(changes.read_bytes())
    return total.hexdigest()[:12]


def read_changes(file: Path | None) -> dict[str, Floats]:
    """Low-rank changes of matrices by their packed names: NAME.a (rank, in) and NAME.b (out, rank), b @ a is added."""
    if file is None:
        return {}
    from safetensors.numpy import load_file

    return {name: value.astype(np.float32) for name, value in load_file(file).items()}


def changed(model: PackedModel, name: str, rows: int, changes: dict[str, Floats]) -> Floats:
    """A matrix (rows, columns) as it is after training."""
    matrix = model.matrix(name, rows)
    return matrix + changes[f"{name}.b"] @ changes[f"{name}.a"] if f"{name}.a" in changes else matrix


def layers_of(model: PackedModel, changes: dict[str, Floats]) -> int:
    """How many layers are used: all, or as many as training kept."""
    return int(changes["layers"][0]) if "layers" in changes else model.shape.layers


def write_gguf(
    model: PackedModel, path: Path, *, changes: dict[str, Floats] | None = None, whole: bool = False
) -> None:
    """Write the model: embeddings in 4 bits as they come, matrices in 8 bits."""
    import gguf

    changes = changes or {}
    shape, layers = model.shape, layers_of(model, changes)
    writer = gguf.GGUFWriter(path, "bert")
    kept = np.arange(shape.vocabulary) if whole else kept_pieces(len(model.pieces))
    _write_header(writer, model, layers, len(kept))
    _write_tokenizer(writer, model, kept)
    rows = model.blocks("emb.word", shape.vocabulary)[kept]
    writer.add_tensor("token_embd.weight", np.ascontiguousarray(rows), raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    _add(writer, "position_embd.weight", model.tensors["emb.pos"].reshape(shape.positions, shape.hidden))
    types = model.tensors["emb.type"].reshape(-1, shape.hidden)
    _add(writer, "token_types.weight", np.repeat(types[:1], shape.types, axis=0))
    _add(writer, "token_embd_norm.weight", model.tensors["emb.ln.w"])
    _add(writer, "token_embd_norm.bias", model.tensors["emb.ln.b"])
    for layer in range(layers):
        for there, here in MATRICES.items():
            matrix = changed(model, f"l{layer}.{here}.w", rows_of(model, here), changes)
            data = gguf.quants.quantize(matrix, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(f"blk.{layer}.{there}.weight", data, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
            _add(writer, f"blk.{layer}.{there}.bias", model.tensors[f"l{layer}.{here}.b"])
        for there, here in NORMS.items():
            _add(writer, f"blk.{layer}.{there}.weight", model.tensors[f"l{layer}.{here}.w"])
            _add(writer, f"blk.{layer}.{there}.bias", model.tensors[f"l{layer}.{here}.b"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def rows_of(model: PackedModel, name: str) -> int:
    """Outputs of a layer's matrix."""
    return model.shape.feed_forward if name == "fi" else model.shape.hidden


def _add(writer: Any, name: str, values: Any) -> None:
    writer.add_tensor(name, np.ascontiguousarray(values, dtype=np.float32))


def _write_header(writer: Any, model: PackedModel, layers: int, vocabulary: int) -> None:
    import gguf

    writer.add_name("multilingual-e5-small")
    writer.add_block_count(layers)
    writer.add_context_length(model.shape.positions)
    writer.add_embedding_length(model.shape.hidden)
    writer.add_feed_forward_length(model.shape.feed_forward)
    writer.add_head_count(model.shape.heads)
    writer.add_layer_norm_eps(model.epsilon)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_token_type_count(model.shape.types)
    writer.add_vocab_size(vocabulary)


def _write_tokenizer(writer: Any, model: PackedModel, kept: Any) -> None:
    import gguf

    place = {int(old): new for new, old in enumerate(kept)}
    bos, eos, pad, unknown = (place[model.special[name]] for name in ("bos", "eos", "pad", "unknown"))
    count = len(model.pieces)
    pieces = [(model.pieces[i] or f"[unused{i}]".encode()) if i < count else f"[pad{i}]".encode() for i in kept]
    kinds = [gguf.TokenType.NORMAL if i < count else gguf.TokenType.UNUSED for i in kept]
    for control in (bos, eos, pad):
        kinds[control] = gguf.TokenType.CONTROL
    kinds[unknown] = gguf.TokenType.UNKNOWN
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(pieces)
    writer.add_token_scores([float(model.scores[i]) if i < count else -10000.0 for i in kept])
    writer.add_token_types(kinds)
    writer.add_add_space_prefix(True)
    writer.add_remove_extra_whitespaces(True)
    writer.add_bos_token_id(bos)
    writer.add_eos_token_id(eos)
    writer.add_unk_token_id(unknown)
    writer.add_sep_token_id(eos)
    writer.add_pad_token_id(pad)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
