"""The embedder as a choice: its files name the index, a wrong choice is a sentence, questions go before long jobs."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.courses.course import Course, index_folder, open_course
from knowledge.errors import KnowledgeError
from knowledge.retrieval.embedder import Embedder, _Gate
from knowledge.retrieval.encoder import BATCH, SEQUENCES, batches

QUESTION = ["What eats food7?"]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A sentence-transformers model of one narrow layer with random weights, and a tokenizer of a few words."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", *"what eats food animal number lives in place the".split()]
    tokenizer = Tokenizer(WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    inner, folder = tmp_path / "inner", tmp_path / "tiny-model"
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]").save_pretrained(inner)
    small: dict[str, Any] = {
        "hidden_size": 24,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    BertModel(BertConfig(vocab_size=len(words), **small)).save_pretrained(inner)
    SentenceTransformer(modules=[Transformer(str(inner)), Pooling(24)]).save(str(folder))
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
    lengths = [2 + n % 250 for n in range(500)]
    found = list(batches(lengths))
    assert sorted(index for batch in found for index in batch) == list(range(500))
    assert all(len(batch) <= SEQUENCES and sum(lengths[i] for i in batch) <= BATCH for batch in found)


def test_few_texts_are_spread_over_the_cores() -> None:
    assert len(list(batches([40] * 6, ways=2))) == 2
    assert list(batches([40], ways=2)) == [[0]]
    assert list(batches([], ways=2)) == []


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
