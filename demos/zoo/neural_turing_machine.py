"""The Neural Turing Machine: a network with a memory outside itself, and heads that move over it.

A head is a weighting over the slots of a memory M, shares that sum to one; it is made in four steps:

    w_c = softmax_i(β·cos(k, M_i))            by content: how much slot i is like a key k
    w_g = g·w_c + (1 - g)·w'                  or from the last place w'
    w_s(i) = Σ_j w_g(i - j)·s(j)              moved by -1, 0 or +1 slots
    w(i) = w_s(i)^γ / Σ_j w_s(j)^γ            and sharpened
    M_i ← M_i⊙(1 - w(i)·e) + w(i)·a           writing: erase, then add
    r = Σ_i w(i)·M_i                          reading

A controller gives k, β, g, s, γ, e and a at every step. All is smooth, so the whole machine learns by gradient descent.
On the copy task it learns a small program: move on and write, go back to the start, move on and read. The weights come
from `demos/training/neural_turing_machine.py`.

Source: A. Graves, G. Wayne and I. Danihelka, "Neural Turing machines" (2014).
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

ADDRESS = WIDTH + 6
INTERFACE = 2 * ADDRESS + 2 * WIDTH


class NeuralTuringMachineParams(Params):
    length: int = param(10, "How many rows of bits to copy; it was trained on 1 to 8.", low=3, high=24, unit="rows")


def address(numbers: Tensor, memory: Tensor, last: Tensor) -> Tensor:
    """The next weighting (batch, slots) from key, strength, gate, three shifts and sharpness."""
    import torch

    softplus = torch.nn.functional.softplus
    key, strength = numbers[:, :WIDTH].tanh(), softplus(numbers[:, WIDTH : WIDTH + 1])
    gate = numbers[:, WIDTH + 1 : WIDTH + 2].sigmoid()
    shift = numbers[:, WIDTH + 2 : WIDTH + 5].softmax(1)
    sharpness = 1 + softplus(numbers[:, WIDTH + 5 :])
    blended = gate * similar(memory, key, strength) + (1 - gate) * last
    turned = sum(shift[:, k : k + 1] * blended.roll(k - 1, 1) for k in range(3))
    sharp = (turned + 1e-8) ** sharpness
    return sharp / sharp.sum(1, keepdim=True)


def unroll(w: Weights, x: Tensor) -> Trace:
    """The machine over inputs (batch, steps, inputs). Both heads start at slot 1 of an empty memory."""
    import torch

    batch = x.shape[0]
    memory = torch.full((batch, SLOTS, WIDTH), 0.01)
    write = torch.zeros(batch, SLOTS)
    write[:, 0] = 1
    look, read = write, torch.zeros(batch, WIDTH)
    trace = Trace([], [], [], [])
    for t in range(x.shape[1]):
        hidden, numbers = controller(w, x[:, t], read)
        write = address(numbers[:, :ADDRESS], memory, write)
        erase = numbers[:, 2 * ADDRESS : 2 * ADDRESS + WIDTH].sigmoid()
        add = numbers[:, 2 * ADDRESS + WIDTH :].tanh()
        memory = memory * (1 - write[:, :, None] * erase[:, None]) + write[:, :, None] * add[:, None]
        look = address(numbers[:, ADDRESS : 2 * ADDRESS], memory, look)
        read = (look[:, :, None] * memory).sum(1)
        trace.outputs.append(respond(w, hidden, read))
        trace.writes.append(write)
        trace.reads.append(look)
        trace.memories.append(memory)
    return trace


def run(params: NeuralTuringMachineParams) -> Trace:
    """Random rows of bits, read and then written again by the trained machine."""
    return copy(unroll, trained("neural_turing_machine"), rows_of_bits(params.length, params.seed))
