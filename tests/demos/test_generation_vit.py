"""The Vision Transformer reads unseen digits, and its patches and attention are torch's own."""

from __future__ import annotations

import torch

from demos import weights
from demos.generation import vit
from demos.generation.vit import VitParams, digits
from demos.telling.vit import DEMO, steps


def network() -> dict[str, torch.Tensor]:
    return {name: torch.tensor(value) for name, value in weights.load("vit").items()}


def test_it_reads_as_many_unseen_digits_as_its_file_states() -> None:
    x, t, held = digits()
    guess = vit.forward(network(), vit.cut(x[held]))["scores"].argmax(1)
    right = float((guess == t[held]).float().mean())
    assert right >= 0.95
    assert abs(right - float(weights.facts("vit")["accuracy"])) < 0.004
    assert DEMO.prediction.check(list(steps(VitParams()))) == "95 % or more"


def test_patches_are_those_of_unfold() -> None:
    images = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(1))
    judge = torch.nn.functional.unfold(images[:, None], 2, stride=2).transpose(1, 2)
    assert torch.equal(vit.cut(images), judge)


def test_attention_is_torch_s_and_its_rows_sum_to_one() -> None:
    x = torch.rand(2, 8, 8, generator=torch.Generator().manual_seed(2))
    for block in vit.forward(network(), vit.cut(x))["blocks"]:
        assert torch.allclose(block["weights"].sum(-1), torch.ones(2, vit.HEADS, vit.PATCHES + 1), atol=1e-5)
        judge = torch.nn.functional.scaled_dot_product_attention(block["q"], block["k"], block["v"])
        assert torch.allclose(block["heads"], judge.transpose(1, 2).reshape(2, vit.PATCHES + 1, vit.WIDTH), atol=1e-5)


def test_without_positions_the_order_of_the_patches_does_not_matter() -> None:
    w = network() | {"position": torch.zeros(vit.PATCHES + 1, vit.WIDTH)}
    x = vit.cut(torch.rand(4, 8, 8, generator=torch.Generator().manual_seed(3)))
    order = torch.randperm(vit.PATCHES, generator=torch.Generator().manual_seed(4))
    assert torch.allclose(vit.forward(w, x)["scores"], vit.forward(w, x, order)["scores"], atol=1e-4)
