"""The model in PyTorch beside llama.cpp, on the same tokens: without an adapter, with one, and with one merged in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.answers import greedy
from training.export import write_adapter
from training.model import MATRICES, Starter, read_model
from tutor.errors import ModelError
from tutor.llm.base import Message
from tutor.llm.catalogue import starter_file
from tutor.llm.llama import Context, Engine, requantize
from tutor.llm.merge import adapter_name, merge

TOLERANCE = 0.02
"""Largest difference of logits whose spread is near 1, as a share of that spread: llama.cpp keeps keys, values and
some products in float16, PyTorch computes in float32."""
TEXTS = (
    "Who made the perceptron, and when?",
    "The kiln is hot. The glaze melts at 1200 degrees, and the cone bends.",
    "¿Qué es un horno? ηtx " * 4,
)


def perturbed(model: Starter, seed: int = 1) -> Starter:
    """The model with an adapter that changes every matrix by something that shows."""
    model.begin(seed)
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in model.adapter().items():
            if name.endswith(".b"):
                value.copy_(0.05 * torch.randn(value.shape, generator=noise))
    return model


def rounded(model: Starter) -> Starter:
    """The same with the adapter's numbers as a float16 file keeps them."""
    with torch.no_grad():
        for value in model.adapter().values():
            value.copy_(value.half().float())
    return model


def by_torch(model: Starter, tokens: list[int]) -> NDArray[np.float64]:
    with torch.no_grad():
        hidden = model(torch.tensor([tokens]))[0, -1]
        return np.asarray(model.logits(hidden).double().numpy())


def by_llama(context: Context, tokens: list[int]) -> NDArray[np.float64]:
    context.forget()
    context.decode(tokens)
    return context.logits()


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The largest difference, as a share of the logits' spread."""
    return float(np.abs(one - other).max() / one.std())


def test_the_small_model_gives_the_logits_of_llama_cpp(small: Path) -> None:
    model = Starter(*read_model(small))
    context = Context(small, None, Engine(context=256, threads=1))
    try:
        for text in TEXTS:
            tokens = context.tokenize(text)
            assert apart(by_llama(context, tokens), by_torch(model, tokens)) < TOLERANCE
    finally:
        context.close()


@pytest.mark.parametrize("matrices", [MATRICES, *[(name,) for name in MATRICES]], ids=lambda m: "+".join(m)[:12])
def test_an_exported_adapter_does_the_same_in_llama_cpp(small: Path, tmp_path: Path, matrices: tuple[str, ...]) -> None:
    """Each matrix alone and all together: the logits move, and in both alike."""
    bare = Starter(*read_model(small))
    model = rounded(perturbed(Starter(*read_model(small), 4, 8.0, matrices)))
    write_adapter(tmp_path / "a.gguf", dict(model.adapter()), 8.0, {"general.name": "test"})
    context = Context(small, tmp_path / "a.gguf", Engine(context=256, threads=1))
    try:
        for text in TEXTS:
            tokens = context.tokenize(text)
            said = by_llama(context, tokens)
            assert apart(said, by_torch(model, tokens)) < TOLERANCE
            assert apart(said, by_torch(bare, tokens)) > 2 * TOLERANCE
    finally:
        context.close()


def test_a_merged_adapter_does_what_a_loaded_one_does(small: Path, tmp_path: Path) -> None:
    model = rounded(perturbed(Starter(*read_model(small), 4, 8.0)))
    write_adapter(tmp_path / "a.gguf", dict(model.adapter()), 8.0, {"general.name": "test"})
    merge(small, tmp_path / "a.gguf", tmp_path / "merged.gguf")
    assert adapter_name(tmp_path / "a.gguf") == "test"
    context = Context(tmp_path / "merged.gguf", None, Engine(context=256, threads=1))
    try:
        for text in TEXTS:
            tokens = context.tokenize(text)
            assert apart(by_llama(context, tokens), by_torch(model, tokens)) < TOLERANCE
    finally:
        context.close()


def test_an_adapter_of_another_model_or_a_damaged_one_is_a_sentence(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    write_adapter(path, {"blk.9.attn_q.a": torch.ones(2, 5), "blk.9.attn_q.b": torch.ones(5, 2)}, 8.0, {})
    with pytest.raises(ModelError, match="another model"):
        merge(small, path, tmp_path / "merged.gguf")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ModelError):
        merge(small, path, tmp_path / "merged.gguf")
    with pytest.raises(ModelError, match="no low-rank adapter"):
        adapter_name(small)
    with pytest.raises(ModelError, match="no adapter file"):
        adapter_name(tmp_path / "nowhere.gguf")


@pytest.mark.model
def test_the_starter_gives_the_logits_and_greedy_tokens_of_llama_cpp(tmp_path: Path) -> None:
    """Plain and with an adapter on every matrix, both from the same float16 file."""
    base = tmp_path / "starter.gguf"
    requantize(starter_file(), base, "F16")
    model = rounded(perturbed(Starter(*read_model(base), 8, 2.0)))
    write_adapter(tmp_path / "a.gguf", dict(model.adapter()), 2.0, {"general.name": "test"})
    plain = Starter(*read_model(base))
    for torch_model, adapter in ((plain, None), (model, tmp_path / "a.gguf")):
        context = Context(base, adapter, Engine(context=256, threads=1))
        try:
            for text in TEXTS[:2]:
                messages = [Message("user", text)]
                prompt, _ = context.prompt(messages)
                assert apart(by_llama(context, prompt), by_torch(torch_model, prompt)) < TOLERANCE
                assert greedy(context, messages, 12) == _greedy(torch_model, context, prompt, 12)
        finally:
            context.close()


def _greedy(model: Starter, context: Context, prompt: list[int], most: int) -> str:
    said = list(prompt)
    text = b""
    for _ in range(most):
        token = int(by_torch(model, said).argmax())
        if context.ends(token):
            break
        text += context.piece(token)
        said.append(token)
    return text.decode("utf-8", "replace").strip()
