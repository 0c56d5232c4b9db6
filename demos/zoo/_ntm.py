"""The heads of the Neural Turing Machine: find by content, blend with the last place, shift, sharpen."""

from __future__ import annotations

from demos.zoo._copying import SLOTS, WIDTH, Tensor, Trace, Weights, controller, respond, similar

ADDRESS = WIDTH + 6
INTERFACE = 2 * ADDRESS + 2 * WIDTH


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


def run(w: Weights, x: Tensor) -> Trace:
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
