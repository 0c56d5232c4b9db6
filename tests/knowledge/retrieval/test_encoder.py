"""The encoder through llama.cpp: the packed weights in PyTorch are the oracle."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.retrieval.e5_file import kept_pieces, packaged_file, read_packed, unpacked
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.encoder_file import encoder_file

TEXTS = ("query: Who made the perceptron, and when?", "passage: La autoatención conecta dos tokens en un solo paso.",
         "query: ½ of the weights — ¿qué pasa?", "passage: softmax(QKᵀ/√d)V")  # fmt: skip
pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(encoder_file())


def test_vectors_are_pytorch_s(encoder: Encoder) -> None:
    from training.backbone import Backbone

    net = Backbone(12)
    sequences = [encoder.sequence(text) for text in TEXTS]
    theirs = net(sequences).detach().numpy()
    mine = encoder.pooled(sequences)
    cosines = (mine * theirs).sum(1) / np.linalg.norm(mine, axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() > 0.999


def test_a_text_has_one_vector_whatever_it_is_read_with(encoder: Encoder) -> None:
    sequences = [encoder.sequence(text) for text in TEXTS]
    together = encoder.pooled(sequences)
    alone = np.concatenate([encoder.pooled([sequence]) for sequence in sequences])
    cosines = (together * alone).sum(1) / np.linalg.norm(together, axis=1) / np.linalg.norm(alone, axis=1)
    assert cosines.min() > 0.9995


def test_several_threads_get_their_own_vectors() -> None:
    from concurrent.futures import ThreadPoolExecutor

    shared = Encoder(encoder_file(), cores=2)
    sequences = [shared.sequence(text) for text in TEXTS]
    alone = [shared.pooled([sequence])[0] for sequence in sequences]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda place: shared.pooled([sequences[place % 4]])[0], range(40)))
    for place, vector in enumerate(found):
        assert np.allclose(vector, alone[place % 4], atol=1e-3)
    shared.close()


def test_what_is_too_long_is_cut_and_nothing_is_a_vector_too(encoder: Encoder) -> None:
    assert np.isfinite(encoder.pooled([encoder.sequence("word " * 2000), encoder.sequence("")])).all()


def test_both_languages_lie_in_one_space() -> None:
    embedder = Embedder()
    spanish = embedder.encode_questions(["¿Quién inventó el perceptrón y en qué año?"])[0]
    right, wrong = embedder.encode(
        ["The perceptron was made by Frank Rosenblatt in 1957.", "Max pooling keeps the largest."]
    )
    assert spanish @ right > spanish @ wrong + 0.03


def test_the_kept_pieces_hold_the_special_ones_and_every_letter() -> None:
    model = read_packed(packaged_file())
    kept = kept_pieces(len(model.pieces))
    assert list(kept[:4]) == [0, 1, 2, 3]
    pieces = {model.pieces[place].decode("utf-8", "replace") for place in kept}
    assert set("abcdefghijklmnopqrstuvwxyzáéíóúüñ0123456789¿¡√η") <= {piece.lstrip("▁") for piece in pieces}


def test_blocks_of_four_bits_are_gguf_s() -> None:
    import gguf

    data = np.random.default_rng(0).integers(0, 256, (6, 18), dtype=np.uint8)
    data[:, :2] = np.array([0.5], "<f2").view(np.uint8)
    expected = gguf.quants.dequantize(data, gguf.GGMLQuantizationType.Q4_0).reshape(-1)
    np.testing.assert_allclose(unpacked(data), expected)
