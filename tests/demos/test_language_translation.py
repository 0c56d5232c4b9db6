"""Translators with and without attention: the grammar by hand, torch for the cells, and what length does."""

from __future__ import annotations

import numpy as np
import pytest

from demos.language import attention_alignment, seq2seq
from demos.language._translation import END, draw, exact, translate
from demos.language.attention_alignment import attend
from demos.language.seq2seq import encode
from demos.runtime.contract import DemoError
from demos.telling import seq2seq as told_seq2seq


def test_the_grammar_by_hand() -> None:
    assert (
        translate("the red cat and the old house and the moon".split())
        == "el gato rojo y la casa vieja y la luna".split()
    )
    with pytest.raises(DemoError, match="in words it knows"):
        told_seq2seq.DEMO.parse({"sentence": "the perceptron"})


def test_the_encoder_is_torchs_gru() -> None:
    import torch

    w, english = seq2seq.model(), draw(3, np.random.default_rng(0))
    judge = torch.nn.GRU(24, 48, dtype=torch.float64)
    with torch.no_grad():
        for mine, theirs in (
            ("wx", "weight_ih_l0"),
            ("wh", "weight_hh_l0"),
            ("bx", "bias_ih_l0"),
            ("bh", "bias_hh_l0"),
        ):
            getattr(judge, theirs).copy_(torch.tensor(w[f"encoder.{mine}"]))
        from demos.language._translation import ENGLISH

        states, _ = judge(torch.tensor(np.stack([w["english"][ENGLISH.index(word)] for word in english])))
    assert np.allclose(encode(w, english), states.numpy())


def test_shares_sum_to_one_and_equal_states_share_alike() -> None:
    w = attention_alignment.model()
    for phrases in (1, 4, 8):
        seen = attention_alignment.decode(w, draw(phrases, np.random.default_rng(phrases)))
        assert np.allclose(np.sum(seen.alignment, 1), 1)
    assert np.allclose(attend(w, np.ones(48), np.ones((5, 48))), 0.2)


def test_length_hurts_without_attention_and_not_with_it() -> None:
    plain = [exact(seq2seq.decode, seq2seq.model(), n, 7, 15) for n in (1, 8)]
    attending = [exact(attention_alignment.decode, attention_alignment.model(), n, 7, 15) for n in (1, 8)]
    assert plain[0] >= 0.9 and plain[1] <= 0.2
    assert min(attending) >= 0.9


def test_adjectives_look_at_themselves() -> None:
    english = "the red house and the white moon".split()
    seen = attention_alignment.decode(attention_alignment.model(), english)
    assert seen.words == [*translate(english), END]
    looks = [english[int(shares.argmax())] for shares in seen.alignment]
    assert looks[seen.words.index("roja")] in ("red", "house")
    assert told_seq2seq.DEMO.prediction.check(list(told_seq2seq.steps(seq2seq.Seq2seqParams(phrases=1)))) == "yes"
    assert told_seq2seq.DEMO.prediction.check(list(told_seq2seq.steps(seq2seq.Seq2seqParams(phrases=8)))) == "no"
