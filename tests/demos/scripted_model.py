"""A stand-in for the tutor's own model: counts of word pairs, a header of a small LLaMA, and a clock that is made up.

It gives the capabilities of tutor/service/capabilities.py with the same shapes, and the same answer to the same
question.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

TEXT = """
the cat sat on the mat and the dog sat on the rug . the cat saw the dog and the dog saw the cat . a cat is an animal
that likes milk . a dog is an animal that likes bones . the sun is warm and the sea is blue . a whale is a mammal
that lives in the sea . the capital of france is paris . the cat sat on a chair and the dog sat by the sea .
""".split()
CONTROL = ("<|end|>", "<|start|>")
WORDS = (*CONTROL, "?", "\n", *dict.fromkeys(TEXT))
NUMBER = {word: index for index, word in enumerate(WORDS)}


def _counts() -> np.ndarray[Any, np.dtype[np.float64]]:
    table = np.full((len(WORDS), len(WORDS)), 0.02)
    for before, after in pairwise(TEXT):
        table[NUMBER[before], NUMBER[after]] += 1
    table[NUMBER["."], NUMBER["<|end|>"]] += 1
    return table


PAIRS = np.log(_counts()) + 0.3 * np.sin(1.7 * np.arange(len(WORDS)))
"""Scores without ties."""


def _token(word: str, *, control: bool = False) -> list[Any]:
    index = NUMBER.get(word, NUMBER["?"])
    return [index, _text(index), control]


def _text(index: int) -> str:
    word = WORDS[index]
    return word if word in (*CONTROL, "\n") else f" {word}"


def model_tokens(text: Any) -> list[list[Any]]:
    """A token for each word; a conversation with its marks."""
    if isinstance(text, str):
        return [_token(word.strip(".,?!").lower() or word) for word in text.split()]
    found: list[list[Any]] = []
    for role, words in [*text, ["assistant", ""]]:
        found += [_token("<|start|>", control=True), _token(role), *model_tokens(words)]
        found += [_token("<|end|>", control=True)] if words else []
    return found


def next_tokens(prompt: list[int], added: list[int], most: int, temperatures: list[float]) -> dict[str, Any]:
    """By the last token alone; in a conversation another order of the same words is likely."""
    z = PAIRS[[*prompt, *added][-1]] + (0.5 * np.sin(np.arange(len(WORDS))) if NUMBER["<|start|>"] in prompt else 0)
    best = np.argsort(-z, kind="stable")[:most]
    totals, entropies = [], []
    for temperature in temperatures:
        p = np.exp(z / temperature)
        totals.append(float(np.log(p.sum())))
        p /= p.sum()
        entropies.append(float(-(p * np.log2(p)).sum()))
    return {
        "ids": best.tolist(),
        "texts": [_text(int(index)) for index in best],
        "logits": z[best].tolist(),
        "ends": [int(index) == NUMBER["<|end|>"] for index in best],
        "totals": totals,
        "entropies": entropies,
        "vocabulary": len(WORDS),
    }


LAYERS, WIDTH, HEADS, SHARED, INNER, VOCABULARY = 4, 256, 8, 2, 768, 1000


def model_card() -> dict[str, Any]:
    """A LLaMA of 4 blocks, its matrices in Q4_0, its embeddings in Q8_0 and used again at the output."""
    narrow = WIDTH * SHARED // HEADS
    block = {
        "attn_norm": [WIDTH], "attn_q": [WIDTH, WIDTH], "attn_k": [WIDTH, narrow], "attn_v": [WIDTH, narrow],
        "attn_output": [WIDTH, WIDTH], "ffn_norm": [WIDTH], "ffn_gate": [WIDTH, INNER], "ffn_up": [WIDTH, INNER],
        "ffn_down": [INNER, WIDTH],
    }  # fmt: skip
    tensors: list[list[Any]] = [["token_embd.weight", [WIDTH, VOCABULARY], "Q8_0", WIDTH * VOCABULARY // 32 * 34]]
    for layer in range(LAYERS):
        for name, shape in block.items():
            size = int(np.prod(shape))
            kind, count = ("F32", 4 * size) if len(shape) == 1 else ("Q4_0", size // 32 * 18)
            tensors.append([f"blk.{layer}.{name}.weight", shape, kind, count])
    tensors.append(["output_norm.weight", [WIDTH], "F32", 4 * WIDTH])
    return {
        "name": "stand-in",
        "license": "apache-2.0",
        "architecture": "llama",
        "file_bytes": sum(tensor[3] for tensor in tensors) + 50_000,
        "settings": {
            "block_count": LAYERS, "embedding_length": WIDTH, "feed_forward_length": INNER, "context_length": 2048,
            "attention.head_count": HEADS, "attention.head_count_kv": SHARED, "rope.freq_base": 10000.0,
            "attention.layer_norm_rms_epsilon": 1e-5, "vocab_size": VOCABULARY,
        },
        "tensors": tensors,
    }  # fmt: skip


def model_speed(prompt: int, new: int) -> dict[str, Any]:
    """4 milliseconds for a prompt token, 20 and a little more for a new one, half a joule for each."""
    return {
        "prompt_seconds": 0.004 * prompt,
        "new_seconds": new * (0.02 + 1e-5 * prompt),
        "resident_bytes": 30_000_000 + 1000 * (prompt + new),
        "joules": 0.5 * (prompt + new),
        "meter": "a made-up counter",
    }


def machine() -> dict[str, Any]:
    """A small board."""
    return {"processor": "stand-in", "cores": 4, "memory_bytes": 4 * 2**30, "read_bytes_per_second": 8e9}


CAPABILITIES: dict[str, Any] = {
    "model_card": model_card,
    "model_tokens": model_tokens,
    "next_tokens": next_tokens,
    "model_speed": model_speed,
    "machine": machine,
}
