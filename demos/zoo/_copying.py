"""Memory machines on the copy task: read rows of bits, then write them again from an outside memory.

Both machines have a controller (one tanh layer that remembers nothing itself), a memory of N slots of W numbers, one
write head and one read head; they differ in how the heads find their place. Written with torch, so that the same
functions train and run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos import weights

BITS, SLOTS, WIDTH, HIDDEN = 4, 32, 8, 48
INPUTS = BITS + 2  # the bits, a mark at the start, a mark where writing begins

Tensor = Any
Weights = dict[str, Any]


@dataclass(slots=True)
class Trace:
    """What happened at every step: outputs (batch, bits), write and read weightings (batch, slots), memories."""

    outputs: list[Tensor]
    writes: list[Tensor]
    reads: list[Tensor]
    memories: list[Tensor]


Machine = Callable[[Weights, Tensor], Trace]
"""What a machine does with inputs (batch, steps, inputs)."""


def sequence(bits: Tensor) -> Tensor:
    """Inputs of the task for bits (batch, length, BITS): mark, rows, mark, and as many empty rows to write in."""
    import torch

    batch, length, _ = bits.shape
    x = torch.zeros(batch, 2 * length + 2, INPUTS)
    x[:, 0, BITS] = 1
    x[:, 1 : length + 1, :BITS] = bits
    x[:, length + 1, BITS + 1] = 1
    return x


def shapes(interface: int) -> dict[str, tuple[int, ...]]:
    """Parameters of a machine whose heads take `interface` numbers from the controller."""
    return {
        "in": (INPUTS + WIDTH, HIDDEN), "in.bias": (HIDDEN,), "head": (HIDDEN, interface), "head.bias": (interface,),
        "out": (HIDDEN + WIDTH, BITS), "out.bias": (BITS,),
    }  # fmt: skip


def start(interface: int, seed: int) -> Weights:
    """Random weights."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    made = {}
    for name, shape in shapes(interface).items():
        scale = shape[0] ** -0.5 if len(shape) > 1 else 0.0
        made[name] = (torch.randn(shape, generator=generator) * scale).requires_grad_()
    return made


def similar(memory: Tensor, key: Tensor, strength: Tensor) -> Tensor:
    """Content addressing: softmax over the slots of strength times the cosine with the key; (batch, slots)."""
    import torch

    cosine = torch.nn.functional.cosine_similarity(memory + 1e-6, key[:, None], dim=2)
    return (strength * cosine).softmax(1)


def controller(w: Weights, x: Tensor, read: Tensor) -> tuple[Tensor, Tensor]:
    """Hidden layer and the numbers for the heads, from input and last reading."""
    import torch

    hidden = torch.tanh(torch.cat([x, read], 1) @ w["in"] + w["in.bias"])
    return hidden, hidden @ w["head"] + w["head.bias"]


def respond(w: Weights, hidden: Tensor, read: Tensor) -> Tensor:
    """Logits of the bits."""
    import torch

    return torch.cat([hidden, read], 1) @ w["out"] + w["out.bias"]


def fit(run: Any, interface: int, steps: int, rate: float, longest: int, seed: int) -> tuple[Weights, float]:
    """Train a machine on random rows of length 1 to `longest`; the weights and the last mean loss."""
    import torch

    torch.set_num_threads(1)
    w = start(interface, seed)
    generator = torch.Generator().manual_seed(seed + 1)
    optimiser = torch.optim.Adam(w.values(), lr=rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, steps)
    mean = 0.7
    for step in range(steps):
        most = min(longest, 1 + step * 2 * longest // steps)  # short ones first
        length = int(torch.randint(1, most + 1, (1,), generator=generator))
        bits = torch.randint(0, 2, (24, length, BITS), generator=generator).float()
        trace = run(w, sequence(bits))
        answers = torch.stack(trace.outputs[length + 2 :], 1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(answers, bits)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(w.values(), 1.0)
        optimiser.step()
        schedule.step()
        mean = 0.98 * mean + 0.02 * float(loss.detach())
    return {name: tensor.detach() for name, tensor in w.items()}, mean


def right(run: Any, w: Weights, length: int, count: int, seed: int) -> float:
    """The share of bits copied rightly, over `count` random sequences of that length."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    bits = torch.randint(0, 2, (count, length, BITS), generator=generator).float()
    with torch.no_grad():
        answers = torch.stack(run(w, sequence(bits)).outputs[length + 2 :], 1)
    return float(((answers > 0) == (bits > 0.5)).float().mean())


def rows_of_bits(length: int, seed: int) -> NDArray[np.float64]:
    """Random rows (length, BITS) to copy."""
    return np.random.default_rng(seed).integers(0, 2, (length, BITS)).astype(float)


def copy(machine: Machine, w: Weights, bits: NDArray[np.float64]) -> Trace:
    """One copy of the rows by a trained machine."""
    import torch

    with torch.no_grad():
        return machine(w, sequence(torch.tensor(bits, dtype=torch.float32)[None]))


def trained(name: str) -> Weights:
    """The tensors of a weights file."""
    import torch

    return {key: torch.tensor(value) for key, value in weights.load(name).items()}
