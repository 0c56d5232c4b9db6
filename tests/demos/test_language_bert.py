"""The masked language model: probabilities, both sides, and more of it than a bigram model gives."""

from __future__ import annotations

import numpy as np
import pytest

from demos.language.bert import EDGE, MASK, UNKNOWN, Masked, model, on_held_out
from demos.runtime.contract import DemoError
from demos.telling.bert import DEMO


def test_bigrams_by_hand() -> None:
    """After "b" came "c" three times and "d" once; c was seen 3 times and d 3 times in all, each count plus 0.1."""
    text = np.frombuffer(b"[MASK] [UNK] [SEP] b c d", dtype=np.uint8).astype(np.float32)
    rival = Masked({"words": text, "bigrams": np.array([[3, 4, 3], [3, 5, 1], [4, 5, 2]], dtype=np.float32)})
    single = 3.1 / 6.6
    assert rival.bigram(3)[[4, 5]].tolist() == pytest.approx([2 / 3 * 3 / 4 + single / 3, 2 / 3 * 1 / 4 + single / 3])
    assert rival.bigram(5).sum() == pytest.approx(1)


def test_words_become_numbers_with_edges() -> None:
    tokens = model().tokens(["the", "zebracorn", "network"])
    assert tokens[0] == tokens[-1] == EDGE and tokens[2] == UNKNOWN
    assert model().words[tokens[1]] == "the"


def test_probabilities_and_attention_sum_to_one_and_look_both_ways() -> None:
    tokens = model().tokens("the network learns from data".split())
    p, attention = model().look([*tokens[:3], MASK, *tokens[4:]])
    assert np.allclose(p.sum(1), 1)
    for heads in attention:
        assert np.allclose(heads.sum(-1), 1)
        assert heads[:, 3, 4:].sum() > 0.01 and heads[:, 3, :3].sum() > 0.01


def test_a_word_after_the_gap_changes_the_guess() -> None:
    one, other = (model().tokens(["the", "network", "is", last]) for last in ("trained", "small"))
    assert np.abs(model().guess(one, 2) - model().guess(other, 2)).max() > 1e-3
    assert np.array_equal(model().bigram(one[1]), model().bigram(other[1]))


def test_held_out_words_are_more_likely_than_by_bigrams() -> None:
    ours, theirs = on_held_out()
    assert ours > theirs + 0.3


def test_the_prediction_depends_on_the_sentence_and_too_short_ones_are_refused() -> None:
    answers = {DEMO.prediction.check(list(DEMO.steps(DEMO.parse({"seed": seed})))) for seed in range(6)}
    assert len(answers) >= 2
    with pytest.raises(DemoError, match="3 to 24"):
        DEMO.parse({"sentence": "too short"})
