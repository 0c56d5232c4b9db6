"""Memory machines: heads by hand, shares that sum to one, and copies longer than trained."""

from __future__ import annotations

from typing import Any

import pytest

from demos import weights
from demos.telling import differentiable_neural_computer as told_differentiable_neural_computer
from demos.telling import neural_turing_machine as told_neural_turing_machine
from demos.zoo import differentiable_neural_computer, neural_turing_machine
from demos.zoo._copying import BITS, SLOTS, WIDTH, right, sequence, similar

MACHINES = [
    (neural_turing_machine, "neural_turing_machine", told_neural_turing_machine.DEMO),
    (differentiable_neural_computer, "differentiable_neural_computer", told_differentiable_neural_computer.DEMO),
]


def loaded(name: str) -> dict[str, Any]:
    import torch

    return {key: torch.tensor(value) for key, value in weights.load(name).items()}


def test_content_addressing_by_hand() -> None:
    """Cosines 1, 0 and -1 with strength log 4: weights in the proportion 4 : 1 : 1/4."""
    import torch

    memory = torch.tensor([[[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]]])
    found = similar(memory, torch.tensor([[1.0, 0.0]]), torch.log(torch.tensor([[4.0]])))
    assert found[0].tolist() == pytest.approx([4 / 5.25, 1 / 5.25, 0.25 / 5.25], abs=1e-4)


def test_a_shift_moves_a_head_by_one_slot() -> None:
    import torch

    numbers = torch.zeros(1, neural_turing_machine.ADDRESS)
    numbers[0, WIDTH + 1] = -50  # stay with the last place
    numbers[0, WIDTH + 4] = 50  # and shift by one
    last = torch.zeros(1, SLOTS)
    last[0, 4] = 1
    assert int(neural_turing_machine.address(numbers, torch.zeros(1, SLOTS, WIDTH), last)[0].argmax()) == 5


def test_allocation_and_links_by_hand() -> None:
    """Usage 0.5, 0 and 1: the free slot takes all. Writing slot 1 and then slot 0 links 0 to 1."""
    import torch

    assert differentiable_neural_computer.allocate(torch.tensor([[0.5, 0.0, 1.0]]))[0].tolist() == pytest.approx(
        [0, 1, 0]
    )
    assert differentiable_neural_computer.allocate(torch.tensor([[0.5, 0.2, 1.0]]))[0].tolist() == pytest.approx(
        [0.1, 0.8, 0]
    )
    links, precedence = torch.zeros(1, 3, 3), torch.zeros(1, 3)
    for slot in (1, 0):
        links, precedence = differentiable_neural_computer.follow(links, precedence, torch.eye(3)[slot][None])
    assert links[0].tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert precedence[0].tolist() == [1, 0, 0]


@pytest.mark.parametrize(("machine", "name", "demo"), MACHINES)
def test_heads_share_out_at_most_one(machine: Any, name: str, demo: Any) -> None:
    import torch

    bits = torch.ones(1, 5, BITS)
    with torch.no_grad():
        trace = machine.unroll(loaded(name), sequence(bits))
    for weighting in (*trace.reads, *trace.writes):
        assert weighting.min() >= 0 and weighting.sum() <= 1 + 1e-5
    assert demo.parse().length > 8


@pytest.mark.parametrize(("machine", "name", "demo"), MACHINES)
def test_it_copies_longer_than_trained(machine: Any, name: str, demo: Any) -> None:
    w = loaded(name)
    assert right(machine.unroll, w, 8, 30, 5) > 0.995
    assert right(machine.unroll, w, 12, 30, 5) > 0.97
    assert demo.prediction.check(list(demo.steps(demo.parse({"length": 4})))) == "without a mistake"
