"""A model of the starter's architecture, two layers and 64 numbers wide, with random weights and a byte vocabulary."""

from __future__ import annotations

from pathlib import Path

import numpy as np

LAYERS, WIDTH, INNER, HEADS, SHARED = 2, 64, 96, 4, 2
CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def write_small_model(path: Path, seed: int = 0) -> Path:
    """Write it as a GGUF file in float32. Attention is sharp enough that a wrong rotation shows in the logits."""
    from gguf import GGUFWriter

    draw = np.random.default_rng(seed)
    tokens = [*CONTROLS, *_byte_letters(), "Ġt"]
    writer = GGUFWriter(path, "llama")
    writer.add_name("small")
    writer.add_block_count(LAYERS)
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(SHARED)
    writer.add_rope_freq_base(10_000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(CONTROLS) + [1] * (len(tokens) - len(CONTROLS)))
    writer.add_token_merges(["Ġ t"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)

    def add(name: str, *shape: int, spread: float = 1.0) -> None:
        size = spread / np.sqrt(shape[-1])
        writer.add_tensor(f"{name}.weight", (draw.standard_normal(shape) * size).astype(np.float32))

    def ones(name: str) -> None:
        writer.add_tensor(f"{name}.weight", (1 + 0.1 * draw.standard_normal(WIDTH)).astype(np.float32))

    add("token_embd", len(tokens), WIDTH, spread=8.0)
    ones("output_norm")
    for layer in (f"blk.{number}" for number in range(LAYERS)):
        ones(f"{layer}.attn_norm")
        ones(f"{layer}.ffn_norm")
        narrow = WIDTH // HEADS * SHARED
        add(f"{layer}.attn_q", WIDTH, WIDTH, spread=2.0)
        add(f"{layer}.attn_k", narrow, WIDTH, spread=2.0)
        add(f"{layer}.attn_v", narrow, WIDTH)
        add(f"{layer}.attn_output", WIDTH, WIDTH)
        add(f"{layer}.ffn_gate", INNER, WIDTH)
        add(f"{layer}.ffn_up", INNER, WIDTH)
        add(f"{layer}.ffn_down", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _byte_letters() -> list[str]:
    """One printable letter for each byte, as byte-level BPE writes them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    letter = {byte: chr(byte) for byte in plain} | {byte: chr(256 + place) for place, byte in enumerate(others)}
    return [letter[byte] for byte in range(256)]
