"""The embedder as a choice: its files name the index, a wrong choice is a sentence, questions go before long jobs."""

from __future__ import annotations

import json
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from knowledge.courses.course import Course, index_folder, open_course
from knowledge.errors import KnowledgeError
from knowledge.retrieval.embedder import Embedder, _batches, _Gate, _packaged_folder

QUESTION = ["What eats food7?"]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A sentence-transformers model of one narrow layer with random weights, and MiniLM's tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path / "tiny-model"
    shutil.copytree(_packaged_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors", "__pycache__"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    torch.manual_seed(0)
    small = {"hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(**{**config, **small})).save_pretrained(folder)
    pooling = folder / "1_Pooling" / "config.json"
    described = json.loads(pooling.read_text(encoding="utf-8"))
    for name in ("word_embedding_dimension", "embedding_dimension"):
        if name in described:
            described[name] = 24
    pooling.write_text(json.dumps(described), encoding="utf-8")
    return folder


@pytest.mark.model
def test_another_embedder_makes_another_index(tiny: Path, course: Course) -> None:
    chosen, packaged = Embedder(str(tiny)), Embedder()
    assert chosen.dimension == 24
    assert chosen.name.startswith("tiny-model@")
    assert index_folder(course, chosen) != index_folder(course, packaged)
    index = open_course(course, chosen)
    vector = chosen.encode(QUESTION)[0]
    assert vector.shape == (24,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert len(index.dense(vector, 3)) == 3
    before = chosen.name
    with next(tiny.glob("*.safetensors")).open("ab") as file:
        file.write(b"x")
    assert Embedder(tiny).name != before


@pytest.mark.model
def test_fast_vectors_are_those_of_the_exact_ones_within_what_is_said() -> None:
    """Where the processor has no bfloat16 they are the same."""
    embedder = Embedder()
    texts = [f"The animal of the zoo that eats {word} lives in Kenya." for word in ("fish", "grass", "bark")]
    heard: list[int] = []
    exact = embedder.encode(texts)
    fast = embedder.encode_fast(texts, heard.append)
    assert sum(heard) == len(texts)
    assert np.abs(exact @ exact.T - exact @ fast.T).max() < 0.003
    np.testing.assert_array_equal(embedder.encode(texts), exact)


@pytest.mark.parametrize("choice", ["/nowhere/model", "no-such-model", "someone/no-such-model", "a/b/c/d", "."])
def test_a_wrong_choice_is_one_sentence_that_names_it(choice: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        Embedder(choice)
    assert caught.value.code == "embedder_missing"
    assert choice in str(caught.value)
    assert "TIZA_EMBEDDER" in caught.value.hint


@pytest.mark.model
def test_weights_that_are_no_weights_are_one_sentence(tiny: Path) -> None:
    next(tiny.glob("*.safetensors")).write_bytes(b"not weights")
    with pytest.raises(KnowledgeError, match="cannot be loaded") as caught:
        Embedder(tiny).encode(QUESTION)
    assert caught.value.code == "embedder_missing"


def test_batches_hold_every_text_once_and_are_small() -> None:
    texts = ["word " * (n % 300) for n in range(500)]
    batches = list(_batches(texts))
    assert sorted(index for batch in batches for index in batch) == list(range(500))
    assert all(len(batch) <= 64 for batch in batches)
    assert all(sum(min(len(texts[i]), 1500) for i in batch) <= 6000 for batch in batches)


def test_a_question_goes_before_the_next_batch_of_a_long_job() -> None:
    gate, order = _Gate(), []
    inside, asked = threading.Event(), threading.Event()

    def long_job() -> None:
        for number in range(3):
            with gate.enter(patient=True):
                order.append(f"batch {number}")
                inside.set()
                while not asked.is_set():
                    time.sleep(0.001)

    def question() -> None:
        with gate.enter(patient=False):
            order.append("question")

    job, other = threading.Thread(target=long_job), threading.Thread(target=question)
    job.start()
    inside.wait()
    other.start()
    while not gate._pressing:
        time.sleep(0.001)
    asked.set()
    job.join()
    other.join()
    assert order == ["batch 0", "question", "batch 1", "batch 2"]
