"""LLaMA: the parts against PyTorch, the file against the gguf package's own reader, the cache against what llama.cpp
would keep."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demos.language._model_file import in_bytes, read
from demos.language.llama import LlamaParams, layer_norm, rms_norm, rope, silu
from demos.runtime.contract import DemoError
from demos.telling._llama_plan import gpt_plan, llama_plan, sharing
from demos.telling.llama import DEMO, steps
from tests.demos.scripted_model import model_card
from tutor.errors import ModelError
from tutor.llm.catalogue import starter_file
from tutor.llm.header import read_card
from tutor.llm.starter import prepare_starter

X = np.random.default_rng(3).normal(1, 2, 64)


def test_norms_and_silu_are_those_of_torch() -> None:
    import torch
    from torch.nn.functional import layer_norm as judge_layer
    from torch.nn.functional import rms_norm as judge_rms
    from torch.nn.functional import silu as judge_silu

    x = torch.tensor(X)
    assert np.allclose(rms_norm(X, 1e-5), judge_rms(x, [64], eps=1e-5).numpy())
    assert np.allclose(layer_norm(X, 1e-5), judge_layer(x, [64], eps=1e-5).numpy())
    assert np.allclose(silu(X), judge_silu(x).numpy())


def test_rms_norm_of_three_and_four_is_that_of_the_note() -> None:
    assert rms_norm(np.array([3.0, 4.0]), 0).round(3).tolist() == [0.849, 1.131]


def test_rope_is_a_product_of_complex_numbers() -> None:
    """The textbook's other form: each pair is a complex number, multiplied by e^(i·m·angle)."""
    for place in (0, 1, 7, 1000):
        pairs = (X[0::2] + 1j * X[1::2]) * np.exp(1j * place * 10000.0 ** (-np.arange(0, 64, 2) / 64))
        turned = rope(X, place, 10000.0)
        assert np.allclose(turned[0::2] + 1j * turned[1::2], pairs)
        assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(X))


@pytest.mark.parametrize("distance", [0, 1, 5, 40])
def test_a_score_depends_on_the_distance_alone(distance: int) -> None:
    q, k = np.random.default_rng(1).standard_normal((2, 64))
    scores = [rope(q, place + distance, 1e5) @ rope(k, place, 1e5) for place in (0, 3, 500)]
    assert scores == pytest.approx([scores[0]] * 3, abs=1e-9)
    assert distance == 0 or scores[0] != pytest.approx(q @ k, abs=1e-6)


def test_llama_7b_s_cache_is_that_of_the_note() -> None:
    card = model_card() | {"settings": {"block_count": 32, "embedding_length": 4096, "attention.head_count": 32}}
    file = read(lambda: card)
    assert file.cache_bytes(1) == 524_288
    assert file.cache_bytes(3, heads=8) == 3 * 524_288 // 4
    assert file.cache_bytes(1, bits=8) == 524_288 // 2


def test_every_tensor_is_in_one_part() -> None:
    file = read(model_card)
    assert sum(file.by_part(lambda t: t.count).values()) == file.parameters == sum(prod(t.shape) for t in file.tensors)
    assert list(file.by_part(lambda t: t.size)) == ["embeddings", "attention", "MLP", "norms"]


def test_a_file_that_does_not_say_its_heads_is_refused_in_words() -> None:
    card = model_card() | {"settings": {"block_count": 4, "embedding_length": 256}}
    with pytest.raises(DemoError, match="does not say its attention head count") as caught:
        list(steps(LlamaParams(), lambda: card))
    assert caught.value.code == "unsuitable_model"


@pytest.mark.parametrize(("context", "answer"), [(1, "the weights"), (1_000_000, "the KV cache")])
def test_the_prediction_depends_on_the_context(context: int, answer: str) -> None:
    assert DEMO.prediction.check(list(steps(LlamaParams(context=context), model_card))) == answer


def test_bytes_in_words() -> None:
    assert [in_bytes(size) for size in (512, 23_040, 91_726_912, 3.02e9)] == [
        "512 bytes",
        "23 kB",
        "91.7 MB",
        "3.02 GB",
    ]


@pytest.mark.model
@pytest.mark.parametrize("which", ["packaged", "made"])
def test_the_starter_s_card_is_what_the_gguf_package_reads(which: str, shared_home: Path) -> None:
    from gguf import GGUFReader

    path = starter_file() if which == "packaged" else Path(prepare_starter(shared_home).path)
    card, judge = read_card(path), GGUFReader(path)
    assert [[t.name, [int(n) for n in t.shape], t.tensor_type.name, int(t.n_bytes)] for t in judge.tensors] == card[
        "tensors"
    ]
    settings: dict[str, Any] = card["settings"]
    for key, field in judge.fields.items():
        if field.types and field.types[0].name != "ARRAY" and not key.startswith("GGUF."):
            assert settings[key.removeprefix("llama.")] == field.contents(), key
    assert card["file_bytes"] == path.stat().st_size


@pytest.mark.model
def test_the_demo_counts_the_starter_s_parameters_exactly() -> None:
    from gguf import GGUFReader

    frames = list(steps(LlamaParams(), lambda: read_card(starter_file())))
    exact = sum(int(tensor.n_elements) for tensor in GGUFReader(starter_file()).tensors)
    by_part = next(frame.metrics for frame in frames if frame.moment == "the parts")
    assert by_part["sum"] == by_part["parameters"] == frames[-1].metrics["parameters"] == exact


def test_a_file_that_is_no_model_is_refused_in_words(tmp_path: Path) -> None:
    for text in (b"", b"GGUF", b"PNG and more bytes than a header has, so that nothing runs out"):
        path = tmp_path / "broken.gguf"
        path.write_bytes(text)
        with pytest.raises(ModelError, match=r"broken\.gguf") as caught:
            read_card(path)
        assert caught.value.code == "model_damaged"


def test_the_plan_marks_the_part_that_is_spoken_of_and_four_parts_exchanged() -> None:
    file = read(model_card)
    plan = llama_plan(file, "norm")
    assert {node.label for node in plan.nodes if node.value > 0} == {"RMSNorm"}
    exchanged = {node.id for node in llama_plan(file).nodes if node.value < 0}
    same = {node.id for node in gpt_plan(file).nodes} - exchanged
    assert exchanged == {"norm1", "norm2", "turn", "heads", "mlp"} and same == {"in", "add1", "add2"}


@pytest.mark.parametrize(("heads", "shared"), [(9, 3), (8, 2), (32, 8), (7, 7)])
def test_each_query_head_is_drawn_to_the_keys_that_it_reads(heads: int, shared: int) -> None:
    card = model_card()
    card["settings"] |= {"attention.head_count": heads, "attention.head_count_kv": shared}
    edges = sharing(read(lambda: card)).edges
    assert len(edges) == min(heads, 12)
    assert all(int(edge.target[1:]) == int(edge.source[1:]) // (heads // shared) for edge in edges)
