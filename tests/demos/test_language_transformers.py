"""The transformer's parts against torch's modules, and nano-gpt against sorted()."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from demos import weights
from demos.language import nano_gpt, transformer_block
from demos.language.nano_gpt import SIZES
from demos.runtime.contract import DemoError
from demos.telling import nano_gpt as told_nano_gpt
from demos.telling import transformer_block as told_transformer_block
from demos.training.nano_gpt import complete, split


@pytest.mark.parametrize("causal", [False, True])
def test_a_block_is_that_of_torch(causal: bool) -> None:
    import torch

    d, heads, n = 12, 3, 5
    generator = torch.Generator().manual_seed(1)
    w = {
        name: t.double()
        for name, t in transformer_block.start(transformer_block.block_shapes(d), generator, 0.4).items()
    }
    w = {name: t + 0.1 * torch.randn(t.shape, generator=generator).double() for name, t in w.items()}
    judge: Any = torch.nn.TransformerEncoderLayer(
        d, heads, 4 * d, dropout=0, activation="gelu", batch_first=True, norm_first=True, dtype=torch.float64
    )
    places = {
        "self_attn.in_proj_weight": "qkv", "self_attn.in_proj_bias": "qkv.bias", "self_attn.out_proj.weight": "proj",
        "self_attn.out_proj.bias": "proj.bias", "linear1.weight": "fc", "linear1.bias": "fc.bias",
        "linear2.weight": "out", "linear2.bias": "out.bias", "norm1.weight": "norm1.scale", "norm1.bias": "norm1.shift",
        "norm2.weight": "norm2.scale", "norm2.bias": "norm2.shift",
    }  # fmt: skip
    judge.load_state_dict({theirs: w[mine].T if w[mine].ndim > 1 else w[mine] for theirs, mine in places.items()})
    x = torch.randn((2, n, d), generator=generator).double()
    mask = torch.nn.Transformer.generate_square_subsequent_mask(n, dtype=torch.float64) if causal else None
    with torch.no_grad():
        seen = transformer_block.block(w, x, heads, causal)
        assert torch.allclose(seen["result"], judge(x, src_mask=mask), atol=1e-8)
    assert torch.allclose(seen["weights"].sum(-1), torch.ones(2, heads, n, dtype=torch.float64))


def test_the_count_is_85584_and_a_block_has_28272() -> None:
    block = sum(int(np.prod(shape)) for shape in transformer_block.block_shapes(48).values())
    assert (block, nano_gpt.count_parameters()) == (28_272, 85_584)
    stored = {name: value.shape for name, value in weights.load("nano_gpt").items()}
    assert stored == transformer_block.shapes(SIZES)


def test_every_sequence_held_out_of_training_is_sorted() -> None:
    _, unseen = split()
    assert len(unseen) == 129
    assert (complete(nano_gpt.model(), unseen) == np.sort(unseen, 1)).all()


def test_letters_outside_the_alphabet_are_refused_and_heat_disorders() -> None:
    with pytest.raises(DemoError, match="only A, B and C"):
        told_nano_gpt.DEMO.parse({"letters": "CRABRC"})
    run = told_nano_gpt.steps
    assert told_nano_gpt.DEMO.prediction.check(list(run(nano_gpt.NanoGptParams(letters="cabcab")))) == "yes"
    hot = [list(run(nano_gpt.NanoGptParams(temperature=20, seed=seed))) for seed in range(3)]
    assert "no" in {told_nano_gpt.DEMO.prediction.check(frames) for frames in hot}


def test_what_moves_a_word_depends_on_the_weights() -> None:
    demo = told_transformer_block.DEMO
    answers = {
        demo.prediction.check(list(demo.steps(demo.parse({"seed": seed, "width": 4, "heads": 1})))) for seed in range(8)
    }
    assert len(answers) == 2
