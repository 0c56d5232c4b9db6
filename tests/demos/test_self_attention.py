"""Self-attention against torch, a case by hand, and the properties of the designed heads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from demos.language import _learnt_heads as learnt
from demos.language.self_attention import (
    SelfAttentionParams,
    attend,
    habit,
    matrices,
    place,
    softmax,
    spelling,
    split,
    turn,
)
from demos.runtime.contract import DemoError
from demos.telling.self_attention import BESIDE, DEMO, steps


def test_two_words_by_hand() -> None:
    """q1·k1 = 1, q1·k2 = 0 and d_k = 1: the weights are e/(e+1) and 1/(e+1)."""
    head = attend(np.array([[1.0], [0.0]]), np.array([[1.0], [0.0]]), np.array([[10.0], [20.0]]))
    e = float(np.e)
    assert np.allclose(head.weights, np.array([[e / (e + 1), 1 / (e + 1)], [0.5, 0.5]]))
    assert np.allclose(head.output, np.array([[(10 * e + 20) / (e + 1)], [15]]))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_output_is_that_of_torch(causal: bool, seed: int) -> None:
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    q, k, v = np.random.default_rng(seed).standard_normal((3, 7, 5))
    expected = scaled_dot_product_attention(torch.tensor(q), torch.tensor(k), torch.tensor(v), is_causal=causal)
    assert np.allclose(attend(q, k, v, causal=causal).output, expected.numpy())


def test_without_scaling_it_is_torch_with_scale_one() -> None:
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    q, k, v = np.random.default_rng(4).standard_normal((3, 6, 8))
    expected = scaled_dot_product_attention(torch.tensor(q), torch.tensor(k), torch.tensor(v), scale=1.0)
    assert np.allclose(attend(q, k, v, scale=False).output, expected.numpy())


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4), min_size=1, max_size=5))
def test_every_row_of_softmax_sums_to_one(rows: list[list[float]]) -> None:
    shares = softmax(np.array(rows))
    assert np.allclose(shares.sum(1), 1) and (shares >= 0).all()


@pytest.mark.parametrize("size", [2, 3, 4, 7, 8])
@pytest.mark.parametrize("shift", [-1, 1, 3])
def test_a_shift_of_the_place_is_a_rotation(size: int, shift: int) -> None:
    assert np.allclose(place(9, size)[2:5] @ turn(size, shift), place(9, size)[2 + shift : 5 + shift])


@pytest.mark.parametrize(("head", "offset"), [(0, -1), (2, 1), (3, 0)])
def test_designed_heads_do_their_job(head: int, offset: int) -> None:
    params = SelfAttentionParams()
    x = np.concatenate([spelling(["w"] * 6, 4), place(6, 4)], 1)
    w_q, w_k, w_v = matrices(params, head, np.random.default_rng(0))
    weights = attend(x @ w_q, x @ w_k, x @ w_v).weights
    for row in range(1, 5):
        assert weights[row].argmax() == row + offset
        assert weights[row, row + offset] > 0.8


def test_words_spelt_alike_are_alike() -> None:
    cat, mat, zoo, cat_again = spelling(["cat", "mat", "zoo", "cat"], 64)
    assert np.allclose(cat, cat_again)
    assert cat @ mat > 0.3 > abs(cat @ zoo)


def test_the_mask_hides_later_words_in_every_frame() -> None:
    frames = list(steps(SelfAttentionParams(mask="causal", heads=4)))
    for frame in frames:
        for panel in frame.panels:
            if panel.kind == "heatmap" and panel.title == "attention weights":
                assert np.allclose(np.triu(np.array(panel.values), 1), 0)


@pytest.mark.parametrize("sentence", ["one", "", "a b c d e f g h i j k", "x" * 121, "   "])
def test_a_sentence_of_the_wrong_length_is_refused_in_words(sentence: str) -> None:
    with pytest.raises(DemoError) as caught:
        DEMO.parse({"sentence": sentence})
    assert caught.value.code == "invalid_parameters"
    assert "word" in str(caught.value) or "characters" in str(caught.value)


def test_control_characters_do_not_reach_the_frames() -> None:
    params = SelfAttentionParams(sentence="red \x1b[31m fish\x07 \u202e blue")
    assert split(params.sentence)[0] == "red"
    assert not any(
        bad in frame.model_dump_json() for frame in steps(params) for bad in ("\\u001b", "\\u0007", "\u202e")
    )


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValidationError):
        SelfAttentionParams(sentence="one \ud800 two")


def test_other_scripts_are_words_too() -> None:
    frames = list(steps(SelfAttentionParams(sentence="el niño come 苹果 don't", heads=1)))
    assert "don't" in frames[-1].model_dump_json()


def test_the_followed_word_is_the_last_when_there_are_fewer() -> None:
    assert "'fish'" in next(steps(SelfAttentionParams(sentence="red fish", word=10))).caption


def test_a_learnt_head_is_that_of_the_whole_trained_model() -> None:
    """Between the same words the model's own block, with the sentence's edges, gives the same shares."""
    words = ["the", "network", "learns", "from", "each", "error"]
    whole = learnt.model().look(learnt.model().tokens(words))[1][0]
    for index, (q, k, v) in enumerate(learnt.heads(learnt.rows(words))):
        inner = whole[index][1:-1, 1:-1]
        assert np.allclose(attend(q, k, v).weights, inner / inner.sum(1, keepdims=True), atol=1e-5)


@pytest.mark.parametrize(("trained", "offset", "share"), [(2, -1, 0.5), (1, 1, 0.6)])
def test_training_found_the_jobs_that_are_designed_by_hand(trained: int, offset: int, share: float) -> None:
    assert habit(trained, offset) > share
    assert all(habit(trained, other) < 0.1 for other in (-1, 0, 1) if other != offset)
    assert (0 if offset < 0 else 2, trained, offset) in BESIDE


def test_learnt_vectors_of_words_alike_in_meaning_are_near() -> None:
    assert learnt.nearest("small")[0] == "large"
    assert learnt.nearest("network")[0] == "model"


@pytest.mark.parametrize("weights", ["designed", "random", "learnt"])
def test_every_kind_of_matrices_ends_beside_the_learnt_heads(weights: str) -> None:
    values = {"weights": weights, "sentence": "zorro y la red", "heads": 4, "mask": "causal"}
    frames = list(steps(SelfAttentionParams.model_validate(values)))
    assert [name for frame in frames[-3:-1] for name in frame.metrics] == ["learnt_before", "learnt_after"]
    assert "zorro" in frames[-3].caption
