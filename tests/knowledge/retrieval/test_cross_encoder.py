"""The reader: it tells a sentence that answers from one that is only near, the same way each time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from knowledge.retrieval.cross_encoder import Reader, copied, pair_text
from knowledge.retrieval.embedder import Embedder

pytestmark = pytest.mark.model

PAIRS = (
    ("Who built the harbour bridge?", "The harbour bridge was built by the engineer Ana Pinto.",
     "The harbour bridge is 300 metres long and carries four lanes."),
    ("How long is the river Tamu?", "The river Tamu is 412 kilometres long.",
     "The river Tamu rises in the hills near Oba."),
    ("Why does bread rise?", "Bread rises because yeast makes gas that is caught in the dough.",
     "Bread is sold by weight in most shops."),
)  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Embedder())


def test_what_answers_scores_above_what_is_only_about_the_same_thing(reader: Reader) -> None:
    for question, right, near in PAIRS:
        answer, other = reader.scores(question, [("", right), ("", near)])
        assert answer > other, question


def test_a_score_depends_on_its_own_pair_alone(reader: Reader) -> None:
    question, *sentences = PAIRS[0]
    together = reader.scores(question, [("", sentence) for sentence in sentences])
    alone = np.concatenate([reader.scores(question, [("", sentence)]) for sentence in sentences])
    assert np.allclose(together, alone, atol=1e-4)
    assert reader.scores(question, []).shape == (0,)


def test_the_embedder_is_not_changed_by_its_reader() -> None:
    embedder = Embedder()
    before = embedder.encode(["A sentence."])
    Reader(embedder).load()
    assert np.array_equal(before, embedder.encode(["A sentence."]))


def test_a_copy_shares_the_word_vectors_and_nothing_else() -> None:
    embedder = Embedder()
    _, mine = copied(embedder)
    _, theirs = embedder.backbone()
    assert mine.embeddings is theirs.embeddings
    one, other = (net.get_parameter("encoder.layer.0.output.dense.weight") for net in (mine, theirs))
    assert torch.equal(one, other)
    assert one.data_ptr() != other.data_ptr()


def test_the_title_comes_before_the_sentence() -> None:
    assert pair_text("Tides", "The moon pulls the sea.") == "Tides. The moon pulls the sea."
    assert pair_text("", "The moon pulls the sea.") == "The moon pulls the sea."
