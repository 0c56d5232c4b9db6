"""The differentiable neural computer: a memory that knows what is free, and what was written after what.

Writing goes where memory is free (allocation a, by usage u) or where it is alike (content c):

    u ← (u + w_w - u·w_w)·(1 - f·w_r)              a slot is used when written, and may be freed when read
    w_w = g_w·(g_a·a + (1 - g_a)·c)                write gate g_w, allocation gate g_a
    L_ij ← (1 - w_w(i) - w_w(j))·L_ij + w_w(i)·p_j    link: slot i was written right after slot j
    p ← (1 - Σ_i w_w(i))·p + w_w                   precedence: what was written last

Reading follows the links forward or backward in time, or finds by content, mixed in three shares π:

    w_r = π_1·Lᵀ·w_r' + π_2·c + π_3·L·w_r'

The Neural Turing Machine finds the next row in the next slot; this machine may write anywhere, as its links remember
the order. Content c and the controller are those of the Neural Turing Machine. The weights come from
`demos/training/differentiable_neural_computer.py`.

Source: A. Graves and others, "Hybrid computing using a neural network with dynamic external memory" (2016).
"""

from __future__ import annotations

from demos.runtime.contract import Params, param
from demos.zoo._copying import (
    SLOTS,
    WIDTH,
    Tensor,
    Trace,
    Weights,
    controller,
    copy,
    respond,
    rows_of_bits,
    similar,
    trained,
)

INTERFACE = 4 * WIDTH + 8


class DifferentiableNeuralComputerParams(Params):
    length: int = param(12, "How many rows of bits to copy; it was trained on 1 to 8.", low=3, high=24, unit="rows")


def allocate(usage: Tensor) -> Tensor:
    """The free slots: least used first, each taking what those before it left; (batch, slots)."""
    import torch

    order = usage.detach().argsort(1)
    ranked = usage.gather(1, order)
    before = torch.cat([torch.ones_like(ranked[:, :1]), ranked.cumprod(1)[:, :-1]], 1)
    return torch.zeros_like(usage).scatter(1, order, (1 - ranked) * before)


def follow(links: Tensor, precedence: Tensor, write: Tensor) -> tuple[Tensor, Tensor]:
    """The links L_ij (slot i was written right after slot j) and the precedence after a write."""
    import torch

    links = (1 - write[:, :, None] - write[:, None]) * links + write[:, :, None] * precedence[:, None]
    links = links * (1 - torch.eye(links.shape[1]))
    return links, (1 - write.sum(1, keepdim=True)) * precedence + write


def unroll(w: Weights, x: Tensor) -> Trace:
    """The machine over inputs (batch, steps, inputs), with an empty memory."""
    import torch

    softplus = torch.nn.functional.softplus
    batch = x.shape[0]
    memory, usage = torch.zeros(batch, SLOTS, WIDTH), torch.zeros(batch, SLOTS)
    write, look = torch.zeros(batch, SLOTS), torch.zeros(batch, SLOTS)
    links, precedence = torch.zeros(batch, SLOTS, SLOTS), torch.zeros(batch, SLOTS)
    read, trace = torch.zeros(batch, WIDTH), Trace([], [], [], [])
    for t in range(x.shape[1]):
        hidden, n = controller(w, x[:, t], read)
        key, look_key, add = n[:, :WIDTH].tanh(), n[:, WIDTH : 2 * WIDTH].tanh(), n[:, 2 * WIDTH : 3 * WIDTH].tanh()
        erase, rest = n[:, 3 * WIDTH : 4 * WIDTH].sigmoid(), n[:, 4 * WIDTH :]
        strength, look_strength = 1 + softplus(rest[:, :1]), 1 + softplus(rest[:, 1:2])
        at_free, gate, free = (rest[:, k : k + 1].sigmoid() for k in (2, 3, 4))
        mode = rest[:, 5:8].softmax(1)
        usage = (usage + write - usage * write) * (1 - free * look)
        write = gate * (at_free * allocate(usage) + (1 - at_free) * similar(memory, key, strength))
        memory = memory * (1 - write[:, :, None] * erase[:, None]) + write[:, :, None] * add[:, None]
        links, precedence = follow(links, precedence, write)
        ahead, back = (links @ look[:, :, None])[:, :, 0], (links.mT @ look[:, :, None])[:, :, 0]
        alike = similar(memory, look_key, look_strength)
        look = mode[:, :1] * back + mode[:, 1:2] * alike + mode[:, 2:] * ahead
        read = (look[:, :, None] * memory).sum(1)
        trace.outputs.append(respond(w, hidden, read))
        trace.writes.append(write)
        trace.reads.append(look)
        trace.memories.append(memory)
    return trace


def run(params: DifferentiableNeuralComputerParams) -> Trace:
    """Random rows of bits, read and then written again by the trained machine."""
    return copy(unroll, trained("differentiable_neural_computer"), rows_of_bits(params.length, params.seed))
